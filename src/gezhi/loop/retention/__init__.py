"""How long what is kept: rules as data, a list of what is due, a release by a second person, a run in batches."""
