"""Shifts: who works when and leads, telephones of people, and the handover from one shift to the next."""

from datetime import date, time, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.moments import WEEKDAYS
from gezhi.loop.calls import roster, store, use
from gezhi.loop.calls.pages.desk import mask_line
from gezhi.loop.calls.pages.figures import day_of, whole
from gezhi.loop.calls.rules.rota import monday
from gezhi.loop.calls.service import rostering
from gezhi.loop.models import Handover, Shift
from gezhi.loop.pages import common
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request, require

ADDRESS = "/desk/shifts/"
LIGHTS = {"taken": "done", "written": "ok", "due": "due", "running": "ok", "untaken": "late", "late": "late"}
LOOK_BACK = timedelta(days=7)


def guard(request: HttpRequest) -> Actor:
    """Whoever works shifts, arranges them or reads figures."""
    actor = actor_from_request(request)
    if not any(actor.grants_for(verb) for verb in ("call.read", "shift.edit", "shift.handover")):
        require(actor, "call.read")
    return actor


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """A week of shifts, the handovers that wait, and those of the last days."""
    return show(request, guard(request))


def show(request: HttpRequest, actor: Actor, refused: Refused | None = None, where: str = "") -> HttpResponse:
    """The page, with a refused form as it was typed."""
    moment = common.now()
    today = timezone.localtime(moment).date()
    first = monday(day_of(request.GET.get("week", "") or request.POST.get("week", "")) or today)
    edit = bool(actor.grants_for("shift.edit"))
    shifts = roster.shifts(every=edit)
    errors = common.errors_of(refused, "words")
    waiting = rostering.due_handovers(moment)
    led = roster.led_by(int(actor.id), (row["day"] for row in waiting)) if actor.kind == "user" else set()
    context = {
        "now": moment,
        "shifts": [shift_line(one) for one in shifts],
        "week": first,
        "today": today,
        "before": f"?week={first - timedelta(days=7)}",
        "after": f"?week={first + timedelta(days=7)}",
        "days": [first + timedelta(days=n) for n in range(7)],
        "weekdays": [pgettext("weekday", name) for name in WEEKDAYS],
        "table": table(first, [one for one in shifts if one.active]),
        "may_edit": edit,
        "errors": errors,
        "where": where,
        "due": [due_line(row, actor, led) for row in waiting],
        "notes": [note_line(one) for one in roster.handovers(today - LOOK_BACK)],
        "may_hand": bool(actor.grants_for("shift.handover")),
        "typed": request.POST if refused is not None else {},
        "key": common.fresh_key(),
        "opened": opened(request, first, shifts) if edit else None,
        "extensions": store.extensions() if edit else [],
        "people": roster.people() if edit else [],
        "unknown": store.unknown_agents(moment - timedelta(days=30)) if edit else [],
    }
    return render(request, "loop/calls/shifts.html", context, status=refused.status if refused is not None else 200)


def shift_line(one: Shift) -> dict[str, Any]:
    over = one.ends <= one.starts
    return {
        "id": one.pk,
        "name": common.named(one),
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "starts": one.starts,
        "ends": one.ends,
        "over": over,
        "active": one.active,
    }


def table(first: date, shifts: list[Shift]) -> list[dict[str, Any]]:
    """The week: a row for each shift, a cell for each day with its people, the leader first."""
    cells: dict[tuple[date, int], list[dict[str, Any]]] = {}
    for row in roster.week(first):
        cells.setdefault((row.day, row.shift_id), []).append({"name": row.user.display_name, "leader": row.leader})
    return [
        {
            "shift": shift_line(one),
            "cells": [
                {
                    "day": day,
                    "people": cells.get((day, one.pk), []),
                    "url": f"?week={first}&day={day}&shift={one.pk}#entry",
                }
                for day in (first + timedelta(days=n) for n in range(7))
            ],
        }
        for one in shifts
    ]


def opened(request: HttpRequest, first: date, shifts: list[Shift]) -> dict[str, Any] | None:
    """The form of one cell: who works, who leads."""
    day, key = day_of(request.GET.get("day", "")), whole(request.GET.get("shift", ""))
    one = next((row for row in shifts if row.pk == key), None)
    if day is None or one is None:
        return None
    here = [row for row in roster.week(monday(day)) if row.day == day and row.shift_id == one.pk]
    return {
        "day": day,
        "shift": shift_line(one),
        "chosen": {row.user_id for row in here},
        "leader": next((row.user_id for row in here if row.leader), None),
        "back": f"?week={first}",
    }


def due_line(row: dict[str, Any], actor: Actor, led: set[tuple[date, int]]) -> dict[str, Any]:
    """One shift whose handover is due, written or taken over."""
    note = row["note"]
    mine = note is not None and actor.kind == "user" and note.written_by_id == int(actor.id)
    rewrites = note is None or mine or (row["day"], row["shift"].pk) in led
    return {
        "day": row["day"],
        "shift": shift_line(row["shift"]),
        "until": row["until"],
        "state": row["state"],
        "note": note,
        "words": pgettext("handover", row["state"]),
        "light": LIGHTS[row["state"]],
        "mine": mine,
        "write": row["state"] in ("running", "due", "late", "written", "untaken") and rewrites,
        "take": note is not None and note.taken_at is None and not mine,
        "url": f"/desk/shifts/handover/{note.pk}/" if note is not None else "",
    }


