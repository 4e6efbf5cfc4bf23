"""The history of one case as scores see it: its steps until the cut-off, folded into leads, rounds and clocks."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gezhi.loop.rules.words import UNHAPPY

SENDING = ("receive", "dispatch", "adjudicate", "change_lead")  # moves that say which unit is in charge


class Act(NamedTuple):
    """One step of a case, as far as scores look at it."""

    no: int
    move: str
    source: str
    target: str
    actor_kind: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Clock:
    """One limit as the steps left it at the cut-off."""

    key: str
    stage: str
    unit: int | None
    round: int
    urgency: int
    verified: bool
    due: datetime | None
    rests: datetime | None = None  # since when
    marks: list[tuple[datetime, datetime | None, datetime | None]] = field(default_factory=list)  # when, due, rests
    finished: datetime | None = None
    by: str = ""  # the move that ended it
    step: int = 0  # and its number


@dataclass(frozen=True, slots=True)
class Moment:
    """What was so before one act."""

    act: Act
    lead: int | None
    round: int
    urgency: int
    supervised: bool
    redone: bool


@dataclass(slots=True)
class History:
    """Everything that the events of one case are read from."""

    case: str
    desk: int
    channel: str
    kind: str = ""
    urgency: int = 1
    lead: int | None = None
    round: int = 1
    redos: int = 0
    state: str = ""
    supervised: bool = False
    dormant: bool = False
    past: bool = False  # closed by the import itself: not our work
    moments: list[Moment] = field(default_factory=list)
    clocks: dict[str, Clock] = field(default_factory=dict)
    lead_times: list[datetime] = field(default_factory=list)
    leads: list[int | None] = field(default_factory=list)

    def unit_at(self, moment: datetime) -> int:
        """The lead of that moment, the desk where there was none."""
        place = bisect_right(self.lead_times, moment)
        return (self.leads[place - 1] if place else None) or self.desk


def history(case: str, desk: int, channel: str, acts: Iterable[Act]) -> History:
    """Fold the steps; each moment keeps what held before its act."""
    told = History(case, desk, channel)
    for act in standing(acts):
        told.moments.append(Moment(act, told.lead, told.round, told.urgency, told.supervised, told.redos > 0))
        _fold(told, act)
        _run(told, act)
        told.state = act.target
    return told


def standing(acts: Iterable[Act]) -> list[Act]:
    """The acts that hold: a slip that was taken back, and the taking back, count as if neither had been."""
    every = list(acts)
    gone = {act.facts["of"] for act in every if act.move == "undo"}
    return [act for act in every if act.move != "undo" and act.no not in gone]


def starts_round(act: Act) -> bool:
    """Whether an act sends the case back to be done once more."""
    if act.move == "redo":
        return True
    return act.move in ("callback", "rate") and act.target in ("dispatched", "accepted") and act.source != act.target


def _fold(told: History, act: Act) -> None:
    facts = act.facts
    told.kind = facts.get("kind") or told.kind
    told.urgency = facts.get("urgency") or told.urgency
    succeeds = act.move == "succeed" and told.lead == facts["former"]
    if succeeds or (act.move in SENDING and facts.get("unit")):
        _lead(told, int(facts["unit"]), act.at)
    elif act.move in ("reopen", "appeal", "split"):
        _lead(told, None, act.at)
    if starts_round(act):
        told.redos += 1
        told.supervised = told.supervised or told.redos >= 2
        told.round += 1
    elif act.move in ("reopen", "appeal"):
        told.round += 1
    elif act.move == "supervise":
        told.supervised = True
    elif act.move == "receive":
        told.dormant = bool(facts.get("dormant"))
    elif act.move == "adopt":
        told.dormant = False
    elif act.move == "history":
        told.past = True


def _lead(told: History, unit: int | None, at: datetime) -> None:
    told.lead = unit
    told.lead_times.append(at)
    told.leads.append(unit)


def _run(told: History, act: Act) -> None:
    for op in act.facts.get("clocks", ()):
        if op["op"] == "start":
            told.clocks[op["clock"]] = Clock(
                op["clock"], op["stage"], op.get("unit"), op["round"], told.urgency, bool(op.get("verified", True)),
                None,
            )  # fmt: skip
        clock = told.clocks[op["clock"]]
        if op.get("due"):
            clock.due = datetime.fromisoformat(op["due"])
        if op["op"] == "hand":
            clock.unit = op["unit"]
        if op["op"] == "pause":
            clock.rests = act.at
        elif op["op"] in ("resume", "stop"):
            clock.rests = None
        clock.marks.append((act.at, clock.due, clock.rests))
        if op["op"] == "stop":
            clock.finished, clock.by, clock.step = act.at, act.move, act.no


def unhappy(act: Act) -> bool:
    return act.facts.get("satisfaction") in UNHAPPY


def is_opinion(act: Act) -> bool:
    """Whether the requester said how it went: by a call-back that reached him, or by himself."""
    return act.move == "rate" or (act.move == "callback" and bool(act.facts.get("contacted")))


def after(moments: Sequence[Moment], place: int) -> Iterable[Moment]:
    """The moments that follow one."""
    return moments[place + 1 :]
