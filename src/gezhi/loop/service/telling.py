"""What moved the day that the citizen was promised: an extension that was approved, a day off declared later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gezhi.loop.models import Step
from gezhi.loop.rules.again import since
from gezhi.loop.rules.clocks import Running


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the promise: an extension with the code of its cause, or a day of the calendar."""

    at: datetime
    until: datetime | None
    cause: str = ""
    day: date | None = None


def changes(steps: Iterable[Step], handle: Iterable[Running]) -> list[Change]:
    """The changes of the limits that are promised in the present round; what was taken back is left out."""
    told = list(steps)
    began, _ = since(told)
    keys = {clock.key for clock in handle}
    undone = {step.facts["of"] for step in told if step.move == "undo"}
    found, cause = [], ""
    for step in told:
        if (began is not None and step.no <= began.no) or step.no in undone:
            continue
        if step.move == "postpone_ask":
            cause = str(step.facts.get("cause", ""))
        ends = _ends(step.facts, keys)
        if not ends:
            continue
        if step.move == "postpone_decide" and step.facts.get("approve"):
            found.append(Change(step.acted_at, ends[-1], cause=cause))
        elif step.move == "recalculate" and step.facts.get("day"):
            found.append(Change(step.acted_at, ends[-1], day=date.fromisoformat(step.facts["day"])))
    return found


def _ends(facts: Mapping[str, Any], keys: set[str]) -> list[datetime | None]:
    """Where a step set the ends of these clocks to, the latest last; none for one that rests."""
    ops = [op for op in facts.get("clocks", ()) if op["clock"] in keys and op["op"] in ("extend", "set")]
    dues = sorted(datetime.fromisoformat(op["due"]) for op in ops if op.get("due"))
    return [*(None for op in ops if not op.get("due")), *dues]
