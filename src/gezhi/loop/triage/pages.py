"""The model page: how good suggestions were by matter and unit, what was chosen instead, which model spoke when."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.models import Case, TriageDesk, TriageModel
from gezhi.loop.pages import common
from gezhi.loop.rules.redact import redact
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.loop.triage import cells, service
from gezhi.loop.triage.rules.judging import FEW, Label, Rate
from gezhi.loop.triage.service.judging import MOST, READ, TARGETS, Judged, Month
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

HERE = "/desk/model/"
SHOWN = 100
LIGHTS = {"calm": "done", "watch": "due", "act": "late"}


def wish(request: HttpRequest) -> tuple[str, dict[str, date]]:
    """Target and period out of the address; what cannot be read is left out."""
    target = request.GET.get("target", "")
    period = {}
    for name in ("first", "last"):
        try:
            period[name] = date.fromisoformat(f"{request.GET.get(name, '')}-01")
        except ValueError:
            continue
    return (target if target in TARGETS else TARGETS[0]), period


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Figures of a period."""
    actor = common.guard(request, READ)
    target, period = wish(request)
    found = service.judged(target, actor=actor, now=common.now(), **period)
    names = names_of(found)
    label = request.GET.get("label", "")
    shown = [one for one in found.labels if one.code == label] if label else found.labels[:MOST]
    opens = bool(actor.grants_for("case.read"))
    context = {
        "tabs": tabs(target), "target": target, "first": f"{found.first:%Y-%m}", "last": f"{found.last:%Y-%m}",
        "whole": whole_of(found.whole), "months": [month_of(one) for one in found.months], "few": FEW,
        "labels": [label_of(one, names) for one in shown], "more": max(0, len(found.labels) - len(shown)),
        "confusions": [confusion(one, names, target, opens=opens) for one in found.confusions],
        "models": models_of(found, actor), "history": [desk_of(one) for one in found.history],
        "baseline": pgettext("drift-baseline", found.baseline), "bands": bands(),
        "none_url": f"{HERE}use/" if actor.grants_for("triage.use") and any(m.in_use for m in found.models) else "",
        "refresh_url": f"{HERE}refresh/",
    }  # fmt: skip
    return render(request, "loop/triage/model.html", context)


def tabs(target: str) -> list[dict[str, Any]]:
    said = {"matter": gettext("Matters"), "unit": gettext("Units")}
    return [{"label": said[each], "url": f"{HERE}?target={each}", "count": None, "current": each == target}
            for each in TARGETS]  # fmt: skip


def names_of(found: Judged) -> dict[str, str]:
    """Words for every code of the page, one statement."""
    if found.target == "matter":
        kept = content()
        codes = {one.code for one in found.labels} | {code for row in found.confusions for code in row[:2]}
        return {code: common.matter_name(kept, code) or code for code in codes}
    return {row.code: common.named(row) for row in below.units()}


def percent(rate: Rate) -> dict[str, Any]:
    """A share with its interval and counts; a dash where there is nothing."""
    span = rate.interval
    words = "—" if rate.share is None else f"{rate.share * 100:.1f} %"
    interval = f"{span[0] * 100:.1f}–{span[1] * 100:.1f} %" if span else ""
    return {"words": words, "interval": interval, "right": rate.right, "of": rate.of, "few": rate.few}


