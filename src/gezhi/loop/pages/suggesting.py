"""What the desk is told while it types: likely matters and why, the unit that answers for them, ready answers."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from gezhi.loop.pages import common
from gezhi.loop.pages.forms import why_words
from gezhi.loop.replies.pages import shown
from gezhi.loop.replies.service.ready import suited
from gezhi.loop.service.registering import suggested_units
from gezhi.loop.store.content import Content, content
from gezhi.loop.triage.service import panel

SHORT = 6  # characters below which no suggestion is sensible
READY = 3
FIRST_KEY = 4  # Alt 1 to 3 take a matter over
STAGES = ("contact", "handle")  # what a caller asks: when do I hear of it, when is it done


def suggestions(typed: Mapping[str, str]) -> dict[str, Any]:
    """Context of `loop/parts/suggest.html`; a matter chosen by the operator decides unit and ready answers."""
    text, place = typed.get("text", "")[:4000], typed.get("place", "")[:200]
    matter, area = typed.get("matter", ""), typed.get("area", "")
    kept = content()
    found: dict[str, Any] = {
        "matters": [],
        "abstained": False,
        "close": False,
        "sure": None,
        "ready": [],
        "duty": None,
        "limits": "",
    }
    if len(text.strip()) >= SHORT:
        found |= panel([text, place] if place else [text], area, language=common.language())
    chosen = matter if matter in kept.matters else (found["sure"] or {}).get("matter", "")
    if chosen:
        units = suggested_units(chosen, area)
        if units["lead"] is not None:
            basis = why_words(units["duty"], kept)
            found["duty"] = {"unit": common.named(units["lead"]), "unit_id": units["lead"].pk, "basis": basis,
                             "no": units["duty"].no}  # fmt: skip
        found["limits"] = limits_in_words(kept, chosen, typed)
    if chosen or len(text.strip()) >= SHORT:
        found["ready"] = ready(kept, typed, chosen, likely_of(found))
    return found


def likely_of(found: Mapping[str, Any]) -> str:
    """The matter that is likelier than all others, so that its articles come first though nobody chose it."""
    first = next(iter(found["matters"]), None)
    return str(first["code"]) if first is not None and not found.get("close") else ""


def ready(kept: Content, typed: Mapping[str, str], matter: str, likely: str) -> list[dict[str, Any]]:
    """Ready answers and articles for what is typed, each with the key that takes it over."""
    today = timezone.localtime(common.now()).date()
    rows = suited(
        kept, typed.get("text", "")[:4000], matter, kind=typed.get("kind", ""), language=common.language(),
        today=today, most=READY, values={"place": typed.get("place", "")[:200]}, likely=likely,
    )  # fmt: skip
    return [{**shown(row), "key": f"Alt+{at}", "mark": f"Alt {at}"} for at, row in enumerate(rows, FIRST_KEY)]


def limits_in_words(kept: Content, matter: str, typed: Mapping[str, str]) -> str:
    """How long it may take until somebody calls and until it is done, for the caller who asks."""
    urgency = typed.get("urgency", "1")
    said = []
    for stage in STAGES:
        limits = kept.limits_for(
            stage, matter=matter, area=typed.get("area", ""), kind=typed.get("kind", ""),
            urgency=int(urgency) if urgency in ("1", "2", "3", "4") else 1,
        )  # fmt: skip
        if limits:
            span = gettext(", ").join(pgettext("amount", one.unit_of) % {"n": one.amount} for one in limits[:1])
            said.append(gettext("%(stage)s within %(span)s") % {"stage": pgettext("stage", stage), "span": span})
    return gettext(", ").join(said)
