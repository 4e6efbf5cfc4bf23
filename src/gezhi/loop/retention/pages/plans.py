"""Lists of what is due: made as a dry run, looked through number by number, released by a second person."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.transaction import atomic
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.sheets.writing import csv_lines
from gezhi.loop import tasks
from gezhi.loop.models import RetentionItem, RetentionPlan
from gezhi.loop.pages import common
from gezhi.loop.retention import service, store
from gezhi.loop.retention.pages import ADDRESS, READ, crumbs, deed_words, person_name, tabs, what_words
from gezhi.loop.retention.rules import KEEP, OF_CASES
from gezhi.loop.store.content import content

LIGHTS = {
    "counting": "wait",
    "proposed": "due",
    "released": "due",
    "done": "done",
    "refused": "late",
    "replaced": "wait",
}
EACH = 100
SHOWN = 30


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The newest lists."""
    actor = common.guard(request, READ)
    rows = [
        {"url": f"{ADDRESS}{row.pk}/", "at": row.as_of, "by": person_name(row.made_by), "state": chip(row),
         "counting": row.state == "counting",
         "due": sum(one["due"] for one in row.counts.values()),
         "held": sum(sum(one["held"].values()) for one in row.counts.values()),
         "decided": person_name(row.decided_by) if row.decided_at else "", "decided_at": row.decided_at}
        for row in store.plans()[:SHOWN]
    ]  # fmt: skip
    new_url = f"{ADDRESS}new/" if actor.grants_for("retention.propose") else ""
    unverified = sum(not rule.verified and rule.do != KEEP for rule in service.rules_in_force())
    context = {
        "rows": rows,
        "tabs": tabs(""),
        "new_url": new_url,
        "unverified": unverified,
        "rules_url": f"{ADDRESS}rules/",
    }
    return render(request, "loop/retention/plans.html", context)


def chip(row: RetentionPlan) -> dict[str, str]:
    return {"light": LIGHTS[row.state], "words": pgettext("retention-plan", row.state)}


def hurry() -> None:
    """Wake the worker; where it is at it already, it will come to this too."""
    with suppress(AlreadyEnqueued), atomic():
        tasks.retention.configure(queueing_lock="loop.retention").defer(timestamp=0)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """A new dry run, counted by the worker."""
    actor = common.guard(request, "retention.propose")
    row = service.ask_plan(actor=actor, now=common.now())
    hurry()
    return HttpResponseRedirect(f"{ADDRESS}{row.pk}/")


def plan_of(key: int) -> RetentionPlan:
    row = store.plan(key)
    if row is None:
        raise Refused("retention-unknown", status=404, plan=key)
    return row


@require_GET
def page(request: HttpRequest, key: int) -> HttpResponse:
    """One list, rule by rule."""
    actor = common.guard(request, READ)
    row = plan_of(key)
    own = row.made_by_id is not None and str(row.made_by_id) == actor.id
    may = bool(actor.grants_for("retention.release")) and row.state == "proposed"
    lines = [line_of(line, row) for line in service.described(row)]
    context = {
        "plan": row, "title": gettext("What is due on %(day)s") % {"day": f"{row.as_of:%Y-%m-%d}"}, "state": chip(row),
        "crumbs": crumbs(f"{row.as_of:%Y-%m-%d}"), "by": person_name(row.made_by), "lines": lines,
        "decided": person_name(row.decided_by) if row.decided_at else "", "own": own and may,
        "decide_url": f"{ADDRESS}{key}/decide/" if may and not own else "",
        "total": sum(line["due"] for line in lines if line["acts"]), "calls_url": calls_url(row),
        "busy": row.state in ("counting", "released"),
    }  # fmt: skip
    return render(request, "loop/retention/plan.html", context)


def line_of(line: dict[str, Any], row: RetentionPlan) -> dict[str, Any]:
    """One rule of a list in words."""
    rule = line["rule"]
    item = content().codes.get("retention", {}).get(rule.code)
    held = [{"words": pgettext("retention-held", reason), "n": n} for reason, n in sorted(line["held"].items())]
    done = [{"words": pgettext("retention-result", result), "n": n}
            for result, n in sorted(line["done"].items()) if result]  # fmt: skip
    return {
        "name": common.named(item) or rule.code, "what": what_words(rule), "deed": deed_words(rule),
        "before": datetime.fromisoformat(line["before"]) if line["before"] else None, "verified": rule.verified,
        "acts": rule.acts, "due": line["due"], "held": held, "new": line["new"], "gone": line["gone"], "done": done,
        "url": f"{ADDRESS}{row.pk}/{rule.code}/" if line["due"] or held else "", "kept": rule.do == KEEP,
    }  # fmt: skip


def calls_url(row: RetentionPlan) -> str:
    """Where the recordings stand that the telephone system has to delete as well."""
    done = store.items(row).filter(what__in=("recordings", "case", "calls"), result="done")
    return f"{ADDRESS}{row.pk}/calls.csv" if done.exists() else ""


@require_POST
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """Release or refuse."""
    actor = common.guard(request, "retention.release")
    release = request.POST.get("release") == "1"
    row, refused = common.attempt(lambda: service.decide_plan(key, release=release, actor=actor, now=common.now()))
    if refused is not None:
        messages.error(request, sentence(refused))
    elif row is not None and release:
        hurry()
        messages.success(request, gettext("Released. It is carried out now; you may leave this page."))
    else:
        messages.success(request, gettext("Refused. Nothing is destroyed."))
    return HttpResponseRedirect(f"{ADDRESS}{key}/")


@require_GET
def numbers(request: HttpRequest, key: int, rule: str) -> HttpResponse:
    """The numbers behind one rule, a hundred a page."""
    common.guard(request, READ)
    row = plan_of(key)
    kept = next((one for one in row.rules if one["code"] == rule), None)
    if kept is None:
        raise Refused("retention-unknown", status=404, plan=key)
    found = store.items(row, rule)
    total, at = found.count(), common.number(request.GET.get("page", ""))
    pages = max(1, -(-total // EACH))
    at = min(at, pages)
    part = list(found[(at - 1) * EACH : at * EACH])
    known = store.numbers(item.subject for item in part if item.what in OF_CASES)
    name = common.named(content().codes.get("retention", {}).get(rule)) or rule
    context = {
        "title": name, "crumbs": [*crumbs("")[:1], {"label": f"{row.as_of:%Y-%m-%d}", "url": f"{ADDRESS}{key}/"},
                                  {"label": name, "url": ""}],
        "rows": [number_of(item, known) for item in part],
        "page": {"number": at, "pages": pages, "previous": at - 1, "next": at + 1, "total": total},
    }  # fmt: skip
    return render(request, "loop/retention/numbers.html", context)


def number_of(item: RetentionItem, known: dict[str, str]) -> dict[str, Any]:
    held = pgettext("retention-held", item.held) if item.held else ""
    result = pgettext("retention-result", item.result) if item.result else ""
    return {"number": known.get(item.subject, item.subject), "held": held, "result": result, "at": item.done_at}


@require_GET
def calls(request: HttpRequest, key: int) -> HttpResponse:
    """The calls whose recordings were forgotten here, for the telephone system, which holds the bytes."""
    actor = common.guard(request, READ)
    row = plan_of(key)
    rows = [(call_id, began.isoformat()) for call_id, began in store.forgotten_calls(row)]
    service.note_calls(row.pk, len(rows), actor=actor, now=common.now())
    return sent(csv_lines(["call_id", "began_at"], rows), f"calls-{row.pk}.csv")
