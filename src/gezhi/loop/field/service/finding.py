"""Something found on patrol becomes a case at the desk of the centre, with photo, place and matter; once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.rules.places import Place
from gezhi.loop.field.service import steps
from gezhi.loop.field.service.parts import files_of, used
from gezhi.loop.field.service.steps import Done, Where
from gezhi.loop.models import Case, FieldAct
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.service.receiving import Report, receive
from gezhi.loop.store import below, cases
from gezhi.loop.store.content import Content
from gezhi.trust.rules import Actor, Grant
from gezhi.trust.service import record, remember, verb

LIST = "patrol_matter"
CHANNEL = "grid"
SHORT = 12  # matters offered where the packs name none


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody found: words, place in words, matter from the short list, and what the phone says of itself."""

    words: str
    place: str
    matter: str = ""
    urgency: int = 1
    where: Where = Where({})  # noqa: RUF009 - frozen and without content
    parts: tuple[str, ...] = ()

    def bound(self) -> dict[str, Any]:
        """What may not differ when it is sent again."""
        return {"words": self.words, "place": self.place, "matter": self.matter, "urgency": self.urgency,
                "where": self.where.bound(), "parts": list(self.parts)}  # fmt: skip


def short_list(kept: Content) -> dict[str, Any]:
    """The matters that a patrol chooses from, by code: those that the packs name, else the first level."""
    used_, named = kept.matters_in_use, kept.codes.get(LIST, {})
    by_matter = {item.extra.get("matter", ""): item for item in named.values()}
    found = {code: item for code, item in by_matter.items() if code in used_}
    if found:
        return found
    top = [row for row in used_.values() if row.level == 1]
    return {row.code: row for row in sorted(top, key=lambda row: row.code)[:SHORT]}


@verb("field.do")
def report(
    said: Found, files: Sequence[Incoming] = (), *, actor: Actor, now: datetime, key: str
) -> Done:  # fmt: skip
    """Open a case for what was found. Refuses text-missing, field-missing, field-no-photo, field-no-place (422)."""
    user = steps.person(actor)
    own, known = steps.before(actor, key, "field.patrol", said.bound())
    if known is not None:
        return known
    if not said.place.strip():
        raise Refused("field-missing", status=422, field="place", move="field_find")
    rows = files_of(said.parts, user)
    photos = [*files, *(row.incoming() for row in rows)]
    if not photos:
        raise Refused("field-no-photo", status=422, field="files")
    place, made, _ = steps.placed(said.where, photos, now)
    case = opened(said, place, photos, area=area_of(actor), actor=actor, now=now)
    act = FieldAct(
        id=own, kind="patrol", result="found", user_id=user, unit_id=actor.unit_id, case=case, step=1, made_at=made,
        arrived_at=now, sealed=steps.sealed_of(case.requester, "", place), accuracy=place.accuracy,
        source=place.source, no_place=place.why_not,
    )  # fmt: skip
    act.save(force_insert=True)
    used(rows, own, now)
    record("field.patrol", "case", case.pk, actor=actor, body={"act": str(own)})
    done = Done(str(own), "patrol", "found", str(case.pk), case.number, case.state, last=case.last)
    remember(actor, steps.name_of(own), done.as_dict())
    return done


def opened(
    said: Found, place: Place, photos: Sequence[Incoming], *, area: str, actor: Actor, now: datetime
) -> Case:  # fmt: skip
    """The case itself, at the desk of the centre; the worker is no requester and nobody is rung back."""
    desk = below.intake_unit()
    if desk is None:
        raise Refused("no-units")
    made = Report(
        text=said.words, place=said.place.strip(), matter=said.matter, urgency=said.urgency, area=area, kind="report",
        channel=CHANNEL, lon=place.lon, lat=place.lat, desk=desk.pk,
    )  # fmt: skip
    key = receive(made, actor=lent(actor), now=now).moved.case
    case = cases.locked(key)
    assert case is not None, "it was made a moment ago"
    steps.hang(case, photos, now=now, public=False)
    return case


def lent(actor: Actor) -> Actor:
    """Work in the field carries the right to open a case at the centre, which has no post there."""
    grant = Grant(frozenset({"case.create"}), "", "", "", "field", "field")
    return replace(actor, grants=(*actor.grants, grant))


def area_of(actor: Actor) -> str:
    """The area of the worker's post."""
    return next((g.area_path.rpartition(".")[2] for g in actor.grants_for(store.DO) if g.area_path), "")
