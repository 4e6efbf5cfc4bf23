"""The present list as a file: CSV or Excel, streamed, without names and phones, in the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import streamed
from gezhi.kit.sheets import csv_lines, xlsx_pieces
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import row_of, urgency_word
from gezhi.loop.pages.worklist import address, names_of, title_of, verbs_of, wish_of
from gezhi.loop.rules.redact import redact, unnumbered
from gezhi.loop.rules.tabs import tabs_for
from gezhi.loop.service.reading import note_export
from gezhi.loop.store import worklist
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.lines import Line
from gezhi.loop.store.worklist import Wish
from gezhi.trust.rules import Actor

LIMIT = 100_000  # cases in one file; a spreadsheet with more is of little use to people
COUNTED = 1_000_000  # a longer list is said to be longer than this
CHUNK = 500  # cases held at once
FORMATS = ("csv", "xlsx")


@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The list with the same filters, for the cases on which this person holds the right.

    A list that is too long is said to be cut before it is sent, so that nobody takes a part for the whole.
    """
    actor = common.guard(request, "case.export")
    if kind not in FORMATS:
        raise Refused("file-not-found", status=404)
    moment = common.now()
    wish = replace(wish_of(request, tabs_for(verbs_of(actor))), page=1)
    count = worklist.count(actor, wish, moment, verb="case.export", most=COUNTED)
    if request.method == "GET" and count > LIMIT:
        return _cut(request, wish, kind, count)
    note_export(min(count, LIMIT), actor=actor, now=moment)
    rows = _rows(actor, wish, moment, translation.get_language() or "zh-hans")
    head = _heading()
    data = csv_lines(head, map(_for_csv, rows)) if kind == "csv" else xlsx_pieces((title_of(wish), head, rows))
    return streamed(data, f"cases-{timezone.localtime(moment):%Y%m%d-%H%M}.{kind}")


def _rows(actor: Actor, wish: Wish, moment: datetime, language: str) -> Iterator[list[Any]]:
    """The cells of each case; the language is that of the request, whatever the thread speaks when they are made."""
    kept = content()
    for piece in worklist.pieces(actor, wish, moment, verb="case.export", most=LIMIT, chunk=CHUNK):
        with translation.override(language):
            names = names_of(piece, {})
            rated = worklist.rated(actor, [case.pk for case in piece])
            made = [_cells(case, kept, names, moment, rated=case.pk in rated) for case in piece]
        yield from made


def _cut(request: HttpRequest, wish: Wish, kind: str, count: int) -> HttpResponse:
    """Says how much of the list the file would hold, and asks."""
    said = {"limit": f"{LIMIT:,}", "n": f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"}
    text = gettext("Only the first %(limit)s of %(n)s cases of this list fit into one file, in the order shown.") % said
    then = gettext("For all of them, go back, narrow the list by matter, place or kind, and export each part.")
    context = {
        "title": gettext("The list is too long for one file"), "sentence": f"{text}\n{then}",
        "action": address(wish).replace("/desk/?", f"/desk/export.{kind}?", 1), "back": address(wish),
        "verb": gettext("Export the first %(limit)s") % said,
    }  # fmt: skip
    return render(request, "gezhi/confirm.html", context)


def _heading() -> list[str]:
    return [
        pgettext("case", "Number"), gettext("Title"), gettext("State"), gettext("Kind"), gettext("Urgency"),
        gettext("Matter"), gettext("Place"), gettext("Lead unit"), gettext("Received"), gettext("Due"),
        gettext("Round"), gettext("Outcome"), gettext("Satisfaction"), gettext("Source"),
    ]  # fmt: skip


def _cells(
    case: Line, kept: Content, names: Mapping[str, Mapping[Any, str]], moment: datetime, *, rated: bool
) -> list[Any]:
    row = row_of(case, kept, names, moment)
    return [
        case.number, redact(row["title"]), row["state_words"], common.word("kind", case.kind),
        urgency_word(case.urgency),
        common.matter_name(kept, case.matter, 3), unnumbered(row["place"]), row["lead"], _local(case.received_at),
        _local(case.due_at),
        case.round, common.word("outcome", case.outcome),
        common.word("satisfaction", case.satisfaction if rated else ""),
        common.code_name(kept, "channel", case.channel),
    ]  # fmt: skip


def _local(moment: datetime | None) -> datetime | None:
    """As the office's clock shows it, without a zone and seconds."""
    return timezone.localtime(moment).replace(tzinfo=None, second=0, microsecond=0) if moment else None


def _for_csv(row: list[Any]) -> list[Any]:
    return [cell.strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else cell for cell in row]
