"""The clock of one stage of a case as a plain value: when it is due, how much is used, and what may happen to it.

A clock holds only what happened (start, pauses, extensions, finish); every answer is worked out anew from that and a
calendar, so the same events in any order give the same due. Amounts are counted in the unit of the clock's limit:

- due = limit plus all extensions in its unit, moved by the counted time of all pauses, then by extensions in other
  units in the fixed order of `UNITS`. A pause on a day that does not count (the starting day of working days, nights
  and weekends of working hours) moves nothing.
- A clock that is late when it is paused is exactly as late when it is resumed.
- Late means past the due instant, also at night: 18:00:01 is late for 18:00 although no office second has passed.
  Exactly at the due instant is in time (loop practice: green below 80 %, yellow to 100 %, red above).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from gezhi.kernel.calendar import SIZE, UNITS, Calendar, Unit
from gezhi.kernel.errors import Refused

Light = Literal["ok", "soon", "late", "paused", "done", "done_late"]
SOON = Fraction(4, 5)
LARGEST = 36_500  # a hundred years of days: no rule asks for more, and dates stay representable
DECIMALS = 4

_FAR = datetime.max.replace(tzinfo=UTC)
_NATURAL: tuple[tuple[str, Unit, int], ...] = (("day", "day", 86_400), ("hour", "hour", 3600), ("minute", "hour", 60))
_WORKING: tuple[tuple[str, Unit, int], ...] = (
    ("workday", "workday", 86_400),
    ("workhour", "workhour", 3600),
    ("workminute", "workhour", 60),
)
_LADDER: dict[Unit, tuple[tuple[str, Unit, int], ...]] = {
    "workday": (*_WORKING, *_NATURAL),
    "workhour": (*_WORKING[1:], *_NATURAL),
    "day": _NATURAL,
    "hour": _NATURAL[1:],
    "minute": _NATURAL[2:],
}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units, above zero, at most four decimals, never a float. Refuses clock-limit and clock-unit (422).

    >>> Limit.of("0.5", "workday")
    Limit(amount=Decimal('0.5'), unit='workday')
    """

    amount: int | Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in SIZE:
            raise Refused("clock-unit", status=422, unit=self.unit)
        if not _is_amount(self.amount):
            raise Refused("clock-limit", status=422, amount=str(self.amount), unit=self.unit)

    @classmethod
    def of(cls, amount: str, unit: Unit) -> "Limit":
        """A limit from text such as a spreadsheet cell."""
        try:
            number = Decimal(amount.strip())
        except ArithmeticError as error:
            raise Refused("clock-limit", status=422, amount=amount, unit=unit) from error
        return cls(number, unit)


class Pause(NamedTuple):
    """A time that does not count; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Clock:
    """What happened to one stage clock; `label` tells several staged limits of one stage apart.

    `until` is a due that somebody else has set, as it stands with everything granted since; the limit then only names
    the unit in which time is counted. Refuses clock-order when pauses overlap or lie before the start.
    """

    stage: str
    limit: Limit
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Limit, ...] = ()
    finished_at: datetime | None = None
    label: str = ""
    until: datetime | None = None

    def __post_init__(self) -> None:
        ordered = sorted((Pause(*pause) for pause in self.pauses), key=lambda pause: (pause.since, pause.until or _FAR))
        object.__setattr__(self, "pauses", tuple(ordered))
        earlier = self.started_at
        for pause in ordered:
            _in_order(self, pause.since, earlier)
            earlier = _FAR if pause.until is None else pause.until
            _in_order(self, earlier, pause.since)
        if self.finished_at is not None:
            _in_order(self, self.finished_at, earlier)

    @property
    def open_pause(self) -> Pause | None:
        """The pause that lasts, if any; pauses are in order, so it can only be the last."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None


