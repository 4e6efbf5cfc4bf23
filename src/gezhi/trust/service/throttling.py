"""Slowing down whoever tries too often, be it guesses or a flood of reports; by keyed hash, never by the address."""

import math
from datetime import datetime, timedelta

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.trust.rules.identity import wait_after
from gezhi.trust.service.sealing import keyed_hash
from gezhi.trust.store import signin


def hold(kind: str, who: str, *, now: datetime) -> None:
    """Refuse with `too-many-tries` (429, seconds) while this one has to wait."""
    until = signin.waits([_key(kind, who)], now)
    if until is not None:
        raise Refused("too-many-tries", status=429, seconds=math.ceil((until - now).total_seconds()))


def count_try(kind: str, who: str, *, free: int, forget: timedelta, now: datetime) -> None:
    """Count one try, in a transaction of its own; after `free` of them, with no pause of `forget`, waits grow."""
    with transaction.atomic():
        key = _key(kind, who)
        wait = wait_after(signin.count_failure(key, now, now - forget), free)
        if wait:
            signin.set_wait(key, now + wait)


def _key(kind: str, who: str) -> bytes:
    key = keyed_hash(f"try-{kind}", who or "-")
    assert key is not None
    return key
