"""When a piece that did not get through is tried again, and when it is given up."""

from datetime import datetime, timedelta

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 120, 300, *[600] * 140))
TRIES = len(WAITS) + 1  # a whole day: a night and a morning without their server room lose nothing
LEASE = timedelta(seconds=90)  # a piece in the hands of a process that was killed is taken up again after this
UNSURE = timedelta(hours=2)  # what may have been taken is sent once more after this, or once they answer again
SLOW = {"mail": timedelta(minutes=6)}  # a mail server may look through a letter for minutes


def again_at(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many tries in vain; None when it is given up.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> again_at(1, noon) - noon, again_at(TRIES, noon)
    (datetime.timedelta(seconds=5), None)
    """
    return now + WAITS[tries - 1] if tries < TRIES else None


def lease_of(kind: str) -> timedelta:
    """How long one piece may be on its way before another worker may take it up."""
    return SLOW.get(kind, LEASE)
