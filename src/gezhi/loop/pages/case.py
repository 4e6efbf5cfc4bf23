"""The case page: everything on one page, the next step as a form in place, each other move one click away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.alike.service import earlier
from gezhi.loop.calls.pages.desk import of_case
from gezhi.loop.field.pages import desk as field
from gezhi.loop.joint.beside import of_form
from gezhi.loop.links.pages import panel
from gezhi.loop.marks.pages import desk as marks
from gezhi.loop.models import Case
from gezhi.loop.notices import store as notices
from gezhi.loop.oversight.pages.trying import in_vain
from gezhi.loop.pages import alike, common, doubting, story
from gezhi.loop.pages.forms import GRAVE, Ground, data_of, move_form
from gezhi.loop.reach.pages import panel as reached
from gezhi.loop.replies import pages as replies
from gezhi.loop.replies.service import using
from gezhi.loop.rules.doubts import of_move
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.service.attaching import content_of
from gezhi.loop.service.carrying import carry
from gezhi.loop.service.reading import CaseView, hidden, reveal_requester, view
from gezhi.loop.service.speaking import unspoken
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request

NEXT = (
    "sign", "postpone_decide", "hangup_decide", "void_decide", "supervise_accept", "adjudicate",
    "instruct_review", "instruct_answer",
    "review_pass", "callback", "adopt", "accept", "dispatch", "answer", "supply", "reply", "task_done",
    "supervise_answer", "resume", "instruct_close",
)  # fmt: skip
USUAL = ("reply", "note", "task", "ask")  # what a unit does most stands first among the other moves
ANSWERING = ("reply", "answer", "decline")  # moves whose words the citizen gets as the answer
QUIET_OFFERS = {"rate"}  # for citizens only
PURPOSES = ("first_contact", "handling", "callback", "dispatch", "verification", "emergency")


@require_GET
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case as it stands; `?move=` opens the form of one move."""
    actor = actor_from_request(request)
    shown = view(case_id, actor=actor, now=common.now())
    notices.read(int(actor.id), common.now(), case=shown.case.pk)
    return show(request, shown, actor, opened=request.GET.get("move", ""))


def show(
    request: HttpRequest, shown: CaseView, actor: Actor, *, opened: str = "", refused: Refused | None = None
) -> HttpResponse:
    """The page, with a refused form as it was typed."""
    moment, kept = common.now(), content()
    ground = Ground(shown.case, kept, actor, request.POST if refused is not None else None)
    name = opened if opened in shown.offers or refused is not None else ""
    primary = next((move for move in (*_first(shown), *NEXT) if move in shown.offers), "")
    form = _form(request, shown, ground, name or primary, refused) if name or primary else None
    if form is not None and not name:
        form["next"] = True
    context: dict[str, Any] = {
        **story.context(shown, kept, moment), "now": moment, "primary": form if not name else None,
        "opened": form if name else None,
        "moves": [*_offers(shown, "" if name else primary), *marks.offered(shown, actor),
                  *field.offered(shown, actor)],
        "alike": alike.marked(shown, actor), "reveal": _reveal(shown), "tried": in_vain(shown, moment),
        "back": "/desk/", "telephone": telephone(shown, actor),
        "documents_url": f"/desk/documents/case/{shown.case.pk}/", "undo": _undo(shown),
        "keys": keys(), "outside": panel.of_case(shown, actor, moment),
        "told": reached.of_case(shown.case),
    }  # fmt: skip
    return render(request, "loop/case.html", context, status=refused.status if refused is not None else 200)


def keys() -> list[dict[str, Any]]:
    """What the keyboard can do on a case."""
    rows = [
        (["E"], gettext("to the form of the next step")), (["Ctrl", "Enter"], gettext("send the open form")),
        (["M"], gettext("open the other moves")),
        (["1", "…", "9"], gettext("one of the other moves, by its number")),
        (["J", "K"], gettext("next case of the list, case before")), (["B"], gettext("back to the list")),
        (["U"], gettext("to the button that takes the last move back")), (["/"], gettext("search")),
        (["?"], gettext("this help")),
    ]  # fmt: skip
    return [{"title": "", "rows": [{"keys": pressed, "text": text} for pressed, text in rows]}]


