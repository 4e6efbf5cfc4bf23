"""What makes an answer a good one, and which ready text suits; pure."""
