"""What citizens are told by mail and SMS: texts of the pack and the office, by move, matter and language."""
