"""Verbs of the intake: keeping drafts, ending empty calls, cutting pastes, registering their parts."""
