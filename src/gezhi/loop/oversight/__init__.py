"""Watching over the work: call-backs that are due, cases hung up, cases under supervision."""
