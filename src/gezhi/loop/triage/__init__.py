"""Triage: suggests matter and unit of a request from its words, says why, and learns from what the office decides."""