def _undo(shown: CaseView) -> dict[str, Any] | None:
    """The bar that takes the last move back, for as long as that is honest."""
    if shown.undo_until is None:
        return None
    last = story.step_of(shown.entries[-1], shown, content())
    return {
        "url": f"/desk/{shown.case.pk}/undo/", "words": last["title"], "until": shown.undo_until,
        "last": shown.case.last, "key": common.fresh_key(),
    }  # fmt: skip


def _first(shown: CaseView) -> tuple[str, ...]:
    """What comes before anything else: no answer goes out before the supervision is answered, and who has the case
    speaks with the person before he writes, of a confidential case by way of the desk.
    """
    if shown.snap.watch == "asked":
        return ("supervise_answer",)
    case = shown.case
    waits = any(clock.stage == "contact" and clock.finished_at is None for clock in shown.snap.clocks)
    speaks = {"reply", "contact"} <= set(shown.offers) and not case.anonymous
    return ("contact",) if waits and speaks and case.state == "handling" else ()


def telephone(shown: CaseView, actor: Actor) -> dict[str, Any]:
    """The calls of the case, for who may know the requester."""
    return of_case(shown.case, actor, may_reveal=shown.may_reveal, secret=hidden(actor, shown.case))


def _form(request: HttpRequest, shown: CaseView, ground: Ground, name: str, refused: Refused | None) -> dict[str, Any]:
    base = f"/desk/{shown.case.pk}/"
    key = common.next_key(request, refused)
    cancel = base if name not in NEXT or request.GET.get("move") else ""
    action = f"{base}{name}/{_queue(request)}"
    form = move_form(name, ground, action=action, key=key, last=shown.case.last, cancel=cancel)
    of_form(form, shown, ground.actor, ground.kept, common.now())
    form["errors"] = doubting.errors_of(refused, common.errors_of(refused))
    form["doubt"] = doubting.shown(refused, form["submit"], files=bool(request.FILES))
    common.mark(form["fields"], form["errors"])
    if name in ANSWERING:
        form["earlier"] = earlier_answer(shown, ground.actor)
        form["try"] = tried(shown, form["reply_field"], request.POST, ground.actor)
    if name == "review_pass":
        form["try"] = tried(shown, "", request.POST, ground.actor)
    return form


