"""The hours of the night in which nobody's telephone should sound."""

import re
from datetime import datetime, time, timedelta, tzinfo

_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def span_of(text: str) -> tuple[time, time] | None:
    """Begin and end of a setting such as 21:00-08:00; nothing where it is empty or no span.

    >>> span_of("21:00-08:00")
    (datetime.time(21, 0), datetime.time(8, 0))
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    except ValueError:
        return None


def quiet_until(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet hours that run now end; nothing where none run.

    >>> from zoneinfo import ZoneInfo
    >>> here = ZoneInfo("Asia/Shanghai")
    >>> quiet_until("21:00-08:00", datetime(2026, 3, 2, 23, tzinfo=here), here).isoformat()
    '2026-03-03T08:00:00+08:00'
    >>> quiet_until("21:00-08:00", datetime(2026, 3, 2, 9, tzinfo=here), here) is None
    True
    """
    span = span_of(text)
    if span is None or span[0] == span[1]:
        return None
    begin, end = span
    local = now.astimezone(zone)
    at = local.time().replace(tzinfo=None)
    over_night = begin > end
    inside = (at >= begin or at < end) if over_night else begin <= at < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if over_night and at >= begin else local.date()
    return datetime.combine(day, end, zone)
