"""A platform above or below ours: its cases come in, our states go out, its due and its answers govern with ours."""
