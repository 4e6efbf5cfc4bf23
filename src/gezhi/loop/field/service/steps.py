"""What every act of the field shares: its key, its photos, the step it leaves on a case, what the phone is told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.field import store
from gezhi.loop.field.rules.answers import made_at
from gezhi.loop.field.rules.parts import key_of
from gezhi.loop.field.rules.places import Place, Point, fix_of, located
from gezhi.loop.models import Case
from gezhi.loop.service.acts import Draft, advance
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.service.moving import Ground, not_before
from gezhi.loop.store import cases
from gezhi.loop.store.rows import snapshot_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import once, require, seal_text

PHONE = Actor.system("loop")  # hangs photos on cases that people in the field may not read


@dataclass(frozen=True, slots=True)
class Where:
    """What a phone says of place and time, as it came: position, why there is none, when made and when sent."""

    fix: Mapping[str, Any]
    why_not: str = ""
    made: datetime | None = None
    sent: datetime | None = None

    def bound(self) -> dict[str, Any]:
        """What may not differ when the act is sent again."""
        return {"fix": dict(self.fix), "why": self.why_not, "made": self.made.isoformat() if self.made else ""}


@dataclass(frozen=True, slots=True)
class Done:
    """What an act answers: the case it stands on, and whether it came too late to count as the answer."""

    key: str
    kind: str
    result: str
    case: str = ""
    number: str = ""
    state: str = ""
    clash: str = ""
    last: int = 0
    due: str = ""
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For the memory of keys, and for machines."""
        return asdict(self)


def person(actor: Actor) -> int:
    """The key of the person in the field; machines of no person have nothing to do there."""
    require(actor, store.DO)
    if actor.kind != "user":
        raise Refused("field-person", status=403)
    return int(actor.id)


def before(actor: Actor, key: str, act: str, content: object) -> tuple[UUID, Done | None]:
    """The key of an act, and what it did where it was done before; a key is used once, by one person."""
    own = key_of(key)
    known = once(actor, f"field:{own}", act, content=content)
    if known is not None:
        return own, replace(Done(**known), repeated=True)
    if store.taken(own):
        raise Refused("key-reused", key=str(own), act=act)
    return own, None


def name_of(own: UUID) -> str:
    """Under which key the result of an act is remembered."""
    return f"field:{own}"


def placed(where: Where, files: Sequence[Incoming], now: datetime) -> tuple[Place, datetime, datetime | None]:
    """Where it was, when it was done, and when the first photo says it was taken."""
    told = [uploads.written_in(one.file) for one in files]
    points: list[Point] = [(lon, lat) for _, lon, lat in told if lon is not None and lat is not None]
    taken = min((moment for moment, _, _ in told if moment is not None), default=None)
    place = located(fix_of(where.fix), points, where.why_not)
    return place, made_at(where.made, where.sent, now), taken


def facts_of(place: Place, made: datetime, taken: datetime | None, off: int | None) -> dict[str, Any]:
    """Place and time as codes and numbers for a step; the position itself is sealed with the act."""
    known = {
        "made": made.isoformat(), "taken": taken.isoformat() if taken else None, "metres": off,
        "accuracy": place.accuracy, "place_by": place.source, "no_place": place.why_not,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value not in (None, "")}


def sealed_of(requester: Any, note: str, place: Place) -> bytes | None:
    """Note and position under the key of the person concerned: with the key both are gone."""
    said: dict[str, Any] = {"note": note} if note else {}
    if place.point is not None:
        said |= {"lon": place.lon, "lat": place.lat}
    return seal_text(requester, said) if said else None


def write(
    case: Case, move: str, facts: dict[str, Any], texts: Mapping[str, str], *, actor: Actor, now: datetime
) -> UUID:
    """One step that leaves the state as it is, on a locked case; returns its key."""
    rows = cases.open_clocks(case)
    snap = snapshot_of(case, rows)
    moment, behind = not_before(Ground(case, rows, snap), now)
    if behind:
        facts = {**facts, "behind": behind}
    draft = Draft(move, snap.state, facts, {name: text for name, text in texts.items() if text})
    _, step = advance(case, snap, draft, actor=actor, now=moment, rows=rows)
    return step


def hang(case: Case, files: Sequence[Incoming], *, now: datetime, step: UUID | None = None, public: bool) -> None:
    """Photos from the field on a case."""
    if files:
        attach(case.pk, files, actor=PHONE, now=now, step=step, public=public)
