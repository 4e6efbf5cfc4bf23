"""The carrier of a ferry: pieces are laid ready, and leave with the next file; nothing is asked over a wire."""

from collections.abc import Iterator
from datetime import date, datetime

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Piece
from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.upstream.carriers import Line, Record
from gezhi.loop.partners.kinds.upstream.ferry import keys

SIDES = ("public", "desk")
READY = "ready"


class Ferry:
    """In the mapping: `side`, which of the two sites this one is; the wish `other` holds the other site's key."""

    def checked(self, line: Line) -> None:
        if line.option("side") not in SIDES:
            why = ", ".join(SIDES)
            raise Refused("mapping-wrong", status=422, field="mapping", file="", what="ferry.side", why=why)
        if line.partner.wishes.get("other"):
            keys.other(line.partner)

    def fetch(self, line: Line, *, now: datetime) -> Iterator[Record]:
        return iter(())

    def send(self, line: Line, piece: Piece, fields: Record, number: str) -> str:
        return READY

    def roll(self, line: Line, day: date) -> Iterator[Record]:
        raise Later("no-list")