class Remaining(NamedTuple):
    """What a page words: sign 1 (left) or -1 (overdue), a whole amount rounded down, and its unit.

    Units: workday, workhour, workminute, day, hour, minute; amount 0 means less than one of the smallest.
    """

    sign: int
    amount: int
    unit: str


class _Plan(NamedTuple):
    since: datetime
    due: datetime
    allowed: Fraction


def begin(clocks: tuple[Clock, ...], clock: Clock) -> tuple[Clock, ...]:
    """The clocks of a case with one more; refuses clock-running while the same stage and label still runs."""
    for other in clocks:
        if (other.stage, other.label) == (clock.stage, clock.label) and other.finished_at is None:
            raise Refused("clock-running", stage=clock.stage, label=clock.label, since=other.started_at.isoformat())
    return (*clocks, clock)


def pause(clock: Clock, at: datetime, reason: str) -> Clock:
    """Stop counting; refuses clock-finished, clock-paused, clock-order, and clock-reason without a reason."""
    _unfinished(clock)
    if clock.open_pause is not None:
        raise Refused("clock-paused", stage=clock.stage, since=clock.open_pause.since.isoformat())
    if not reason.strip():
        raise Refused("clock-reason", status=422, stage=clock.stage)
    return replace(clock, pauses=(*clock.pauses, Pause(at, None, reason)))


def resume(clock: Clock, at: datetime) -> Clock:
    """Count on; refuses clock-finished, clock-not-paused, clock-order."""
    _unfinished(clock)
    if clock.open_pause is None:
        raise Refused("clock-not-paused", stage=clock.stage)
    return replace(clock, pauses=(*clock.pauses[:-1], clock.open_pause._replace(until=at)))


def extend(clock: Clock, more: Limit) -> Clock:
    """Grant more time, also while paused; refuses clock-finished. Who may and until when is the caller's rule."""
    _unfinished(clock)
    return replace(clock, extensions=(*clock.extensions, more))


def finish(clock: Clock, at: datetime) -> Clock:
    """The stage is done; a lasting pause ends with it. Refuses clock-finished, clock-order."""
    _unfinished(clock)
    ended = clock if clock.open_pause is None else resume(clock, at)
    return replace(ended, finished_at=at)


def due(clock: Clock, calendar: Calendar) -> datetime | None:
    """When the clock runs out, in UTC; None while it is paused, for nobody can know."""
    return None if clock.open_pause else _plan(clock, calendar).due


def first_due(clocks: Iterable[Clock], calendar: Calendar) -> tuple[datetime, Clock] | None:
    """Of several staged limits the running one that falls due first."""
    running = [(moment, clock) for clock in clocks if clock.finished_at is None and (moment := due(clock, calendar))]
    return min(running, key=lambda pair: pair[0], default=None)


def consumed(clock: Clock, calendar: Calendar, now: datetime) -> int:
    """Unit seconds used at `now` (see Calendar.measure), pauses left out; stands still once finished."""
    used = _used(clock, calendar, _plan(clock, calendar).since, now)
    return used.numerator // used.denominator


def share(clock: Clock, calendar: Calendar, now: datetime) -> float:
    """Used divided by allowed: 1.0 at the due instant, above it only by time that counts."""
    plan = _plan(clock, calendar)
    return float(_used(clock, calendar, plan.since, now) / plan.allowed)


def light(clock: Clock, calendar: Calendar, now: datetime, *, soon: Fraction = SOON) -> Light:
    """The traffic light of a clock; `soon` is the used share at which it turns yellow."""
    plan = _plan(clock, calendar)
    if clock.finished_at is not None:
        return "done_late" if _past(clock.finished_at, plan.due) else "done"
    if clock.open_pause is not None:
        return "paused"
    if _past(now, plan.due):
        return "late"
    return "soon" if _used(clock, calendar, plan.since, now) >= soon * plan.allowed else "ok"


