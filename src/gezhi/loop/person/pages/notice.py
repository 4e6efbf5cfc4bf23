"""For everybody: what is kept of a request, what for, who sees it, how long, and which rights there are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gezhi.kit.text import pick
from gezhi.loop.calls.store import any_call
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base
from gezhi.loop.retention.pages import deed_words, what_words
from gezhi.loop.retention.service.ruling import rows_in_force, rule_of, rules_in_force


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The notice, with the rules of keeping as they are in force."""
    good = {rule.code for rule in rules_in_force()}
    rows = [row(item) for item in rows_in_force() if item.code in good]
    return render(request, "loop/person/notice.html", {**base(), "rows": rows, "telephone": any_call()})


def row(item: Any) -> dict[str, Any]:
    """One rule of keeping in words."""
    rule = rule_of(item)
    return {
        "name": common.named(item), "what": what_words(rule), "deed": deed_words(rule),
        "basis": pick(item.extra, "basis", common.language()), "verified": item.verified,
    }  # fmt: skip
