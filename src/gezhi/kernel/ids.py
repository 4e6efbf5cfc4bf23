"""Keys that sort by time: UUID version 7 (RFC 9562), made without a round trip to the database."""

import os
import time
from uuid import UUID


def uuid7(milliseconds: int | None = None) -> UUID:
    """A fresh UUIDv7; `milliseconds` since the epoch may be given for rows of the past.

    >>> uuid7(0).version, uuid7(5) > uuid7(4)
    (7, True)
    """
    moment = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    value = (moment & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
