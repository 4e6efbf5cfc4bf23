"""Loop: what must be done, by whom, until when, and how it ended."""
