"""Pages of working together: the load of every unit, and the parts that units owe each other."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from gezhi.loop.duties import store as loads
from gezhi.loop.joint import store
from gezhi.loop.joint.beside import WEEK, load_row
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import row_of
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.lines import lines

VIEWS = ("ours", "asked")
SORTS = ("open", "week", "late")
PAGE = 100


@require_GET
def load(request: HttpRequest) -> HttpResponse:
    """Every unit with open cases: how many, due this week, late, and who has them."""
    actor = common.guard(request, "case.dispatch")
    moment = common.now()
    found = loads.loads(actor, moment, moment + WEEK)
    rows = below.named(below.units(), found)
    users = below.named(below.users(), (user for each in found.values() for user in each.people if user))
    order = request.GET.get("by", "open")
    order = order if order in SORTS else "open"
    units = [load_row(rows[key], each, users, most=50) for key, each in found.items() if key in rows]
    units.sort(key=lambda row: (-int(row[order]), row["name"]))
    most = max((row["open"] for row in units), default=0)
    for row in units:
        row["share"] = round(100 * row["open"] / most) if most else 0
    context = {
        "units": units, "order": order,
        "tabs": [{"label": pgettext("load", name), "url": f"/desk/load/?by={name}", "current": name == order}
                 for name in SORTS],
        "total": {name: sum(row[name] for row in units) for name in SORTS},
    }  # fmt: skip
    return render(request, "loop/joint/load.html", context)


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """The parts that still run: those this person's units owe, and those they wait for; the late ones first."""
    actor = common.guard(request, "case.read")
    moment, kept = common.now(), content()
    view = request.GET.get("view", "ours")
    view = view if view in VIEWS else "ours"
    parts = {name: store.parts(actor, name) for name in VIEWS}
    shown = parts[view][:PAGE]
    told = {line.pk: line for line in lines(store.of_cases(part.case_id for part in shown))}
    units = below.named(below.units(), (part.unit for part in shown))
    reminded = store.reminders(part.case_id for part in shown)
    names: dict[str, dict[Any, str]] = {"area": common.area_names(line.area for line in told.values()), "unit": {}}
    rows = [
        {
            **row_of(told[part.case_id], kept, names, moment), "unit": common.named(units.get(part.unit)),
            "due": part.due_at, "late": part.due_at is not None and part.due_at <= moment,
            "part": {"light": _light(part.due_at, moment), "due": part.due_at, "soon": None},
            "reminded": reminded.get((part.case_id, part.unit or 0), 0),
            "remind_url": f"/desk/{part.case_id}/?move=task_remind#move" if view == "asked" else "",
            "url": f"/desk/{part.case_id}/?move=task_done#move" if view == "ours" else f"/desk/{part.case_id}/",
        }
        for part in shown if part.case_id in told
    ]  # fmt: skip
    context = {
        "rows": rows, "view": view, "now": moment, "cut": len(parts[view]) > PAGE,
        "tabs": [{"label": pgettext("tasks", name), "url": f"/desk/tasks/?view={name}", "count": len(parts[name]),
                  "current": name == view} for name in VIEWS],
    }  # fmt: skip
    return render(request, "loop/joint/tasks.html", context)


def _light(due: datetime | None, moment: datetime) -> str:
    return "late" if due is not None and due <= moment else "due" if due and due - moment <= WEEK / 7 else "ok"
