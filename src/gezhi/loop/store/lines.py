"""Lines of a list: what it shows of a case, as plain values, since a page of models costs three times the CPU."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gezhi.loop.models import Case


@dataclass(frozen=True, slots=True)
class Lead:
    """The unit in charge, as a list names it."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Keeper:
    """What opens the words of a requester; no name, no phone."""

    pk: UUID
    wrapped_key: bytes | None


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a list shows it; the names are those of the case."""

    id: UUID
    number: str
    external_number: str
    confidential: bool
    complained_id: int | None  # the unit complained about, which may be the reader's
    story: bytes
    channel: str
    received_at: datetime
    state: str
    round: int
    matter: str
    kind: str
    urgency: int
    area: str
    supervised: bool
    dormant: bool
    outcome: str
    satisfaction: str
    chases: int
    more: Mapping[str, Any]
    due_at: datetime | None
    soon_at: datetime | None
    due_stage: str
    paused: bool
    requester: Keeper
    lead: Lead | None
    owner: str
    alike: float  # how like the case most like it is, as the worker found; 0 where there is none

    @property
    def pk(self) -> UUID:
        return self.id


OWN = tuple(Line.__annotations__)[:-4]
JOINED = (
    "requester_id", "requester__wrapped_key", "lead__code", "lead__name_zh", "lead__name_en", "owner__display_name",
    "likeness__best",
)  # fmt: skip


def lines(rows: QuerySet[Case]) -> list[Line]:
    """The lines of these cases, in one statement."""
    return [_line(*row) for row in rows.values_list(*OWN, *JOINED)]


def streamed(rows: QuerySet[Case], chunk: int) -> Iterator[list[Line]]:
    """The same a piece at a time, for lists that no memory should hold."""
    found = rows.values_list(*OWN, *JOINED).iterator(chunk_size=chunk)
    while piece := list(islice(found, chunk)):
        yield [_line(*row) for row in piece]


def _line(*row: Any) -> Line:
    *own, requester, wrapped, code, name_zh, name_en, owner, alike = row
    lead = Lead(code, name_zh, name_en) if code else None
    keeper = Keeper(requester, bytes(wrapped) if wrapped else None)
    return Line(**dict(zip(OWN, own, strict=True)), requester=keeper, lead=lead, owner=owner or "", alike=alike or 0)