def turns(clock: Clock, calendar: Calendar, *, at: Fraction = SOON) -> datetime | None:
    """The instant at which a share of the time allowed will be used; None while the clock is paused.

    Where the share was already used before the last pause, some instant before the present one.
    """
    if clock.open_pause is not None:
        return None
    plan = _plan(clock, calendar)
    return calendar.shift(plan.since, at * plan.allowed + _paused(clock, calendar, plan.since, _FAR), clock.limit.unit)


def remaining(clock: Clock, calendar: Calendar, now: datetime) -> Remaining:
    """What is left or overdue in the largest unit that gives a whole number; at the pause or the finish if there."""
    plan = _plan(clock, calendar)
    here = clock.finished_at or (clock.open_pause.since if clock.open_pause else now)
    late = _past(here, plan.due)
    earlier, later = (plan.due, here) if late else (here, plan.due)
    ladder = _LADDER[clock.limit.unit]
    for name, unit, size in ladder:
        amount = calendar.span(earlier, later, unit) // size
        if amount > 0:
            return Remaining(-1 if late else 1, int(amount), name)
    return Remaining(-1 if late else 1, 0, ladder[-1][0])


def _plan(clock: Clock, calendar: Calendar) -> _Plan:
    """From when the clock counts, when it is due (a lasting pause taken as empty), and how much it allows."""
    unit = clock.limit.unit
    if clock.until is not None:
        since = min(clock.started_at, clock.until)
        allowed = calendar.span(since, clock.until, unit) - _paused(clock, calendar, since, clock.until)
        return _Plan(since, clock.until, max(allowed, Fraction(1)))  # a due at or before the start is used up at once
    totals: dict[Unit, Fraction] = {unit: Fraction(clock.limit.amount)}
    for more in clock.extensions:
        totals[more.unit] = totals.get(more.unit, Fraction(0)) + Fraction(more.amount)
    own = totals.pop(unit)
    since = calendar.counts_from(clock.started_at, own, unit)
    paused = _paused(clock, calendar, since, _FAR)
    moment = calendar.shift(calendar.add(clock.started_at, own, unit), paused, unit)
    for other in UNITS:
        if other in totals:
            moment = calendar.add(moment, totals[other], other)
    return _Plan(since, moment, calendar.span(since, moment, unit) - paused)


def _paused(clock: Clock, calendar: Calendar, since: datetime, until: datetime) -> Fraction:
    """Counted unit seconds of the ended pauses between two instants."""
    total = Fraction(0)
    for pause in clock.pauses:
        if pause.until is not None and pause.until > since and pause.since < until:
            total += calendar.span(max(pause.since, since), min(pause.until, until), clock.limit.unit)
    return total


def _used(clock: Clock, calendar: Calendar, since: datetime, now: datetime) -> Fraction:
    ends = [now]
    if clock.finished_at is not None:
        ends.append(clock.finished_at)
    if clock.open_pause is not None:
        ends.append(clock.open_pause.since)
    until = min(ends)
    if until <= since:
        return Fraction(0)
    return calendar.span(since, until, clock.limit.unit) - _paused(clock, calendar, since, until)


def _past(moment: datetime, limit: datetime) -> bool:
    """Whether an instant, cut to the second as the calendar does, lies after a due."""
    return moment.replace(microsecond=0) > limit


def _is_amount(amount: object) -> bool:
    if isinstance(amount, Decimal):
        exponent = amount.as_tuple().exponent
        return isinstance(exponent, int) and exponent >= -DECIMALS and 0 < amount <= LARGEST
    return isinstance(amount, int) and not isinstance(amount, bool) and 0 < amount <= LARGEST


def _unfinished(clock: Clock) -> None:
    if clock.finished_at is not None:
        raise Refused("clock-finished", stage=clock.stage, at=clock.finished_at.isoformat())


def _in_order(clock: Clock, moment: datetime, earlier: datetime) -> None:
    if moment < earlier:
        raise Refused("clock-order", stage=clock.stage, at=moment.isoformat(), earlier=earlier.isoformat())
