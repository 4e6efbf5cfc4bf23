"""The queue of call-backs: what is due by rule and by lot, and the next one in one click."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET

from gezhi.loop.models import Case
from gezhi.loop.oversight import drawing, store
from gezhi.loop.oversight.rules import OUTSIDE, Tried
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import row_of
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lines import Line, lines
from gezhi.trust.rules import Actor

PAGE = 50
VIEWS = ("due", "rule", "random", "outside")
QUEUE = "from=queue"


def queue(actor: Actor, kept: Content, moment: datetime) -> list[tuple[Case, str, Tried]]:
    """Every case that waits, with how it was drawn: by limit, those that rest after a try last; not drawn at the end.

    A case rests until the plan's pause is over, where it names none for the rest of the day.
    """
    cases = store.waiting(actor)
    tries = store.tries(case.pk for case in cases)
    rows = [(case, drawing.sample_of(case, kept), tries.get(case.pk, Tried())) for case in cases]
    today = kept.calendar.local_date(moment)

    def place(row: tuple[Case, str, Tried]) -> tuple[bool, bool]:
        last, again = row[2].last, drawing.again_at(row[2], kept)
        if again is not None:
            return not row[1], again > moment
        return not row[1], last is not None and kept.calendar.local_date(last) == today

    return sorted(rows, key=place)


def _in_view(view: str, sample: str) -> bool:
    return bool(sample) if view == "due" else sample == ("" if view == "outside" else view)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The queue, a page at a time."""
    actor = common.guard(request, "case.callback")
    kept, moment = content(), common.now()
    every = queue(actor, kept, moment)
    view = request.GET.get("view", "due")
    view = view if view in VIEWS else "due"
    found = [row for row in every if _in_view(view, row[1])]
    number = common.number(request.GET.get("page", "1"), most=1 + len(found) // PAGE)
    part = found[(number - 1) * PAGE : number * PAGE]
    told = {line.pk: line for line in lines(store.chosen(case.pk for case, _, _ in part))}
    areas = {"area": common.area_names(line.area for line in told.values()), "unit": {}}
    plan = drawing.plan_of(kept)
    context = {
        "rows": [_row(told[case.pk], (sample, done), kept, areas, moment) for case, sample, done in part],
        "tabs": [_tab(name, view, every) for name in VIEWS],
        "page": {"number": number, "pages": max(1, -(-len(found) // PAGE)), "previous": number - 1, "next": number + 1},
        "next_url": "/desk/callbacks/next/" if any(sample for _, sample, _ in every) else "",
        "cut": len(every) >= store.WAITING, "most": f"{store.WAITING:,}", "now": moment,
        "says": _says(plan, drawing.tries_of(kept)), "outside": view == "outside",
    }  # fmt: skip
    return render(request, "loop/oversight/callbacks.html", context)


def _says(plan: dict[str, int], tries: int) -> str:
    """The plan in a sentence."""
    if not plan:
        return gettext("No plan is loaded: every case is called back.")
    shares = gettext(", ").join(
        f"{pgettext('callback_plan', code)} {plan[code]} %"
        for code in ("complaint", "urgent", "redo", "supervised", "random")
        if code in plan
    )
    more = gettext("after %(n)s calls in vain a case may be closed as unreachable") % {"n": tries}
    return f"{shares} · {more}"


def _tab(name: str, view: str, every: list[tuple[Case, str, Tried]]) -> dict[str, Any]:
    count = sum(1 for _, sample, _ in every if _in_view(name, sample))
    return {
        "label": pgettext("callbacks", name), "url": f"/desk/callbacks/?view={name}", "count": count,
        "current": name == view,
    }  # fmt: skip


def _row(
    line: Line, drawn: tuple[str, Tried], kept: Content, names: dict[str, dict[Any, str]], moment: datetime
) -> dict[str, Any]:
    """One case of the queue, with how it was drawn and how often it was tried."""
    sample, done = drawn
    need = drawing.tries_of(kept)
    over = done.count >= need or (not sample and bool(drawing.plan_of(kept).get(OUTSIDE)))
    said = ngettext("called once in vain", "called %(n)s times in vain", done.count) % {"n": done.count}
    return {
        **row_of(line, kept, names, moment),
        "sample": pgettext("callbacks", sample or "outside"), "drawn": sample, "tried": said if done.count else "",
        "last": done.last, "enough": done.count >= need,
        "call_url": f"/desk/{line.pk}/?move=callback&{QUEUE}#move",
        "close_url": f"/desk/{line.pk}/?move=close#move" if over else "",
    }  # fmt: skip


@require_GET
def following(request: HttpRequest) -> HttpResponse:
    """Open the call-back that comes next."""
    actor = common.guard(request, "case.callback")
    done = request.GET.get("after", "")
    for case, sample, _ in queue(actor, content(), common.now()):
        if sample and str(case.pk) != done:
            return HttpResponseRedirect(f"/desk/{case.pk}/?move=callback&{QUEUE}#move")
    messages.info(request, gettext("No other call-back is due."))
    return HttpResponseRedirect("/desk/callbacks/")
