"""Proof that every stored state follows from its steps, and that no step was changed after it was recorded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.rules.snapshot import Snapshot, fold
from gezhi.loop.service.acts import digest
from gezhi.loop.store import replaying as store
from gezhi.loop.store.rows import put, snapshot_of, step_value

SHOWN = ("due_at", "due_stage", "paused", "more")  # columns worked out from the snapshot beside its own fields


@dataclass(frozen=True, slots=True)
class Difference:
    """One case whose stored state is not what its steps say."""

    case: str
    number: str
    what: str
    stored: str
    replayed: str


def replay(batch: int = 500) -> Iterator[Difference | int]:
    """Walk all cases; yields a Difference for each fault and, after each batch, the number of cases seen so far."""
    seen = 0
    for cases in store.in_batches(batch):
        steps = store.steps_of(cases)
        clocks = store.clocks_of(cases)
        records = store.record_bodies([step.record for rows in steps.values() for step in rows])
        for case in cases:
            yield from check_case(case, steps.get(case.pk, []), clocks.get(case.pk, []), records)
        seen += len(cases)
        yield seen


def check_case(case: Case, steps: list[Any], clocks: list[Any], records: dict[Any, str]) -> Iterator[Difference]:
    """The faults of one case: a changed step, a history that does not hold together, a state that differs."""
    for step in steps:
        body = records.get(step.record)
        if body is None or json.loads(body).get("digest") != digest(step):
            yield Difference(str(case.pk), case.number, f"step {step.no}", "changed", str(step.record))
    try:
        replayed = fold(step_value(step) for step in steps)
    except Refused as broken:
        yield Difference(str(case.pk), case.number, "history", case.state, str(broken))
        return
    stored = snapshot_of(case, clocks)
    yield from _compare(case, stored, replayed)


def _compare(case: Case, stored: Snapshot, replayed: Snapshot) -> Iterator[Difference]:
    by_key = {name: tuple(sorted(snap.clocks, key=lambda c: c.key)) for name, snap in (("s", stored), ("r", replayed))}
    stored, replayed = replace(stored, clocks=by_key["s"]), replace(replayed, clocks=by_key["r"])
    for field in fields(Snapshot):
        one, two = getattr(stored, field.name), getattr(replayed, field.name)
        if one != two:
            yield Difference(str(case.pk), case.number, field.name, repr(one), repr(two))
    shown = Case(pk=case.pk)
    put(shown, replayed)
    for name in SHOWN:
        if getattr(shown, name) != getattr(case, name):
            yield Difference(str(case.pk), case.number, name, repr(getattr(case, name)), repr(getattr(shown, name)))
