"""A slip taken back by who made it: a step of its own that puts back what the last step changed, never a deletion."""

from collections.abc import Sequence
from dataclasses import replace as with_
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Step
from gezhi.loop.notices import store as notices
from gezhi.loop.rules.clocks import Running
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.snapshot import Snapshot, apply, fold, kept_of
from gezhi.loop.rules.snapshot import Step as StepValue
from gezhi.loop.service.acts import Draft, Moved, advance, moved
from gezhi.loop.service.receiving import version_of
from gezhi.loop.service.rights import paths_for
from gezhi.loop.store import cases as store
from gezhi.loop.store import reading
from gezhi.loop.store.content import content
from gezhi.loop.store.rows import snapshot_of, step_value
from gezhi.loop.store.visible import may, readable
from gezhi.trust.rules import Actor
from gezhi.trust.service import once, remember, verb


def until(step: Step | None, *, actor: Actor, now: datetime) -> datetime | None:
    """Until when this person may take the last step of a case back; None where he may not, or no longer."""
    row = BY_NAME[step.move] if step is not None else None
    if row is None or step is None or not row.undoable or (step.actor_kind, step.actor) != (actor.kind, actor.id):
        return None
    end = step.acted_at + timedelta(minutes=row.undoable)
    return end if now <= end else None


@verb("case.move")
def undo(case_id: UUID | str, *, actor: Actor, now: datetime, seen: int | None = None, key: str = "") -> Moved:
    """Take back the last move of a case by a compensating step.

    Raises Refused: case-not-found (404), case-moved, undo-nothing, undo-not-yours (403), undo-late, undo-read.
    """
    before = once(actor, f"{case_id}:{key}" if key else "", "case.undo")
    if before is not None:
        return Moved(before["case"], before["number"], before["state"], before["last"], repeated=True)
    case = store.locked(case_id)
    if case is None or not readable(actor, case):
        raise Refused("case-not-found", status=404)
    steps = reading.steps(case)
    check(case, steps, actor=actor, now=now, seen=seen)
    result = _take_back(case, steps, actor=actor, now=now)
    if key:
        remember(actor, f"{case_id}:{key}", result.as_dict())
    return result


def check(case: Case, steps: Sequence[Step], *, actor: Actor, now: datetime, seen: int | None) -> None:
    """Refuse what may not be taken back, or not by this person, or no longer."""
    last = steps[-1]
    if seen is not None and seen != last.no:
        raise Refused("case-moved", seen=seen, last=last.no, state=case.state)
    row = BY_NAME[last.move]
    if not row.undoable:
        raise Refused("undo-nothing", move=last.move)
    kept = snapshot_of(case, ())
    paths = paths_for(row, case, kept, last.facts)
    own = (last.actor_kind, last.actor) == (actor.kind, actor.id)
    if not own or not may(actor, f"case.{row.name}", case, paths=paths):
        raise Refused("undo-not-yours", status=403, move=last.move)
    if until(last, actor=actor, now=now) is None:
        raise Refused("undo-late", move=last.move, minutes=row.undoable)
    if notices.known_to_others(case.pk, last.no, actor):
        raise Refused("undo-read", move=last.move)


def _take_back(case: Case, steps: Sequence[Step], *, actor: Actor, now: datetime) -> Moved:
    values = [step_value(step) for step in steps]
    former, after = fold(values[:-1]), fold(values)
    ops = [
        *({"op": "drop", "clock": clock.key} for clock in _beyond(after, former)),
        *({"op": "reopen", "clock": clock.key} for clock in _stopped(after, former)),
        *({"op": "unpause", "clock": clock.key} for clock in _paused(after, former)),
    ]
    facts = {"of": after.last, "undone": values[-1].move, "back": kept_of(former, after), "clocks": ops}
    trial = StepValue(after.last + 1, "undo", after.state, former.state, actor.key, now, facts)
    if with_(apply(after, trial), last=former.last) != former:  # a move that changes what cannot be put back
        raise Refused("undo-nothing", move=values[-1].move)
    rows = reading.clocks(case)
    advance(case, snapshot_of(case, rows), Draft("undo", former.state, facts, {}), actor=actor, now=now, rows=rows)
    if former.matter != after.matter:
        case.matter_version = version_of(content(), former.matter)
        case.save(update_fields=["matter_version"])
    _forget_units(case, values[:-1], former)
    return moved(case)


def _beyond(after: Snapshot, former: Snapshot) -> list[Running]:
    known = {clock.key for clock in former.clocks}
    return [clock for clock in after.clocks if clock.key not in known]


def _stopped(after: Snapshot, former: Snapshot) -> list[Running]:
    running = {clock.key for clock in former.clocks if clock.open}
    return [clock for clock in after.clocks if clock.key in running and not clock.open]


def _paused(after: Snapshot, former: Snapshot) -> list[Running]:
    running = {clock.key for clock in former.clocks if clock.open and not clock.paused}
    return [clock for clock in after.clocks if clock.key in running and clock.open and clock.paused]


def _forget_units(case: Case, values: Sequence[StepValue], former: Snapshot) -> None:
    """A unit that got the case by the slip alone, and has not read it, keeps no view of it."""
    known: set[int | None] = set()
    snap = Snapshot()
    for value in values:
        snap = apply(snap, value)
        known |= {snap.lead, *(task.unit for task in snap.tasks)}
    store.uninvolve(case, [unit for unit in known if unit is not None])
