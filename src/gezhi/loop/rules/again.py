"""A case that is handled again: a new round starts from words that say what is still to be done, or disputed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.guards import Situation
from gezhi.loop.rules.snapshot import unhappy

WORDS: Mapping[str, str] = {"callback": "for_unit", "rate": "for_unit", "redo": "reason", "reopen": "reason",
                            "appeal": "reason"}  # fmt: skip
REFUSING = ("refused", "policy_limit", "not_ours")  # results that give the person nothing of what was asked for
RESTS = ("accepted", "dispatched")  # where a case stands once it was sent back


def again_what(s: Situation) -> None:
    """Who sends a case back says what is still to be done, in words that the unit may read."""
    reached = s.data.get("contacted", True)  # whoever rates by himself was not called
    if reached and unhappy(s.data) and not s.texts.get("for_unit"):
        raise Refused("field-missing", status=422, field="for_unit")


def appeal_open(s: Situation) -> None:
    """Once for each case: against a refusal at once, against an answer after it was sent back once."""
    if s.snap.dormant:
        raise Refused("imported-not-adopted")
    if s.snap.appealed:
        raise Refused("case-appeal-used", round=s.snap.appealed)
    if s.snap.state == "closed" and not s.snap.redos and s.snap.outcome not in REFUSING:
        raise Refused("case-appeal-early")
    if s.snap.closed_at and s.now > s.snap.closed_at + timedelta(days=s.rating_days):
        raise Refused("case-appeal-late", days=s.rating_days)


def another_judges(s: Situation) -> None:
    """Nobody judges an appeal against his own word; sending the case to a unit is open to everybody."""
    if s.snap.appealed and s.actor == s.refuser:
        raise Refused("case-appeal-own")


def sent_back(move: str, source: str, target: str) -> bool:
    """Whether a step began a new round.

    >>> sent_back("callback", "verifying", "dispatched"), sent_back("callback", "verifying", "verifying")
    (True, False)
    """
    return move in WORDS and target in RESTS and source != target


def since(steps: Iterable[Any]) -> tuple[Any | None, bool]:
    """The step that began the present round, and whether a result was written since; no step in the first round."""
    began, written = None, False
    for step in steps:
        if sent_back(step.move, step.source, step.target):
            began, written = step, False
        elif step.move in ("reply", "answer"):
            written = True
    return began, written


GUARDS: Mapping[str, Callable[[Situation], None]] = {
    "again-what": again_what,
    "appeal-open": appeal_open,
    "another-judges": another_judges,
}
