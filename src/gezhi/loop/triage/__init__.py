"""Triage: suggests matter and unit of a request from its words, says why, and learns from the office's own decisions."""
