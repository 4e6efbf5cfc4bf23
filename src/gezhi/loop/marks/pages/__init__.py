"""Pages of marks: the list of the desk, and what the person sees of a mark on his number."""
