"""Every query of the loop."""
