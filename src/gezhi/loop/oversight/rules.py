"""Which cases are called back: by rule, by a lot that nobody can choose, or not at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

RULES = ("complaint", "urgent", "redo", "supervised")
TRIES, OUTSIDE = "tries", "outside"
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
