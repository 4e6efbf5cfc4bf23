"""The escalation ladder: which rung of it a clock climbs next, and from when on that is worth working out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Protocol, TypeVar

from gezhi.kernel.calendar import SIZE, Calendar, Unit

SLACK = timedelta(minutes=1)


class Rung(Protocol):
    """One rung: for which stage (empty: every one) and urgency (None: every one), its height and its share in %."""

    stage: str
    urgency: int | None
    level: int
    share: int


R = TypeVar("R", bound=Rung)


def above(rungs: Iterable[R], stage: str, urgency: int, level: int) -> list[R]:
    """The rungs that a clock has still above it."""
    return [
        rung for rung in rungs if rung.stage in ("", stage) and rung.urgency in (None, urgency) and rung.level > level
    ]


def worth_until(now: datetime, amount: int, unit: Unit, share: int, calendar: Calendar) -> datetime:
    """Clocks of this limit that fall due by this moment may have used the share; all others have not.

    The exact share is worked out clock by clock; this only keeps the others out. Beyond the due moment, where a
    calendar cannot be walked back, natural time stands for counted time, of which there is never more.
    """
    rest = Fraction((100 - share) * amount * SIZE[unit], 100)
    if rest >= 0:
        return calendar.shift(now, rest, unit) + SLACK
    day = SIZE[unit] if unit == "workday" else 0  # the last day of a count ends with the office, not at midnight
    return now - timedelta(seconds=max(0, int(-rest) - day))
