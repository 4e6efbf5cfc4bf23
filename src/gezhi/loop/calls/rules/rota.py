"""Shifts in time: from when until when a shift of a day runs, over midnight too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATE = timedelta(minutes=30)  # after the end of a shift its handover is late


@dataclass(frozen=True, slots=True)
class Span:
    """One shift of one day, from (inclusive) until (exclusive)."""

    shift: int
    day: date
    since: datetime
    until: datetime


def span(shift: int, starts: time, ends: time, day: date, zone: str) -> Span:
    """A shift that ends when or before it starts ends on the next day; equal times are a whole day.

    >>> night = span(3, time(23), time(7), date(2026, 3, 2), "Asia/Shanghai")
    >>> night.until.isoformat()
    '2026-03-03T07:00:00+08:00'
    """
    here = ZoneInfo(zone)
    last = day + timedelta(days=1) if ends <= starts else day
    return Span(shift, day, datetime.combine(day, starts, here), datetime.combine(last, ends, here))


def days(first: date, last: date) -> Iterator[date]:
    """Each day from first to last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def is_late(one: Span, now: datetime) -> bool:
    """Whether the handover of a shift should have been taken over by now."""
    return now >= one.until + LATE


def monday(day: date) -> date:
    """The first day of the week of a day.

    >>> monday(date(2026, 3, 4)).isoformat()
    '2026-03-02'
    """
    return day - timedelta(days=day.weekday())
