"""A leader's instruction on a case 领导批示: submitted, reviewed, written, answered by the units named, closed.

The states are those of the field: 0 已上报 asked, 1 审核通过 approved, 2 不通过 refused, 3 已批示待反馈 waiting,
4 已反馈 answered, 5 结项 closed. What a leader wrote stands in the sealed words of the step; here are codes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from gezhi.kernel.values import replace

STATES = ("asked", "approved", "refused", "waiting", "answered", "closed")
OPEN = ("asked", "approved", "waiting")  # somebody has still to act, and the case cannot end
LIVE = (*OPEN, "answered")  # on the list of instructions
ASIDE = ("declined", "withdrawn", "void", "merged")
MOVES = ("instruct_ask", "instruct_review", "instruct", "instruct_answer", "instruct_back", "instruct_close")


@dataclass(frozen=True)
class Instruction:
    """The instruction of a case; `units` have to feed back, nobody named means the unit in charge."""

    state: str
    by: str  # who submitted it, or wrote it where nobody had
    at: str  # when it came into this state
    due: str = ""
    units: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    count: int = 0  # how often a leader has written on this case

    @property
    def left(self) -> tuple[int, ...]:
        """The named units that have not fed back."""
        return tuple(unit for unit in self.units if unit not in self.answered)


class Act(Protocol):
    """A step of a case, as far as an instruction is concerned."""

    @property
    def move(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def acted_at(self) -> datetime: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def _taken(units: tuple[int, ...], facts: Mapping[str, Any]) -> tuple[int, ...]:
    """Units with a successor in the place of one that was dissolved, each once."""
    return tuple(dict.fromkeys(facts["unit"] if unit == facts["former"] else unit for unit in units))


def instructed(before: Instruction | None, step: Act) -> Instruction | None:
    """The instruction of a case after any step; a case that ends aside takes its instruction along."""
    if before is not None and step.move == "succeed":
        return replace(before, units=_taken(before.units, step.facts), answered=_taken(before.answered, step.facts))
    if step.move in MOVES:
        return _moved(before, step.move, step.actor, step.acted_at, step.facts)
    if before is not None and before.state in LIVE and step.target in ASIDE:
        return replace(before, state="closed", at=step.acted_at.isoformat())
    return before


def _moved(before: Instruction | None, move: str, actor: str, at: datetime, facts: Mapping[str, Any]) -> Instruction:
    """After one of its own moves.

    >>> at = datetime(2026, 3, 2)
    >>> wrote = _moved(None, "instruct", "user:1", at, {"due": "2026-03-06", "units": [7, 8]})
    >>> one = _moved(wrote, "instruct_answer", "user:2", at, {"unit": 7})
    >>> wrote.state, one.state, one.left, _moved(one, "instruct_answer", "user:3", at, {"unit": 8}).state
    ('waiting', 'waiting', (8,), 'answered')
    """
    now = at.isoformat()
    count = before.count if before else 0
    if before is None or move == "instruct_ask":
        before = Instruction("asked", actor, now, count=count)
    match move:
        case "instruct_review":
            return replace(before, state="approved" if facts.get("approve") else "refused", at=now)
        case "instruct":
            units = tuple(facts.get("units", ()))
            return replace(before, state="waiting", at=now, due=facts["due"], units=units, answered=(), count=count + 1)
        case "instruct_answer":
            given = (*before.answered, *((facts["unit"],) if facts.get("unit") else ()))
            after = replace(before, answered=tuple(dict.fromkeys(given)))
            return after if after.left else replace(after, state="answered", at=now)
        case "instruct_back":
            return replace(before, state="waiting", at=now, due=facts["due"], answered=())
        case "instruct_close":
            return replace(before, state="closed", at=now)
        case _:
            return before
