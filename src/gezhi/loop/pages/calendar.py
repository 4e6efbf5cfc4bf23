"""The working calendar of a year: which days are holidays or made up for, the office hours, and changing them."""

import calendar as months
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.moments import MONTHS, WEEKDAYS, long_day
from gezhi.loop import tasks
from gezhi.loop.models import CalendarDay, OfficeHours
from gezhi.loop.pages import common
from gezhi.loop.service.calendar import LIBRARY, fill_year, set_day, set_hours
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request

ADDRESS = "/desk/calendar/"
FIRST, LAST = 2000, 2100
WEEKEND = (5, 6)
SEASONS = 4  # rows of the form of office hours


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """A year at a glance; `?day=` opens the form of one day."""
    actor = actor_from_request(request)
    refused: Refused | None = None
    if request.method == "POST":
        refused = save(request, actor)
        if refused is None:
            messages.success(request, gettext("The day is saved. Limits that run over it are worked out anew."))
            return HttpResponseRedirect(f"{ADDRESS}?year={request.POST.get('day', '')[:4]}")
    today = timezone.localtime(common.now()).date()
    asked = request.GET.get("year", "")
    opened = day_of((request.POST if refused is not None else request.GET).get("day", ""))
    year = opened.year if opened else common.number(asked, today.year) if asked.isdecimal() else today.year
    year = min(max(year, FIRST), LAST)
    return show(request, actor, year, opened=opened, today=today, refused=refused)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def save(request: HttpRequest, actor: Actor) -> Refused | None:
    """Set one day as the form says."""
    get = request.POST.get
    day = day_of(get("day", ""))
    if day is None:
        return Refused("field-invalid", status=422, field="day")
    _, refused = common.attempt(
        lambda: set_day(
            day, get("kind", ""), name_zh=get("name_zh", "")[:60], name_en=get("name_en", "")[:80], actor=actor,
            now=common.now(),
        )
    )  # fmt: skip
    if refused is None:
        tasks.recalculate_day.defer(day=day.isoformat(), user=int(actor.id) if actor.kind == "user" else None)
    return refused


def show(
    request: HttpRequest, actor: Actor, year: int, *, opened: date | None, today: date, refused: Refused | None
) -> HttpResponse:
    """The table of a year, its office hours, and the form of one day."""
    rows = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    edit = bool(actor.grants_for("calendar.edit"))
    first = (settings.FIRST_DAY_OF_WEEK - 1) % 7
    made = months.Calendar(first)
    table = [
        {"name": pgettext("month", MONTHS[month - 1]),
         "weeks": [[cell(day, rows.get(day), today) if day.month == month else None for day in week]
                   for week in made.monthdatescalendar(year, month)]}
        for month in range(1, 13)
    ]  # fmt: skip
    context = {
        "year": year, "previous": f"?year={year - 1}", "next": f"?year={year + 1}", "months": table,
        "totals": totals(year, rows),
        "weekdays": [pgettext("weekday-letter", WEEKDAYS[(first + n) % 7]) for n in range(7)], "can_edit": edit,
        "missing": not any(row.kind == "holiday" for row in rows.values()), "hours": hours_rows(),
        "unannounced": any(not row.verified for row in rows.values()), "fill_url": f"{ADDRESS}fill/",
        "key": common.fresh_key(),
        "source": next((row.source for row in rows.values() if row.source not in ("", "local", LIBRARY)), ""),
        "opened": day_form(opened, rows.get(opened), today, request, refused) if opened and edit else None,
    }  # fmt: skip
    return render(request, "loop/calendar.html", context, status=refused.status if refused is not None else 200)


def cell(day: date, row: CalendarDay | None, today: date) -> dict[str, Any]:
    """One day of the table."""
    kind = "rest" if day.weekday() in WEEKEND else ""
    if row is not None:
        kind = "holiday" if row.kind == "holiday" else "makeup"
    return {
        "day": day.day, "url": f"?day={day.isoformat()}#day", "kind": kind, "today": day == today,
        "edited": row is not None and row.source == "local", "title": common.named(row) if row is not None else "",
    }  # fmt: skip