def tried(shown: CaseView, name: str, typed: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """The answer of a form tried out as it stands: what was typed, or for a review what the unit has written."""
    text, outcome = typed.get(name, "") if name else "", typed.get("outcome", "")
    if not name:
        text, outcome = replies.stored(shown.case)
    said = replies.trial(shown.case, text, outcome, actor, sent=not name)
    return {"case": str(shown.case.pk), "field": name, "into": f"#f-{name}", "stored": "" if name else "1", **said}


def _queue(request: HttpRequest) -> str:
    """Whoever works through a queue comes to its next case after this one."""
    return "?from=queue" if request.GET.get("from") == "queue" else ""


def earlier_answer(shown: CaseView, actor: Actor) -> list[dict[str, str]]:
    """The answer of the case that this one repeats, to be cited; for who may read that case."""
    before = earlier(shown.snap.repeats, actor=actor) if shown.snap.repeats else None
    if before is None or not before.reply:
        return []
    return [{"title": gettext("Answer of %(number)s") % {"number": before.case.number}, "text": before.reply}]


def _offers(shown: CaseView, primary: str) -> list[dict[str, Any]]:
    base = f"/desk/{shown.case.pk}/"
    return [
        {"label": pgettext("move", name), "url": f"{base}?move={name}#move", "says": common.word("move-says", name),
         "grave": name in GRAVE}
        for name in sorted(shown.offers, key=lambda name: USUAL.index(name) if name in USUAL else len(USUAL))
        if name != primary and name not in QUIET_OFFERS
    ]  # fmt: skip


def _reveal(shown: CaseView) -> dict[str, Any] | None:
    if not shown.may_reveal:
        return None
    url = f"/desk/{shown.case.pk}/reveal/"
    if shown.case.state in ("dispatched", "handling") and shown.case.lead_id and not shown.desk_reader:
        return {"url": url, "preset": {"value": "first_contact", "label": pgettext("purpose", "first_contact")}}
    return {"url": url, "purposes": [{"value": p, "label": pgettext("purpose", p)} for p in PURPOSES]}


@require_POST
def make(request: HttpRequest, case_id: UUID, move: str) -> HttpResponse:
    """Make one move with what the form says."""
    actor = actor_from_request(request)
    row = BY_NAME.get(move)
    if row is None:
        raise Refused("move-unknown", status=404, move=move)
    key = common.form_key(request)
    last = request.POST.get("last", "")
    seen = int(last) if last.isdecimal() and len(last) < 9 else None
    data = data_of(row, request.POST, actor)
    files = common.incoming(request)
    unsaid = move == "reply" and unsaid_in(get_visible(actor, case_id), seen)
    act = doubting.asked(
        request, of_move(row, data, unspoken=unsaid),
        lambda: carry(case_id, move, data, files, actor=actor, now=common.now(), seen=seen, key=key),
    )  # fmt: skip
    result, refused = common.attempt(act)
    if refused is not None and move == "undo":  # no form to mend: the case as it stands, and why
        messages.error(request, sentence(refused))
        return HttpResponseRedirect(f"/desk/{case_id}/")
    if result is None:
        fresh = view(case_id, actor=actor, now=common.now())
        return show(request, fresh, actor, opened=move, refused=refused)
    using.count(request.POST.getlist("used"), now=common.now())
    said = {"move": pgettext("move", move), "state": pgettext("state", result.state)}
    messages.success(request, gettext("Done: %(move)s. The case is now: %(state)s.") % said)
    following = f"/desk/callbacks/next/?after={result.case}" if move == "callback" and _queue(request) else ""
    return common.done(HttpResponseRedirect(following or _after(result.case, actor)), key)


def unsaid_in(case: Case, seen: int | None) -> bool:
    """Whether nobody has spoken with the person; not asked of a form about an older state, which is refused anyway."""
    return seen == case.last and unspoken(case)


def _after(case_id: str, actor: Actor) -> str:
    """Back to the case where it may still be read, else to the list."""
    try:
        get_visible(actor, case_id)
    except Refused:
        return "/desk/"
    return f"/desk/{case_id}/"


@require_POST
def reveal(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show who asked, for a purpose."""
    actor = actor_from_request(request)
    purpose = request.POST.get("purpose", "")[:40]
    fields = ("name", "phone", "address")
    known = reveal_requester(case_id, actor=actor, now=common.now(), purpose=purpose, fields=fields)
    context = {"reveal": {"shown": known}}
    if request.headers.get("HX-Request"):
        return render(request, "loop/parts/reveal.html", context)
    shown = view(case_id, actor=actor, now=common.now())
    response = {**story.context(shown, content(), common.now()), **context, "now": common.now(), "back": "/desk/"}
    return render(request, "loop/case.html", response)


@require_GET
def file(request: HttpRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """One attachment, for people who may read the case; a confidential one only for the desk."""
    actor = actor_from_request(request)
    shown = view(case_id, actor=actor, now=common.now())
    row = next((one for one in shown.files if one.pk == file_id), None)
    if row is None:
        raise Refused("file-not-found", status=404)
    return serve(row)


def serve(row: Any) -> HttpResponse:
    """The bytes of an attachment; nothing in them may act as a page."""
    data, media_type = content_of(row)
    response = HttpResponse(data, content_type=media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    shown = "inline" if media_type.startswith(("image/", "audio/", "video/")) else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="{row.digest[:12]}"'
    return response
