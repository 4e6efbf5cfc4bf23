"""One move for several cases: chosen in the list, asked once, made one by one, each with its own answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.pages.call import is_key
from gezhi.loop.pages.forms import Ground, data_of, move_form
from gezhi.loop.pages.worklist import BULK
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.service.moving import move as make
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request, open_text

MOST = 50
ALLOWED = {name for names in BULK.values() for name in names}


@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest, move: str) -> HttpResponse:
    """Ask what the move needs, then make it for every case chosen."""
    actor = actor_from_request(request)
    if move not in ALLOWED:
        raise Refused("move-unknown", status=404, move=move)
    given = request.POST if request.method == "POST" else request.GET
    chosen = [key for key in given.getlist("case") if is_key(key)][:MOST]
    rows = list(visible(actor).filter(pk__in=chosen).select_related("requester", "lead").order_by("due_at", "pk"))
    if not rows:
        messages.warning(request, gettext("Choose at least one case in the list."))
        return HttpResponseRedirect("/desk/")
    if request.method == "GET":
        return ask(request, move, rows, actor)
    return run(request, move, rows, actor)


def ask(request: HttpRequest, move: str, rows: list[Case], actor: Actor) -> HttpResponse:
    """The form, with the cases above it."""
    ground = Ground(rows[0], content(), actor)
    form = move_form(move, ground, action=f"/desk/bulk/{move}/", key=common.fresh_key(), last=0, cancel="/desk/")
    form["fields"] = [one for one in form["fields"] if one["type"] != "files"]
    form["fields"] += [common.field("case", "", "hidden", case.pk) for case in rows]
    cases = [{"number": case.number, "title": _title(case), "url": f"/desk/{case.pk}/"} for case in rows]
    crumbs = [{"label": gettext("Worklist"), "url": "/desk/"}, {"label": form["title"]}]
    return render(request, "loop/move_form.html", {"m": form, "cases": cases, "crumbs": crumbs})


def _title(case: Case) -> str:
    return "" if case.confidential else str(open_text(case.requester, case.story).get("title", ""))


def run(request: HttpRequest, move: str, rows: list[Case], actor: Actor) -> HttpResponse:
    """Make the move for each; what is refused is said with its number, the rest stands."""
    data: dict[str, Any] = data_of(BY_NAME[move], request.POST, actor)
    key = common.form_key(request)
    count, refusals = 0, []
    for case in rows:
        try:
            make(case.pk, move, data, actor=actor, now=common.now(), key=f"{key}:{case.number}")
            count += 1
        except Refused as refused:
            refusals.append(f"{case.number}: {sentence(refused)}")
    if count:
        said = ngettext("%(move)s: %(n)s case done.", "%(move)s: %(n)s cases done.", count)
        messages.success(request, said % {"move": pgettext("move", move), "n": count})
    for text in refusals:
        messages.error(request, text)
    return common.done(HttpResponseRedirect("/desk/"), key)
