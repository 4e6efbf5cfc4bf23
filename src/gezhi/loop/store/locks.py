"""One at a time, where a look at what is there and the row that follows from it must not be parted."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection


def alone(name: str) -> None:
    """One transaction at a time for what is named so, held until it ends; a second click waits and finds the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


@contextmanager
def held(name: str) -> Iterator[bool]:
    """Whether nobody else holds what is named so; then it is held, over many transactions, until the block ends.

    It is the connection that holds it, so that a process that is killed leaves nothing locked.
    """
    number = _number(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with suppress(Error), connection.cursor() as cursor:  # a connection that broke holds nothing any more
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
