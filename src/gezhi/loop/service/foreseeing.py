"""What a move would do to each of several cases, before it is made: where each goes, or why it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.rules.guards import Situation
from gezhi.loop.rules.moves import Move
from gezhi.loop.rules.plan import EVERY, target_of
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.service.rights import paths_for
from gezhi.loop.store.content import content
from gezhi.loop.store.rows import snapshot_of
from gezhi.loop.store.visible import may
from gezhi.trust.rules import Actor
from gezhi.trust.service import require

LATER = {"colleague", "instruction-day", "town-duty", "lead-new"}  # guards that look at what the form will say


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One case: the state after the move, or the refusal that it would meet."""

    case: Case
    target: str = ""
    refused: Refused | None = None


def foresee(cases: Sequence[Case], row: Move, *, actor: Actor, now: datetime) -> list[Foreseen]:
    """The same rules as the move's own, as far as they do not wait for the form; asks the database nothing per case."""
    found = []
    for case in cases:
        snap = snapshot_of(case, ())
        try:
            found.append(Foreseen(case, _target(case, snap, row, actor=actor, now=now)))
        except Refused as refused:
            found.append(Foreseen(case, refused=refused))
    return found


def _target(case: Case, snap: Snapshot, row: Move, *, actor: Actor, now: datetime) -> str:
    paths = paths_for(row, case, snap, {})
    if not may(actor, f"case.{row.name}", case, paths=paths):
        kept = content()
        require(
            actor, f"case.{row.name}", unit_paths=paths or ["-"], matter=kept.matter_path(case.matter),
            area_path=kept.area_path(case.area),
        )  # fmt: skip
    if snap.state not in row.sources:
        raise Refused("move-not-from-here", move=row.name, state=snap.state)
    situation = Situation(str(case.pk), snap, actor.key, now, {}, {}, imported=case.batch_id is not None)
    for name in row.guards:
        if name not in LATER:
            EVERY[name](situation)
    return target_of(row, situation)
