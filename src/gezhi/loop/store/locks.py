"""One at a time, where a look at what is there and the row that follows from it must not be parted."""

import hashlib

from django.db import connection


def alone(name: str) -> None:
    """One transaction at a time for what is named so, held until it ends; a second click waits and finds the first."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
