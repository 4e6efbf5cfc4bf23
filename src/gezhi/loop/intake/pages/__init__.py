"""Pages of the intake: drafts that the call screen keeps, and pasted texts."""
