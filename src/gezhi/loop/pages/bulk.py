"""One move for several cases: what it will do to each is shown first, then each is made and answered by itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.pages.call import is_key
from gezhi.loop.pages.forms import Ground, data_of, move_form
from gezhi.loop.pages.worklist import BULK, address, verbs_of, wish_from
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.redact import redact
from gezhi.loop.rules.tabs import tabs_for
from gezhi.loop.service.foreseeing import foresee
from gezhi.loop.service.moving import move as make
from gezhi.loop.store import worklist
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request, open_text

MOST = 200  # cases at once: more would keep one waiting for longer than a page should
ALLOWED = {name for names in BULK.values() for name in names}
JOINED = ("requester", "lead", "desk", "owner")


@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest, move: str) -> HttpResponse:
    """Show what would happen to each, ask what the move needs, then make it for every case chosen."""
    actor = actor_from_request(request)
    if move not in ALLOWED and (move != "undo" or request.method == "GET"):
        raise Refused("move-unknown", status=404, move=move)
    given = request.POST if request.method == "POST" else request.GET
    chosen, back, cut = _chosen(given, actor)
    order = {key: place for place, key in enumerate(chosen)}
    rows = list(visible(actor).filter(pk__in=chosen).select_related(*JOINED))
    rows.sort(key=lambda case: order[str(case.pk)])
    if not rows:
        messages.warning(request, gettext("Choose at least one case in the list."))
        return HttpResponseRedirect(back)
    if request.method == "GET":
        return ask(request, move, rows, actor, back=back, cut=cut)
    return run(request, move, rows, actor, back=back)


def _chosen(given: QueryDict, actor: Actor) -> tuple[list[str], str, bool]:
    """Keys of the cases, the list to go back to, and whether the list held more than can be done at once."""
    listed = QueryDict(given.get("list", "")[:2000])
    wish = wish_from(listed, tabs_for(verbs_of(actor)))
    back = address(wish) if listed else "/desk/"
    if given.get("all") == "1":
        found = [str(key) for key in worklist.keys(actor, wish, common.now(), MOST + 1)]
    else:
        found = list(dict.fromkeys(key for key in given.getlist("case") if is_key(key)))
    return found[:MOST], back, len(found) > MOST


def ask(request: HttpRequest, move: str, rows: list[Case], actor: Actor, *, back: str, cut: bool) -> HttpResponse:
    """The form, and above it each case with what will happen to it."""
    foreseen = foresee(rows, BY_NAME[move], actor=actor, now=common.now())
    able = [one.case for one in foreseen if one.refused is None]
    ground = Ground((able or rows)[0], content(), actor)
    form = move_form(move, ground, action=f"/desk/bulk/{move}/", key=common.fresh_key(), last=0, cancel=back)
    form["fields"] = [one for one in form["fields"] if one["type"] != "files"]
    for case in able:
        form["fields"].append(common.field("case", "", "hidden", case.pk))
        form["fields"].append(common.field(f"last-{case.pk}", "", "hidden", case.last))
    form["fields"].append(common.field("list", "", "hidden", back.partition("?")[2]))
    cases = [
        {**_told(one.case), "now": pgettext("state", one.case.state),
         "then": pgettext("state", one.target) if one.target else "",
         "why": sentence(one.refused) if one.refused is not None else ""}
        for one in foreseen
    ]  # fmt: skip
    crumbs = [{"label": gettext("Worklist"), "url": back}, {"label": form["title"]}]
    context = {
        "m": form if able else None, "title": form["title"], "cases": cases, "crumbs": crumbs, "back": back,
        "able": len(able), "unable": len(rows) - len(able), "most": MOST if cut else 0,
    }  # fmt: skip
    return render(request, "loop/bulk.html", context)


def _told(case: Case) -> dict[str, Any]:
    title = str(open_text(case.requester, case.story).get("title", ""))
    shown = redact(title) if case.confidential else title
    return {"id": case.pk, "number": case.number, "title": shown, "url": f"/desk/{case.pk}/"}


def run(request: HttpRequest, move: str, rows: list[Case], actor: Actor, *, back: str) -> HttpResponse:
    """Make the move for each, in an act of its own; what is refused is said beside its case, the rest stands."""
    data: dict[str, Any] = data_of(BY_NAME[move], request.POST, actor)
    key, sheet = common.form_key(request), []
    for case in rows:
        last = request.POST.get(f"last-{case.pk}", "")
        seen = int(last) if last.isdecimal() and len(last) < 9 else None
        told = _told(case)
        try:
            done = make(case.pk, move, data, actor=actor, now=common.now(), key=f"{key}:{case.number}", seen=seen)
            sheet.append({**told, "done": True, "state": pgettext("state", done.state), "last": done.last})
        except Refused as refused:
            sheet.append({**told, "done": False, "why": sentence(refused)})
    count = sum(1 for one in sheet if one["done"])
    said = ngettext("%(move)s: %(n)s case done.", "%(move)s: %(n)s cases done.", count)
    context = {
        "title": pgettext("move", move), "sheet": sheet, "back": back, "refused": len(sheet) - count,
        "said": said % {"move": pgettext("move", move), "n": count} if count else "",
        "undo": count and BY_NAME[move].undoable, "key": common.fresh_key(), "list": back.partition("?")[2],
    }  # fmt: skip
    return common.done(render(request, "loop/bulk_result.html", context), key)
