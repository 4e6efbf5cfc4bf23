"""Answers well given: ready texts with an owner and an expiry, and hints on an answer before it goes out."""
