"""Which text goes out, what may stand in it, how it is cut, and when the night is quiet."""
