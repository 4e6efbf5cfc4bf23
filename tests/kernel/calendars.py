"""Calendars that the kernel's tests share: the announced Chinese years, typed in by hand from the yearly notices."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gezhi.kernel.calendar import Calendar, Season

SHANGHAI = ZoneInfo("Asia/Shanghai")
WINTER = ((time(9), time(12)), (time(13, 30), time(17, 30)))  # 7 h
SUMMER = ((time(9), time(12)), (time(14), time(18, 30)))  # 7.5 h
SEASONS = (Season((5, 1), (10, 1), SUMMER), Season((10, 1), (5, 1), WINTER))


def days(first: date, count: int) -> set[date]:
    return {first + timedelta(days=n) for n in range(count)}


HOLIDAYS = frozenset(
    days(date(2025, 1, 1), 1)
    | days(date(2025, 1, 28), 8)
    | days(date(2025, 4, 4), 3)
    | days(date(2025, 5, 1), 5)
    | days(date(2025, 5, 31), 3)
    | days(date(2025, 10, 1), 8)
    | days(date(2026, 1, 1), 3)
    | days(date(2026, 2, 15), 9)
    | days(date(2026, 4, 4), 3)
    | days(date(2026, 5, 1), 5)
    | days(date(2026, 6, 19), 3)
    | days(date(2026, 9, 25), 3)
    | days(date(2026, 10, 1), 7)
)
WORKDAYS = frozenset(
    {date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)}
    | {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)}
)
CHINA = Calendar(holidays=HOLIDAYS, workdays=WORKDAYS, hours=SEASONS)
BERLIN = Calendar(
    zone="Europe/Berlin",
    weekly=frozenset({1, 2, 3, 4, 5, 6, 7}),
    hours=(Season((1, 1), (1, 1), ((time(0), time(0)),)),),
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """An instant from local wall time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def wall(moment: datetime, zone: ZoneInfo = SHANGHAI) -> str:
    """An instant as local wall time with its weekday, as a clerk would read it."""
    return moment.astimezone(zone).strftime("%a %Y-%m-%d %H:%M:%S").removesuffix(":00")
