"""Tasks, places and findings as the phone shows them, on a page and in what it keeps for when there is no line."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from gezhi.kit.moments import day_words, when_words
from gezhi.loop.field import store
from gezhi.loop.field.rules.answers import RESULTS as FOUND
from gezhi.loop.field.rules.places import NO_PLACE
from gezhi.loop.field.rules.visits import RESULTS as VISITS
from gezhi.loop.field.service import asking, visiting
from gezhi.loop.field.service.finding import short_list
from gezhi.loop.models import FieldAct, FieldPlace, FieldTask
from gezhi.loop.pages import common
from gezhi.loop.rules.words import TEXT_LIMIT, URGENCIES, URGENCY_WORDS
from gezhi.loop.store.content import Content

LIGHTS = {"fine": "done", "nobody": "due", "problem": "late"}
NOT_ASKED = "not_offered"  # why a page without scripts knows no position


def task(row: FieldTask, kept: Content, now: datetime) -> dict[str, Any]:
    """A task: what to look at and where, by when, and what the phone must know to answer it. Nothing of who asked."""
    case, said = row.case, asking.told(row)
    return {
        "id": str(row.pk), "url": f"/field/tasks/{row.pk}/", "number": case.number, "check": row.phase,
        "check_words": pgettext("look", row.phase), "matter": common.matter_name(kept, case.matter, 1),
        "ask": said["ask"], "place": said["place"], "due": row.due_at, "late": row.due_at <= now,
        "due_words": when_words(row.due_at, now), "seen": case.last, "state": row.state, "lon": case.lon,
        "lat": case.lat, "confidential": case.confidential, "own": row.user_id is not None,
    }  # fmt: skip


def place(row: FieldPlace, today: date, *, named: bool) -> dict[str, Any]:
    """A household or place; by name only on a page that nothing keeps."""
    known = visiting.told(row)
    return {
        "id": str(row.pk), "url": f"/field/visits/{row.pk}/", "name": known["name"] if named else "",
        "address": known["address"], "kind": row.kind, "every": row.every, "due": row.due_on,
        "due_words": day_words(row.due_on, today), "late": row.due_on < today, "lon": row.lon, "lat": row.lat,
        "last": pgettext("visit", row.last_result) if row.last_result else "", "last_at": row.last_at,
        "phone": bool(known["phone"]) and named,
    }  # fmt: skip


def found(row: FieldAct) -> dict[str, Any]:
    """A case that somebody opened from the field: its number and how it stands."""
    case = row.case
    assert case is not None
    return {"number": case.number, "state": pgettext("state", case.state), "at": row.made_at,
            "light": common.row_light(case, row.arrived_at)}  # fmt: skip


def kept_by_phone(actor: Any, kept: Content, now: datetime, days: date) -> dict[str, Any]:
    """What the phone keeps for when there is no line: tasks and addresses, without any name or number of a person."""
    today = timezone.localdate(now)
    tasks = [_plain(task(row, kept, now)) for row in store.open_tasks(actor)]
    places = [_plain(place(row, today, named=False)) for row in visiting.due_by(actor, days)]
    return {"user": actor.id, "at": now.isoformat(), "tasks": tasks, "places": places}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


# ---- forms


def result_field(kind: str, chosen: str = "") -> common.Field:
    """What was found, as large choices."""
    codes = VISITS if kind == "visit" else FOUND[kind]
    context = "visit" if kind == "visit" else "found"
    options = common.choices([(code, pgettext(context, code)) for code in codes], chosen)
    return common.field("result", gettext("What did you find?"), "cards", options=options, required=True)


def note_field(value: str = "", *, required: bool = False, label: str = "", help_: str = "") -> common.Field:
    """Words of the worker."""
    return common.field("note", label or gettext("Note"), "textarea", value, rows=3, max=TEXT_LIMIT, required=required,
                        help=help_)  # fmt: skip


def photo_field(limit_mb: int) -> common.Field:
    """Photos, from the camera or the album."""
    return common.field("files", gettext("Photos"), "files", accept="image/*", limit_mb=limit_mb, limit_files=9,
                        button=gettext("Take or choose photos"))  # fmt: skip


def why_field(chosen: str = "") -> common.Field:
    """Why the position is not known; a page without scripts cannot ask for it."""
    options = common.choices([(code, pgettext("no-place", code)) for code in NO_PLACE], chosen or NOT_ASKED)
    return common.field(
        "no_place", gettext("Why is the position not known?"), "select", options=options, required=True,
        help=gettext("A photo that holds its position counts before this."),
    )  # fmt: skip


def problem_fields(kept: Content, typed: Mapping[str, Any]) -> dict[str, common.Field]:
    """What a new case needs: matter from the short list, and how urgent it is."""
    matters = [(code, common.named(row)) for code, row in short_list(kept).items()]
    levels = [(n, pgettext("urgency", URGENCY_WORDS[n])) for n in URGENCIES]
    return {
        "matter": common.field("matter", gettext("What is it about?"), "select",
                               options=common.choices(matters, typed.get("matter", ""))),
        "urgency": common.field("urgency", gettext("How urgent?"), "seg", required=True,
                                options=common.choices(levels, typed.get("urgency", "1"))),
    }  # fmt: skip


def theirs(case_id: str, seen: int) -> Sequence[dict[str, Any]]:
    """What happened to a case since the phone last heard of it: moves by name and when, no words."""
    from uuid import UUID

    return [{"move": pgettext("move", step.move), "state": pgettext("state", step.target), "at": step.acted_at}
            for step in store.steps_since(UUID(case_id), seen)]  # fmt: skip
