"""What every kind of partner must be able to do, and the register in which the kinds stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, Piece
from gezhi.trust.rules import Actor


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to a case, by codes alone: the payload of its event, and who made it happen."""

    event: int
    topic: str
    case: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a partner is to hear; `key` is the same however often it is worked out."""

    key: str
    kind: str
    case: str | None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something that a partner sends; `key` is the same each time it sends it."""

    key: str
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a piece: the case that it concerns, and codes worth keeping."""

    case: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish or a secret that a kind asks for; `kind` is text, list (one a line), yes, number or secret."""

    name: str
    kind: str = "text"
    required: bool = False


class Later(Exception):  # noqa: N818 - what happened, in the words of the post
    """It did not get through, but may yet: the partner is away, busy, or says 5xx; `code` is what is kept of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unsure(Later):
    """It was handed over, but no answer came: sent once more at most, for the other side may have it."""


class Alone(Later):
    """This one did not get through, and the fault lies with it: others to the same partner may well."""


class NotYet(Exception):  # noqa: N818 - as above
    """Its hour has not come: it waits until then and loses no try."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Adapter(Protocol):
    """One kind of partner. Words of people are opened only while a piece is sent or taken in."""

    @property
    def kind(self) -> str: ...
    @property
    def asks(self) -> tuple[Ask, ...]: ...

    def checked(self, partner: Partner, secrets: Mapping[str, str]) -> None:
        """Raises the Refused that says which wish or secret is missing or wrong."""

    def hears(self, partner: Partner, told: Told) -> Iterable[Note]:
        """The pieces that an event means for this partner."""

    def send(self, partner: Partner, piece: Piece, *, now: datetime) -> Done:
        """Carry one piece out; raises Later, Alone, Unsure, NotYet, or Refused where trying again changes nothing."""

    def fetch(self, partner: Partner, *, now: datetime) -> Iterable[Arrived]:
        """What the partner has for us; what was taken before may come again."""

    def accept(self, partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
        """Make of a piece what it asks for; raises Refused where it cannot be made."""


_kinds: dict[str, Adapter] = {}


def register(adapter: Adapter) -> None:
    """Offer a kind of partner; called once at start-up."""
    _kinds[adapter.kind] = adapter


def kinds() -> list[str]:
    return sorted(_kinds)


def adapter_of(kind: str) -> Adapter:
    """Raises partner-kind (422) for a kind that nobody offers."""
    if kind not in _kinds:
        raise Refused("partner-kind", status=422, kind=kind[:20], known=", ".join(kinds()))
    return _kinds[kind]
