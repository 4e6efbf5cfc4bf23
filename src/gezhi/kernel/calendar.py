"""Working calendar: which seconds count, and when a limit in hours, working hours, days or working days falls due.

Units, and where each rule comes from:

- `hour`: natural hours, nights and holidays included (Civil Code art. 201: a period in hours starts at once).
- `day`: calendar days, due at the same local wall-clock time; a change of summer time does not move it.
- `workhour`: only seconds inside office periods count. Due at closing time, not at the next opening, when both fit.
- `workday`: the starting day is not counted (Civil Code art. 201; 从次日起算); due when the office closes on the n-th
  working day after it (art. 203: the end of business hours ends the period). Holidays never count (Administrative
  Licence Law art. 82). A limit below one working day, such as 0.5, starts at once and counts shares of a working day.

Every working day weighs the same, 86,400 unit seconds spread evenly over its office seconds, so a pause of one whole
winter day moves a due by one whole day even into the longer summer days. All instants are cut to whole seconds first;
that keeps sums exact. A local time skipped by summer time means the moment of the skip; one that occurs twice means
the first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from gezhi.kernel.errors import Refused

Unit: TypeAlias = str  # one of UNITS, checked where it enters: units come as text from tables and files
UNITS: tuple[Unit, ...] = ("minute", "hour", "workhour", "workday", "day")
NATURAL = frozenset({"minute", "hour", "day"})  # run on through nights and holidays
SIZE: Mapping[Unit, int] = {"minute": 60, "hour": 3600, "workhour": 3600, "workday": 86_400, "day": 86_400}
MonthDay: TypeAlias = tuple[int, int]
Amount: TypeAlias = int | Decimal | Fraction
Periods: TypeAlias = tuple[tuple[time, time], ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall time, from which an offset is taken
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_MIDNIGHT = time(0)
_MONTH_DAYS = frozenset((day.month, day.day) for day in (date(2000, 1, 1) + timedelta(n) for n in range(366)))
_PATIENCE = 1000  # closed days in a row after which a calendar has no working time at all


class DayRow(NamedTuple):
    """One row of the table of holidays and make-up working days; `kind` is "holiday" or "workday"."""

    day: date
    kind: str
    name_zh: str = ""
    name_en: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Season:
    """Office periods from `start` (month, day) up to, not including, `end`; may wrap the year; equal = all year.

    A period that ends at 00:00 ends at midnight, so ((00:00, 00:00),) is a desk that never closes.

    >>> winter = Season((10, 1), (5, 1), ((time(9), time(12)), (time(14), time(17, 30))))
    >>> winter.covers(date(2026, 1, 1)), winter.covers(date(2026, 5, 1))
    (True, False)
    """

    start: MonthDay
    end: MonthDay
    periods: Periods

    def covers(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.start < self.end:
            return self.start <= here < self.end
        return here >= self.start or here < self.end


OFFICE_HOURS: tuple[Season, ...] = (Season((1, 1), (1, 1), ((time(9), time(12)), (time(14), time(18)))),)
WEEKDAYS = frozenset({1, 2, 3, 4, 5})


class _Office(NamedTuple):
    """The office time of one local date: spans in seconds since the epoch, and their sum."""

    spans: tuple[tuple[int, int], ...]
    total: int


_CLOSED = _Office((), 0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working time of one jurisdiction. Keep one object per version: it remembers every date it has worked out.

    `weekly` holds ISO weekdays (Monday 1). For a date the first of these decides: `special` (an empty tuple closes
    the office), `workdays` (make-up days 调休), `holidays`, `weekly`. Refuses calendar-zone, calendar-hours,
    calendar-conflict.
    """

    zone: str = "Asia/Shanghai"
    weekly: frozenset[int] = WEEKDAYS
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    hours: tuple[Season, ...] = OFFICE_HOURS
    special: Mapping[date, Periods] = field(default_factory=dict, hash=False)
    verified_years: frozenset[int] = frozenset()
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _days: dict[int, _Office] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "special", dict(self.special))
        object.__setattr__(self, "_tz", _zone(self.zone))
        _check_seasons(self.hours)
        for day, periods in self.special.items():
            _check_periods(periods, day.isoformat())
        both = self.holidays & self.workdays
        if both:
            raise Refused("calendar-conflict", status=422, day=min(both).isoformat())

    def is_workday(self, day: date) -> bool:
        """Whether the office opens at all on this local date."""
        return self._office(day.toordinal()).total > 0

    def periods(self, day: date) -> list[tuple[datetime, datetime]]:
        """The office periods of a local date as aware intervals in UTC, half open, in order."""
        return [(_moment(opens), _moment(closes)) for opens, closes in self._office(day.toordinal()).spans]

    def local_date(self, moment: datetime) -> date:
        """The date on the wall of this jurisdiction at an instant."""
        return moment.astimezone(self._tz).date()

    def is_verified(self, start: datetime, end: datetime) -> bool:
        """Whether the holidays of every local year from `start` to `end` have been announced and checked."""
        years = range(self.local_date(start).year, self.local_date(end).year + 1)
        return self.verified_years.issuperset(years)

    def measure(self, start: datetime, end: datetime, unit: Unit) -> int:
        """Unit seconds from `start` to `end` (negative backwards): additive and never falling in `end`.

        `minute`, `hour`, `day`: natural seconds. `workhour`: office seconds.
        `workday`: 86,400 for each whole working day.
        """
        _check_unit(unit)
        first, last = _seconds(start), _seconds(end)
        if unit in NATURAL:
            return last - first
        if unit == "workhour":
            return self._worked(first, last)
        size = SIZE[unit]
        (day, into, total), (until, reached, whole) = self._place(first), self._place(last)
        return self._count(day, until) * size + reached * size // whole - into * size // total

    def span(self, start: datetime, end: datetime, unit: Unit) -> Fraction:
        """As `measure`, not rounded: for arithmetic that adds many pauses without losing a second."""
        if unit != "workday":
            return Fraction(self.measure(start, end, unit))
        (day, into, total), (until, reached, whole) = self._place(_seconds(start)), self._place(_seconds(end))
        return SIZE[unit] * (self._count(day, until) + Fraction(reached, whole) - Fraction(into, total))

    def counts_from(self, start: datetime, amount: Amount, unit: Unit) -> datetime:
        """The instant from which a limit counts: for one working day and more, the midnight after the start."""
        if unit == "workday" and amount >= 1:
            following = self.local_date(start) + _DAY
            return _moment(_epoch(datetime.combine(following, _MIDNIGHT), self._tz))
        return _moment(_seconds(start))

    def add(self, start: datetime, amount: Amount, unit: Unit) -> datetime:
        """When a limit of `amount` units that starts at `start` falls due, in UTC; refuses clock-limit."""
        _check_unit(unit)
        if amount < 0:
            raise Refused("clock-limit", status=422, amount=str(amount), unit=unit)
        exact = Fraction(amount)
        if unit != "day":
            return self.shift(self.counts_from(start, exact, unit), exact * SIZE[unit], unit)
        whole = exact.numerator // exact.denominator
        if not whole:
            return self.shift(start, exact * SIZE[unit], unit)
        wall = start.astimezone(self._tz).replace(tzinfo=None) + timedelta(days=whole)
        return self.shift(_moment(_epoch(wall, self._tz)), (exact - whole) * SIZE[unit], unit)

    def shift(self, moment: datetime, seconds: Fraction | int, unit: Unit) -> datetime:
        """The first instant at which `seconds` unit seconds have passed since `moment`; zero moves nothing."""
        _check_unit(unit)
        here = _seconds(moment)
        if seconds < 0:
            raise ValueError("a calendar is shifted forwards only")
        if seconds == 0:
            return _moment(here)
        if unit in NATURAL:
            return _moment(here + ceil(seconds))
        if unit == "workhour":
            return _moment(self._forward(here, ceil(seconds)))
        day, into, total = self._place(here)
        target = Fraction(into, total) + Fraction(seconds) / SIZE[unit]
        whole = ceil(target) - 1  # a share of exactly one is the close of this day, not the opening of the next
        office = self._office(self._step(day, whole))
        return _moment(_at(office, ceil((target - whole) * office.total)))

    def _office(self, ordinal: int) -> _Office:
        office = self._days.get(ordinal)
        if office is None:
            office = self._days[ordinal] = self._build(date.fromordinal(ordinal))
        return office

    def _build(self, day: date) -> _Office:
        declared = self._declared(day)
        if not declared:
            return _CLOSED
        midnight = datetime.combine(day, _MIDNIGHT)
        offset = _offset(midnight, self._tz)
        if offset == _offset(midnight + _DAY, self._tz):  # no clock change on this date: plain sums, much faster
            zero = (midnight - _WALL_EPOCH - offset) // _SECOND
            spans = [(zero + _of_day(opens), zero + (_of_day(closes) or 86_400)) for opens, closes in declared]
        else:
            walls = [(opens, midnight + timedelta(seconds=_of_day(closes) or 86_400)) for opens, closes in declared]
            spans = [(_epoch(datetime.combine(day, opens), self._tz), _epoch(last, self._tz)) for opens, last in walls]
        kept = tuple(span for span in spans if span[0] < span[1])
        return _Office(kept, sum(last - first for first, last in kept)) if kept else _CLOSED

    def _declared(self, day: date) -> Periods:
        if day in self.special:
            return self.special[day]
        usual = day.isoweekday() in self.weekly and day not in self.holidays
        if not usual and day not in self.workdays:
            return ()
        return next(season.periods for season in self.hours if season.covers(day))

    def _today(self, seconds: int) -> int:
        return datetime.fromtimestamp(seconds, self._tz).toordinal()

    def _worked(self, first: int, last: int) -> int:
        """Office seconds between two instants."""
        if last < first:
            return -self._worked(last, first)
        day, until = self._today(first), self._today(last)
        whole = sum(self._office(ordinal).total for ordinal in range(day, until))
        return whole + _into(self._office(until), last) - _into(self._office(day), first)

    def _place(self, seconds: int) -> tuple[int, int, int]:
        """Where an instant stands: its working day (or the next one), office seconds passed in it, and their total."""
        day = self._today(seconds)
        office = self._office(day)
        if office.total:
            return day, _into(office, seconds), office.total
        day = self._step(day, 1)
        return day, 0, self._office(day).total

    def _count(self, day: int, until: int) -> int:
        """Working days from `day` up to, not including, `until`; negative backwards."""
        if until < day:
            return -self._count(until, day)
        known = self._days
        return sum([(known.get(ordinal) or self._office(ordinal)).total > 0 for ordinal in range(day, until)])

    def _step(self, day: int, count: int) -> int:
        """The `count`-th working day after a date; zero is the date itself."""
        closed, known = 0, self._days
        while count:
            day += 1
            if (known.get(day) or self._office(day)).total:
                count, closed = count - 1, 0
            else:
                closed = _patient(closed, day)
        return day

    def _forward(self, here: int, amount: int) -> int:
        """The instant at which `amount` office seconds, at least one, have passed."""
        day = self._today(here)
        need = amount + _into(self._office(day), here)
        closed = 0
        while need > (total := self._office(day).total):
            need -= total
            closed = 0 if total else _patient(closed, day)
            day += 1
        return _at(self._office(day), need)


