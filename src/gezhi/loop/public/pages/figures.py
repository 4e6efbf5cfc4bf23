"""Public figures: received, answered, in time, satisfied, by month and matter, each with how it is counted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from gezhi.kit.downloads import sent
from gezhi.kit.sheets import csv_lines
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base
from gezhi.loop.public.rules.figures import LEAST
from gezhi.loop.public.service.counting import MEASURES, Month, months
from gezhi.loop.store.content import content

FRESH = 600  # seconds for which an answer may be kept
FEW = f"<{LEAST}"
HERE = "/public/figures/"


def name_of(code: str) -> str:
    return common.named(content().matters.get(code)) or gettext("No matter yet")


def how() -> list[dict[str, str]]:
    """What each figure is called and how it is counted."""
    return [{"code": code, "name": pgettext("public-figure", code), "says": pgettext("public-figure-how", code)}
            for code in MEASURES]  # fmt: skip


@cache_control(public=False, max_age=FRESH)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The last month in full by matter, and the months before it as sums."""
    found = months(common.now())
    chosen = next(
        (one for one in found if one.name == request.GET.get("month")), found[1] if len(found) > 1 else found[0]
    )
    rows = [{"name": name_of(code), "cells": [said(code_, chosen.by_matter[code].get(code_)) for code_ in MEASURES]}
            for code in sorted(chosen.by_matter)]  # fmt: skip
    context = {
        **base(), "measures": how(), "rows": rows, "month": chosen.name, "least": LEAST,
        "months": [{"name": one.name, "url": f"{HERE}?month={one.name}", "current": one.name == chosen.name,
                    "running": one.running, "cells": [said(code, one.total.get(code)) for code in MEASURES]}
                   for one in found],
        "total": [said(code, chosen.total.get(code)) for code in MEASURES],
        "csv_url": "/public/figures.csv", "json_url": "/public/figures.json",
    }  # fmt: skip
    return render(request, "loop/public/figures.html", context)


def said(measure: str, value: int | None) -> str:
    """A figure as people read it."""
    if value is None:
        return FEW if measure in ("received", "answered") else "—"
    return f"{value:,}" if measure in ("received", "answered") else f"{value} %"


@cache_control(public=False, max_age=FRESH)
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """Every month and matter as CSV."""
    head = [gettext("Month"), gettext("Code"), gettext("Matter"), *(one["name"] for one in how())]
    rows = [[one.name, code, name, *(_cell(measure, cells.get(measure)) for measure in MEASURES)]
            for one in months(common.now()) for code, name, cells in _parts(one)]  # fmt: skip
    return sent(csv_lines(head, rows), "public-figures.csv")


def _cell(measure: str, value: int | None) -> int | str:
    return value if value is not None else FEW if measure in ("received", "answered") else ""


def _parts(month: Month) -> list[tuple[str, str, Mapping[str, int | None]]]:
    whole = [("", gettext("All"), month.total)]
    return [*whole, *((code or "-", name_of(code), cells) for code, cells in sorted(month.by_matter.items()))]


@cache_control(public=False, max_age=FRESH)
@require_GET
def machine(request: HttpRequest) -> HttpResponse:
    """The same for machines; null where a figure is hidden."""
    moment = common.now()
    answer: dict[str, Any] = {
        "government": common.place_name(), "hidden_below": LEAST,
        "measures": {one["code"]: {"name": one["name"], "how": one["says"]} for one in how()},
        "months": [{"month": one.name, "running": one.running, "all": dict(one.total),
                    "matters": [{"code": code, "name": name_of(code), **cells}
                                for code, cells in sorted(one.by_matter.items())]} for one in months(moment)],
        "counted_at": _hour(moment),
    }  # fmt: skip
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _hour(moment: datetime) -> str:
    return moment.replace(minute=0, second=0, microsecond=0).isoformat()
