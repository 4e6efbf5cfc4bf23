"""Nuisance marks on a number: lower priority for a while, never a bar, with a second person and an appeal."""
