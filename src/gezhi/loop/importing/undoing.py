"""Takes a whole batch back: its untouched cases are voided by a step each, those worked on stay and are named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.loop.importing import store
from gezhi.loop.importing.access import batch_for
from gezhi.loop.models import Batch, Case, CaseClock
from gezhi.loop.models import Step as StepRow
from gezhi.loop.rules.clocks import run
from gezhi.loop.service.acts import digest, event
from gezhi.loop.service.following import release
from gezhi.loop.store.rows import running_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import publish_many, record, record_many, require, unchanged, verb

UNTOUCHED = (["receive"], ["receive", "history"])
SHOWN = 1_000


@dataclass(slots=True)
class Undone:
    """How many cases were voided, and the numbers of those that stay because somebody worked on them."""

    batch: int
    undone: int = 0
    kept: int = 0
    numbers: list[str] = field(default_factory=list)


def undo_batch(
    batch_id: int, *, actor: Actor, now: datetime, progress: Callable[[Batch], None] | None = None
) -> Undone:
    """Void the untouched cases of a batch, chunk by chunk; their external numbers are free again.

    Raises Refused: not-allowed (403), batch-unknown (404), batch-running, batch-undone.
    """
    batch = claim(batch_id, actor)
    done = Undone(batch.pk)
    after = None
    while cases := void_chunk(batch, after, done, actor=actor, now=now):
        after = cases[-1].pk
        if progress:
            progress(batch)
    close(batch, done, actor=actor, now=now)
    return done


def claim(batch_id: int, actor: Actor) -> Batch:
    """A batch that this person may take back; no part of it may be on its way in."""
    if not actor.grants_for("import.undo"):
        require(actor, "import.undo")
    batch = batch_for(actor, batch_id)
    if batch.state in ("waiting", "running"):
        raise Refused("batch-running", batch=batch_id)
    if batch.state == "undone":
        raise Refused("batch-undone", batch=batch_id)
    return batch


@verb("import.undo")
def void_chunk(batch: Batch, after: Any, done: Undone, *, actor: Actor, now: datetime) -> list[Case]:
    """The next cases of the batch, in one transaction."""
    cases = store.batch_cases(batch, after)
    moves = store.moves_made(cases)
    untouched = [case for case in cases if _untouched(moves.get(case.pk, ()))]
    kept = [case for case in cases if not _untouched(moves.get(case.pk, ()))]
    done.undone += len(untouched)
    done.kept += len(kept)
    done.numbers.extend(case.number for case in kept[: SHOWN - len(done.numbers)])
    if untouched:
        _void(untouched, actor=actor, now=now)
    else:
        unchanged()
    return cases


def _untouched(moves: Sequence[str]) -> bool:
    """Whether nothing but the import made these moves; lines of a history from elsewhere are its own."""
    return [move for move in moves if move != "past"] in UNTOUCHED


def _void(cases: Sequence[Case], *, actor: Actor, now: datetime) -> None:
    clocks = store.clocks_of(cases)
    steps, finished = [], []
    for case in cases:
        step, ended = _step(case, clocks.get(case.pk, []), actor, now)
        steps.append(step)
        finished.extend(ended)
    rows = [("case.undo_import", "case", step.case_id, {"step": step.no, "digest": digest(step)}) for step in steps]
    for step, key in zip(steps, record_many(rows, actor=actor), strict=True):
        step.record = key
    store.void(steps, finished, now)
    publish_many(
        [("case.moved", "case", step.case_id, event(case, step)) for case, step in zip(cases, steps, strict=True)]
    )
    release([case.pk for case in cases], now=now)


def _step(case: Case, rows: Sequence[CaseClock], actor: Actor, now: datetime) -> tuple[StepRow, list[CaseClock]]:
    """The step that voids one case, and the clocks that it stops."""
    open_rows = [row for row in rows if row.finished_at is None]
    facts: dict[str, Any] = {"imported": True}
    if open_rows:
        facts["clocks"] = [{"op": "stop", "clock": row.key} for row in open_rows]
        after = {clock.key: clock for clock in run(tuple(map(running_of, open_rows)), facts["clocks"], now)}
        for row in open_rows:
            row.finished_at = after[row.key].finished_at
    step = StepRow(
        id=uuid7(), case=case, no=case.last + 1, move="undo_import", source=case.state, target="void",
        actor_kind=actor.kind, actor=actor.id, unit=actor.unit_id, acted_at=now, facts=facts,
    )  # fmt: skip
    return step, open_rows


@verb("import.undo")
def close(batch: Batch, done: Undone, *, actor: Actor, now: datetime) -> None:
    """Note the batch as taken back."""
    batch.state, batch.finished_at = "undone", now
    store.save_batch(batch, "state", "finished_at")
    record("import.undone", "batch", batch.pk, actor=actor, body={"undone": done.undone, "kept": done.kept})
