"""People without accounts: a link for one piece of work, opened by four digits; the sender takes the answer over."""
