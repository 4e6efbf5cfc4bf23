"""Appeals against published scores: what a unit says, and the judgement of somebody who did not score it."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.models import ScoreAppeal
from gezhi.loop.pages import common
from gezhi.loop.scores import service, store
from gezhi.loop.scores.pages.exclusions import chip, name, opened
from gezhi.loop.scores.pages.runs import crumbs, tabs
from gezhi.loop.scores.pages.shown import ADDRESS, period_words
from gezhi.loop.scores.rules.definition import Definition
from gezhi.loop.scores.service.appealing import until
from gezhi.loop.scores.service.excluding import REASONS
from gezhi.loop.scores.service.reading import READ, get, may_read
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import require

HERE = f"{ADDRESS}appeals/"
MOST = 200


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The newest appeals of the units that the reader may see by name."""
    actor = common.guard(request, READ)
    rows, paths = store.appeals(), may_read(actor)
    if paths is not None:
        own = Q(pk__in=[])
        for path in paths:
            own |= Q(unit__in=below.units_under(path))
        rows = rows.filter(own)
    context = {
        "rows": [row(one, actor) for one in rows[:MOST]], "tabs": tabs(actor, "appeals/"), "title": gettext("Appeals"),
    }  # fmt: skip
    return render(request, "loop/score_appeals.html", context)


def row(one: ScoreAppeal, actor: Actor) -> dict[str, Any]:
    impartial = actor.id not in {str(key) for key in (one.asked_by_id, one.run.created_by_id, one.run.published_by_id)}
    judges = bool(actor.grants_for("score.review")) and one.state == "asked" and impartial
    return {
        "id": one.pk, "number": one.case.number, "url": f"/desk/{one.case_id}/", "unit": common.named(one.unit),
        "run": period_words(one.run), "run_url": f"{ADDRESS}{one.run_id}/", "indicator": indicator_name(one),
        "words": opened(one.case, one.words, "words"), "answer": opened(one.case, one.answer, "words"),
        "asked_by": name(one.asked_by), "asked_at": one.asked_at, "state": chip(one), "files": len(one.files),
        "decided_by": name(one.decided_by), "decided_at": one.decided_at,
        "remedy": pgettext("score-remedy", one.remedy) if one.remedy else "", "to": common.named(one.to_unit),
        "review_url": f"{HERE}{one.pk}/review/" if judges else "", "taken": one.result_id is not None,
    }  # fmt: skip


def indicator_name(one: ScoreAppeal) -> str:
    indicators = Definition.of(one.run.definition).indicators
    return next((pick(i, "name", common.language()) for i in indicators if i.code == one.indicator), one.indicator)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What a unit says about one case of one figure."""
    actor = common.guard(request, "score.appeal")
    given = request.POST if request.method == "POST" else request.GET
    run = get(common.number(given.get("run", ""), 0, 2**31 - 1), actor)
    unit, code = common.number(given.get("unit", ""), 0), given.get("indicator", "")[:40]
    case = get_visible(actor, common_case(given.get("case", "")))
    refused: Refused | None = None
    if request.method == "POST":
        done, refused = common.attempt(
            lambda: service.appeal(run.pk, unit, case.pk, code, request.POST.get("words", ""),
                                   files=common.incoming(request), actor=actor, now=common.now())
        )  # fmt: skip
        if done is not None:
            messages.success(request, gettext("The appeal is on its way. Somebody who did not score judges it."))
            return HttpResponseRedirect(HERE)
    last = until(run)
    fields = [
        common.field("words", gettext("What was counted wrongly, and why"), "textarea", request.POST.get("words", ""),
                     required=True, max=2000,
                     help=gettext("Until %(day)s.") % {"day": f"{last:%Y-%m-%d}"} if last else ""),
        common.field("files", gettext("Papers"), "files", button=gettext("Choose files"), icon="paperclip"),
        *(common.field(key, key, "hidden", value) for key, value in
          (("run", run.pk), ("unit", unit), ("indicator", code), ("case", case.pk))),
    ]  # fmt: skip
    errors = common.errors_of(refused, "words")
    common.mark(fields, errors)
    context = {
        "title": gettext("Appeal: case %(number)s") % {"number": case.number}, "fields": fields, "errors": errors,
        "action": f"{HERE}new/", "back": f"{ADDRESS}{run.pk}/", "submit": gettext("Appeal"),
        "crumbs": crumbs(gettext("Appeals")), "intro": "",
    }  # fmt: skip
    return render(request, "loop/score_form.html", context, status=422 if refused else 200)


def common_case(text: str) -> str:
    """A key of a case, or one that no case has."""
    from uuid import UUID

    try:
        return str(UUID(text))
    except ValueError:
        return str(UUID(int=0))


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, key: int) -> HttpResponse:
    """The form in which an appeal is judged."""
    actor = common.guard(request, "score.review")
    one = store.appeals().filter(pk=key).first()
    if one is None:
        raise Refused("appeal-unknown", status=404, appeal=key)
    require(actor, "score.review", unit_paths=[one.unit.path])  # the words of the appeal stand in the form
    post, refused = request.POST.get, None
    if request.method == "POST":
        done, refused = common.attempt(
            lambda: service.review(
                key, uphold=post("uphold") == "yes", words=post("words", ""), remedy=post("remedy", "exclude"),
                reason=post("reason", ""), to_unit=common.unit_key(post("to_unit", ""), "to_unit"), actor=actor,
                now=common.now(),
            )
        )  # fmt: skip
        if done is not None:
            messages.success(request, gettext("Judged. An upheld appeal counts in the next version of the run."))
            return HttpResponseRedirect(HERE)
    fields = review_fields(request)
    errors = common.errors_of(refused, "words")
    common.mark(fields, errors)
    context = {
        "title": gettext("Judge an appeal"), "fields": fields, "errors": errors, "action": f"{HERE}{key}/review/",
        "back": HERE, "submit": gettext("Decide"), "crumbs": crumbs(gettext("Appeals")),
        "intro": f"{common.named(one.unit)} · {one.case.number} · {indicator_name(one)}",
        "quote": opened(one.case, one.words, "words"),
    }  # fmt: skip
    return render(request, "loop/score_form.html", context, status=422 if refused else 200)


def review_fields(request: HttpRequest) -> list[common.Field]:
    get = request.POST.get
    reasons = [(code, common.named(item)) for code, item in content().codes.get(REASONS, {}).items()]
    units = [(unit.pk, common.named(unit)) for unit in below.units_in_order()]
    verdicts = [("yes", pgettext("score-decision", "upheld")), ("no", pgettext("score-decision", "rejected"))]
    remedies = [("exclude", pgettext("score-remedy", "exclude")), ("move", pgettext("score-remedy", "move"))]
    return [
        common.field("uphold", gettext("Judgement"), "seg", required=True,
                     options=common.choices(verdicts, get("uphold", ""))),
        common.field("words", gettext("Why"), "textarea", get("words", ""), required=True, max=2000),
        common.field("remedy", gettext("If upheld"), "select",
                     options=common.choices(remedies, get("remedy", "exclude"))),
        common.field("reason", gettext("Reason of the exclusion"), "select",
                     options=common.choices(reasons, get("reason", ""))),
        common.field("to_unit", gettext("Unit that it belongs to"), "unit",
                     options=common.choices(units, get("to_unit", ""))),
    ]  # fmt: skip