def totals(year: int, rows: dict[date, CalendarDay]) -> dict[str, int]:
    """Working days and days off of the year."""
    days = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    work = sum(1 for day in days if (rows[day].kind == "workday" if day in rows else day.weekday() not in WEEKEND))
    return {"work": work, "rest": len(days) - work}


def day_form(
    day: date, row: CalendarDay | None, today: date, request: HttpRequest, refused: Refused | None
) -> dict[str, Any]:
    """The form of one day."""
    kinds = [("holiday", gettext("Day off")), ("workday", gettext("Working day")), ("", gettext("As its weekday"))]
    chosen = request.POST.get("kind", "") if refused is not None else row.kind if row is not None else ""
    fields = [
        common.field("day", "", "hidden", day.isoformat()),
        common.field("kind", gettext("This day is"), "radio", required=True, options=common.choices(kinds, chosen)),
        common.field("name_zh", gettext("Chinese name"), value=row.name_zh if row else "", max=60),
        common.field("name_en", gettext("English name"), value=row.name_en if row else "", max=80),
    ]  # fmt: skip
    return {
        "words": long_day(day, today), "fields": fields, "action": ADDRESS, "key": common.fresh_key(),
        "errors": common.errors_of(refused),
    }  # fmt: skip


def hours_rows() -> list[dict[str, str]]:
    """The office hours in force; local ones win."""
    rows = list(OfficeHours.objects.filter(active=True).order_by("start"))
    local = [row for row in rows if row.pack == "local"] or rows
    return [{"from": row.start, "to": row.end, "periods": row.periods, "url": f"{ADDRESS}hours/"} for row in local]


@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """Enter the public holidays of a year."""
    actor = common.guard(request, "calendar.edit")
    year = min(max(common.number(request.POST.get("year", "")), FIRST), LAST)
    count, refused = common.attempt(lambda: fill_year(year, actor=actor, now=common.now()))
    if refused is not None:
        messages.error(request, sentence(refused))
    elif count:
        said = ngettext("%(n)s day is entered.", "%(n)s days are entered.", count) % {"n": count}
        messages.success(request, said)
    else:
        messages.info(request, gettext("No holidays of this year are known; enter them day by day."))
    return HttpResponseRedirect(f"{ADDRESS}?year={year}")


@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """The office hours of each season."""
    actor = common.guard(request, "calendar.edit")
    refused: Refused | None = None
    if request.method == "POST":
        seasons = [
            tuple(request.POST.get(f"{name}_{n}", "").strip() for name in ("from", "to", "periods"))
            for n in range(SEASONS)
        ]
        given = [(start, end, periods) for start, end, periods in seasons if start or end or periods]
        _, refused = common.attempt(lambda: set_hours(given, actor=actor, now=common.now()))
        if refused is None:
            messages.success(request, gettext("The office hours are saved."))
            return HttpResponseRedirect(ADDRESS)
    return show_hours(request, refused)


def show_hours(request: HttpRequest, refused: Refused | None) -> HttpResponse:
    rows = hours_rows()
    fields = []
    for n in range(SEASONS):
        row = rows[n] if n < len(rows) else {}
        for name, label in (("from", gettext("Season %(n)s, from (MM-DD)")), ("to", gettext("until (MM-DD)")),
                            ("periods", gettext("hours, like 08:30-12:00,14:00-17:30"))):  # fmt: skip
            value = request.POST.get(f"{name}_{n}", "") if refused is not None else row.get(name, "")
            fields.append(
                common.field(f"{name}_{n}", label % {"n": n + 1} if name == "from" else label, value=value, max=100)
            )
    context = {
        "title": gettext("Office hours"), "fields": fields, "errors": common.errors_of(refused, "from_0"),
        "intro": gettext("One row for the whole year, or one for each season; together they must cover the year."),
        "action": f"{ADDRESS}hours/", "key": common.fresh_key(), "submit": gettext("Save"), "back": ADDRESS,
        "crumbs": [{"label": gettext("Calendar"), "url": ADDRESS}, {"label": gettext("Office hours")}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused is not None else 200)
