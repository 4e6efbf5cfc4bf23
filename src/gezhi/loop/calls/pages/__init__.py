"""Pages of the telephone part: the door for events, what rings, calls and missed calls, figures, shifts."""