def from_rows(
    rows: Iterable[DayRow],
    *,
    zone: str = "Asia/Shanghai",
    weekly: frozenset[int] = WEEKDAYS,
    hours: tuple[Season, ...] = OFFICE_HOURS,
    special: Mapping[date, Periods] | None = None,
) -> Calendar:
    """A calendar from table rows; a year counts as verified when it has rows and all of them are verified.

    Refuses calendar-kind for a kind that is neither holiday nor workday, calendar-conflict for a date that is both.
    """
    days: dict[str, set[date]] = {"holiday": set(), "workday": set()}
    years: dict[int, bool] = {}
    for row in rows:
        if row.kind not in days:
            raise Refused("calendar-kind", status=422, day=row.day.isoformat(), kind=row.kind)
        days[row.kind].add(row.day)
        years[row.day.year] = years.get(row.day.year, True) and row.verified
    return Calendar(
        zone=zone,
        weekly=weekly,
        holidays=frozenset(days["holiday"]),
        workdays=frozenset(days["workday"]),
        hours=hours,
        special=special or {},
        verified_years=frozenset(year for year, verified in years.items() if verified),
    )


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a calendar needs aware datetimes")
    return (moment - _EPOCH) // _SECOND


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _of_day(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _offset(wall: datetime, zone: ZoneInfo) -> timedelta:
    offset = wall.replace(tzinfo=zone).utcoffset()
    assert offset is not None  # a ZoneInfo always knows
    return offset


def _epoch(wall: datetime, zone: ZoneInfo) -> int:
    """Seconds since the epoch of a local wall time; a skipped time is the moment of the skip, so order is kept."""
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    low, high = _seconds(late), _seconds(early)  # equal but for a time that is skipped (low first) or occurs twice
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == early.utcoffset():
            low = middle
        else:
            high = middle
    return high


def _into(office: _Office, seconds: int) -> int:
    """Office seconds of a date that have passed at an instant."""
    passed = 0
    for opens, closes in office.spans:
        if seconds <= opens:
            break
        passed += min(seconds, closes) - opens
    return passed


def _at(office: _Office, passed: int) -> int:
    """The first instant at which `passed` office seconds (1 to the total) of a date have passed."""
    for opens, closes in office.spans:
        if passed <= closes - opens:
            return opens + passed
        passed -= closes - opens
    raise ValueError("more seconds than the office is open")


def _patient(closed: int, ordinal: int) -> int:
    if closed >= _PATIENCE:
        raise Refused("calendar-closed", day=date.fromordinal(ordinal - closed).isoformat(), days=closed)
    return closed + 1


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise Refused("calendar-zone", status=422, zone=name) from error


def _check_unit(unit: str) -> None:
    if unit not in SIZE:
        raise Refused("clock-unit", status=422, unit=unit)


def _check_periods(periods: Periods, where: str) -> None:
    earlier = _MIDNIGHT
    for number, (opens, closes) in enumerate(periods):
        shut = number > 0 and earlier == _MIDNIGHT  # the period before already ran to midnight
        if shut or opens < earlier or (closes != _MIDNIGHT and closes <= opens):
            raise Refused("calendar-hours", status=422, where=where)
        earlier = closes


def _check_seasons(seasons: tuple[Season, ...]) -> None:
    """Seasons must cover every day of the year once: each ends where the next one starts."""
    ordered = sorted(seasons, key=lambda season: season.start)
    if not ordered:
        raise Refused("calendar-hours", status=422, where="-")
    for season, following in zip(ordered, ordered[1:] + ordered[:1], strict=True):
        where = f"{season.start[0]:02}-{season.start[1]:02}"
        lone = len(ordered) > 1 and season.start == season.end
        if season.end != following.start or lone or not season.periods or season.start not in _MONTH_DAYS:
            raise Refused("calendar-hours", status=422, where=where)
        _check_periods(season.periods, where)
