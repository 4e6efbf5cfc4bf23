"""Figures of calls per shift and agent; each number opens its calls; the table as CSV."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from gezhi.kit.downloads import sent
from gezhi.kit.sheets import csv_lines
from gezhi.loop.calls import roster, store
from gezhi.loop.calls.pages.desk import READ, call_line
from gezhi.loop.calls.rules.rota import Span, days, span
from gezhi.loop.calls.use import within
from gezhi.loop.pages import common
from gezhi.loop.store import below
from gezhi.loop.store.visible import visible

DAYS = 31
SHOWN = 300
NUMBERS = ("offered", "answered", "fast", "missed")


def period(request: HttpRequest) -> tuple[date, date]:
    """From and to of the address, today where none is given, a month at most."""
    today = timezone.localtime(common.now()).date()
    first = day_of(request.GET.get("from", "")) or today
    last = day_of(request.GET.get("to", "")) or first
    last = max(first, last)
    return first, min(last, first + timedelta(days=DAYS - 1))


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of the first day until the first after the last."""
    here = roster.zone()
    return datetime.combine(first, time(0), here), datetime.combine(last + timedelta(days=1), time(0), here)


def rows_of(first: date, last: date) -> list[dict[str, Any]]:
    """One row for each shift, day and agent, with its words and shares."""
    shifts = {one.pk: one for one in roster.shifts(every=True)}
    counted = store.figures(shifts_of(first, last), *bounds(first, last), within())
    people = below.named(below.users(), (row["agent"] for row in counted))
    return [shown(row, shifts, people, f"from={first}&to={last}") for row in counted]


def shifts_of(first: date, last: date) -> list[Span]:
    """The shifts of a period, with the night before it; one that is no longer in use on the days it was worked."""
    before, here = first - timedelta(days=1), str(roster.zone())
    gone = [(day, one) for day, one in roster.worked(before, last) if not one.active]
    used = [(day, one) for one in roster.shifts() for day in days(max(before, one.since or before), last)]
    return [span(one.pk, one.starts, one.ends, day, here) for day, one in (*used, *gone)]


def shown(row: dict[str, Any], shifts: dict[int, Any], people: dict[int, Any], period_of: str) -> dict[str, Any]:
    """A counted row as it is shown."""
    person = people.get(row["agent"])
    place = f"{period_of}&{urlencode({name: row[name] or '' for name in ('day', 'shift', 'agent', 'name')})}"
    return {
        **row,
        "shift_name": common.named(shifts.get(row["shift"])) or gettext("outside of shifts"),
        "who": person.display_name if person else row["name"] or gettext("nobody"),
        "unknown": bool(row["name"]),
        "rate": share(row["answered"], row["offered"]),
        "fast_rate": share(row["fast"], row["offered"]),
        "mean": round(row["talk"] / row["talked"]) if row["talked"] else None,
        "links": {name: f"/desk/calls/list/?what={name}&{place}" for name in NUMBERS},
    }


def share(part: int, whole: int) -> float | None:
    """A share in per cent with one decimal; none of nothing.

    >>> share(2, 3), share(0, 0)
    (66.7, None)
    """
    return round(100 * part / whole, 1) if whole else None


def total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows together."""
    names = ("offered", "answered", "fast", "missed", "ringing", "talk", "talked")
    sums: dict[str, Any] = {name: sum(row[name] for row in rows) for name in names}
    sums["rate"], sums["fast_rate"] = share(sums["answered"], sums["offered"]), share(sums["fast"], sums["offered"])
    sums["mean"] = round(sums["talk"] / sums["talked"]) if sums["talked"] else None
    return sums


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The table of a period."""
    common.guard(request, READ)
    first, last = period(request)
    rows = rows_of(first, last)
    context = {
        "now": common.now(),
        "rows": rows,
        "total": total(rows),
        "within": within(),
        "from": first,
        "to": last,
        "one_day": first == last,
        "csv": f"/desk/calls/figures.csv?from={first}&to={last}",
        "all": {name: f"/desk/calls/list/?what={name}&from={first}&to={last}" for name in NUMBERS},
    }
    return render(request, "loop/calls/figures.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same table as CSV, in figures that a sheet can add up."""
    common.guard(request, READ)
    first, last = period(request)
    head = [
        gettext("Day"), gettext("Shift"), gettext("Agent"), gettext("Offered"), gettext("Answered"),
        gettext("Answered within %(seconds)s s") % {"seconds": within()}, gettext("Missed"),
        gettext("Mean talk, seconds"),
    ]  # fmt: skip
    names = ("day", "shift_name", "who", "offered", "answered", "fast", "missed", "mean")
    return sent(
        csv_lines(head, ([row[name] for name in names] for row in rows_of(first, last))),
        f"calls-{first}-{last}.csv",
    )


@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """The calls behind one number."""
    actor = common.guard(request, READ)
    what = request.GET.get("what", "offered")
    calls = list(wanted(request, what)[: SHOWN + 1])
    cases = {case.pk for case in visible(actor).filter(pk__in=[c.case_id for c in calls if c.case_id]).only("pk")}
    context = {
        "now": common.now(),
        "rows": [call_line(call, actor, cases) for call in calls[:SHOWN]],
        "cut": len(calls) > SHOWN,
        "most": SHOWN,
        "what": what,
        "within": within(),
    }
    return render(request, "loop/calls/list.html", context)


def wanted(request: HttpRequest, what: str) -> Any:
    """The query of one number: the same shift, day and agent as its cell."""
    get = request.GET.get
    first, last = period(request)
    rows = store.behind(what, *bounds(first, last), within())
    if "agent" not in request.GET:
        return rows
    cell = {
        "day": day_of(get("day", "")),
        "shift": whole(get("shift", "")),
        "agent": whole(get("agent", "")),
        "name": get("name", "")[:64],
    }
    return rows.filter(pk__in=store.in_cell(shifts_of(first, last), *bounds(first, last), cell))


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
