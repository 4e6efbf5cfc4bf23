"""What the desk is told while it types: likely matters and why, the unit that answers for them, ready answers."""

from typing import Any

from gezhi.loop.pages import common
from gezhi.loop.pages.case import standard_replies
from gezhi.loop.pages.forms import why_words
from gezhi.loop.service.registering import suggested_units
from gezhi.loop.store.content import content
from gezhi.loop.triage.service import panel

SHORT = 6  # characters below which no suggestion is sensible


def suggestions(text: str, place: str, matter: str, area: str) -> dict[str, Any]:
    """Context of `loop/parts/suggest.html`; a matter chosen by the operator decides unit and ready answers."""
    kept = content()
    found: dict[str, Any] = {"matters": [], "abstained": False, "sure": None, "replies": [], "duty": None}
    if len(text.strip()) >= SHORT:
        found |= panel([text, place] if place else [text], area, language=common.language())
    chosen = matter if matter in kept.matters else (found["sure"] or {}).get("matter", "")
    if chosen:
        units = suggested_units(chosen, area)
        if units["lead"] is not None:
            basis = why_words(units["duty"], kept)
            found["duty"] = {"unit": common.named(units["lead"]), "unit_id": units["lead"].pk, "basis": basis}
        found["replies"] = standard_replies(chosen, 3)
    return found
