"""Scores: rates by versioned formulas, exclusions with their approver, runs that recompute, appeals."""
