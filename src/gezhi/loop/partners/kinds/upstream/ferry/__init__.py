"""Two sites that no wire joins: what waits for the other one is written into a signed file that somebody carries."""
