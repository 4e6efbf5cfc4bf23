"""Instructions of leaders as a list: what waits for whom until when; the moves themselves are in the workflow table."""
