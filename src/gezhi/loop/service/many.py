"""One step for each of many cases in one act: the rows that a single move writes, in a fixed number of statements."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.kernel.ids import uuid7
from gezhi.kit.bulk import fresh
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.models import Step as StepRow
from gezhi.loop.rules.clocks import Running
from gezhi.loop.rules.snapshot import Snapshot, apply
from gezhi.loop.service.acts import digest, event
from gezhi.loop.store import many as store
from gezhi.loop.store.rows import clock_row, put, step_value
from gezhi.trust.rules import Actor
from gezhi.trust.service import publish_many, record_many, seal_text


@dataclass(slots=True)
class Planned:
    """A step about to be written on a locked case; `rows` are its running clocks."""

    case: Case
    snap: Snapshot
    rows: Sequence[CaseClock]
    move: str
    target: str
    facts: dict[str, Any]
    acted_at: datetime
    texts: Mapping[str, str] = field(default_factory=dict)


def write_steps(planned: Sequence[Planned], *more: str, actor: Actor, mark: Mapping[str, Any] | None = None) -> None:
    """Write the steps; `more` are columns of the case that the caller set, `mark` is added to each event."""
    if not planned:
        return
    steps, sealed, new, old = [], [], [], []
    for one in planned:
        words = seal_text(one.case.requester, one.texts) if one.texts else None
        step = fresh(
            StepRow, id=uuid7(), case=one.case, no=one.snap.last + 1, move=one.move, source=one.snap.state,
            target=one.target, actor_kind=actor.kind, actor=actor.id, unit=actor.unit_id, acted_at=one.acted_at,
            facts=one.facts, words=hashlib.sha256(words).digest() if words else None,
        )  # fmt: skip
        after = apply(one.snap, step_value(step))
        put(one.case, after)
        steps.append(step)
        sealed.append(words)
        before = {clock.key: clock for clock in one.snap.clocks}
        new += [clock_row(one.case.pk, clock) for clock in after.clocks if clock.key not in before]
        old += _changed(one, after.clocks, before)
    rows = [(f"case.{step.move}", "case", step.case_id, {"step": step.no, "digest": digest(step)}) for step in steps]
    for step, key in zip(steps, record_many(rows, actor=actor), strict=True):
        step.record = key
    store.write([one.case for one in planned], steps, sealed, new, old, *more)
    publish_many([
        ("case.moved", "case", one.case.pk, {**event(one.case, step), **(mark or {})})
        for one, step in zip(planned, steps, strict=True)
    ])  # fmt: skip


def _changed(one: Planned, clocks: Sequence[Running], before: Mapping[str, Running]) -> list[CaseClock]:
    known = {row.key: row for row in one.rows}
    return [
        clock_row(one.case.pk, clock, known[clock.key].pk, known[clock.key].rung)
        for clock in clocks
        if clock.key in before and clock != before[clock.key]
    ]
