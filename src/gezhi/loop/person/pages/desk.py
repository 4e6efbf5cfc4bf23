"""What people ask about what is held on them: the list with its days, and the decision by a named person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.models import PersonRequest
from gezhi.loop.pages import common
from gezhi.loop.person import service, store
from gezhi.loop.person.pages import chip, kind_words, obstacle_words, outcome_words
from gezhi.loop.person.service.deciding import VERB
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.store.visible import readable, visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

HERE = "/desk/person/"
MOST = 200


def crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": gettext("Requests about own data"), "url": HERE}, {"label": last, "url": ""}]


def found(actor: Actor, state: str) -> QuerySet[PersonRequest]:
    rows = store.requests(visible(actor, VERB))
    return rows.filter(state="asked") if state == "asked" else rows.exclude(state="asked").order_by("-decided_at")


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Open ones first by their day, or those that were decided."""
    actor = common.guard(request, VERB)
    state = "decided" if request.GET.get("state") == "decided" else "asked"
    moment = common.now()
    rows = [row_of(row, moment) for row in found(actor, state)[:MOST]]
    said = {"asked": gettext("To decide"), "decided": gettext("Decided")}
    tabs = [{"label": label, "url": f"{HERE}?state={each}", "count": None, "current": each == state}
            for each, label in said.items()]  # fmt: skip
    return render(request, "loop/person/requests.html", {"rows": rows, "tabs": tabs})


def row_of(row: PersonRequest, moment: Any) -> dict[str, Any]:
    return {
        "url": f"{HERE}{row.pk}/", "number": row.case.number, "kind": kind_words(row.kind), "at": row.asked_at,
        "due": row.due_at, "late": row.state == "asked" and moment > row.due_at, "state": chip(row),
        "count": len(row.cases), "by": row.decided_by.display_name if row.decided_by else "", "decided": row.decided_at,
        "proof": pgettext("person-proof", row.proof),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request and its decision."""
    actor = common.guard(request, VERB)
    row = store.request(key)
    if row is None or not visible(actor, VERB).filter(pk=row.case_id).exists():
        raise Refused("person-unknown", status=404)
    refused: Refused | None = None
    if request.method == "POST":
        grant = request.POST.get("grant") == "1"
        done, refused = common.attempt(
            lambda: service.decide(
                key, grant=grant, answer=request.POST.get("answer", ""), text=request.POST.get("text", ""),
                actor=actor, now=common.now(),
            )
        )  # fmt: skip
        if done is not None:
            messages.success(request, gettext("Decided. The person reads it on the own page."))
            return HttpResponseRedirect(f"{HERE}{key}/")
    return show(request, row, actor, refused)


def show(request: HttpRequest, row: PersonRequest, actor: Actor, refused: Refused | None) -> HttpResponse:
    cases = store.named_cases(row.cases)
    stand = service.obstacles(cases, now=common.now()) if row.kind == "erase" and row.state == "asked" else {}
    reads = readable(actor, row.case)
    fields = fields_of(request, row, reads=reads) if row.state == "asked" else []
    errors = common.errors_of(refused, "answer")
    common.mark(fields, errors)
    said = open_text(row.case.requester, row.words) if row.words else {}
    answer = open_text(row.case.requester, row.answer).get("answer", "") if row.answer else ""
    context = {
        "title": kind_words(row.kind), "crumbs": crumbs(row.case.number), "row": row_of(row, common.now()),
        "said": [{"label": pgettext("person-said", name), "words": words} for name, words in said.items()],
        "cases": [
            {"number": case.number, "url": f"/desk/{case.pk}/" if reads else "",
             "state": common.word("state", case.state), "obstacle": obstacle_words(stand.get(case.pk)),
             "identity": case.pk in stand and not stand[case.pk].identity}
            for case in cases
        ],
        "erasing": row.kind == "erase" and row.state == "asked", "fields": fields, "errors": errors, "answer": answer,
        "may_grant": row.kind != "erase" or bool(actor.grants_for("requester.erase")),
        "outcome": outcome_words(row, {str(case.pk): case.number for case in cases}),
    }  # fmt: skip
    return render(request, "loop/person/request.html", context, status=refused.status if refused else 200)


def fields_of(request: HttpRequest, row: PersonRequest, *, reads: bool) -> list[common.Field]:
    get = request.POST.get
    made = []
    if row.kind == "correct" and reads:
        before = str(open_text(row.case.requester, row.case.story).get("text", ""))
        told = gettext("What stood there before stays sealed beside it.")
        label = gettext("The text as it is right")
        made.append(common.field("text", label, "textarea", get("text", before), rows=6, max=TEXT_LIMIT, help=told))
    made.append(common.field("answer", gettext("Answer to the person"), "textarea", get("answer", ""), rows=3, max=2000,
                             help=gettext("Needed when you refuse: why, and by which rule.")))  # fmt: skip
    return made
