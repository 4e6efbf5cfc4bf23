"""Place: where things are; for now the tree of areas."""
