"""The pool of hang-ups 挂账池: why, by whose leave, how long; several reviewed at once; figures for everybody."""

from collections.abc import Mapping
from datetime import date, datetime
from statistics import median
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.sheets import csv_lines
from gezhi.loop.models import Case
from gezhi.loop.oversight import store
from gezhi.loop.oversight.rules import Hung
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base
from gezhi.loop.pages.rows import row_of
from gezhi.loop.rules.redact import redact
from gezhi.loop.service import move
from gezhi.loop.service.reading import note_export
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lines import lines
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

HERE = "/desk/hangups/"
PAGE, BATCH = 50, 100
VIEWS = ("all", "over", "soon")
SOON = 14  # days before a review that it is shown as near
Pair = tuple[Case, Hung]


def pool(actor: Actor, today: date, verb: str = "case.read") -> list[Pair]:
    """Every hang-up that this person may see, overdue reviews first, then by day."""
    cases = store.suspended(actor, verb)
    found = store.hangups(case.pk for case in cases)
    pairs = [(case, found.get(case.pk, Hung())) for case in cases]
    return sorted(pairs, key=lambda pair: (-pair[1].over(today), pair[1].review_on or date.max, pair[0].received_at))


def in_view(view: str, hung: Hung, today: date) -> bool:
    """Whether a hang-up belongs to a view."""
    if view == "all":
        return True
    near = hung.review_on is not None and 0 <= (hung.review_on - today).days <= SOON
    return bool(hung.over(today)) if view == "over" else near


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The pool, a page at a time."""
    actor = common.guard(request, "case.read")
    kept, moment = content(), common.now()
    today = kept.calendar.local_date(moment)
    every = pool(actor, today)
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    found = [pair for pair in every if in_view(view, pair[1], today)]
    number = common.number(request.GET.get("page", "1"), most=1 + len(found) // PAGE)
    context = {
        "rows": told(found[(number - 1) * PAGE : number * PAGE], kept, moment),
        "tabs": [{"label": pgettext("hangups", name), "url": f"{HERE}?view={name}", "current": name == view,
                  "count": sum(1 for _, hung in every if in_view(name, hung, today))} for name in VIEWS],
        "figures": figures([hung for _, hung in every], kept, moment),
        "page": {"number": number, "pages": max(1, -(-len(found) // PAGE)), "previous": number - 1, "next": number + 1},
        "can_review": bool(actor.grants_for("case.hangup_review")), "key": common.fresh_key(), "now": moment,
        "export_url": f"{HERE}export.csv" if actor.grants_for("case.export") else "", "least": today.isoformat(),
    }  # fmt: skip
    return render(request, "loop/oversight/hangups.html", context)


def told(part: list[Pair], kept: Content, moment: datetime) -> list[dict[str, Any]]:
    """The lines of these cases, in a fixed number of statements."""
    known = {line.pk: line for line in lines(store.chosen(case.pk for case, _ in part))}
    words = store.sealed_words(hung.asked for _, hung in part if hung.asked)
    people = below.named(below.users(), {int(h.approver) for _, h in part if h.approver.isdigit()})
    names: dict[str, dict[Any, str]] = {"area": common.area_names(x.area for x in known.values()), "unit": {}}
    today = kept.calendar.local_date(moment)
    rows = []
    for case, hung in part:
        line, sealed = known[case.pk], words.get(hung.asked) if hung.asked else None
        said = str(open_text(line.requester, sealed).get("reason", "")) if sealed else ""
        person = people.get(int(hung.approver)) if hung.approver.isdigit() else None
        rows.append({
            **row_of(line, kept, names, moment), "cause": common.code_name(kept, "hangup_reason", hung.cause),
            "reason": redact(said) if line.confidential else said, "since": hung.since, "days": hung.days(moment),
            "approver": person.display_name if person else "", "review_on": hung.review_on, "over": hung.over(today),
            "reviews": hung.reviews, "review_url": f"/desk/{case.pk}/?move=hangup_review#move",
        })  # fmt: skip
    return rows


def figures(hung: list[Hung], kept: Content, moment: datetime) -> dict[str, Any]:
    """How many and for how long, together and by reason; no case is named."""
    today = kept.calendar.local_date(moment)
    days = [one.days(moment) for one in hung]
    causes: dict[str, list[int]] = {}
    for one in hung:
        causes.setdefault(one.cause, []).append(one.days(moment))
    return {
        "count": len(hung), "median": round(median(days)) if days else 0, "longest": max(days, default=0),
        "over": sum(1 for one in hung if one.over(today)),
        "year": sum(1 for n in days if n > 365),
        "causes": sorted(
            (
                {"name": common.code_name(kept, "hangup_reason", cause) or gettext("Other"), "count": len(found),
                 "median": round(median(found)), "longest": max(found)}
                for cause, found in causes.items()
            ),
            key=lambda row: -int(str(row["count"])),
        ),
    }  # fmt: skip


@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """Review the cases that were ticked, each by a move of its own; what is refused is said, the rest stands."""
    actor = common.guard(request, "case.hangup_review")
    keys = request.POST.getlist("case")[:BATCH]
    keep = request.POST.get("keep", "")
    data: dict[str, Any] = {"keep": keep, "reason": request.POST.get("reason", "")}
    if keep == "1":
        data["review_on"] = request.POST.get("review_on", "")
    key, done, refusals = common.form_key(request), 0, []
    numbers = dict(store.chosen_numbers(actor, keys))
    for case, number in numbers.items():
        try:
            move(case, "hangup_review", data, actor=actor, now=common.now(), key=f"{key}:{number}")
            done += 1
        except Refused as refused:
            refusals.append(f"{number}: {sentence(refused)}")
    if done:
        messages.success(request, ngettext("%(n)s hang-up reviewed.", "%(n)s hang-ups reviewed.", done) % {"n": done})
    elif not numbers:
        messages.error(request, gettext("Tick the cases first."))
    for text in refusals:
        messages.error(request, text)
    return common.done(HttpResponseRedirect(HERE), key)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The pool as CSV, in the ledger."""
    actor = common.guard(request, "case.export")
    kept, moment = content(), common.now()
    rows = told(pool(actor, kept.calendar.local_date(moment), "case.export"), kept, moment)
    note_export(len(rows), actor=actor, now=moment)
    heading = [
        pgettext("case", "Number"), gettext("Title"), gettext("Lead unit"), gettext("Why"), gettext("Reason"),
        gettext("Allowed by"), gettext("Hung up since"), gettext("Days"), gettext("Next review"), gettext("Days over"),
        gettext("Reviews"),
    ]  # fmt: skip
    return sent(
        csv_lines(heading, (_cells(row) for row in rows)),
        f"hangups-{timezone.localtime(moment):%Y%m%d-%H%M}.csv",
    )


def _cells(row: Mapping[str, Any]) -> list[Any]:
    since = timezone.localtime(row["since"]).strftime("%Y-%m-%d") if row["since"] else ""
    on = row["review_on"].isoformat() if row["review_on"] else ""
    return [
        row["number"], row["title"], row["lead"], row["cause"], row["reason"], row["approver"], since, row["days"], on,
        row["over"], row["reviews"],
    ]  # fmt: skip


@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """For everybody: how many problems are set aside, why and for how long. No case, no place, no person."""
    kept, moment = content(), common.now()
    found = store.hangups(store.every_hangup())
    context = {"figures": figures(list(found.values()), kept, moment), "now": moment, **base()}
    return render(request, "loop/oversight/hangups_public.html", context)