def index_words(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def month_of(one: Month) -> dict[str, Any]:
    return {
        "month": f"{one.month:%Y-%m}", "decided": one.decided, "accuracy": percent(one.accuracy),
        "among": percent(one.among), "abstained": percent(Rate(one.filled.of - one.filled.right, one.filled.of)),
        "filled_right": percent(one.filled_right), "drift": index_words(one.drift),
        "certainty": index_words(one.certainty), "band": band_chip(one.band),
    }  # fmt: skip


def band_chip(code: str) -> dict[str, str] | None:
    if not code:
        return None
    return {"light": LIGHTS.get(code, "wait"), "words": common.code_name(content(), "drift_band", code)}


def whole_of(one: Month) -> dict[str, Any]:
    return {**month_of(one), "changed": one.decided - one.accuracy.right}


def bands() -> list[dict[str, Any]]:
    """The bands of the drift index, with their source."""
    items = content().codes.get("drift_band", {}).values()
    return [{"name": common.named(item), "least": item.extra.get("least", 0), "source": item.source,
             "verified": item.verified} for item in items]  # fmt: skip


def label_of(one: Label, names: dict[str, str]) -> dict[str, Any]:
    return {"code": one.code, "name": names.get(one.code, one.code), "chosen": one.chosen, "said": one.said,
            "precision": percent(one.precision), "recall": percent(one.recall)}  # fmt: skip


def confusion(one: tuple[str, str, int], names: dict[str, str], target: str, *, opens: bool) -> dict[str, Any]:
    said, chosen, n = one
    url = f"{HERE}cases/?target={target}&said={said}&chosen={chosen}" if opens else ""
    return {"said": names.get(said, said), "chosen": names.get(chosen, chosen), "n": n, "url": url}


def models_of(found: Judged, actor: Actor) -> list[dict[str, Any]]:
    may = bool(actor.grants_for("triage.use"))
    spoken = cells.spoken([model.digest for model in found.models])
    return [model_of(model, spoken.get(model.digest, 0), may=may) for model in found.models]


def model_of(model: TriageModel, spoken: int, *, may: bool) -> dict[str, Any]:
    return {
        "id": model.pk, "at": model.created_at, "rows": model.rows, "classes": model.classes, "in_use": model.in_use,
        "f1": f"{model.quality.get('macro_f1', 0) * 100:.1f} %", "digest": model.digest[:12], "spoken": spoken,
        "use_url": f"{HERE}use/" if may and not model.in_use else "",
    }  # fmt: skip


def desk_of(row: TriageDesk) -> dict[str, Any]:
    by = str(row.put_by.display_name) if row.put_by is not None else gettext("the command line")
    return {"at": row.put_at, "by": by, "model": row.model_id}


@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Count anew now; the worker does it each night."""
    common.guard(request, READ)
    service.refresh()
    messages.success(request, gettext("Counted anew."))
    return HttpResponseRedirect(HERE)


@require_POST
def use(request: HttpRequest) -> HttpResponse:
    """Put a model on the desk, an earlier one as well, or none."""
    actor = common.guard(request, "triage.use")
    chosen, target = request.POST.get("model", ""), request.POST.get("target", "")
    key = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 9 else None
    if chosen != "none" and key is None:
        raise Refused("triage-model-unknown", status=404, model=chosen[:20])
    target = target if target in TARGETS else TARGETS[0]
    _, refused = common.attempt(lambda: service.use(key, target=target, actor=actor, now=common.now()))
    if refused is not None:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("It speaks from now on; within seconds on every desk."))
    return HttpResponseRedirect(f"{HERE}?target={target}")


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind one confusion, as far as the reader may see them."""
    actor = common.guard(request, READ)
    get = request.GET.get
    target = wish(request)[0]
    said, chosen = get("said", "")[:60], get("chosen", "")[:60]
    rows = list(cells.cases_between(visible(actor), target, said, chosen)[:SHOWN])
    kept = content()
    names = {code: common.matter_name(kept, code) or code for code in (said, chosen)} if target == "matter" else {}
    context = {
        "title": f"{names.get(said, said)} → {names.get(chosen, chosen)}",
        "crumbs": [{"label": gettext("Quality of suggestions"), "url": f"{HERE}?target={target}"},
                   {"label": pgettext("model", "Cases of one correction"), "url": ""}],
        "rows": [case_of(case) for case in rows], "most": SHOWN if len(rows) == SHOWN else 0,
    }  # fmt: skip
    return render(request, "loop/triage/cases.html", context)


def case_of(case: Case) -> dict[str, Any]:
    title = str(open_text(case.requester, case.story).get("title", ""))
    return {"number": case.number, "url": f"/desk/{case.pk}/", "at": case.closed_at,
            "title": redact(title) if case.confidential else title}  # fmt: skip
