"""A long span of time in pieces that another server answers whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta

PIECE = timedelta(days=30)  # the standard permits ninety; a busy city fills a thousand rows in less
LEAST = timedelta(minutes=30)  # a shorter piece is not halved again
SECOND = timedelta(seconds=1)


def pieces(since: datetime, until: datetime, piece: timedelta = PIECE) -> Iterator[tuple[datetime, datetime]]:
    """Pieces from the first moment to the last, none overlapping.

    >>> [(a.day, b.day) for a, b in pieces(datetime(2026, 1, 1), datetime(2026, 1, 5), timedelta(days=2))]
    [(1, 2), (3, 4), (5, 5)]
    """
    start = since
    while start <= until:
        end = min(start + piece - SECOND, until)
        yield start, end
        start = end + SECOND


def halves(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Two halves of a piece, none where it is short already."""
    if until - since <= LEAST:
        return []
    middle = (since + (until - since) / 2).replace(microsecond=0)
    return [(since, middle), (middle + SECOND, until)]
