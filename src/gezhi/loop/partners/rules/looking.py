"""When a partner is asked again for what it has: by its wish, and more and more seldom while it does not answer."""

from datetime import datetime, timedelta

MOST = timedelta(hours=1)


def is_time(looked: datetime | None, silent: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether a partner that was last asked then, and is silent since then, is to be asked now.

    >>> from datetime import UTC
    >>> noon, five = datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(minutes=5)
    >>> is_time(noon, None, five, noon + five), is_time(noon, noon - 4 * five, five, noon + 3 * five)
    (True, False)
    """
    if looked is None:
        return True
    wait = every if silent is None else max(every, min(looked - silent, MOST))
    return now - looked >= wait
