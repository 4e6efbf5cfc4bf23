"""What a letter says, worked out from its bytes alone."""
