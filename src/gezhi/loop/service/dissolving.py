"""A unit is dissolved: a successor takes its open cases, each by a step, their limits running on; then it closes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.service.many import Planned, write_steps
from gezhi.loop.store import below
from gezhi.loop.store import catalogue as catalogues
from gezhi.loop.store import many as store
from gezhi.loop.store.rows import snapshot_of
from gezhi.trust.rules import Actor, within
from gezhi.trust.service import closable_unit, close_unit, unchanged, verb


@dataclass(slots=True)
class Dissolved:
    """What was handed over, and the rows of the catalogue in force that still name the unit."""

    unit: str
    successor: str
    led: int = 0
    assisted: int = 0
    desk: int = 0
    catalogue: int = 0


def dissolve(
    code: str, successor: str, *, actor: Actor, now: datetime, progress: Callable[[Dissolved], None] | None = None
) -> Dissolved:
    """Hand the open cases of a unit over and close it; broken off, it is simply run again.

    Raises Refused: unit-unknown (404), unit-closed, unit-root, unit-in-use (posts or units below), not-allowed (403),
    successor-unfit (422: the unit itself, one below it, or a closed one).
    """
    unit = closable_unit(code, actor=actor, now=now)
    heir = below.unit_by_code(successor)
    if heir is None or heir.pk == unit.pk or within(heir.path, unit.path):
        raise Refused("successor-unfit", status=422, unit=code, successor=successor[:50])
    done = Dissolved(code, successor)
    after: UUID | None = None
    while keys := store.next_of_unit(unit.pk, after):
        after = keys[-1]
        _hand_over(keys, unit, heir, done, actor=actor, now=now)
        if progress:
            progress(done)
    close_unit(code, actor=actor, now=now)
    done.catalogue = catalogues.rows_naming(code)
    return done


@verb("unit.close")
def _hand_over(keys: list[UUID], unit: Any, heir: Any, done: Dissolved, *, actor: Actor, now: datetime) -> None:
    """Some cases in one transaction."""
    held = store.locked(keys)  # before the clocks: what somebody has just ended must not run on
    clocks, planned, taken = store.running(keys), [], []
    for key, case in held.items():
        rows = clocks.get(key, [])
        one = _planned(case, rows, unit.pk, heir.pk, now)
        if one is None:
            continue
        done.led += case.lead_id == unit.pk
        done.assisted += "task" in one.facts["parts"]
        if case.desk_id == unit.pk:
            done.desk += 1
            case.desk_id = heir.pk
        planned.append(one)
        taken.append(case)
    write_steps(planned, "desk", actor=actor)
    store.involve(taken, heir.pk)
    if not planned:
        unchanged()


def _planned(case: Case, rows: list[CaseClock], former: int, unit: int, now: datetime) -> Planned | None:
    """The step on one case, None where it was handed on or ended meanwhile."""
    if case.state not in store.WORKED:
        return None
    snap = snapshot_of(case, rows)
    named = snap.instruction is not None and former in snap.instruction.units
    helps = [task for task in snap.tasks if task.unit == former and not task.done]
    parts = [name for name, holds in (("lead", snap.lead == former), ("task", bool(helps)),
                                      ("desk", case.desk_id == former), ("instruction", named)) if holds]  # fmt: skip
    if not parts:
        return None
    doubled = snap.lead in (unit, former) or any(t.unit == unit and not t.done for t in snap.tasks)
    ops = [
        {"op": "stop", "clock": row.key} if doubled and row.stage == "task"
        else {"op": "hand", "clock": row.key, "unit": unit}
        for row in rows
        if row.unit == former
    ]  # fmt: skip
    facts: dict[str, Any] = {"former": former, "unit": unit, "parts": parts} | ({"clocks": ops} if ops else {})
    return Planned(case, snap, rows, "succeed", case.state, facts, now)
