"""The rules of the loop: pure, without clock, database or request."""
