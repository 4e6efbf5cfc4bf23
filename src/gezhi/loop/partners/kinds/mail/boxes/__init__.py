"""Where letters lie before they are taken: a mailbox of a mail server, or a folder on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

DONE, FAILED = "done", "failed"


@dataclass(frozen=True, slots=True)
class Lying:
    """A letter that waits; of one that is too large only the head is read."""

    name: str  # by which its box knows it
    raw: bytes
    whole: bool
    at: datetime  # when it came into the box


class Box(Protocol):
    """Letters are left unread until they are taken, and are moved only then. Raises Later, or OSError."""

    def letters(self, largest: int, most: int, after: datetime | None) -> Iterator[Lying]:
        """Those that came later than that; all with none."""

    def move(self, name: str, to: str) -> None:
        """Lay it into the folder for what was taken, or for what was left to a person."""

    def close(self) -> None: ...
