"""Verbs of work in the field."""
