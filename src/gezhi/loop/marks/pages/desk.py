"""Marked numbers at the desk: what is proposed, what holds and until when, appeals; each with who and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.marks import service, store
from gezhi.loop.marks.rules import TABS
from gezhi.loop.models import NuisanceMark
from gezhi.loop.pages import common
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.service.reading import CaseView
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible, visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import require

HERE = "/desk/marks/"
VERBS = ("mark.set", "mark.confirm", "mark.decide")
MOST = 200


def reader(request: HttpRequest) -> Actor:
    """Who works with marks; others are refused with the rule."""
    actor = common.guard(request, "case.read")
    if not any(actor.grants_for(verb) for verb in VERBS):
        require(actor, VERBS[0])
    return actor


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list, a tab at a time."""
    return show(request, reader(request))


def show(
    request: HttpRequest, actor: Actor, refused: Refused | None = None, key: str = "", typed: Mapping[str, Any] = {}
) -> HttpResponse:
    """The list; a refused form stands where it was sent, as it was typed."""
    moment = common.now()
    tab = request.GET.get("tab", TABS[1])
    tab = tab if tab in TABS else TABS[1]
    rows = NuisanceMark.objects.filter(case__in=visible(actor)).select_related(*store.WITH)
    found = list(store.of_tab(tab, moment, rows).order_by("-set_at")[:MOST])
    context = {
        "rows": [line(row, actor, moment, typed if str(row.pk) == key else {}) for row in found], "now": moment,
        "tabs": [{"label": pgettext("mark-tab", name), "url": f"{HERE}?tab={name}", "current": name == tab,
                  "count": store.of_tab(name, moment, rows).count()} for name in TABS],
        "days": service.days(), "errors": common.errors_of(refused, "answer"), "tab": tab,
        "cut": len(found) >= MOST, "most": MOST,
    }  # fmt: skip
    return render(request, "loop/marks/list.html", context, status=refused.status if refused else 200)


def line(row: NuisanceMark, actor: Actor, moment: datetime, typed: Mapping[str, Any]) -> dict[str, Any]:
    """One mark with what this person may do with it."""
    said, by = service.words_of(row), int(actor.id)
    mark = store.value_of(row)
    open_appeal = row.appeal == "asked"
    in_force = row.state == "confirmed" and row.expires_at is not None and moment < row.expires_at
    over = row.state == "confirmed" and not in_force
    state = "over" if over else row.state
    name = f"answer-{row.pk}"
    return {
        "id": row.pk, "number": row.case.number, "url": f"/desk/{row.case_id}/", "state": pgettext("mark", state),
        "light": {"proposed": "due", "confirmed": "late"}.get(state, "wait"),
        "cause": common.code_name(content(), service.REASONS, row.cause), "words": said.get("words", ""),
        "set_by": row.set_by.display_name, "set_at": row.set_at, "until": row.expires_at,
        "confirmed_by": row.confirmed_by.display_name if row.confirmed_by else "",
        "appeal": said.get("appeal", ""), "appealed_at": row.appealed_at, "answer": said.get("answer", ""),
        "appeal_words": pgettext("appeal", row.appeal) if row.appeal else "",
        "may_confirm": row.state == "proposed" and by != mark.set_by and bool(actor.grants_for("mark.confirm")),
        "may_decide": open_appeal and by not in (mark.set_by, mark.confirmed_by)
        and bool(actor.grants_for("mark.decide")),
        "may_appeal": in_force and not row.appeal and bool(actor.grants_for("mark.set")),
        "base": f"{HERE}{row.pk}/",
        "field": common.field("words", gettext("Answer to the person"), "textarea", typed.get("words", ""), rows=2,
                              id=name, required=True, max=TEXT_LIMIT),
        "appeal_field": common.field("words", gettext("What the person says"), "textarea", typed.get("words", ""),
                                     rows=2, id=name, required=True, max=TEXT_LIMIT),
    }  # fmt: skip


@require_POST
def act(request: HttpRequest, key: UUID, act: str) -> HttpResponse:
    """Confirm, decline, put down an appeal, decide on it."""
    actor, moment, words = reader(request), common.now(), request.POST.get("words", "")
    yes = request.POST.get("yes") == "1"
    acts = {
        "confirm": lambda: service.confirm(key, yes, actor=actor, now=moment),
        "appeal": lambda: service.appeal(key, words, actor=actor, now=moment),
        "decide": lambda: service.decide(key, yes, words, actor=actor, now=moment),
    }
    if act not in acts:
        raise Refused("mark-not-found", status=404)
    _, refused = common.attempt(acts[act])
    if refused is not None:
        return show(request, actor, refused, str(key), request.POST)
    messages.success(request, pgettext("mark-done", act))
    tab = request.GET.get("tab", "")
    return HttpResponseRedirect(f"{HERE}?tab={tab}" if tab in TABS else HERE)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Mark the number that a case came from."""
    actor = common.guard(request, "mark.set")
    case = get_visible(actor, case_id)
    refused: Refused | None = None
    if request.method == "POST":
        get = request.POST.get
        made, refused = common.attempt(
            lambda: service.propose(case_id, get("cause", ""), get("words", ""), actor=actor, now=common.now())
        )
        if made is not None:
            messages.success(request, gettext("The mark is proposed. It holds once another person has confirmed it."))
            return HttpResponseRedirect(f"{HERE}?tab=proposed")
    causes = [(code, common.named(item)) for code, item in content().codes.get(service.REASONS, {}).items()]
    fields = [
        common.field("cause", gettext("Why"), "radio", required=True,
                     options=common.choices(causes, request.POST.get("cause", ""))),
        common.field("words", gettext("What happened"), "textarea", request.POST.get("words", ""), required=True,
                     rows=4, max=TEXT_LIMIT, help=gettext("The person can read this and object.")),
    ]  # fmt: skip
    errors = common.errors_of(refused, "words")
    common.mark(fields, errors)
    title = gettext("Mark the number of %(number)s") % {"number": case.number}
    intro = gettext("Its new requests come later in the queue for %(days)s days, unless they are urgent or late. Every "
                    "call and report is still taken.") % {"days": service.days()}  # fmt: skip
    context = {
        "title": title, "intro": intro, "fields": fields, "errors": errors, "action": f"{HERE}new/{case_id}/",
        "key": common.fresh_key(), "submit": gettext("Propose the mark"), "back": f"/desk/{case_id}/",
        "crumbs": [{"label": gettext("Marked numbers"), "url": HERE}, {"label": title}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused else 200)


def offered(shown: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """The entry under More of a case page, for who may set a mark on the number of the case."""
    known = shown.case.requester.phone_hash is not None and shown.desk_reader
    if not known or not actor.grants_for("mark.set"):
        return []
    return [{
        "label": gettext("Mark the number"), "url": f"{HERE}new/{shown.case.pk}/", "grave": True,
        "says": gettext("A nuisance mark: lower priority for a while, confirmed by another person."),
    }]  # fmt: skip
