"""Verbs of what goes out to citizens: queued with the move, written when it is sent, texts kept by the office."""

from gezhi.loop.reach.service.telling import Message, due, message, preview, tellings
from gezhi.loop.reach.service.texts import put_back, put_texts, versions

__all__ = ["Message", "due", "message", "preview", "put_back", "put_texts", "tellings", "versions"]
