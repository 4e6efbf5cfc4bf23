"""Verbs of what is public: looking after candidates, deciding, showing what shows itself, photos, rules, objections."""
