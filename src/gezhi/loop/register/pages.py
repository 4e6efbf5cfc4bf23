"""The register for everybody, as a page and as JSON."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from gezhi.kit.text import pick
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base
from gezhi.loop.register import service
from gezhi.loop.register.service import TEXTS, Entry

FRESH = 300  # seconds for which an answer may be kept


@cache_control(public=False, max_age=FRESH)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Every entry in words."""
    rows = [row(entry) for entry in service.entries(common.now())]
    return render(request, "loop/register/register.html", {**base(), "rows": rows, "least": service.LEAST})


@cache_control(public=False, max_age=FRESH)
@require_GET
def machine(request: HttpRequest) -> HttpResponse:
    """The same for machines."""
    answer = {"government": common.place_name(), "algorithms": service.as_json(common.now())}
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def row(entry: Entry) -> dict[str, Any]:
    """One entry with its texts in order."""
    language, live = common.language(), entry.live
    facts = [{"label": pgettext("register", name), "words": pick(entry.item.extra, name, language)} for name in TEXTS]
    figures = ""
    if live.right is not None and live.right.interval is not None and live.unsure is not None:
        low, high = live.right.interval
        figures = gettext(
            "In %(n)s decided requests the suggestion listed first agreed with the outcome for %(share)s %%"
            " (%(low)s–%(high)s %%). For %(unsure)s %% it was too uncertain to be filled in: it was only listed,"
            " and people chose."
        ) % {"n": f"{live.decided:,}", "share": tenth(live.right.share), "low": tenth(low), "high": tenth(high),
             "unsure": tenth(live.unsure.share)}  # fmt: skip
    return {
        "code": entry.mechanism.code, "name": common.named(entry.item), "facts": [one for one in facts if one["words"]],
        "kind": pgettext("register-kind", entry.mechanism.kind), "figures": figures, "version": live.version,
        "learned": bool(entry.mechanism.figures), "since": entry.item.extra.get("since", ""), "model_since": live.since,
    }  # fmt: skip


def tenth(share: float | None) -> str:
    """A share in per cent with one digit.

    >>> tenth(0.78123), tenth(None)
    ('78.1', '—')
    """
    return "—" if share is None else f"{share * 100:.1f}"
