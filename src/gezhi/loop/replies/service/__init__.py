"""Verbs of the replies: editing ready texts and hints, counting their use; what suits a request."""
