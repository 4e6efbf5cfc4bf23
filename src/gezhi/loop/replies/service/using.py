"""Counting which ready texts went out; a figure of use, no act of anybody."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from gezhi.loop.replies import store
from gezhi.loop.store.content import content

MOST = 20  # of one form


def count(codes: Sequence[str], *, now: datetime) -> None:
    """One more use of each text that a form took over; codes that are none count nothing."""
    known = sorted({code for code in codes[:MOST] if code in content().replies})
    if known:
        store.count_use(known, timezone.localtime(now).date())
