"""Calling upon people: the next role of the ladder when a clock has used its share, the desk when a hang-up is due."""

import logging
from datetime import date, datetime
from fractions import Fraction

from django.db import transaction

from gezhi.kernel.clock import share
from gezhi.kernel.errors import Refused
from gezhi.loop.models import CaseClock, Rung
from gezhi.loop.rules.clocks import kernel_clock
from gezhi.loop.rules.ladder import above
from gezhi.loop.service.moving import move
from gezhi.loop.store import escalating as store
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.rows import running_of
from gezhi.trust.rules import Actor

REVIEWERS = ("supervisor", "dispatcher")  # whom a hang-up due for review calls upon
logger = logging.getLogger(__name__)


def next_rung(clock: CaseClock, urgency: int, kept: Content, now: datetime) -> Rung | None:
    """The highest rung that this clock has reached and not yet climbed."""
    used = Fraction(share(kernel_clock(running_of(clock)), kept.calendar, now)) * 100
    reached = [rung for rung in above(kept.rungs, clock.stage, urgency, clock.rung) if used >= rung.share]
    return max(reached, key=lambda rung: rung.level, default=None)


def escalate_due(now: datetime, *, limit: int = 2000) -> int:
    """Escalate every clock that is due for it; each in an act of its own, so that one refusal holds up no other."""
    kept = content()
    if not kept.rungs:
        return 0
    count = 0
    for clock in store.candidates(now, kept, limit):
        try:
            rung = next_rung(clock, clock.case.urgency, kept, now)
            if rung is None:
                continue
            with transaction.atomic():
                if not store.climb(clock, rung.level):
                    continue  # another worker was faster, or the clock has stopped
                move(
                    clock.case_id, "escalate",
                    {"stage": clock.stage, "level": rung.level, "roles": [rung.role], "clock": clock.key},
                    actor=Actor.system("loop"), now=now,
                )  # fmt: skip
                count += 1
        except Refused as refused:
            logger.warning("case %s was not escalated: %s", clock.case_id, refused)
    return count


def review_due(now: datetime, *, limit: int = 500) -> int:
    """Call for the review of every hang-up whose day has come, once for each rung of its ladder.

    The ladder counts the days from the moment when the day was set: all of them are its hundred per cent.
    """
    kept, count = content(), 0
    today = kept.calendar.local_date(now)
    for due in store.hangups_due(today, limit):
        called = review_call(due, kept, today)
        if called is None:
            continue
        level, roles = called
        data = {"stage": "handle", "level": level, "roles": roles, "reason": store.HANGUP_REVIEW,
                "review_on": due.review_on}  # fmt: skip
        try:
            move(due.case, "escalate", data, actor=Actor.system("loop"), now=now)
            count += 1
        except Refused as refused:
            logger.warning("case %s was not brought up for review: %s", due.case, refused)
    return count


def review_call(due: store.HangupDue, kept: Content, today: date) -> tuple[int, list[str]] | None:
    """Whom to call upon now: on the day the reviewers, later the next role of the ladder; else nobody."""
    if due.level is None:
        return 0, list(REVIEWERS)
    start = kept.calendar.local_date(due.set_at)
    whole = max(1, (date.fromisoformat(due.review_on) - start).days)
    used = 100 * (today - start).days / whole
    reached = [
        rung for rung in above(kept.rungs, "hangup", due.urgency, due.level) if used >= rung.share and rung.stage
    ]
    rung = max(reached, key=lambda rung: rung.level, default=None)
    return (rung.level, [rung.role]) if rung is not None else None
