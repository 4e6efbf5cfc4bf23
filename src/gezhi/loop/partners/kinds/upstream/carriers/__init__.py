"""How records travel between a platform and us: one small protocol, and what each way of travelling needs to know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners.rules.wording import Wording

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A partner with its words and its secrets."""

    partner: Partner
    how: Wording
    secrets: Mapping[str, str]

    @property
    def place(self) -> str:
        return str(self.partner.wishes.get("place") or "")

    def option(self, name: str, default: str = "") -> str:
        return str(self.how.more.get(name, default))


class Carrier(Protocol):
    """One way on which records travel; raises Later where nothing is wrong but the moment."""

    def checked(self, line: Line) -> None:
        """Raises the Refused that says which wish or secret is missing or wrong."""

    def fetch(self, line: Line, *, now: datetime) -> Iterable[Record]:
        """Their records that are new, in their names; what was had before may come again."""

    def send(self, line: Line, piece: Piece, fields: Record, number: str) -> str:
        """Carry one record of ours out; what they gave as a receipt."""

    def roll(self, line: Line, day: date) -> Iterable[Record]:
        """Their own list of the cases of a day, as they stand there now."""


def carrier_of(line: Line) -> Carrier:
    from gezhi.loop.partners.kinds.upstream.carriers.folder import Folder
    from gezhi.loop.partners.kinds.upstream.carriers.http import Http
    from gezhi.loop.partners.kinds.upstream.carriers.tables import Tables
    from gezhi.loop.partners.kinds.upstream.ferry.carrier import Ferry

    ways: Mapping[str, type[Carrier]] = {"http": Http, "folder": Folder, "tables": Tables, "ferry": Ferry}
    return ways[line.how.carrier]()
