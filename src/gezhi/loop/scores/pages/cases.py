"""The cases behind one figure of one unit: counted, taken of, lost, left out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from gezhi.kit.text import pick
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.rules.redact import redact
from gezhi.loop.scores import service
from gezhi.loop.scores.pages.runs import crumbs
from gezhi.loop.scores.pages.shown import ADDRESS, in_words
from gezhi.loop.scores.rules.definition import Definition
from gezhi.loop.scores.service.excluding import REASONS
from gezhi.loop.scores.service.reading import PARTS, READ, get
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.trust.service import open_text


@require_GET
def page(request: HttpRequest, run_id: int) -> HttpResponse:
    """A list under the rights of the reader; how many more there are is said, not shown."""
    actor, kept = common.guard(request, READ), content()
    run = get(run_id, actor)
    unit_id = common.number(request.GET.get("unit", ""), 0)
    code = request.GET.get("indicator", "")
    part = request.GET.get("part", "due")
    found = service.cases_of(run, unit_id, code, part, actor=actor)
    definition = Definition.of(run.definition)
    indicator = next(one for one in definition.indicators if one.code == code)
    base = f"{ADDRESS}{run_id}/cases/?unit={unit_id}&indicator={code}"
    words = {"counted": gettext("Counted"), "due": gettext("Taken of"), "missed": gettext("Lost"),
             "excluded": gettext("Left out")}  # fmt: skip
    appeal = f"{ADDRESS}appeals/new/?run={run_id}&unit={unit_id}&indicator={code}&case="
    may_appeal = run.state == "published" and bool(actor.grants_for("score.appeal"))
    context = {
        "title": pick(indicator, "name", common.language()) or code,
        "unit": common.named(below.units().filter(pk=unit_id).first()),
        "formula": in_words(definition, indicator.formula),
        "crumbs": [crumbs("")[0], {"label": f"{run.first} – {run.last}", "url": f"{ADDRESS}{run_id}/"},
                   {"label": words[part], "url": ""}],
        "tabs": [{"label": words[each], "url": f"{base}&part={each}", "count": None, "current": each == part}
                 for each in PARTS],
        "rows": [row(case, kept, found.excluded, appeal if may_appeal else "") for case in found.rows],
        "total": found.total, "hidden": found.hidden,
    }  # fmt: skip
    return render(request, "loop/score_cases.html", context)


def row(case: Case, kept: Content, reasons: dict[str, str], appeal: str) -> dict[str, Any]:
    """One case: number, title, matter, why it is left out; never who called back or what was said."""
    title = str(open_text(case.requester, case.story).get("title", ""))
    reason = reasons.get(str(case.pk), "")
    return {
        "number": case.number, "url": f"/desk/{case.pk}/", "title": redact(title) if case.confidential else title,
        "matter": common.matter_name(kept, case.matter), "state": common.word("state", case.state),
        "reason": pgettext("score-outside", "void") if reason == "void" else common.code_name(kept, REASONS, reason),
        "appeal": f"{appeal}{case.pk}" if appeal else "", "at": case.received_at,
    }  # fmt: skip
