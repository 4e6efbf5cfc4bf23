"""The board of supervision: who demanded what by when, which unit has answered, how many days are over."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from gezhi.kit.downloads import sent
from gezhi.kit.sheets import csv_lines
from gezhi.loop.instructions.pages import pressing
from gezhi.loop.models import Case
from gezhi.loop.oversight import store
from gezhi.loop.oversight.rules import Watch
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import row_of
from gezhi.loop.rules.redact import redact
from gezhi.loop.service.reading import note_export
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lines import Line, lines
from gezhi.trust.rules.tree import in_order
from gezhi.trust.service import open_text

PAGE = 50
STATES = ("all", "late", "open", "answered", "accepted")
KEPT = timedelta(days=30)  # how long an accepted one stays on the board once its case is closed
LIGHTS = {"late": "late", "open": "due", "answered": "wait", "accepted": "done"}
Pair = tuple[Case, Watch]


def _chosen(request: HttpRequest, every: list[Pair], today: date) -> tuple[str, str, list[Pair]]:
    """State, unit and the cases that both leave; the latest demand past its day comes first."""
    state = request.GET.get("state", "all")
    state = state if state in STATES else "all"
    unit = request.GET.get("unit", "")[:20]
    found = [
        (case, watch)
        for case, watch in every
        if state in ("all", watch.state(today)) and (not unit or str(case.lead_id) == unit)
    ]
    found.sort(key=lambda pair: (*_over(pair[1]), -pair[1].over(today), pair[1].due or date.max))
    return state, unit, found


def _over(watch: Watch) -> tuple[bool, bool]:
    return watch.accepted is not None, watch.answered is not None


def _told(part: list[Pair], kept: Content, moment: datetime) -> list[dict[str, Any]]:
    """The lines of these cases, in a fixed number of statements."""
    told = {line.pk: line for line in lines(store.chosen(case.pk for case, _ in part))}
    words = store.sealed_words(watch.step for _, watch in part if watch.step)
    units = below.named(below.units(), {w.unit for _, w in part if w.unit})
    people = below.named(below.users(), {int(w.actor) for _, w in part if w.actor.isdigit()})
    names = {"area": common.area_names(line.area for line in told.values()), "unit": {}}
    today = kept.calendar.local_date(moment)
    return [
        {
            **row_of(told[case.pk], kept, names, moment),
            "by": _by(watch, people), "reason": _reason(told[case.pk], words.get(watch.step) if watch.step else None),
            "at": watch.at, "due": watch.due, "over": watch.over(today), "level": watch.level, "times": watch.times,
            "light": LIGHTS[watch.state(today)], "state": pgettext("supervision", watch.state(today)),
            "answered": watch.accepted or watch.answered, "code": watch.state(today), "notice": watch.notice,
            "unit": common.named(units.get(watch.unit)) if watch.unit else "", "backs": watch.backs,
            "decide_url": f"/desk/{case.pk}/?move=supervise_accept#move" if watch.state(today) == "answered" else "",
        }
        for case, watch in part
    ]  # fmt: skip


def _by(watch: Watch, people: Mapping[int, Any]) -> str:
    if watch.step is None:
        return gettext("automatic: sent back twice")
    person = people.get(int(watch.actor)) if watch.actor.isdigit() else None
    return person.display_name if person is not None else gettext("automatic")


def _reason(line: Line, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    said = str(open_text(line.requester, sealed).get("reason", ""))
    return redact(said) if line.confidential else said


def _address(path: str = "", **wish: str) -> str:
    return f"/desk/supervision/{path}?{urlencode({name: value for name, value in wish.items() if value})}"


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The board, a page at a time."""
    actor = common.guard(request, "case.read")
    kept, moment = content(), common.now()
    today = kept.calendar.local_date(moment)
    cases = store.supervised(actor, moment - KEPT)
    found = store.watches(case.pk for case in cases)
    every = [(case, found.get(case.pk, Watch())) for case in cases]
    state, unit, rows = _chosen(request, every, today)
    number = common.number(request.GET.get("page", "1"), most=1 + len(rows) // PAGE)
    counts = {name: sum(1 for _, w in every if name in ("all", w.state(today))) for name in STATES}
    leads = {case.lead_id for case, _ in every}
    units = [(str(unit.pk), common.named(unit)) for unit in in_order(below.units()) if unit.pk in leads]
    context = {
        "rows": _told(rows[(number - 1) * PAGE : number * PAGE], kept, moment), "now": moment,
        "tabs": [{"label": pgettext("supervision", name), "url": _address(state=name, unit=unit),
                  "count": counts[name], "current": name == state} for name in STATES],
        "units": common.choices([("", gettext("All units")), *units], unit),
        "state": state, "decides": bool(actor.grants_for("case.supervise_accept")),
        "cut": len(cases) >= store.WAITING, "most": f"{store.WAITING:,}",
        "pressing": pressing(actor, kept, moment) if number == 1 else None,
        "page": {"number": number, "pages": max(1, -(-len(rows) // PAGE)), "previous": number - 1, "next": number + 1},
        "export_url": _address("export.csv", state=state, unit=unit) if actor.grants_for("case.export") else "",
    }  # fmt: skip
    return render(request, "loop/oversight/supervision.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The board as CSV, in the ledger."""
    actor = common.guard(request, "case.export")
    kept, moment = content(), common.now()
    cases = store.supervised(actor, moment - KEPT, "case.export")
    found = store.watches(case.pk for case in cases)
    every = [(case, found.get(case.pk, Watch())) for case in cases]
    rows = _told(_chosen(request, every, kept.calendar.local_date(moment))[2], kept, moment)
    note_export(len(rows), actor=actor, now=moment)
    heading = [
        pgettext("case", "Number"), gettext("Notice"), gettext("Title"),
        gettext("Lead unit"), gettext("Demanded by"), gettext("Demanded"),
        gettext("Reason"), gettext("Due"), gettext("State"), gettext("Days over"), gettext("Level"), gettext("Times"),
    ]  # fmt: skip
    return sent(
        csv_lines(heading, (_cells(row) for row in rows)),
        f"supervision-{timezone.localtime(moment):%Y%m%d-%H%M}.csv",
    )


def _cells(row: Mapping[str, Any]) -> list[Any]:
    at = timezone.localtime(row["at"]).strftime("%Y-%m-%d %H:%M") if row["at"] else ""
    due = row["due"].isoformat() if row["due"] else ""
    return [
        row["number"], row["notice"], row["title"], row["lead"],
        row["by"], at, row["reason"], due, row["state"], row["over"],
        row["level"], row["times"],
    ]  # fmt: skip
