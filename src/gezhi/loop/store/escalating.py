"""Clocks that may be due for the next rung of the ladder, and hang-ups whose day of review has come."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.json import KeyTextTransform

from gezhi.loop.models import Case, CaseClock, Step
from gezhi.loop.rules.clocks import GIVEN
from gezhi.loop.rules.ladder import SLACK, above, worth_until
from gezhi.loop.store.content import Content

RUNNING = Q(finished_at=None, paused=False, case__dormant=False)
HANGUP_REVIEW = "hangup-review"  # the reason of a step that calls for the review of a hang-up
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
            least = min(each.share for each in higher)
            same = Q(**dict(zip(ALIKE, alike, strict=True)))
            if unit_of == GIVEN:  # every due is its own; time and rests run alike, so the share lies on a line
                wanted |= same & Q(pk__in=_used(least, now).values("pk"))
                continue
            until = worth_until(now, amount, unit_of, least, kept.calendar)
            wanted |= same & (Q(due_at__lte=until) | ~Q(extensions=[]))
    rows = CaseClock.objects.filter(RUNNING & wanted)
    return list(rows.select_related("case").order_by("due_at")[:limit])


def _used(share: int, now: datetime) -> QuerySet[CaseClock]:
    """Running clocks with a given due that may have used a share of their time."""
    whole = ExpressionWrapper(F("due_at") - F("started_at"), DurationField())
    part = ExpressionWrapper(whole * Value(share / 100), DurationField())
    reached = ExpressionWrapper(F("started_at") + part, DateTimeField())
    rows = CaseClock.objects.filter(RUNNING, unit_of=GIVEN).annotate(reached=reached)
    return rows.filter(reached__lte=now + SLACK)


def climb(clock: CaseClock, level: int) -> bool:
    """Note the rung; False where the clock has stopped or was noted meanwhile."""
    rows = CaseClock.objects.filter(pk=clock.pk, finished_at=None, paused=False, rung=clock.rung)
    return bool(rows.update(rung=level))


class HangupDue(NamedTuple):
    """A hang-up whose day has come: when that day was set, and the highest level that was called upon for it."""

    case: str
    review_on: str
    set_at: datetime
    level: int | None
    urgency: int


def hangups_due(day: date, limit: int) -> list[HangupDue]:
    """Suspended cases whose day of review has come, the longest over first."""
    of_case = Step.objects.filter(case=OuterRef("pk"))
    asked = of_case.filter(Q(move="hangup_ask") | Q(move="hangup_review", facts__keep=True)).order_by("-no")
    told = of_case.filter(move="escalate", no__gt=OuterRef("asked"), facts__reason=HANGUP_REVIEW)
    rows = Case.objects.filter(state="suspended", dormant=False).annotate(
        asked=Subquery(asked.values("no")[:1]),
        set_at=Subquery(asked.values("acted_at")[:1]),
        review_on=Subquery(asked.values(day=KeyTextTransform("review_on", "facts"))[:1]),
    )
    level = Subquery(told.order_by("-no").values(level=KeyTextTransform("level", "facts"))[:1])
    due = rows.filter(review_on__lte=day.isoformat()).annotate(level=level).order_by("review_on", "received_at")
    found = due.values_list("pk", "review_on", "set_at", "level", "urgency")[:limit]
    return [
        HangupDue(str(key), on, set_at, None if level is None else int(level), urgency)
        for key, on, set_at, level, urgency in found
    ]
