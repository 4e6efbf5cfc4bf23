"""A case that goes back to its unit: a new round starts from words that say what is still to be done."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.guards import Situation
from gezhi.loop.rules.snapshot import unhappy

WORDS: Mapping[str, str] = {"callback": "for_unit", "rate": "for_unit", "redo": "reason", "reopen": "reason"}
RESTS = ("accepted", "dispatched")  # where a case stands once it was sent back


def again_what(s: Situation) -> None:
    """Who sends a case back says what is still to be done, in words that the unit may read."""
    reached = s.data.get("contacted", True)  # whoever rates by himself was not called
    if reached and unhappy(s.data) and not s.texts.get("for_unit"):
        raise Refused("field-missing", status=422, field="for_unit")


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


GUARDS: Mapping[str, Callable[[Situation], None]] = {"again-what": again_what}
