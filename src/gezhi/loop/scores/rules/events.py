"""Scored events: what in the life of a case counts, for which unit, in which period, and what is true of it.

An event lies in exactly one period: a clock where it was settled (when it was met, or when it ran out), everything else
where it happened. Steps after the cut-off are not looked at, so that the same period gives the same events for ever.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gezhi.loop.rules.words import KINDS
from gezhi.loop.scores.rules.history import Clock, History, Moment, after, is_opinion, starts_round, unhappy

DESK_STAGES = ("accept", "dispatch", "verify", "adjudicate")  # the desk's own work, whoever leads
LEAD_STAGES = ("sign", "contact", "handle", "reply")
CLOCKS = (*DESK_STAGES, *LEAD_STAGES, "task")
OTHERS = (
    "opinion", "attempt", "return", "ruling", "sent", "closed", "redo", "reopen", "postpone", "hangup", "chase",
    "supervise", "recall", "rectify",
)  # fmt: skip
EVENTS = (*CLOCKS, *OTHERS)
DROPPED = (
    "merge",
    "withdraw",
    "void_decide",
    "undo_import",
    "split",
    "change_lead",
    "task_back",
    "task_refuse",
)  # a limit ended by these was neither met nor missed
PREDICATES = frozenset({
    "in_time", "late", "open", "unverified", "solved", "partly", "unsolved", "satisfied", "basic", "dissatisfied",
    "contacted", "by_citizen", "by_callback", "sample_random", "sample_rule", "upheld", "rejected", "right", "wrong",
    "approved", "direct", "second", "round_late", "postponed", "hung_up", "returned", "reopened", "chased",
    "supervised", "urgent", "critical", "first_round", "redone", "upstream", "round_closed", *KINDS,
})  # fmt: skip
HAPPY = ("very", "satisfied")
VOID, IMPORTED = "void", "imported"  # why a whole case stands outside


class Event(NamedTuple):
    """One thing that counts."""

    kind: str
    case: str
    unit: int
    round: int
    step: int  # the number of the step that settled it, 0 where a limit ran out without one
    at: datetime
    facts: frozenset[str]
    outside: str = ""  # why it counts for nobody: void, or the number of an exclusion


@dataclass(frozen=True, slots=True)
class Window:
    """The period, and until when a poor rating must be put right."""

    start: datetime
    end: datetime
    mend_by: Callable[[datetime], datetime]


def events_of(told: History, window: Window) -> list[Event]:
    """The events of one case that lie in the period; none of what an import brought as done or asleep."""
    if told.past or told.dormant:
        return []
    outside = VOID if told.state == "void" else ""
    base = _case_facts(told)
    found = [*_clock_events(told, window), *_moment_events(told), *_sent(told), *_mended(told, window)]
    return [
        event._replace(facts=event.facts | base, outside=outside)
        for event in found
        if window.start <= event.at < window.end
    ]


def _case_facts(told: History) -> frozenset[str]:
    facts = {told.kind} if told.kind else set()
    if told.channel == "upstream":
        facts.add("upstream")
    return frozenset(facts)


def _weights(urgency: int, round_: int, *, supervised: bool) -> set[str]:
    facts = {"first_round"} if round_ == 1 else {"redone"}
    facts |= {"urgent"} if urgency >= 3 else set()
    facts |= {"critical"} if urgency >= 4 else set()
    return facts | ({"supervised"} if supervised else set())


# ---- clocks


def settled(clock: Clock, window: Window) -> tuple[datetime, str] | None:
    """When a limit was met or ran out, and which; None while neither is so, and where the case went another way.

    What had run out before the period stays with the earlier one, even where more time was granted afterwards.
    """
    due = clock.due
    if due is None or _ran_out_before(clock, window.start):
        return None
    if clock.finished is not None and clock.finished.replace(microsecond=0) <= due:  # as the calendar cuts it
        return None if clock.by in DROPPED else (clock.finished, "in_time")
    if clock.rests is not None and clock.rests <= due:
        return None  # nobody can know when it will run out
    return (due, "late") if due < window.end else None


def _ran_out_before(clock: Clock, moment: datetime) -> bool:
    known = [mark for mark in clock.marks if mark[0] < moment]
    if not known:
        return False
    _, due, rests = known[-1]
    over = min(moment, clock.finished) if clock.finished is not None else moment
    return due is not None and due < over and (rests is None or rests > due)


def _clock_events(told: History, window: Window) -> Iterator[Event]:
    ends = {moment.act.no: moment for moment in told.moments}
    closed = {moment.round for moment in told.moments if moment.act.target == "closed"}
    supervised = [moment.act.at for moment in told.moments if moment.act.move == "supervise"]
    for clock in told.clocks.values():
        verdict = settled(clock, window) if clock.stage in CLOCKS else None
        if verdict is None:
            continue
        at, word = verdict
        met = word == "in_time"
        unit = told.desk
        if clock.stage == "task":
            unit = clock.unit or told.desk
        elif clock.stage in LEAD_STAGES:
            unit = (ends[clock.step].lead or told.desk) if met else told.unit_at(at)
        facts = _weights(clock.urgency, clock.round, supervised=any(moment <= at for moment in supervised))
        facts |= (
            {word} | ({"open"} if clock.finished is None else set()) | (set() if clock.verified else {"unverified"})
        )
        facts |= {"round_closed"} if clock.round in closed else set()
        yield Event(clock.stage, told.case, unit, clock.round, clock.step, at, frozenset(facts))


# ---- moments


def _moment_events(told: History) -> Iterator[Event]:
    for place, moment in enumerate(told.moments):
        for kind, told_facts in _of(told, place, moment):
            facts = told_facts | _weights(moment.urgency, moment.round, supervised=moment.supervised)
            unit = moment.lead or told.desk
            if not moment.lead:
                facts.add("direct")
            yield Event(kind, told.case, unit, moment.round, moment.act.no, moment.act.at, frozenset(facts))


def _of(told: History, place: int, moment: Moment) -> Iterator[tuple[str, set[str]]]:
    """The kinds of events that one act is, with what is true of each."""
    act = moment.act
    if act.move == "callback":
        yield "attempt", {"contacted"} if act.facts.get("contacted") else set()
    if is_opinion(act):
        yield "opinion", opinion_facts(moment)
    if act.move == "return":
        yield "return", set()
    if act.move == "adjudicate" and moment.lead:
        to = act.facts.get("unit")
        yield "ruling", {"rejected" if act.facts.get("ruling") == "reject" or to == moment.lead else "upheld"}
    if act.move in ("postpone_decide", "hangup_decide"):
        yield act.move.partition("_")[0], {"approved"} if act.facts.get("approve") else set()
    if act.move in ("chase", "supervise", "reopen"):
        yield act.move, set()
    if starts_round(act):
        yield "redo", {"second"} if moment.redone else set()
    if act.target == "closed" and act.source not in ("closed", "merged") and act.move not in ("history", "undo_import"):
        yield "closed", _closing_facts(told, place, moment)


def opinion_facts(moment: Moment) -> set[str]:
    """What the requester said, in facts; how his case was drawn for the call-back."""
    facts = moment.act.facts
    said = {"by_citizen" if moment.act.move == "rate" else "by_callback", "contacted"}
    if facts.get("solved") in ("solved", "partly", "unsolved"):
        said.add(facts["solved"])
    if facts.get("satisfaction") in HAPPY:
        said.add("satisfied")
    elif facts.get("satisfaction") == "basic":
        said.add("basic")
    elif unhappy(moment.act):
        said.add("dissatisfied")
    if moment.act.move == "callback":
        said.add("sample_random" if facts.get("sample") == "random" else "sample_rule")
    return said


def _closing_facts(told: History, place: int, moment: Moment) -> set[str]:
    """How the round went that ends here."""
    facts: set[str] = set()
    for before in told.moments[:place]:
        act = before.act
        if before.round != moment.round:
            continue
        approved = bool(act.facts.get("approve"))
        facts |= {"postponed"} if act.move == "postpone_decide" and approved else set()
        facts |= {"hung_up"} if act.move == "hangup_decide" and approved else set()
        facts |= {"returned"} if act.move == "return" else set()
        facts |= {"chased"} if act.move == "chase" else set()
    if any(before.act.move == "reopen" for before in told.moments[:place]):
        facts.add("reopened")
    handling = [clock for clock in told.clocks.values() if clock.stage == "handle" and clock.round == moment.round]
    late = any(clock.due is not None and clock.due < (clock.finished or moment.act.at) for clock in handling)
    return facts | {"round_late" if late else "in_time"}


def _sent(told: History) -> Iterator[Event]:
    """The first dispatch of a case, judged when it is closed, or as soon as the case goes to another unit."""
    first: Moment | None = None
    for moment in told.moments:
        act = moment.act
        to = act.facts.get("unit")
        if first is None:
            first = moment if act.move == "dispatch" else None
            continue
        moves_on = act.move in ("dispatch", "adjudicate") and to and to != first.act.facts.get("unit")
        if moves_on or act.target == "closed":
            facts = _weights(moment.urgency, 1, supervised=moment.supervised) | {"wrong" if moves_on else "right"}
            yield Event("sent", told.case, told.desk, moment.round, act.no, act.at, frozenset(facts))
            return
        if act.target in ("merged", "withdrawn", "void"):
            return


def _mended(told: History, window: Window) -> Iterator[Event]:
    """After a poor rating: whether the citizen was called back, and whether it was put right, each within the limit."""
    for place, moment in enumerate(told.moments):
        if not (is_opinion(moment.act) and unhappy(moment.act)):
            continue
        by = window.mend_by(moment.act.at)
        for kind, done in (("recall", _recalled), ("rectify", _rectified)):
            event = _limit(told, kind, moment, done(after(told.moments, place)), by=by, end=window.end)
            if event is not None:
                yield event


def _limit(
    told: History, kind: str, moment: Moment, done: Moment | None, *, by: datetime, end: datetime
) -> Event | None:
    met = done is not None and done.act.at <= by
    at = done.act.at if met and done is not None else by
    if not met and by >= end:
        return None
    facts = _weights(moment.urgency, moment.round, supervised=moment.supervised)
    facts |= {"in_time" if met else "late"} | ({"by_citizen"} if moment.act.move == "rate" else {"by_callback"})
    step = done.act.no if met and done is not None else 0
    unit = moment.lead or told.desk
    return Event(kind, told.case, unit, moment.round, step, at, frozenset(facts))


def _recalled(following: Iterable[Moment]) -> Moment | None:
    for moment in following:
        act = moment.act
        if is_opinion(act) or (act.move == "contact" and act.facts.get("reached") != "unreached"):
            return moment
    return None


def _rectified(following: Iterable[Moment]) -> Moment | None:
    """The answer of the next round that passed review, or the case closed."""
    return next((moment for moment in following if _passed(moment) or _ends(moment)), None)


def _passed(moment: Moment) -> bool:
    """The review is over; a pass that waits for another sign-off is not."""
    act = moment.act
    return act.move == "review_pass" and act.target != act.source


def _ends(moment: Moment) -> bool:
    return moment.act.target == "closed" and moment.act.source != "closed"
