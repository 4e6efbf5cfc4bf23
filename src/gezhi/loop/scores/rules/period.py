"""The period of a score: from day to day, each day ending at the cut-off hour, by the working calendar."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from gezhi.kernel.errors import Refused

HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
MOVES = ("keep", "before", "after")  # what happens to a cut-off on a day off
LONGEST = 800  # days of one period
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Half open: `start` belongs to it, `end` does not; `rest_days` are cut-off days that are days off."""

    start: datetime
    end: datetime
    rest_days: tuple[date, ...] = ()


def period(
    first: date, last: date, *, cutoff: str, moved: str, works: Callable[[date], bool], zone: tzinfo, now: datetime
) -> Period:
    """The period from the first to the last day. A day lasts from the cut-off of the day before to its own.

    A cut-off on a day off stays, or moves to the working day before or after; both ends move alike, so that periods
    that follow one another neither overlap nor leave a gap. Refuses score-period, score-period-future.
    """
    if not HOUR.fullmatch(cutoff) or moved not in MOVES:
        raise Refused("score-cutoff", status=422, field="cutoff", value=cutoff[:10])
    if first > last or (last - first).days >= LONGEST:
        raise Refused("score-period", status=422, field="last", first=first, last=last, most=LONGEST)
    edges = [_moved(day, moved, works) for day in (first - _DAY, last)]
    start, end = (_moment(day, cutoff, zone) for day in edges)
    if start >= end:
        raise Refused("score-period", status=422, field="last", first=first, last=last, most=LONGEST)
    if end > now:
        raise Refused("score-period-future", status=422, field="last", end=end)
    return Period(start, end, tuple(day for day in (first - _DAY, last) if cutoff != "24:00" and not works(day)))


def _moved(day: date, moved: str, works: Callable[[date], bool]) -> date:
    step = {"keep": 0, "before": -1, "after": 1}[moved]
    for _ in range(30 if step else 0):
        if works(day):
            break
        day += step * _DAY
    return day


def _moment(day: date, cutoff: str, zone: tzinfo) -> datetime:
    if cutoff == "24:00":
        return datetime.combine(day + _DAY, time(0), zone)
    return datetime.combine(day, time.fromisoformat(cutoff), zone)
