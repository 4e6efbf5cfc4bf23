"""Writing one step: the case row, the step, its sealed words, its clocks, the ledger record and the event, together."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.ids import uuid7
from gezhi.kit.bulk import fresh
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.models import Step as StepRow
from gezhi.loop.rules.snapshot import Snapshot, Step, apply
from gezhi.loop.store import cases as store
from gezhi.loop.store.rows import put, step_value
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, seal_text, via

EVENT_FACTS = (
    "kind",
    "urgency",
    "matter",
    "area",
    "unit",
    "assisting",
    "outcome",
    "satisfaction",
    "stage",
    "level",
    "roles",
    "reason",
    "user",
    "mentions",
    "of",
    "approve",
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What an act answers: which case, where it stands, and the number of the last step."""

    case: str
    number: str
    state: str
    last: int
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"case": self.case, "number": self.number, "state": self.state, "last": self.last}


@dataclass(slots=True)
class Draft:
    """A step about to be written."""

    move: str
    target: str
    facts: dict[str, Any]
    texts: Mapping[str, str]


def advance(
    case: Case, snap: Snapshot, draft: Draft, *, actor: Actor, now: datetime, rows: Sequence[CaseClock] = (),
    after: Snapshot | None = None,
) -> tuple[Snapshot, UUID]:  # fmt: skip
    """Write one step on a locked case; `rows` are its stored clocks. Returns the new snapshot and the step's key.

    `after` is given where the case row already holds what the step decides.
    """
    sealed = seal_text(case.requester, draft.texts) if draft.texts else None
    facts = {**draft.facts, "via": via()} if via() else draft.facts  # not by the person's own hands
    step = fresh(
        StepRow, id=uuid7(), case=case, no=snap.last + 1, move=draft.move, source=snap.state, target=draft.target,
        actor_kind=actor.kind, actor=actor.id, unit=actor.unit_id, acted_at=now, facts=facts,
        words=hashlib.sha256(sealed).digest() if sealed else None,
    )  # fmt: skip
    if after is None:
        after = apply(snap, step_value(step))
        put(case, after)
    topic = "case.received" if draft.move == "receive" else "case.moved"
    step.record = record(
        f"case.{draft.move}", "case", case.pk, actor=actor, body={"step": step.no, "digest": digest(step)},
        event=(topic, event(case, step)),
    )  # fmt: skip
    store.save_step(case, step, sealed, store.Clocks(snap.clocks, after.clocks, rows))
    return after, step.id


def digest(step: StepRow) -> str:
    """SHA-256 over everything a step says; the ledger record holds it, so a changed step is found out."""
    value: Step = step_value(step)
    parts = (
        str(step.case_id), str(value.no), value.move, value.source, value.target, value.actor, str(step.unit),
        str(round(value.acted_at.timestamp() * 1_000_000)), store.canonical(step.facts),
        bytes(step.words).hex() if step.words else "",
    )  # fmt: skip
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()


def event(case: Case, step: StepRow) -> dict[str, Any]:
    """What other rooms are told: ids and codes."""
    facts = {name: step.facts[name] for name in EVENT_FACTS if name in step.facts}
    by = {"by": f"user:{step.actor}"} if step.actor_kind == "user" else {}  # a requester stays unnamed, even by a key
    return {
        "number": case.number, "move": step.move, "step": step.no, "source": step.source, "state": step.target,
        "round": case.round, "lead": case.lead_id, **facts, **by,
    }  # fmt: skip


def moved(case: Case) -> Moved:
    return Moved(str(case.pk), case.number, case.state, case.last)
