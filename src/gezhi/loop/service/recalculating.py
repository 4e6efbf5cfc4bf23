"""Limits worked out anew when a day off or a working day is declared after they were set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from gezhi.kernel.clock import due
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.rules.clocks import GIVEN, kernel_clock
from gezhi.loop.service.many import Planned, write_steps
from gezhi.loop.store import below
from gezhi.loop.store import many as store
from gezhi.loop.store.content import Content, content, forget
from gezhi.loop.store.rows import snapshot_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_for, record, require, unchanged, verb


@dataclass(frozen=True, slots=True)
class Recalculated:
    """How many open cases had a limit that runs over the day, and of how many a due moment moved."""

    day: date
    looked: int
    moved: int


def recalculate(
    day: date, *, actor: Actor, now: datetime, progress: Callable[[int], None] | None = None
) -> Recalculated:
    """Work out anew what runs over a day, chunk by chunk; run again it finds only what is left.

    A limit is never moved to before now, so that nothing becomes overdue by a decree. Limits that rest are worked out
    when they go on; those that another system has set stay.
    """
    require(actor, "calendar.edit")
    zone = ZoneInfo(settings.TIME_ZONE)
    start = datetime.combine(day, time(0), zone)
    end = start + timedelta(days=1)
    looked = moved = 0
    after: UUID | None = None
    while keys := store.next_between(start, end, after):
        after = keys[-1]
        looked, moved = looked + len(keys), moved + _chunk(keys, day, actor=actor, now=now)
        if progress:
            progress(looked)
    done = Recalculated(day, looked, moved)
    _close(done, actor=actor, now=now)
    return done


def recalculate_for(day: str, user: int | None, *, now: datetime) -> None:
    """What the worker does after a day was changed, with the rights of the person who did so."""
    forget()  # the day was set in another process a moment ago
    asked = below.users().filter(pk=user).first() if user else None
    actor = actor_for(asked, now) if asked is not None else Actor.system("loop")
    recalculate(date.fromisoformat(day), actor=actor, now=now)


@verb("calendar.edit")
def _close(done: Recalculated, *, actor: Actor, now: datetime) -> None:
    del now
    body = {"looked": done.looked, "moved": done.moved}
    record("calendar.recalculate", "day", done.day.isoformat(), actor=actor, body=body)


@verb("calendar.edit")
def _chunk(keys: list[UUID], day: date, *, actor: Actor, now: datetime) -> int:
    """The limits of some cases, in one transaction; one step on each case of which some due moves."""
    held = store.locked(keys)  # before the clocks: what somebody has just ended must not run on
    kept, clocks, planned = content(), store.running(keys), []
    for key, case in held.items():
        ops = [op for row in clocks.get(key, ()) if (op := _op(case, row, kept, now)) is not None]
        if ops:
            facts: dict[str, Any] = {"day": day.isoformat(), "clocks": ops}
            snap = snapshot_of(case, clocks[key])
            planned.append(Planned(case, snap, clocks[key], "recalculate", case.state, facts, now))
    write_steps(planned, actor=actor)
    if not planned:
        unchanged()
    return len(planned)


def _op(case: Case, row: CaseClock, kept: Content, now: datetime) -> dict[str, Any] | None:
    """The new due of one clock, None where it stays."""
    if row.paused or row.unit_of == GIVEN or row.due_at is None:
        return None
    clock = next(one for one in snapshot_of(case, [row]).clocks)
    moment = due(kernel_clock(clock), kept.calendar)
    if moment is None or moment == row.due_at or moment < min(now, row.due_at):
        return None
    return {"op": "set", "clock": row.key, "due": moment.isoformat(), "was": row.due_at.isoformat()}
