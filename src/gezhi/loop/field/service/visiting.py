"""A visit in three taps: nothing unusual, nobody met, or a problem, which becomes a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.rules.places import GOOD, Place, metres
from gezhi.loop.field.rules.visits import NOBODY, PROBLEM, RESULTS, newer, next_due
from gezhi.loop.field.service import steps
from gezhi.loop.field.service.finding import Found, opened
from gezhi.loop.field.service.parts import files_of, used
from gezhi.loop.field.service.steps import Done, Where
from gezhi.loop.models import Case, FieldAct, FieldPlace
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.service.attaching import Incoming
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, note_opened, record, remember, require, verb


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit found; words and matter only where there is a problem."""

    result: str
    note: str = ""
    matter: str = ""
    urgency: int = 1
    where: Where = Where({})  # noqa: RUF009 - frozen and without content
    parts: tuple[str, ...] = ()

    def bound(self, place: object) -> dict[str, Any]:
        """What may not differ when it is sent again."""
        return {"place": str(place), "result": self.result, "note": self.note, "matter": self.matter,
                "urgency": self.urgency, "where": self.where.bound(), "parts": list(self.parts)}  # fmt: skip


@verb("field.do")
def visit(
    place_id: UUID | str, said: Visit, files: Sequence[Incoming] = (), *, actor: Actor, now: datetime, key: str
) -> Done:
    """Write a visit down; the next one is due after the interval of the place, or soon where nobody was met.

    A visit that arrives after a later one is kept and changes no date. Refuses field-place-not-found (404),
    field-missing, field-no-place, field-no-photo (only a problem needs one), field-invalid (422).
    """
    user = steps.person(actor)
    found = store.my_places(actor).filter(pk=place_id).first()
    if found is None:
        raise Refused("field-place-not-found", status=404)
    own, known = steps.before(actor, key, "field.visit", said.bound(found.pk))
    if known is not None:
        return known
    place = store.locked_place(found.pk)
    if place is None:
        raise Refused("field-place-not-found", status=404)
    rows = files_of(said.parts, user)
    photos = [*files, *(row.incoming() for row in rows)]
    _check(said, len(photos))
    where, made, _ = steps.placed(said.where, photos, now)
    case = _problem(place, said, where, photos, actor=actor, now=now) if said.result == PROBLEM else None
    off = metres(where.point, _point(place))
    act = FieldAct(
        id=own, kind="visit", result=said.result, user_id=user, unit_id=actor.unit_id, place=place, case=case,
        sealed=steps.sealed_of(place.requester, said.note.strip(), where), made_at=made, arrived_at=now,
        accuracy=where.accuracy, metres=off, source=where.source, no_place=where.why_not,
    )  # fmt: skip
    act.save(force_insert=True)
    _go_on(place, said.result, made, where)
    used(rows, own, now)
    body = {"result": said.result, "act": str(own), **({"case": str(case.pk)} if case else {})}
    record("field.visit", "field_place", place.pk, actor=actor, body=body)
    done = Done(
        str(own), "visit", said.result, str(case.pk) if case else "", case.number if case else "",
        case.state if case else "", due=place.due_on.isoformat(),
    )  # fmt: skip
    remember(actor, steps.name_of(own), done.as_dict())
    return done


def _check(said: Visit, photos: int) -> None:
    if said.result not in RESULTS:
        raise Refused("field-invalid", status=422, field="result", value=said.result[:40])
    if len(said.note) > TEXT_LIMIT or "\x00" in said.note:
        raise Refused("text-too-long", status=422, field="note", limit=TEXT_LIMIT, length=len(said.note))
    if said.result != PROBLEM:
        return
    if not said.note.strip():
        raise Refused("field-missing", status=422, field="note", move="field_find")
    if not photos:
        raise Refused("field-no-photo", status=422, field="files")


def _problem(
    place: FieldPlace, said: Visit, where: Place, photos: Sequence[Incoming], *, actor: Actor, now: datetime
) -> Case:  # fmt: skip
    """A case at the address of the place; who lives there stays with the list of visits."""
    address = identity_of(place.requester).get("address", "")
    found = Found(said.note, address, said.matter, said.urgency)
    return opened(found, where, photos, area=place.area, actor=actor, now=now)


def _go_on(place: FieldPlace, result: str, made: datetime, where: Place) -> None:
    """When it is due next, and where it lies, once somebody stood there with a good fix and met somebody."""
    if not newer(place.last_at, made):
        return
    place.last_at, place.last_result = made, result
    place.due_on = next_due(result, timezone.localdate(made), place.every)
    near = where.accuracy is not None and where.accuracy <= GOOD
    if place.lon is None and where.point is not None and near and result != NOBODY:
        place.lon, place.lat = where.point
    place.save(update_fields=["last_at", "last_result", "due_on", "lon", "lat"])


def _point(place: FieldPlace) -> tuple[float, float] | None:
    return (place.lon, place.lat) if place.lon is not None and place.lat is not None else None


def told(place: FieldPlace) -> dict[str, str]:
    """Who is visited and where, for the worker's screen; the phone is shown by `phone_of` alone."""
    known = identity_of(place.requester)
    return {"name": known.get("name", ""), "address": known.get("address", ""),
            "phone": "1" if known.get("phone") else ""}  # fmt: skip


def due_by(actor: Actor, day: date) -> list[FieldPlace]:
    """The places that this worker has before him up to a day."""
    return store.due_places(actor, day)


@verb("field.phone")
def phone_of(place_id: UUID | str, *, actor: Actor, now: datetime) -> str:
    """The telephone number of a household that one visits; written to the ledger and to the list of that person."""
    require(actor, "field.phone")
    place = store.my_places(actor).filter(pk=place_id).first()
    if place is None:
        raise Refused("field-place-not-found", status=404)
    note_opened(place.requester, "phone", actor=actor, now=now, purpose="first_contact", case_id=None)
    return identity_of(place.requester).get("phone", "")
