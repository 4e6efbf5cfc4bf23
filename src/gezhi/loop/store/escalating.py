"""Clocks that may be due for the next rung of the ladder."""

from datetime import datetime

from django.db.models import F

from gezhi.loop.models import CaseClock

REMAINING = 0.25  # a little before the first rung at 80 %; the exact share is worked out by the calendar


def candidates(now: datetime, top: int, limit: int) -> list[CaseClock]:
    """Running clocks near or past their due and not yet at the top, those due first first."""
    rows = CaseClock.objects.filter(finished_at=None, paused=False, rung__lt=top, case__dormant=False)
    rows = rows.filter(due_at__lte=now + (F("due_at") - F("started_at")) * REMAINING)
    return list(rows.select_related("case").order_by("due_at")[:limit])


def climb(clock: CaseClock, level: int) -> bool:
    """Note the rung; False where the clock has stopped or was noted meanwhile."""
    rows = CaseClock.objects.filter(pk=clock.pk, finished_at=None, paused=False, rung=clock.rung)
    return bool(rows.update(rung=level))
