"""The working days of a run, kept with it: a holiday declared later must not move a figure that was published."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gezhi.kernel.calendar import Calendar

_DAY = timedelta(days=1)


def kept_days(calendar: Calendar, start: datetime, end: datetime) -> dict[str, Any]:
    """The office hours of each day from `start` to `end`, as text.

    >>> from datetime import UTC
    >>> kept = kept_days(Calendar(), datetime(2026, 3, 6, 4, tzinfo=UTC), datetime(2026, 3, 7, 4, tzinfo=UTC))
    >>> kept["days"]
    {'2026-03-06': ['09:00', '12:00', '14:00', '18:00'], '2026-03-07': []}
    """
    here, day = ZoneInfo(calendar.zone), calendar.local_date(start)
    days: dict[str, list[str]] = {}
    while day <= calendar.local_date(end):
        edges = (edge for span in calendar.periods(day) for edge in span)
        days[day.isoformat()] = [edge.astimezone(here).time().isoformat("minutes") for edge in edges]
        day += _DAY
    return {"zone": calendar.zone, "days": days}


def calendar_of(kept: Mapping[str, Any]) -> Calendar:
    """The calendar out of what `kept_days` gave; days beyond those are as if none had been declared.

    >>> days = {"2026-03-06": [], "2026-03-07": ["10:00", "00:00"]}
    >>> calendar = calendar_of({"zone": "Asia/Shanghai", "days": days})
    >>> [calendar.is_workday(date(2026, 3, number)) for number in (6, 7, 9)]
    [False, True, True]
    """
    special = {
        date.fromisoformat(day): tuple(zip(*[map(time.fromisoformat, edges)] * 2, strict=True))
        for day, edges in kept["days"].items()
    }
    return Calendar(zone=kept["zone"], special=special)
