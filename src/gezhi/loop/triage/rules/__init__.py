"""The pure part of triage: words, features, the model, its training, its score. No clock, database or request."""
