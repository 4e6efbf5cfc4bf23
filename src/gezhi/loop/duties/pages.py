"""The list of township duties: searched, brought from the office's sheet, and how often it was set aside."""

import io
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.text import pick
from gezhi.loop.duties import service, store
from gezhi.loop.duties.rules import KINDS, TownDuty
from gezhi.loop.pages import common
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.trust.rules import Actor

HERE = "/desk/duties/"
YEAR = timedelta(days=365)
FAULTS_SHOWN = 20
LIGHTS = {"basic": "ok", "cooperating": "due", "taken_back": "late"}


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The list in force, by kind and words, with its versions and the exceptions of the last year."""
    return show(request, common.guard(request, "case.read"))


def show(request: HttpRequest, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    """The page, with what was refused above."""
    kept = content()
    words, kind = request.GET.get("q", "")[:80].strip(), request.GET.get("kind", "")
    names = {unit.code: common.named(unit) for unit in below.units()}
    every = [line_of(row, kept, names) for row in kept.town_duties]
    rows = [
        row for row in every
        if kind in ("", row["kind"]) and words.lower() in " ".join(str(v) for v in row.values()).lower()
    ]  # fmt: skip
    count = {name: sum(1 for row in every if row["kind"] == name) for name in KINDS}
    context = {
        "rows": rows, "q": words, "kind": kind, "versions": [version_of(row) for row in store.lists()],
        "tabs": [{"label": gettext("All"), "url": HERE, "count": len(every), "current": not kind},
                 *({"label": pgettext("town_duty", name), "url": f"{HERE}?kind={name}", "count": count[name],
                    "current": kind == name} for name in KINDS)],
        "exceptions": exceptions(actor), "can_edit": bool(actor.grants_for(service.VERB)),
        "unverified": sum(1 for row in every if not row["verified"]),
        "columns": gettext(", ").join(found[0] for found in service.HEADERS.values()),
        "kinds": gettext(", ").join(service.SHEET_WORDS.values()),
        "errors": common.errors_of(refused, "file"), "key": common.fresh_key(), "now": common.now(),
    }  # fmt: skip
    return render(request, "loop/duties/list.html", context, status=refused.status if refused else 200)


def line_of(row: TownDuty, kept: Content, names: dict[str, str]) -> dict[str, Any]:
    """One line in words."""
    language = common.language()
    return {
        "code": row.code, "kind": row.kind, "kind_words": pgettext("town_duty", row.kind), "light": LIGHTS[row.kind],
        "name": pick(row, "name", language), "matter": common.matter_name(kept, row.matter),
        "keywords": gettext(", ").join(row.keywords), "lead": names.get(row.lead, row.lead),
        "unit": names.get(row.unit, ""), "basis": pick(row, "basis", language), "source": row.source,
        "verified": row.verified,
    }  # fmt: skip


def version_of(row: dict[str, Any]) -> dict[str, Any]:
    """One list of the office or of a pack."""
    own = row["pack"] == store.LOCAL
    name = gettext("Own list of %(day)s") % {"day": row["version"]} if own else f"{row['pack']} {row['version']}"
    return {**row, "name": name}


def exceptions(actor: Actor) -> dict[str, Any]:
    """How often the list was set aside in a year, by unit, and the newest cases."""
    steps = store.exceptions(actor, common.now() - YEAR)
    units = below.named(below.units(), (step.facts.get("unit") for step in steps))
    users = below.named(below.users(), (int(step.actor) for step in steps if step.actor.isdigit()))
    counts: dict[str, int] = {}
    for step in steps:
        name = common.named(units.get(step.facts.get("unit")))
        counts[name] = counts.get(name, 0) + 1
    return {
        "count": len(steps), "units": sorted(counts.items(), key=lambda pair: -pair[1]),
        "rows": [
            {"number": step.case.number, "url": f"/desk/{step.case_id}/", "at": step.acted_at,
             "unit": common.named(units.get(step.facts.get("unit"))),
             "who": users[int(step.actor)].display_name if step.actor.isdigit() and int(step.actor) in users else ""}
            for step in steps[:10]
        ],
    }  # fmt: skip


@require_POST
def bring(request: HttpRequest) -> HttpResponse:
    """The office's own list out of a sheet; what could not be read is said row by row."""
    actor = common.guard(request, service.VERB)
    file = request.FILES.get("file")
    if file is None or file.file is None:
        return show(request, actor, Refused("field-missing", status=422, field="file", move="import"))
    body = io.BytesIO(file.read())
    done, refused = common.attempt(lambda: service.import_list(body, actor=actor, now=common.now()))
    if done is None:
        return show(request, actor, refused)
    _, count, faults = done
    said = ngettext("%(n)s line is in force.", "%(n)s lines are in force.", count) % {"n": count}
    messages.success(request, said)
    for row, code, what in faults[:FAULTS_SHOWN]:
        told = sentence(Refused(code, value=what, matter=what, unit=what, name=what))
        messages.error(request, gettext("Row %(row)s left out: %(why)s") % {"row": row, "why": told})
    return common.done(HttpResponseRedirect(HERE), common.form_key(request))


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Put another list in force."""
    actor = common.guard(request, service.VERB)
    pack, version = request.POST.get("pack", "")[:40], request.POST.get("version", "")[:40]
    service.choose_list(pack, version, actor=actor, now=common.now())
    messages.success(request, gettext("This list is in force."))
    return HttpResponseRedirect(HERE)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The list in force as a sheet."""
    common.guard(request, "case.read")
    out = io.BytesIO()
    service.export(out)
    return sent(out.getvalue(), "township-duties.xlsx")
