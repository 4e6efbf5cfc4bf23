"""Pages of work in the field: the phone, its doors for the queue, and the desk."""
