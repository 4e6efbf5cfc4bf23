"""Pages of reports: choose a kind and a period, read it on screen or on paper, take it as a file."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.loop.documents import service
from gezhi.loop.documents.pages.wish import HERE, language_of, languages
from gezhi.loop.documents.rules import KINDS, periods
from gezhi.loop.documents.rules.figures import CALLS, CASES, COMPARED, FIGURES, IN_UNITS, RATES, SHARES, name_of
from gezhi.loop.documents.rules.kinds import PERIOD_KIND, RUN_KIND
from gezhi.loop.documents.service.reporting import head
from gezhi.loop.pages import common
from gezhi.loop.scores import service as scores
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request

ADDRESS = f"{HERE}reports/"
SCORES = "score.read"


def guarded(request: HttpRequest) -> Actor:
    """Somebody who makes reports or reads scores."""
    actor = actor_from_request(request)
    return actor if actor.grants_for(service.MAKE) else common.guard(request, SCORES)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The kinds of report with the newest period of each, and the published runs with their letters."""
    actor = guarded(request)
    law, now = service.rule(), common.now()
    kinds = []
    for code, kind in KINDS.items():
        if kind.about == PERIOD_KIND and actor.grants_for(service.MAKE):
            last = periods.last_ended(code, now, law)
            kinds.append({"code": code, "name": pgettext("document", code), "url": f"{ADDRESS}{code}/",
                          "period": periods.name_of(code, last), "monthly": code == "monthly"})  # fmt: skip
    runs = [run for run in scores.overview(actor) if run.state == "published"] if actor.grants_for(SCORES) else []
    context = {
        "kinds": kinds, "cutoff": law.cutoff, "may_put": bool(actor.grants_for(service.PUT)), "templates_url": HERE,
        "letters": [{"run": run, "period": f"#{run.pk}", "words": f"{run.first} – {run.last}"} for run in runs[:50]],
        "file_url": f"{ADDRESS}appraisal/file/", "languages": languages(language_of(request)),
    }  # fmt: skip
    return render(request, "loop/report_choose.html", context)


@require_GET
def page(request: HttpRequest, kind: str) -> HttpResponse:
    """A period report on screen, in the language of the screen; it prints well."""
    actor = guarded(request)
    name = request.GET.get("period", "").strip()[:20]
    if kind not in KINDS or KINDS[kind].about == RUN_KIND:
        return HttpResponseRedirect(ADDRESS)
    language = language_of(request)
    now = common.now()
    found = service.report(kind, name, actor=actor, now=now, language=language)
    values, law = found.values, found.rule
    earlier = periods.before(kind, found.span, law)
    later = periods.around(kind, found.span.last + timedelta(days=1), law)
    context = {
        "kind": kind, "title": pgettext("document", kind), "period": head(found), "name": found.name,
        "blocks": blocks(values), "shares": share_tables(values),
        "unit_heads": [name_of(code, chinese=chinese(), short=True) for code in IN_UNITS],
        "units": [{"name": row["name"], "cells": [row[code] for code in IN_UNITS]} for row in values["units"]],
        "top": values["top"],
        "rises": values["rises"], "office": common.place_name(), "file_url": f"{ADDRESS}{kind}/file/",
        "earlier": f"{ADDRESS}{kind}/?period={periods.name_of(kind, earlier)}",
        "later": f"{ADDRESS}{kind}/?period={periods.name_of(kind, later)}" if later.until <= now else "",
        "languages": languages(language), "written": language, "monthly": kind == "monthly",
        "crumbs": [{"label": gettext("Reports"), "url": ADDRESS}, {"label": pgettext("document", kind)}],
    }  # fmt: skip
    return render(request, "loop/report_period.html", context)


def chinese() -> bool:
    return common.language().startswith("zh")


def blocks(values: Any) -> list[dict[str, Any]]:
    """The figures by part of the report, each line with its five numbers."""
    of_calls = [code for code, rate in RATES.items() if FIGURES[rate.of] in CALLS]
    of_cases = [code for code in RATES if code not in of_calls]
    parts = (
        (gettext("Summary"), [one.code for one in CASES]), (gettext("Quality"), of_cases),
        (gettext("Telephone"), [*(one.code for one in CALLS), *of_calls]),
    )  # fmt: skip
    return [{"name": name, "rows": [line(code, values[code]) for code in codes]} for name, codes in parts]


def line(code: str, value: Any) -> dict[str, Any]:
    said = value["rate"] if code in RATES else value["n"]
    behind = f"{value['top']} / {value['of']}" if code in RATES else ""
    return {"name": name_of(code, chinese=chinese()), "n": said, "behind": behind,
            "compared": [value[part] for part in COMPARED]}  # fmt: skip


def share_tables(values: Any) -> list[dict[str, Any]]:
    return [
        {"name": told[0] if chinese() else told[1].capitalize(), "rows": values[name]} for name, told in SHARES.items()
    ]


@require_POST
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """A report or a letter of appraisal as a file."""
    actor, given = guarded(request), request.POST.get
    wanted, period, language = given("format", "docx")[:5], given("period", "").strip()[:40], language_of(request)
    if kind not in KINDS:
        raise Refused("document-kind-unknown", status=404, kind=kind[:40])
    if KINDS[kind].about == RUN_KIND:
        made = service.make_appraisal(period, wanted, actor=actor, now=common.now(), language=language)
    else:
        made = service.make_report(kind, period, wanted, actor=actor, now=common.now(), language=language)
    return sent(made.data, f"{pgettext('document', kind)}-{made.number}.{made.format}")
