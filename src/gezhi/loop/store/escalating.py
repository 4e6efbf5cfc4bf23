"""Clocks that may be due for the next rung of the ladder."""

from datetime import datetime

from django.db.models import Q

from gezhi.loop.models import CaseClock
from gezhi.loop.rules.ladder import above, worth_until
from gezhi.loop.store.content import Content

RUNNING = Q(finished_at=None, paused=False, case__dormant=False)
ALIKE = ("stage", "case__urgency", "rung", "unit_of", "amount")


def candidates(now: datetime, kept: Content, limit: int) -> list[CaseClock]:
    """Running clocks that may have used the share of their next rung, those due first first.

    A clock with no rung above it is none, or a heap of overdue ones would hold up all that come after.
    """
    wanted = Q(pk__in=[])
    for alike in CaseClock.objects.filter(RUNNING).order_by().values_list(*ALIKE).distinct():
        stage, urgency, rung, unit_of, amount = alike
        higher = above(kept.rungs, stage, urgency, rung)
        if higher:
            until = worth_until(now, amount, unit_of, min(each.share for each in higher), kept.calendar)
            same = Q(**dict(zip(ALIKE, alike, strict=True)))
            wanted |= same & (Q(due_at__lte=until) | ~Q(extensions=[]))
    rows = CaseClock.objects.filter(RUNNING & wanted)
    return list(rows.select_related("case").order_by("due_at")[:limit])


def climb(clock: CaseClock, level: int) -> bool:
    """Note the rung; False where the clock has stopped or was noted meanwhile."""
    rows = CaseClock.objects.filter(pk=clock.pk, finished_at=None, paused=False, rung=clock.rung)
    return bool(rows.update(rung=level))
