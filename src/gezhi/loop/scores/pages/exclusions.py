"""Exclusions: what is asked for and what was decided, with reason and evidence; asking, deciding, taking back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, ScoreAppeal, ScoreExclusion
from gezhi.loop.pages import common
from gezhi.loop.scores import service, store
from gezhi.loop.scores.pages.runs import crumbs, tabs
from gezhi.loop.scores.pages.shown import ADDRESS
from gezhi.loop.scores.service.excluding import REASONS
from gezhi.loop.scores.service.reading import READ
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

HERE = f"{ADDRESS}exclusions/"
MOST = 200
LIGHTS = {"asked": "due", "approved": "done", "upheld": "done", "refused": "late", "rejected": "late", "undone": "wait"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The newest exclusions of cases that the reader may see."""
    actor = common.guard(request, READ)
    found = list(store.exclusions().filter(case__in=visible(actor))[:MOST])
    rows = [row(one, actor) for one in found]
    new = f"{HERE}new/" if actor.grants_for("score.exclude") else ""
    context = {"rows": rows, "new_url": new, "tabs": tabs(actor, "exclusions/"), "title": gettext("Exclusions")}
    return render(request, "loop/score_exclusions.html", context)


def row(one: ScoreExclusion, actor: Actor) -> dict[str, Any]:
    """One exclusion for the list; who asked may not decide."""
    words = opened(one.case, one.evidence, "evidence")
    own = one.asked_by_id is not None and str(one.asked_by_id) == actor.id
    decides = bool(actor.grants_for("score.approve"))
    return {
        "id": one.pk, "number": one.case.number, "url": f"/desk/{one.case_id}/", "words": words,
        "answer": opened(one.case, one.words, "words"), "state": chip(one),
        "reason": common.code_name(content(), REASONS, one.reason), "asked_by": name(one.asked_by),
        "asked_at": one.asked_at, "decided_by": name(one.undone_by or one.decided_by), "files": len(one.files),
        "decided_at": one.undone_at or one.decided_at,
        "decide_url": f"{HERE}{one.pk}/decide/" if decides and one.state == "asked" and not own else "",
        "undo_url": f"{HERE}{one.pk}/undo/" if decides and one.state == "approved" else "",
    }  # fmt: skip


def opened(case: Case, sealed: "bytes | memoryview[int] | None", name_: str) -> str:
    return str(open_text(case.requester, bytes(sealed)).get(name_, "")) if sealed else ""


def name(person: Any) -> str:
    return str(person.display_name) if person is not None else ""


def chip(one: ScoreExclusion | ScoreAppeal) -> dict[str, str]:
    return {"light": LIGHTS[one.state], "words": pgettext("score-decision", one.state)}


def case_named(number: str, actor: Actor) -> Case:
    """A case by its number, as far as the actor may see it. Refuses case-not-found."""
    case = visible(actor).filter(number__iexact=number.strip()[:40]).first()
    if case is None:
        raise Refused("case-not-found", status=422, field="number")
    return case


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form that asks for an exclusion."""
    actor = common.guard(request, "score.exclude")
    get, refused = request.POST.get, None
    if request.method == "POST":
        try:
            case = case_named(get("number", ""), actor)
            service.ask_exclusion(
                case.pk, get("reason", ""), get("evidence", ""), set_code=get("set", "")[:40],
                files=common.incoming(request), actor=actor, now=common.now(),
            )  # fmt: skip
        except Refused as error:
            if error.status == 403:
                raise
            refused = error
        else:
            messages.success(request, gettext("Asked for. Another person decides."))
            return HttpResponseRedirect(HERE)
    reasons = [(code, common.named(item)) for code, item in content().codes.get(REASONS, {}).items()]
    fields = [
        common.field("number", pgettext("case", "Number"), value=get("number") or request.GET.get("number", ""),
                     required=True, max=40),
        common.field("reason", gettext("Reason"), "select", required=True,
                     options=common.choices(reasons, get("reason", ""))),
        common.field("evidence", gettext("Evidence"), "textarea", get("evidence", ""), required=True, max=2000,
                     help=gettext("What proves it: papers, rulings, dates. Sealed, and read by those who decide.")),
        common.field("files", gettext("Papers"), "files", button=gettext("Choose files"), icon="paperclip"),
    ]  # fmt: skip
    errors = common.errors_of(refused, "number")
    common.mark(fields, errors)
    context = {
        "title": gettext("Ask for an exclusion"), "fields": fields, "errors": errors, "action": f"{HERE}new/",
        "back": HERE, "submit": gettext("Ask"), "crumbs": crumbs(gettext("Exclusions")),
        "intro": gettext("The case stays visible, and every score says how it would be without the exclusion."),
    }  # fmt: skip
    return render(request, "loop/score_form.html", context, status=422 if refused else 200)


@require_POST
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """Approve or refuse."""
    actor = common.guard(request, "score.approve")
    approve = request.POST.get("approve") == "1"
    service.decide_exclusion(key, approve=approve, words=request.POST.get("words", ""), actor=actor, now=common.now())
    messages.success(request, gettext("Approved.") if approve else gettext("Refused."))
    return HttpResponseRedirect(HERE)


@require_POST
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """Take an approved exclusion back."""
    actor = common.guard(request, "score.approve")
    service.undo_exclusion(key, request.POST.get("words", ""), actor=actor, now=common.now())
    messages.success(request, gettext("Taken back. It counts again in runs made from now on."))
    return HttpResponseRedirect(HERE)
