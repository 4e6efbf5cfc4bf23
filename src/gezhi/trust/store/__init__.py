"""Every query of the room, by noun."""
