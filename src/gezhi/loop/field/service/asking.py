"""The desk asks somebody in the field to look at the place of a case, and takes it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.rules.answers import CHECKS
from gezhi.loop.field.service.steps import write
from gezhi.loop.models import Case, FieldTask
from gezhi.loop.rules.fields import text
from gezhi.loop.rules.redact import redact, without
from gezhi.loop.rules.words import OPEN
from gezhi.loop.store import below, cases
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, once, open_text, record, remember, require, seal_text, verb

PLACE_MOST = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: what to look at, where, by when, and of whom: a person, or whoever of a unit (in an area)."""

    check: str
    words: str
    place: str
    due: datetime | None
    user: int | None = None
    unit: int | None = None
    area: str = ""
    shown: bool = False


def may_ask(actor: Actor, case: Case) -> bool:
    """Whether the page of a case offers it."""
    return case.state in OPEN and not case.dormant and bool(actor.grants_for(store.ASK))


def permit(actor: Actor, case: Case) -> None:
    """For the units of the desk and of the lead."""
    kept = content()
    paths = [case.desk.path, *([case.lead.path] if case.lead is not None else [])]
    require(
        actor, store.ASK, unit_paths=paths, matter=kept.matter_path(case.matter), area_path=kept.area_path(case.area)
    )


@verb("field.ask")
def ask(case_id: UUID | str, wish: Wish, *, actor: Actor, now: datetime, key: str = "") -> FieldTask:
    """Ask for a look; a step of the case and a task of the field, in one act.

    Refuses case-not-found (404), not-allowed (403), move-not-from-here, field-missing, field-due-past, field-nobody,
    field-no-worker, unit-unknown, area-unknown (422).
    """
    get_visible(actor, case_id)
    known = once(actor, f"{case_id}:{key}" if key else "", "field.ask")
    if known is not None:
        return FieldTask.objects.get(pk=known["task"])
    case = cases.locked(case_id)
    if case is None:
        raise Refused("case-not-found", status=404)
    permit(actor, case)
    if case.state not in OPEN or case.dormant:
        raise Refused("move-not-from-here", move="field_ask", state=case.state)
    words, place = _said(wish, now)
    unit = _whose(wish, now)
    sealed = seal_text(case.requester, {"ask": words, "place": place})
    task = FieldTask(
        case=case, phase=wish.check, words=sealed, user_id=wish.user, unit_id=unit.pk, area=wish.area,
        shown=wish.shown, due_at=wish.due or now, asked_by_id=int(actor.id), asked_at=now,
    )  # fmt: skip
    facts: dict[str, Any] = {"task": str(task.pk), "check": wish.check, "unit": unit.pk}
    if wish.user:
        facts["user"] = f"user:{wish.user}"
    write(case, "field_ask", facts, {"ask": words, "note": place}, actor=actor, now=now)
    task.save(force_insert=True)
    remember(actor, f"{case_id}:{key}" if key else "", {"task": str(task.pk)})
    record("field.ask", "field_task", task.pk, actor=actor, body={"case": str(case.pk), "check": wish.check})
    return task


def _said(wish: Wish, now: datetime) -> tuple[str, str]:
    """The words of a wish, checked."""
    if wish.check not in CHECKS:
        raise Refused("field-invalid", status=422, field="check", value=wish.check[:40])
    words, place = text("ask", wish.words.strip()), text("place", wish.place.strip())
    if not words:
        raise Refused("field-missing", status=422, field="ask", move="field_ask")
    if not place:
        raise Refused("field-missing", status=422, field="place", move="field_ask")
    if len(place) > PLACE_MOST:
        raise Refused("text-too-long", status=422, field="place", limit=PLACE_MOST, length=len(place))
    if wish.due is None:
        raise Refused("field-missing", status=422, field="due", move="field_ask")
    if wish.due <= now:
        raise Refused("field-due-past", status=422, field="due")
    return words, place


def _whose(wish: Wish, now: datetime) -> Any:
    """The unit that the task lies with; somebody there must work in the field, or it would lie for ever."""
    if wish.area and ("\x00" in wish.area or not content().area_path(wish.area)):
        raise Refused("area-unknown", status=422, area=wish.area[:40])
    if wish.user:
        unit = store.unit_of_worker(wish.user, now)
        if unit is None:
            raise Refused("field-no-worker", status=422, field="user")
        return unit
    if not wish.unit:
        raise Refused("field-nobody", status=422, field="user")
    unit = below.units().filter(pk=wish.unit, active=True).first()
    if unit is None:
        raise Refused("unit-unknown", status=422, field="unit", unit=wish.unit)
    if not store.workers([unit.path], now):
        raise Refused("field-no-worker", status=422, field="unit")
    return unit


@verb("field.ask")
def cancel(task_id: UUID | str, *, actor: Actor, now: datetime) -> FieldTask:
    """Take a task back; what comes from a phone afterwards is kept as a note. Refuses field-task-over."""
    found = store.asked(actor).filter(pk=task_id).first()
    if found is None:
        raise Refused("field-task-not-found", status=404)
    case = cases.locked(found.case_id)
    task = store.locked_task(found.pk)
    if case is None or task is None:
        raise Refused("field-task-not-found", status=404)
    permit(actor, case)
    if task.state != "open":
        raise Refused("field-task-over", status=409)
    task.state, task.ended_at = "cancelled", now
    task.save(update_fields=["state", "ended_at"])
    write(case, "field_cancel", {"task": str(task.pk), "check": task.phase}, {}, actor=actor, now=now)
    record("field.cancel", "field_task", task.pk, actor=actor, body={"case": str(case.pk)})
    return task


def told(task: FieldTask) -> dict[str, str]:
    """What the worker reads: what to look at and where, without numbers and without the name of who asked."""
    case = task.case
    said = open_text(case.requester, task.words)
    name = identity_of(case.requester).get("name", "").strip()
    return {field: without(str(said.get(field, "")), name) if field == "ask" else _place(said, case, name)
            for field in ("ask", "place")}  # fmt: skip


def _place(said: dict[str, Any], case: Case, name: str) -> str:
    """The place as the desk wrote it; of a confidential case without a door."""
    place = str(said.get("place", ""))
    if case.confidential:
        return redact(place)
    return place.replace(name, "***") if len(name) > 1 else place


def start_of(case: Case) -> str:
    """The place that the form of the desk begins with."""
    told_ = open_text(case.requester, case.story)
    place = str(told_.get("place", ""))[:PLACE_MOST]
    return redact(place) if case.confidential else place
