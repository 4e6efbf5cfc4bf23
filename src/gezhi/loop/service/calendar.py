"""The working calendar: public holidays filled in by year, single days and office hours set by the office."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit.public_holidays import rows_of
from gezhi.loop.models import CalendarDay, OfficeHours
from gezhi.loop.store import content as store
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

LIBRARY = "holidays"  # the source of days that nobody here has set


def add_days(rows: Iterable[Mapping[str, Any]]) -> int:
    """Holidays and make-up days that the table does not hold yet; a day that an office edited stays as it is."""
    days = [CalendarDay(**row) for row in rows]
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    return len(days)


@verb("calendar.edit")
def fill_year(year: int, *, actor: Actor, now: datetime) -> int:
    """Enter the public holidays of a year; returns how many days were new or have come to be announced since.

    A year once filled is left alone, so that a day an office has taken out stays out; only days that were not announced
    then are brought up to date. Clocks that are running keep the due moment they were promised.
    """
    del now
    require(actor, "calendar.edit")
    rows = [
        CalendarDay(
            day=row.day, kind=row.kind, name_zh=row.name_zh[:60], name_en=row.name_en[:80], verified=row.verified,
            source=LIBRARY,
        )
        for row in rows_of(settings.CONFIG.country, year)
    ]  # fmt: skip
    filled = CalendarDay.objects.filter(day__year=year, source=LIBRARY)
    if filled.filter(verified=False).exists() and any(row.verified for row in rows):
        filled.filter(verified=False).delete()
    elif filled.exists():
        rows = []
    known = set(CalendarDay.objects.filter(day__year=year).values_list("day", flat=True))
    made = CalendarDay.objects.bulk_create([row for row in rows if row.day not in known], ignore_conflicts=True)
    if not made:
        unchanged()
        return 0
    record("calendar.fill", "calendar", str(year), actor=actor, body={"days": len(made), "source": LIBRARY})
    store.forget()
    return len(made)


@verb("calendar.edit")
def set_day(day: date, kind: str, *, name_zh: str = "", name_en: str = "", actor: Actor, now: datetime) -> None:
    """Make a day a holiday, a make-up working day, or (kind "") an ordinary one again.

    What starts or resumes later counts by it at once; limits that run already are worked out anew by `recalculate`,
    which whoever sets a day asks for.
    """
    del now
    require(actor, "calendar.edit")
    if kind not in ("", "holiday", "workday"):
        raise Refused("calendar-kind", status=422, day=day.isoformat(), kind=kind)
    if kind:
        values = {"kind": kind, "name_zh": name_zh, "name_en": name_en, "verified": True, "source": "local"}
        CalendarDay.objects.update_or_create(day=day, defaults=values)
    else:
        CalendarDay.objects.filter(day=day).delete()
    record("calendar.edit", "day", day.isoformat(), actor=actor, body={"kind": kind})
    store.forget()


@verb("calendar.edit")
def set_hours(seasons: Sequence[tuple[str, str, str]], *, actor: Actor, now: datetime) -> None:
    """The office hours of this place: (from MM-DD, until MM-DD, periods) for each season; they replace the pack's."""
    del now
    require(actor, "calendar.edit")
    rows = []
    for start, end, periods in seasons:
        try:
            store.season_of(start, end, periods)
        except (ValueError, Refused) as error:
            raise Refused("calendar-hours", status=422, where=f"{start}..{end}", periods=periods) from error
        rows.append(OfficeHours(pack="local", version="1", start=start, end=end, periods=periods))
    OfficeHours.objects.filter(pack="local").delete()
    OfficeHours.objects.bulk_create(rows)
    record("calendar.hours", "calendar", "hours", actor=actor, body={"seasons": [list(s) for s in seasons]})
    store.forget()
    store.content()  # refuses, and so undoes, hours that overlap or leave a gap
