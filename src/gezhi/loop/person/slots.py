"""What other parts hold on a requester and show him on his own page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a person's number (nuisance, say): what, why, by which unit, from when until when, how to object."""

    kind: str
    words: str
    unit: str
    since: datetime
    until: datetime | None
    appeal_url: str = ""


Marks = Callable[[Sequence[UUID]], list[Mark]]
_marks: dict[str, Marks] = {}


def offer_marks(room: str, marks: Marks) -> None:
    """Say what marks of these requesters a part holds; a second offer of a part replaces the first."""
    _marks[room] = marks


def marks_of(requesters: Sequence[UUID]) -> list[Mark]:
    """Every mark on these requesters, the newest first."""
    found = [mark for marks in _marks.values() for mark in marks(requesters)]
    return sorted(found, key=lambda mark: mark.since, reverse=True)
