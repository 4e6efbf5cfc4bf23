"""Which cases are called back: by rule, by a lot that nobody can choose, or not at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

RULES = ("complaint", "urgent", "redo", "supervised")
TRIES, AGAIN, OUTSIDE = "tries", "again", "outside"
LOTS = 10_000  # a share of one per cent is a hundred lots
DEFAULT_TRIES = 3

Lot = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a rule of call-backs looks at."""

    kind: str
    urgency: int
    redos: int
    supervised: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """How often somebody was called in vain since the answer passed its review, and when last."""

    count: int = 0
    last: datetime | None = None


def fits(rule: str, case: Traits) -> bool:
    """Whether a rule speaks of a case.

    >>> fits("urgent", Traits("help", 3, 0, False)), fits("redo", Traits("help", 3, 0, False))
    (True, False)
    """
    match rule:
        case "complaint":
            return case.kind == "complaint"
        case "urgent":
            return case.urgency >= 3
        case "redo":
            return case.redos > 0
        case "supervised":
            return case.supervised
        case _:
            return False


def drawn(case: Traits, plan: Mapping[str, int], lot: Lot) -> str:
    """Why a case is called back: `rule`, `random`, or nothing. Without a plan every case is, by rule.

    >>> plan = {"complaint": 100, "urgent": 0, "random": 20}
    >>> drawn(Traits("complaint", 1, 0, False), plan, lambda rule: 9999)
    'rule'
    >>> [drawn(Traits("help", 4, 0, False), plan, lambda rule: n) for n in (1999, 2000)]
    ['random', '']
    >>> drawn(Traits("help", 1, 0, False), {}, lambda rule: 0)
    'rule'
    """
    if not any(name in plan for name in (*RULES, "random")):
        return "rule"
    if any(fits(rule, case) and lot(rule) < plan[rule] * LOTS // 100 for rule in RULES if rule in plan):
        return "rule"
    return "random" if lot("random") < plan.get("random", 0) * LOTS // 100 else ""


def tried(steps: Iterable[tuple[str, bool, datetime]]) -> Tried:
    """The calls in vain since the last review, out of (move, contacted, when) in order.

    >>> t = datetime(2026, 3, 2)
    >>> tried([("callback", False, t), ("review_pass", False, t), ("callback", False, t), ("callback", False, t)]).count
    2
    """
    found = Tried()
    for move, contacted, at in steps:
        if move != "callback":
            found = Tried()
        elif not contacted:
            found = Tried(found.count + 1, at)
    return found


@dataclass(frozen=True, slots=True)
class Watch:
    """How the supervision of one case stands: the newest demand, its day, and whether it was answered."""

    step: UUID | None = None
    actor: str = ""  # key of the person, empty where the product asked: a case sent back twice
    at: datetime | None = None
    due: date | None = None
    times: int = 0
    answered: datetime | None = None
    accepted: datetime | None = None
    notice: str = ""
    unit: int | None = None  # who is supervised
    backs: int = 0  # how often an answer was sent back
    level: int = 0  # how far up the ladder the case has climbed since

    def over(self, today: date) -> int:
        """Days past the day that was set, none once it is answered."""
        return 0 if self.answered or self.due is None else max(0, (today - self.due).days)

    def state(self, today: date) -> str:
        if self.accepted:
            return "accepted"
        if self.answered:
            return "answered"
        return "late" if self.over(today) else "open"


@dataclass(frozen=True, slots=True)
class Told:
    """A step as the board reads it."""

    id: UUID
    move: str
    actor: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hung:
    """A hang-up: why, asked in which step, allowed by whom and when, to be looked at again on which day."""

    cause: str = ""
    asked: UUID | None = None
    approver: str = ""
    since: datetime | None = None
    review_on: date | None = None
    set_at: datetime | None = None  # when that day was set
    reviews: int = 0

    def over(self, today: date) -> int:
        """Days past the day of review."""
        return max(0, (today - self.review_on).days) if self.review_on else 0

    def days(self, now: datetime) -> int:
        """Whole days since it began."""
        return max(0, (now - self.since).days) if self.since else 0


def hung(steps: Iterable[Told]) -> Hung:
    """The newest hang-up out of the steps that speak of hang-ups, in order.

    >>> t, key = datetime(2026, 3, 2), UUID(int=1)
    >>> ask = Told(key, "hangup_ask", "3", t, {"cause": "budget", "review_on": "2026-03-20"})
    >>> allowed = Told(key, "hangup_decide", "4", t, {"approve": True})
    >>> kept = Told(key, "hangup_review", "5", datetime(2026, 3, 20), {"keep": True, "review_on": "2026-04-20"})
    >>> found = hung([ask, allowed, kept])
    >>> found.cause, found.approver, found.since == t, found.review_on, found.reviews
    ('budget', '4', True, datetime.date(2026, 4, 20), 1)
    """
    found = Hung()
    for step in steps:
        day = step.facts.get("review_on")
        on = date.fromisoformat(str(day)) if day else None
        match step.move:
            case "hangup_ask":
                found = Hung(str(step.facts.get("cause", "")), step.id, review_on=on, set_at=step.at)
            case "hangup_decide":
                found = replace(found, approver=step.actor, since=step.at, set_at=step.at)
            case "hangup_review" if step.facts.get("keep"):
                found = replace(found, review_on=on, set_at=step.at, reviews=found.reviews + 1)
            case _:
                pass
    return found


def watched(steps: Iterable[Told]) -> Watch:
    """The supervision of a case out of its steps in order; a new demand wants a new answer.

    >>> t, key = datetime(2026, 3, 2), UUID(int=1)
    >>> demand = Told(key, "supervise", "3", t, {"due": "2026-03-04"})
    >>> found = watched([demand, Told(key, "escalate", "", t, {"level": 2})])
    >>> found.over(date(2026, 3, 6)), found.state(date(2026, 3, 6)), found.level
    (2, 'late', 2)
    >>> watched([demand, Told(key, "supervise_answer", "4", t, {})]).state(date(2026, 3, 6))
    'answered'
    >>> answer = Told(key, "supervise_answer", "4", t, {})
    >>> watched([demand, answer, demand]).state(date(2026, 3, 3))
    'open'
    >>> back = Told(key, "supervise_back", "3", t, {"due": "2026-03-09"})
    >>> watched([demand, answer, back]).state(date(2026, 3, 6))
    'open'
    >>> watched([demand, answer, Told(key, "supervise_accept", "3", t, {})]).state(date(2026, 3, 9))
    'accepted'
    """
    found = Watch()
    for step in steps:
        match step.move:
            case "supervise":
                due = step.facts.get("due")
                day = date.fromisoformat(str(due)) if due else None
                notice, unit = str(step.facts.get("notice", "")), step.facts.get("unit")
                found = Watch(step.id, step.actor, step.at, day, found.times + 1, notice=notice, unit=unit)
            case "supervise_back":
                due = step.facts.get("due")
                day = date.fromisoformat(str(due)) if due else None
                found = replace(found, step=step.id, due=day, answered=None, backs=found.backs + 1)
            case "supervise_accept":
                found = replace(found, accepted=step.at)
            case "supervise_answer":
                found = replace(found, answered=step.at)
            case "escalate":
                found = replace(found, level=max(found.level, int(step.facts.get("level") or 0)))
    return found
