"""Mail: letters become cases, answers find their case, machines are not answered, letters that come back are told."""
