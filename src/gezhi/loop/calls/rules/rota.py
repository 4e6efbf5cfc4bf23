"""Shifts in time: from when until when a shift of a day runs, over midnight too, and which one holds now."""

from collections.abc import Iterable, Iterator, Sequence
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

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


def span(shift: int, starts: time, ends: time, day: date, zone: str) -> Span:
    """A shift that ends when or before it starts ends on the next day; equal times are a whole day.

    >>> night = span(3, time(23), time(7), date(2026, 3, 2), "Asia/Shanghai")
    >>> night.until.isoformat()
    '2026-03-03T07:00:00+08:00'
    """
    here = ZoneInfo(zone)
    last = day + timedelta(days=1) if ends <= starts else day
    return Span(shift, day, datetime.combine(day, starts, here), datetime.combine(last, ends, here))


def spans(shifts: Iterable[tuple[int, time, time]], first: date, last: date, zone: str) -> list[Span]:
    """Every shift of the days from first to last, in order of time."""
    kept = list(shifts)
    found = [span(key, starts, ends, day, zone) for day in days(first, last) for key, starts, ends in kept]
    return sorted(found, key=lambda one: (one.since, one.shift))


def days(first: date, last: date) -> Iterator[date]:
    """Each day from first to last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def running(found: Sequence[Span], now: datetime) -> list[Span]:
    """The shifts that hold now; several where they overlap."""
    return [one for one in found if one.holds(now)]


def is_late(one: Span, now: datetime) -> bool:
    """Whether the handover of a shift should have been taken over by now."""
    return now >= one.until + LATE


def monday(day: date) -> date:
    """The first day of the week of a day.

    >>> monday(date(2026, 3, 4)).isoformat()
    '2026-03-02'
    """
    return day - timedelta(days=day.weekday())
