"""Between rows and snapshots: reading a case as the rules see it, and writing back what the rules decided."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.clock import turns
from gezhi.kit.bulk import fresh
from gezhi.loop.models import Case, CaseClock, Step
from gezhi.loop.rules.clocks import Running, kernel_clock, next_due
from gezhi.loop.rules.instructions import Instruction
from gezhi.loop.rules.snapshot import Called, Pending, Snapshot, Task
from gezhi.loop.rules.snapshot import Step as StepValue
from gezhi.loop.store.content import content

SAME = (
    "state", "last", "round", "matter", "kind", "urgency", "area", "channel", "supervised", "dormant", "outcome",
    "satisfaction", "solved", "redos", "chases", "closed_at",
)  # fmt: skip
MORE = (
    "signed", "dispatched_by", "returner", "final", "phoned", "postponed", "rated_round", "repeats", "watch", "public",
    "appealed",
)  # fmt: skip


def user_key(user_id: int | None) -> str:
    return f"user:{user_id}" if user_id else ""


def snapshot_of(case: Case, clocks: Sequence[CaseClock]) -> Snapshot:
    """The stored state of a case as the rules see it."""
    more = case.more
    pending = more.get("pending")
    return Snapshot(
        **{name: getattr(case, name) for name in SAME},
        **{name: more[name] for name in MORE if name in more},
        lead=case.lead_id,
        first_unit=case.first_unit_id,
        owner=user_key(case.owner_id),
        main=str(case.main_id) if case.main_id else "",
        returned=tuple(more.get("returned", ())),
        passed=tuple(more.get("passed", ())),
        dispatched_at=_time(more.get("dispatched_at")),
        pending=Pending(**pending) if pending else None,
        tasks=tuple(Task(no, unit, bool(done), *how) for no, unit, done, *how in more.get("tasks", ())),
        allowed=tuple(more.get("allowed", ())),
        called=tuple(
            Called(c["role"], c["no"], datetime.fromisoformat(c["at"]), c["clock"]) for c in more.get("called", ())
        ),
        instruction=instruction_of(more),
        clocks=tuple(running_of(clock) for clock in clocks),
    )


def instruction_of(more: Mapping[str, Any]) -> Instruction | None:
    """The leader's instruction out of the rest of a stored snapshot."""
    kept = more.get("instruction")
    if not kept:
        return None
    return Instruction(**{**kept, "units": tuple(kept["units"]), "answered": tuple(kept["answered"])})


def put(case: Case, snap: Snapshot) -> None:
    """Write a snapshot into the columns of a case row (not yet saved)."""
    for name in SAME:
        setattr(case, name, getattr(snap, name))
    case.lead_id = snap.lead
    case.first_unit_id = snap.first_unit
    case.owner_id = int(snap.owner.rpartition(":")[2]) if snap.owner.startswith("user:") else None
    case.main_id = snap.main or None
    more: dict[str, Any] = {name: getattr(snap, name) for name in MORE if getattr(snap, name)}
    if snap.dispatched_at:
        more["dispatched_at"] = snap.dispatched_at.isoformat()
    if snap.returned:
        more["returned"] = list(snap.returned)
    if snap.passed:
        more["passed"] = list(snap.passed)
    if snap.pending:
        more["pending"] = asdict(snap.pending)
    if snap.tasks:
        more["tasks"] = [[t.no, t.unit, t.done, *([t.how] if t.how else [])] for t in snap.tasks]
    if snap.allowed:
        more["allowed"] = list(snap.allowed)
    if snap.called:
        more["called"] = [{**asdict(call), "at": call.at.isoformat()} for call in snap.called]
    if snap.instruction:
        found = snap.instruction
        more["instruction"] = {**asdict(found), "units": list(found.units), "answered": list(found.answered)}
    case.more = more
    first = next_due(snap.clocks)
    case.due_at = first.due_at if first else None
    case.due_stage = first.stage if first else ""
    case.soon_at = soon(first) if first else None
    case.paused = any(clock.open and clock.paused for clock in snap.clocks) and snap.state in ("waiting", "suspended")


def soon(clock: Running) -> datetime | None:
    """When a clock turns yellow, by the working calendar: nights and weekends use up no working time."""
    if clock.due_at is None:
        return None
    moment = turns(kernel_clock(clock), content().calendar)
    return min(moment, clock.due_at) if moment is not None else None


def running_of(row: CaseClock) -> Running:
    return Running(
        key=row.key, stage=row.stage, label=row.label, round=row.round, unit=row.unit, amount=row.amount,
        unit_of=row.unit_of, source=row.source, verified=row.verified, started_at=row.started_at, due_at=row.due_at,
        pauses=tuple((datetime.fromisoformat(a), _time(b), reason) for a, b, reason in row.pauses),
        extensions=tuple((amount, unit) for amount, unit in row.extensions), finished_at=row.finished_at,
    )  # fmt: skip


def clock_row(case_id: UUID, clock: Running, pk: int | None = None, rung: int = 0) -> CaseClock:
    return fresh(
        CaseClock, id=pk, case_id=case_id, key=clock.key, stage=clock.stage, label=clock.label, round=clock.round,
        unit=clock.unit, amount=clock.amount, unit_of=clock.unit_of, source=clock.source, verified=clock.verified,
        started_at=clock.started_at, due_at=clock.due_at, finished_at=clock.finished_at,
        paused=clock.open and clock.paused, rung=rung,
        pauses=[[_text(a), _text(b), reason] for a, b, reason in clock.pauses],
        extensions=[list(extension) for extension in clock.extensions],
    )  # fmt: skip


def step_value(step: Step) -> StepValue:
    """A stored step as the rules see it."""
    return StepValue(
        no=step.no, move=step.move, source=step.source, target=step.target,
        actor=f"{step.actor_kind}:{step.actor}", acted_at=step.acted_at, facts=step.facts,
    )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
