"""Months by their names, and when they begin and end in the office's time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def names(now: datetime, zone: str, count: int) -> list[str]:
    """The running month and those before it, the newest first.

    >>> names(datetime(2026, 1, 31, 17, tzinfo=UTC), "Asia/Shanghai", 3)
    ['2026-02', '2026-01', '2025-12']
    """
    local = now.astimezone(ZoneInfo(zone))
    at = local.year * 12 + local.month - 1
    return [f"{one // 12}-{one % 12 + 1:02}" for one in range(at, at - count, -1)]


def window(name: str, zone: str) -> tuple[datetime, datetime]:
    """When a month begins and ends.

    >>> window("2026-12", "Asia/Shanghai")[1].isoformat()
    '2026-12-31T16:00:00+00:00'
    """
    year, month = (int(part) for part in name.split("-"))
    after = (year, month + 1) if month < 12 else (year + 1, 1)
    start, end = (datetime(*one, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for one in ((year, month), after))
    return start, end
