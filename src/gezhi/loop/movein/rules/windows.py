"""A long span of time in pieces that another server answers whole."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.open311.rules.wishes import read_moment

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


def inside(rows: Iterable[Mapping[str, Any]], since: datetime, until: datetime) -> bool:
    """Whether every request was made within a window; a server that says otherwise heeds no window.

    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [inside([{"requested_datetime": at}], day, day + LEAST) for at in ("2026-01-01T00:10:00Z", "2025-01-01", None)]
    [True, False, False]
    """
    try:
        moments = [read_moment(str(row.get("requested_datetime")), UTC) for row in rows]
    except Refused:
        return False
    return all(since - SECOND <= at <= until + SECOND for at in moments)
