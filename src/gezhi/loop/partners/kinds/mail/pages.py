"""Letters at the desk: what waits for a person, one of them with its words, and the three things to do with it."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Piece
from gezhi.loop.pages import common
from gezhi.loop.partners.kinds.mail import deciding

HERE = "/desk/letters/"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The letters that wait, with why; their words are opened one at a time."""
    actor = common.guard(request, deciding.VERB)
    left = deciding.waiting(actor)
    rows = [{"url": f"{HERE}{row.pk}/", "at": row.at, "why": _why(row, facts), "box": common.named(row.partner),
             "number": facts.get("number", "")}
            for row, facts in zip(left, deciding.shown(actor, left), strict=True)]  # fmt: skip
    return render(request, "loop/partners/letters.html", {"rows": rows, "now": common.now()})


@never_cache
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, key: int) -> HttpResponse:
    """One letter, opened; that it was is written down."""
    actor = common.guard(request, deciding.VERB)
    refused: Refused | None = None
    if request.method == "POST":
        how, number = request.POST.get("how", ""), request.POST.get("number", "")
        done, refused = common.attempt(lambda: deciding.decide(key, how, number, actor=actor, now=common.now()))
        if done is not None:
            messages.success(request, _said(done))
            return HttpResponseRedirect(f"/desk/{done.case_id}/" if done.case_id else HERE)
        if refused is not None and refused.code == "mail-not-left":
            raise refused
    row, body = deciding.read(key, actor=actor, now=common.now())
    [facts] = deciding.shown(actor, [row])
    field = common.field(
        "number", gettext("Number of the case"), value=request.POST.get("number", facts.get("number", "")), max=60
    )
    errors = common.errors_of(refused, "number")
    common.mark([field], errors)
    context: dict[str, Any] = {
        "sender": " ".join(part for part in (body["name"], f"<{body['from']}>" if body["from"] else "") if part),
        "subject": body["subject"], "text": body["text"], "files": [one["name"] for one in body["files"]],
        "left": [{"name": one["name"], "why": pgettext("file-left", one["why"])} for one in body["left"]],
        "why": _why(row, facts), "at": row.at, "field": field, "errors": errors,
        "action": request.path, "now": common.now(),
        "readable": not body["fault"], "crumbs": [{"label": gettext("Letters"), "url": HERE}, {"label": _title(body)}],
    }  # fmt: skip
    return render(request, "loop/partners/letter.html", context, status=refused.status if refused else 200)


def _title(body: Any) -> str:
    return str(body["subject"]) or gettext("Letter without a subject")


def _why(row: Piece, facts: dict[str, Any]) -> str:
    return pgettext("refusal", row.fault) % defaultdict(lambda: "…", facts)


def _said(row: Piece) -> str:
    if row.case_id is None:
        return gettext("The letter is laid aside.")
    number = row.facts.get("number", "")
    if "move" in row.facts:
        return gettext("The letter is added to %(number)s.") % {"number": number}
    return gettext("The letter is now the case %(number)s.") % {"number": number}
