"""A case in a further round: what the unit is to do this time, and which facts are those of the round before."""

from typing import Any

from django.utils.translation import gettext

from gezhi.loop.rules.again import WORDS, since
from gezhi.loop.rules.words import ENDED
from gezhi.loop.service.reading import CaseView


def again_of(shown: CaseView) -> dict[str, Any] | None:
    """The words that the present round starts from, until the case is over."""
    began, _ = since(shown.entries)
    if began is None or shown.case.state in ENDED:
        return None
    return {"words": began.texts.get(WORDS[began.move], ""), "at": began.acted_at, "round": shown.case.round}


def outcome_label(shown: CaseView) -> str:
    """What to call the result: while a new one is awaited it is that of the round before."""
    began, written = since(shown.entries)
    return gettext("Outcome of the round before") if began is not None and not written else gettext("Outcome")


def opinion_label(shown: CaseView) -> str:
    """What to call the requester's opinion, which is asked anew in each round."""
    return gettext("Satisfaction with the round before") if again_of(shown) else gettext("Satisfaction")
