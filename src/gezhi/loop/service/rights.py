"""Whether an actor may make a move on a case, by the relations that the workflow table names."""

from collections.abc import Mapping, Sequence

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.rules.moves import Move
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import may, readable
from gezhi.trust.rules import Actor
from gezhi.trust.service import require


def permit(move: Move, case: Case, snap: Snapshot, *, actor: Actor, data: Mapping[str, object]) -> None:
    """Raises not-allowed (403, with the nearest rule), or case-not-found (404) where the case may not even be read."""
    if actor.kind == "citizen":
        if str(case.requester_id) != actor.id:
            raise Refused("case-not-found", status=404)
        if "requester" not in move.who:
            raise Refused("not-for-citizens", status=403, move=move.name)
        return
    if actor.kind == "system" and ("system" in move.who or "desk" in move.who):
        return
    paths = paths_for(move, case, snap, data)
    if paths and may(actor, f"case.{move.name}", case, paths=paths):
        return
    if not readable(actor, case):
        raise Refused("case-not-found", status=404)
    kept = content()
    require(
        actor, f"case.{move.name}", unit_paths=paths or ["-"], matter=kept.matter_path(case.matter),
        area_path=kept.area_path(case.area),
    )  # fmt: skip


def paths_for(move: Move, case: Case, snap: Snapshot, data: Mapping[str, object]) -> list[str]:
    """The units whose people may make this move, as paths."""
    paths: list[str] = []
    lead = case.lead.path if case.lead is not None else ""
    if "desk" in move.who or "decider" in move.who:
        paths += [case.desk.path, *([lead] if lead else [])]
    if "lead" in move.who and lead and snap.state != "received":
        paths.append(lead)
    if "task" in move.who:
        paths += task_paths(snap, data)
    if "instructed" in move.who and snap.instruction is not None:
        paths += below.unit_paths(snap.instruction.left).values()
    return list(dict.fromkeys(paths))


def task_paths(snap: Snapshot, data: Mapping[str, object]) -> Sequence[str]:
    """Units with an open assisting task; where the move names one, only that."""
    open_units = [task.unit for task in snap.tasks if not task.done]
    named = str(data.get("unit") or "").strip()  # a form sends the number as text; its form is checked later
    return list(below.unit_paths(u for u in open_units if named in ("", str(u))).values())
