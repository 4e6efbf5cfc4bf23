"""The list of instructions: whose words, which units, by when, how far; to be read, filtered and printed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from gezhi.loop.instructions import store
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import row_of
from gezhi.loop.rules.instructions import LIVE, STATES, Instruction
from gezhi.loop.rules.redact import redact
from gezhi.loop.service.reading import hidden
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lines import Line, lines
from gezhi.loop.store.rows import instruction_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

PAGE = 50
SHOWN = 8  # pressing ones on the board of supervision
TABS = ("open", *STATES)
LIGHTS = {"asked": "due", "approved": "due", "waiting": "due", "refused": "wait", "answered": "done", "closed": "done"}


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The list, a tab and a page at a time."""
    actor = common.guard(request, "case.read")
    kept, moment = content(), common.now()
    tab = request.GET.get("state", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    counts = store.counts(actor)
    counts["open"] = sum(counts.get(state, 0) for state in LIVE)
    number = common.number(request.GET.get("page", "1"), most=1 + counts.get(tab, 0) // PAGE)
    found = store.of_state(actor, LIVE if tab == "open" else [tab])[(number - 1) * PAGE : number * PAGE]
    shown = lines(found)
    words = store.newest_words(line.pk for line in shown)
    guarded = store.guarded(line.pk for line in shown)
    secret = {case.pk for case in guarded if case.confidential or hidden(actor, case)}
    told = {line.pk: instruction_of(line.more) for line in shown}
    units = below.named(below.units(), {unit for one in told.values() if one for unit in one.units})
    names: Mapping[str, Mapping[Any, str]] = {
        "area": common.area_names(line.area for line in shown), "unit": {},
    }  # fmt: skip
    named = {key: common.named(unit) for key, unit in units.items()}
    today = kept.calendar.local_date(moment)
    rows = [
        {**row_of(line, kept, names, moment), **_of(one, named, today), **_words(line, words, hide=line.pk in secret)}
        for line in shown
        if (one := told[line.pk]) is not None
    ]
    context = {
        "rows": rows, "now": moment, "tabs": [_tab(name, tab, counts) for name in TABS],
        "page": {"number": number, "pages": max(1, -(-counts.get(tab, 0) // PAGE)), "previous": number - 1,
                 "next": number + 1},
    }  # fmt: skip
    return render(request, "loop/instructions/list.html", context)


def pressing(actor: Actor, kept: Content, moment: datetime) -> dict[str, Any] | None:
    """Instructions that are late or near their day, for the board of supervision; None where there is none."""
    keys = store.pressing(actor, moment)
    if not keys:
        return None
    told = {line.pk: line for line in lines(Case.objects.filter(pk__in=keys[:SHOWN]))}
    found = [(line, one) for key in keys if (line := told.get(key)) and (one := instruction_of(line.more))]
    units = below.named(below.units(), {unit for _, one in found for unit in one.left})
    named = {key: common.named(unit) for key, unit in units.items()}
    names: Mapping[str, Mapping[Any, str]] = {
        "area": common.area_names(line.area for line, _ in found), "unit": {},
    }  # fmt: skip
    today = kept.calendar.local_date(moment)
    rows = [
        {**row_of(line, kept, names, moment), **_of(one, named, today),
         "waits": [named[key] for key in one.left if key in named]}
        for line, one in found
    ]  # fmt: skip
    return {"rows": rows, "count": len(keys), "late": sum(1 for row in rows if row["over"])}


def _tab(name: str, current: str, counts: Mapping[str, int]) -> dict[str, Any]:
    label = gettext("Under way") if name == "open" else pgettext("instruction", name)
    return {
        "label": label, "url": f"/desk/instructions/?state={name}", "count": counts.get(name, 0),
        "current": name == current,
    }  # fmt: skip


def _of(one: Instruction, units: Mapping[int, str], today: date) -> dict[str, Any]:
    """State, day and units of an instruction in words."""
    due = date.fromisoformat(one.due) if one.due else None
    over = (today - due).days if due and one.state == "waiting" and today > due else 0
    answered = [units[key] for key in one.answered if key in units]
    return {
        "code": one.state, "state": pgettext("instruction", one.state), "due": due, "over": over,
        "light": "late" if over else LIGHTS[one.state], "units": [units[key] for key in one.units if key in units],
        "answered": gettext(", ").join(answered), "times": one.count,
    }  # fmt: skip


def _words(line: Line, sealed: Mapping[UUID, list[tuple[str, bytes]]], *, hide: bool) -> dict[str, str]:
    """The leader, the number of the paper, his words or what is proposed to him, and the newest feedback."""
    opened = {move: open_text(line.requester, text) for move, text in sealed.get(line.pk, ())}
    said = opened.get("instruct") or opened.get("instruct_ask") or {}
    found = {
        "leader": str(said.get("leader", "")), "paper": str(said.get("paper", "")), "words": str(said.get("words", "")),
        "feedback": str(opened.get("instruct_answer", {}).get("note", "")),
    }  # fmt: skip
    return {name: redact(text) for name, text in found.items()} if hide else found
