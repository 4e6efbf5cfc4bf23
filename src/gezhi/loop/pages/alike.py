"""Cases like a case: merge several in one step, see what it may repeat, and confirm that by hand."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.moments import when_words
from gezhi.loop.alike import service, store
from gezhi.loop.alike.service import Alike, Earlier
from gezhi.loop.models import Case, Distinct
from gezhi.loop.pages import common
from gezhi.loop.rules.words import REPEAT_REASONS, TEXT_LIMIT
from gezhi.loop.service.reading import CaseView, view
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request, open_text

KNOWN = "repeat_mark"


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What is like a case; posting merges what was ticked."""
    actor = actor_from_request(request)
    shown = view(case_id, actor=actor, now=common.now())
    if request.method == "POST":
        return merge(request, shown, actor)
    return show(request, shown, actor)


def show(request: HttpRequest, shown: CaseView, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    """The page, with a refused form as it was ticked."""
    case, moment = shown.case, common.now()
    kept = store.case_with_words(case.pk)
    near = service.near_case(kept, actor=actor, now=moment) if kept is not None else service.Near([])
    may_merge = bool(actor.grants_for("case.merge")) and case.state in service.MERGEABLE
    ticked = set(request.POST.getlist("other"))
    rows = [{**line(each), "ticked": str(each.case.pk) in ticked} for each in near.rows]
    repeats = service.repeats_of(kept, actor=actor, now=moment) if kept is not None and not shown.snap.repeats else []
    context = {
        "case": {"number": case.number, "url": f"/desk/{case.pk}/", "title": shown.story.get("title", "")},
        "rows": rows, "common": near.common, "may_merge": may_merge and bool(rows), "now": moment,
        "action": f"/desk/{case.pk}/alike/", "key": common.fresh_key(), "errors": common.errors_of(refused),
        "mains": mains(case, near.rows, request.POST.get("main", "")),
        "why": common.field("reason", gettext("Why they belong together"), "textarea", request.POST.get("reason", ""),
                            required=True, rows=2, max=TEXT_LIMIT),
        "merged": [{"url": f"/desk/{one.pk}/", "number": one.number, "split": f"/desk/{one.pk}/?move=split#move",
                    "words": pgettext("state", one.state)} for one in shown.secondaries],
        "repeats": [{**line(each), "answered_at": each.answered_at, "person": each.person, "number": each.case.number,
                     "reply": reply_of(each)} for each in repeats],
        "others": others(case, actor) if may_merge else [],
        "differ": f"/desk/{case.pk}/alike/differ/",
        "repeat": cited(service.earlier(shown.snap.repeats, actor=actor)) if shown.snap.repeats else None,
        "may_mark": KNOWN in shown.offers, "mark": f"/desk/{case.pk}/{KNOWN}/", "last": case.last,
        "clear": f"/desk/{case.pk}/?move=repeat_clear#move" if "repeat_clear" in shown.offers else "",
        "reasons": [{"value": code, "label": pgettext("repeat_reason", code)} for code in REPEAT_REASONS],
        "crumbs": [{"label": gettext("Worklist"), "url": "/desk/"}, {"label": case.number, "url": f"/desk/{case.pk}/"},
                   {"label": gettext("Similar cases")}],
    }  # fmt: skip
    return render(request, "loop/alike.html", context, status=refused.status if refused is not None else 200)


def mains(case: Case, rows: Iterable[Alike], chosen: str) -> list[common.Field]:
    """Which case may answer for all: the oldest is proposed, since it has waited longest."""
    every = sorted([case, *(each.case for each in rows)], key=lambda one: (one.received_at, one.number))
    first = chosen or str(next((one.pk for one in every if one.state in service.MERGEABLE), case.pk))
    own = gettext("%(number)s (this one)") % {"number": case.number}
    return common.choices([(str(one.pk), own if one.pk == case.pk else one.number) for one in every], first)


def merge(request: HttpRequest, shown: CaseView, actor: Actor) -> HttpResponse:
    """Merge the case and those ticked into the main one; what is refused is said with its number."""
    reason, key = request.POST.get("reason", "").strip(), common.form_key(request)
    ticked, main = request.POST.getlist("other"), request.POST.get("main", "")
    if not ticked:
        return show(request, shown, actor, Refused("field-missing", status=422, field="other", move="merge"))
    if not reason:
        return show(request, shown, actor, Refused("field-missing", status=422, field="reason", move="merge"))
    every = [str(shown.case.pk), *ticked]
    main = main if main in every else str(shown.case.pk)
    result, refused = common.attempt(
        lambda: service.merge_many(main, every, reason, actor=actor, now=common.now(), key=key)
    )
    if result is None:
        return show(request, shown, actor, refused)
    if result.done:
        said = ngettext("%(n)s case merged.", "%(n)s cases merged.", len(result.done))
        messages.success(request, said % {"n": len(result.done)})
    for number, why in result.refused:
        messages.error(request, f"{number}: {sentence(why)}")
    return common.done(HttpResponseRedirect(f"/desk/{main}/alike/"), key)


@require_POST
def differ(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say that a case is not the same as this, or take that back."""
    actor, undo = common.guard(request, "case.merge"), "undo" in request.POST
    said = request.POST.get("undo" if undo else "differ", "")
    try:
        key = UUID(said)
    except ValueError as error:
        raise Refused("case-not-found", status=404) from error
    _, refused = common.attempt(lambda: service.differ(case_id, key, undo=undo, actor=actor, now=common.now()))
    if refused is not None:
        messages.error(request, sentence(refused))
    else:
        done = (
            gettext("It is offered again.")
            if undo
            else gettext("Not offered here any more; below it can be taken back.")
        )
        messages.success(request, done)
    return HttpResponseRedirect(f"/desk/{case_id}/alike/")


# ---- in words


def others(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """The cases that somebody found to differ from this, as far as the reader may read them."""
    rows = store.differing(case.pk)
    seen = store.seen(actor, [key for row in rows for key in (row.one_id, row.two_id) if key != case.pk])
    return [other(row, case) for row in rows if {row.one_id, row.two_id} & seen]


def other(row: Distinct, case: Case) -> dict[str, Any]:
    """A case that somebody found to differ from this: which, who, when."""
    found = row.two if row.one_id == case.pk else row.one
    return {"id": str(found.pk), "number": found.number, "url": f"/desk/{found.pk}/", "by": row.said_by.display_name,
            "at": row.said_at}  # fmt: skip


def line(each: Alike) -> dict[str, Any]:
    """A similar case in a few words, with the reasons."""
    case, moment = each.case, common.now()
    title = "" if case.confidential else str(open_text(case.requester, case.story).get("title", ""))
    return {
        "id": str(case.pk), "url": f"/desk/{case.pk}/", "number": case.number, "title": title or case.number,
        "light": common.row_light(case, moment), "words": pgettext("state", case.state),
        "confidential": case.confidential, "note": when_words(case.received_at, moment, "brief"),
        "lead": common.named(case.lead),
        "share": min(99, round(each.score * 100)), "why": reasons_in_words(each),
    }  # fmt: skip


def reasons_in_words(each: Alike) -> str:
    """Why two cases are held for alike: same place, 5 of 6 rare words, 2 days apart."""
    said = [gettext("same person")] if each.person else []
    for code, amount, of in each.reasons:
        match code:
            case "words" if amount:
                said.append(gettext("%(n)s of %(of)s telling words") % {"n": amount, "of": of})
            case "metres":
                said.append(gettext("%(n)s m apart") % {"n": amount})
            case "days":
                words = ngettext("%(n)s day apart", "%(n)s days apart", amount) % {"n": amount}
                said.append(words if amount else gettext("the same day"))
            case "words":
                pass
            case _:
                said.append(pgettext("alike", code))
    return gettext(", ").join(said)


def reply_of(each: Alike) -> str:
    """The answer that was given then, for the desk to compare."""
    return service.answer_of(each.case)[:400]


def cited(before: Earlier | None) -> dict[str, Any] | None:
    """The earlier case and its answer, for the page of the case that repeats it."""
    if before is None:
        return None
    case = before.case
    if not before.readable:  # that it is a repeat helps whoever works on it; of what, only who may read that case
        return {"number": ""}
    return {
        "number": case.number, "url": f"/desk/{case.pk}/", "at": before.answered_at,
        "unit": common.named(case.lead), "outcome": common.word("outcome", case.outcome), "reply": before.reply,
    }  # fmt: skip


def marked(shown: CaseView, actor: Actor) -> dict[str, Any]:
    """What the case page says: the answered case that this repeats, and how many cases are like it."""
    found: dict[str, Any] = {"repeat": None, "url": "", "count": 0}
    if shown.snap.repeats:
        found["repeat"] = cited(service.earlier(shown.snap.repeats, actor=actor))
    if actor.grants_for("case.merge"):
        found["url"] = f"/desk/{shown.case.pk}/alike/"
        kept = store.kept(shown.case.pk) if shown.case.state in ("received", "accepted") else None
        found["count"] = store.seen_of(kept, actor) if kept is not None else 0
    return found
