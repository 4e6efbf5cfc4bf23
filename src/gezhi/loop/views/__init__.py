"""Saved views: a person's filters of the worklist by name, in an order, shared with a unit, one of them the default."""
