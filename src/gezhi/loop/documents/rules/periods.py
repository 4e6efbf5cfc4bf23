"""The periods of reports: a day, a week, a month, each from cut-off to cut-off, and those they are compared with."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from gezhi.kernel.errors import Refused

CUTOFFS = (*(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30) if hour or minute), "24:00")
WEEKDAYS = tuple("1234567")
_DAY = timedelta(days=1)
_YEAR_OF_WEEKS = timedelta(weeks=52)
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Span:
    """A period by its days, and by its moments: `since` belongs to it, `until` does not."""

    first: date
    last: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """How an office cuts its periods."""

    cutoff: str
    week_starts: int  # 1 Monday to 7 Sunday
    zone: tzinfo

    def span(self, first: date, last: date) -> Span:
        """From the first to the last day; a day lasts from the cut-off of the day before to its own.

        >>> from datetime import UTC
        >>> told = Rule("17:00", 1, UTC).span(date(2026, 3, 2), date(2026, 3, 2))
        >>> str(told.since), str(told.until)
        ('2026-03-01 17:00:00+00:00', '2026-03-02 17:00:00+00:00')
        >>> str(Rule("24:00", 1, UTC).span(date(2026, 3, 2), date(2026, 3, 2)).until)
        '2026-03-03 00:00:00+00:00'
        """
        return Span(first, last, self.cut(first - _DAY), self.cut(last))

    def cut(self, day: date) -> datetime:
        """The moment at which a day ends."""
        if self.cutoff == "24:00":
            return datetime.combine(day + _DAY, time(0), self.zone)
        return datetime.combine(day, time.fromisoformat(self.cutoff), self.zone)

    def day_of(self, moment: datetime) -> date:
        """The day in which a moment lies."""
        here = moment.astimezone(self.zone).date()
        return here if moment < self.cut(here) else here + _DAY


Days = tuple[date, date]


def _day(day: date, _: Rule) -> Days:
    return day, day


def _week(day: date, rule: Rule) -> Days:
    first = day - timedelta(days=(day.isoweekday() - rule.week_starts) % 7)
    return first, first + 6 * _DAY


def _month(day: date, _: Rule) -> Days:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _same_day(days: Days) -> date | None:
    """The day a year before; the 29th of February has none."""
    first = days[0]
    return None if (first.month, first.day) == (2, 29) else first.replace(year=first.year - 1)


AROUND: dict[str, Callable[[date, Rule], Days]] = {"daily": _day, "weekly": _week, "monthly": _month}
YEAR_BEFORE: dict[str, Callable[[Days], date | None]] = {
    "daily": _same_day,
    "weekly": lambda days: days[0] - _YEAR_OF_WEEKS,  # 52 weeks: the same days of the week
    "monthly": lambda days: days[0].replace(year=days[0].year - 1),
}


def around(kind: str, day: date, rule: Rule) -> Span:
    """The period of a kind in which a day lies.

    >>> from datetime import UTC
    >>> told = around("weekly", date(2026, 3, 4), Rule("24:00", 7, UTC))
    >>> str(told.first), str(told.last)
    ('2026-03-01', '2026-03-07')
    """
    return rule.span(*AROUND[kind](day, rule))


def named(kind: str, name: str, rule: Rule) -> Span:
    """The period with a name: 2026-03-02, 2026-W10, 2026-03; any day names the week or month in which it lies.

    Refuses report-period (422).
    """
    try:
        day = _named_day(kind, name)
    except ValueError as error:
        raise Refused("report-period", status=422, field="period", value=name[:20]) from error
    if not 1990 <= day.year <= 2200:
        raise Refused("report-period", status=422, field="period", value=name[:20])
    return around(kind, day, rule)


def _named_day(kind: str, name: str) -> date:
    """A day of the period with this name."""
    if kind == "weekly" and (week := _WEEK.fullmatch(name)):
        return date.fromisocalendar(int(week[1]), int(week[2]), 4)
    if kind == "monthly" and (month := _MONTH.fullmatch(name)):
        return date(int(month[1]), int(month[2]), 1)
    return date.fromisoformat(name)


def name_of(kind: str, span: Span) -> str:
    """The name of a period, as `named` takes it."""
    return f"{span.first:%Y-%m}" if kind == "monthly" else span.first.isoformat()


def before(kind: str, span: Span, rule: Rule) -> Span:
    """The period before."""
    return around(kind, span.first - _DAY, rule)


def year_before(kind: str, span: Span, rule: Rule) -> Span | None:
    """The same period a year before, where there is one.

    >>> from datetime import UTC
    >>> rule = Rule("24:00", 1, UTC)
    >>> str(year_before("weekly", named("weekly", "2026-W10", rule), rule).first)
    '2025-03-03'
    >>> year_before("daily", named("daily", "2028-02-29", rule), rule) is None
    True
    """
    day = YEAR_BEFORE[kind]((span.first, span.last))
    return around(kind, day, rule) if day is not None else None


def last_ended(kind: str, now: datetime, rule: Rule) -> Span:
    """The newest period that has ended."""
    span = around(kind, rule.day_of(now), rule)
    return span if span.until <= now else before(kind, span, rule)
