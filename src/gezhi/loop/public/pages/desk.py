"""The desk's queue of what may become public: the original beside the words without persons, and the decision."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.models import PublicCase
from gezhi.loop.pages import common
from gezhi.loop.public import store
from gezhi.loop.public.rules.areas import read, written
from gezhi.loop.public.rules.showing import CAUSES
from gezhi.loop.public.service import deciding
from gezhi.loop.public.service.deciding import Looked
from gezhi.loop.public.service.photos import Wish
from gezhi.loop.public.service.wording import MOST, PARTS
from gezhi.loop.service.reading import hidden
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

HERE = "/desk/public/"
LIGHTS = {"waiting": "due", "shown": "ok", "withheld": "wait"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The queue, a tab at a time."""
    actor = common.guard(request, store.VERB)
    tab = request.GET.get("tab", "")
    tab = tab if tab in store.TABS else store.TABS[0]
    every = store.queue(actor, tab)
    total = every.count()
    number = common.number(request.GET.get("page", "1"), most=max(1, -(-total // store.QUEUE)))
    rows = every[(number - 1) * store.QUEUE : number * store.QUEUE]
    context = {
        "rows": [line(row, actor) for row in rows],
        "tabs": [{"label": pgettext("public-tab", name), "url": f"{HERE}?tab={name}", "current": name == tab,
                  "count": total if name == tab else store.queue(actor, name).count()} for name in store.TABS],
        "page": {"number": number, "pages": max(1, -(-total // store.QUEUE)), "previous": number - 1,
                 "next": number + 1},
        "now": common.now(), "rules_url": f"{HERE}rules/", "public_url": "/public/",
    }  # fmt: skip
    return render(request, "loop/public/queue.html", context)


def line(entry: PublicCase, actor: Actor) -> dict[str, Any]:
    """One entry of the queue; where the person must stay unknown to this reader, without words and without a way in."""
    case = entry.case
    barred = hidden(actor, case)
    title = "" if barred else str(open_text(case.requester, case.story).get("title", ""))
    return {
        "url": "" if barred else f"{HERE}{entry.pk}/", "title": title or case.number, "number": case.number,
        "matter": common.matter_name(content(), case.matter), "at": case.received_at, "due": entry.due_at,
        "state": pgettext("state", case.state), "light": "due" if entry.fresh else LIGHTS[entry.state],
        "words": gettext("New answer") if entry.fresh else pgettext("public-entry", entry.state),
        "cause": pgettext("public-cause", entry.cause) if entry.cause else "",
        "by": entry.decided_by.display_name if entry.decided_by else "",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """One entry: look, mend the words, choose the pictures, allow or withhold."""
    actor = common.guard(request, store.VERB)
    looked = deciding.opened(key, actor=actor)
    if request.method == "GET":
        return show(request, looked)
    act = decided if request.POST.get("act") != "withhold" else withheld
    done, refused = common.attempt(lambda: act(request, key, actor))
    if refused is not None:
        return show(request, looked, refused)
    del done
    shown = request.POST.get("act") != "withhold"
    messages.success(request, gettext("The case is public now.") if shown else gettext("The case is not public."))
    following = store.queue(actor, "waiting").exclude(pk=key).first()
    return HttpResponseRedirect(f"{HERE}{following.pk}/" if following is not None else HERE)


def decided(request: HttpRequest, key: UUID, actor: Actor) -> PublicCase:
    """Show it in the words of the form, with its pictures."""
    post = request.POST
    wishes = [Wish(file, read(post.get(f"areas-{file}", ""))) for file in post.getlist("photo")[:60]]
    words = {name: post.get(name, "") for name in PARTS}
    return deciding.allow(key, words, wishes, seen=post.get("seen", ""), actor=actor, now=common.now())


def withheld(request: HttpRequest, key: UUID, actor: Actor) -> PublicCase:
    """Keep it off the list."""
    cause, note = request.POST.get("cause", ""), request.POST.get("note", "")
    return deciding.withhold(key, cause, note, actor=actor, now=common.now())


def show(request: HttpRequest, looked: Looked, refused: Refused | None = None) -> HttpResponse:
    """The page, with a refused form as it was typed."""
    entry, case = looked.entry, looked.entry.case
    typed: Mapping[str, str] = request.POST if refused is not None else {}
    made = fields(looked, typed)
    errors = common.errors_of(refused, "text")
    common.mark(made.values(), errors)
    context = {
        "f": made, "errors": errors, "original": looked.draft.original, "number": case.number,
        "title": looked.draft.original["title"] or case.number, "case_url": f"/desk/{case.pk}/",
        "action": f"{HERE}{entry.pk}/", "seen": looked.draft.answered or "-", "fresh": entry.fresh,
        "kinds": gettext(", ").join(pgettext("public-kind", kind) for kind in looked.draft.kinds), "due": entry.due_at,
        "state_words": pgettext("public-entry", entry.state), "light": LIGHTS[entry.state],
        "cause_words": pgettext("public-cause", entry.cause) if entry.cause else "", "note": looked.note,
        "photos": photos(request, looked, refused), "matter": common.matter_name(content(), case.matter),
        "public_url": f"/public/{entry.slug}/" if entry.state == "shown" else "", "now": common.now(),
        "crumbs": [{"label": gettext("Public cases"), "url": HERE}, {"label": case.number}],
    }  # fmt: skip
    return render(request, "loop/public/review.html", context, status=refused.status if refused is not None else 200)


def fields(looked: Looked, typed: Mapping[str, str]) -> dict[str, common.Field]:
    """The words as they would stand in public, and why they should not."""
    words = {name: typed.get(name, looked.words[name]) for name in PARTS}
    causes = [(code, pgettext("public-cause", code)) for code in CAUSES if code != "asked"]
    made = {
        "title": common.field("title", gettext("Title"), value=words["title"], required=True, max=MOST["title"]),
        "text": common.field("text", gettext("Text"), "textarea", words["text"], required=True, max=MOST["text"],
                             rows=8),
        "place": common.field("place", gettext("Street"), value=words["place"], max=MOST["place"],
                              help=gettext("No nearer than the street: no number, no estate.")),
        "cause": common.field("cause", gettext("Why it is not shown"), "select", typed.get("cause", ""),
                              options=common.choices(causes, typed.get("cause", "")), required=True),
        "note": common.field("note", gettext("Note"), value=typed.get("note", looked.note), max=MOST["title"]),
    }  # fmt: skip
    if looked.draft.answered:
        made["answer"] = common.field("answer", gettext("Public answer"), "textarea", words["answer"], rows=6,
                                      max=MOST["answer"])  # fmt: skip
    return made


def photos(request: HttpRequest, looked: Looked, refused: Refused | None) -> list[dict[str, Any]]:
    """The pictures of the case: which are chosen, with which areas hidden."""
    entry = looked.entry
    chosen = {str(row.source_id): written(row.areas) for row in store.photos_of([entry]).get(entry.pk, ())}
    if refused is not None:
        chosen = {key: request.POST.get(f"areas-{key}", "") for key in request.POST.getlist("photo")}
    return [
        {"id": str(row.pk), "url": f"/desk/{entry.case_id}/files/{row.pk}/", "chosen": str(row.pk) in chosen,
         "areas": chosen.get(str(row.pk), "")}
        for row in store.photos_on(entry.case_id)
    ]  # fmt: skip