def note_line(one: Handover) -> dict[str, Any]:
    return {
        "url": f"/desk/shifts/handover/{one.pk}/",
        "day": one.day,
        "shift": common.named(one.shift),
        "by": one.written_by.display_name,
        "at": one.written_at,
        "taken": one.taken_by.display_name if one.taken_by else "",
        "taken_at": one.taken_at,
    }


# ---- one handover


@require_GET
def handover(request: HttpRequest, key: int) -> HttpResponse:
    """A handover with what was open when it was written, and what of it is open still."""
    actor = guard(request)
    note = roster.handover_read(key)
    if note is None:
        raise Refused("handover-unknown", status=404)
    cases = visible(actor).filter(pk__in=note.open.get("urgent", [])).order_by("-urgency", "due_at", "pk")
    missed = store.ringbacks().filter(pk__in=note.open.get("missed", []))
    moment, line = common.now(), note_line(note)
    context = {
        "note": line,
        "words": note.words,
        "waiting": note.open.get("waiting", 0),
        "now": moment,
        "cases": [
            {
                "url": f"/desk/{c.pk}/",
                "number": c.number,
                "state": pgettext("state", c.state),
                "light": common.row_light(c, moment),
                "clock": common.row_clock(c, moment),
            }
            for c in cases
        ],
        "hidden": len(note.open.get("urgent", [])) - len(cases),
        "missed": [mask_line(row, actor) for row in missed],
        "take": bool(actor.grants_for("shift.handover"))
        and note.taken_at is None
        and not (actor.kind == "user" and note.written_by_id == int(actor.id)),
        "action": f"/desk/shifts/handover/{note.pk}/take/",
        "crumbs": [{"label": gettext("Shifts and handover"), "url": "/desk/shifts/"}, {"label": line["shift"]}],
    }
    return render(request, "loop/calls/handover.html", context)


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Write the handover of a shift."""
    actor = common.guard(request, "shift.handover")
    day, shift = day_of(request.POST.get("day", "")), whole(request.POST.get("shift", ""))
    if day is None or shift is None:
        raise Refused("shift-unknown", status=404)
    act = partial(rostering.hand_over, day, shift, request.POST.get("words", ""), actor=actor, now=common.now())
    note, refused = common.attempt(act)
    if note is None:
        return show(request, actor, refused, where=f"{day}-{shift}")
    messages.success(request, gettext("The handover is written; somebody of the next shift takes it over."))
    return HttpResponseRedirect(f"/desk/shifts/handover/{note.pk}/")


@require_POST
def take(request: HttpRequest, key: int) -> HttpResponse:
    """Take a handover over, by name."""
    actor = common.guard(request, "shift.handover")
    return _done(
        request,
        partial(rostering.take_over, key, actor=actor, now=common.now()),
        gettext("You have taken over."),
        ADDRESS,
    )


# ---- arranging


def _done(request: HttpRequest, act: Any, said: str, back: str) -> HttpResponse:
    _, refused = common.attempt(act)
    if refused is not None:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(back)


def _week(request: HttpRequest) -> str:
    day = day_of(request.POST.get("week", ""))
    return f"{ADDRESS}?week={day}" if day else ADDRESS


@require_POST
def entry(request: HttpRequest) -> HttpResponse:
    """Who works one shift of one day."""
    actor = common.guard(request, "shift.edit")
    day, shift = day_of(request.POST.get("day", "")), whole(request.POST.get("shift", ""))
    if day is None or shift is None:
        raise Refused("shift-unknown", status=404)
    people = [key for text in request.POST.getlist("people") if (key := whole(text)) is not None]
    leader = whole(request.POST.get("leader", ""))
    act = partial(rostering.put_on_duty, day, shift, people, leader, actor=actor, now=common.now())
    return _done(request, act, gettext("The roster is saved."), _week(request))


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """Copy the week that is shown onto another."""
    actor = common.guard(request, "shift.edit")
    source, target = day_of(request.POST.get("week", "")), day_of(request.POST.get("to", ""))
    if source is None or target is None:
        messages.error(request, sentence(Refused("date-malformed", status=422, value=request.POST.get("to", "")[:20])))
        return HttpResponseRedirect(_week(request))
    act = partial(rostering.copy_week, source, target, actor=actor, now=common.now())
    return _done(request, act, gettext("The week is copied."), f"{ADDRESS}?week={monday(target)}")


@require_POST
def shift(request: HttpRequest) -> HttpResponse:
    """Make or change a shift."""
    actor = common.guard(request, "shift.edit")
    get = request.POST.get
    try:
        starts, ends = time.fromisoformat(get("starts", "")), time.fromisoformat(get("ends", ""))
    except ValueError:
        messages.error(
            request, sentence(Refused("field-invalid", status=422, field="starts", value=get("starts", "")[:20]))
        )
        return HttpResponseRedirect(_week(request))
    act = partial(
        rostering.put_shift,
        whole(get("shift", "")),
        name_zh=get("name_zh", ""),
        name_en=get("name_en", ""),
        starts=starts,
        ends=ends,
        active=get("active", "") == "1",
        actor=actor,
        now=common.now(),
    )
    use.look_again()
    return _done(request, act, gettext("The shift is saved."), _week(request))


@require_POST
def extension(request: HttpRequest) -> HttpResponse:
    """Give a person a telephone."""
    actor = common.guard(request, "shift.edit")
    user = whole(request.POST.get("user", "")) or 0
    act = partial(rostering.put_extension, user, request.POST.get("extension", ""), actor=actor, now=common.now())
    return _done(request, act, gettext("The telephone is saved."), _week(request))
