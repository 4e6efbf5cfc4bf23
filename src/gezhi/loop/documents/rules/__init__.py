"""What documents are there, what each may ask for, and how reports are worked out; all of it pure."""

from gezhi.loop.documents.rules.kinds import KINDS, Kind

__all__ = ["KINDS", "Kind"]
