"""Runs: the list, a new one, its figures by group, another formula beside it, publishing, sheets."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.text import pick
from gezhi.loop import tasks
from gezhi.loop.models import ScoreRun
from gezhi.loop.pages import common
from gezhi.loop.scores import service, store
from gezhi.loop.scores.pages import shown
from gezhi.loop.scores.pages.shown import ADDRESS
from gezhi.loop.scores.rules.definition import Definition
from gezhi.loop.scores.rules.period import MOVES
from gezhi.loop.scores.service.reading import READ, get
from gezhi.trust.rules import Actor

READY = ("draft", "published", "replaced")


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The three views of scores."""
    said = {"": gettext("Runs"), "exclusions/": gettext("Exclusions"), "appeals/": gettext("Appeals")}
    return [{"label": label, "url": f"{ADDRESS}{part}", "count": None, "current": part == current}
            for part, label in said.items()]  # fmt: skip


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The runs that the reader may open."""
    actor = common.guard(request, READ)
    runs = service.overview(actor)
    names = {row.code: pick(row, "name", common.language()) for row in store.sets(today())}
    waiting = store.appeal_counts([run.pk for run in runs])
    rows = [
        {"id": run.pk, "url": f"{ADDRESS}{run.pk}/", "name": names.get(run.set, run.set), "version": run.version,
         "period": shown.period_words(run), "state": shown.state_chip(run), "cases": run.cases,
         "at": run.published_at or run.created_at, "appeals": waiting.get(run.pk, 0)}
        for run in runs
    ]  # fmt: skip
    new = f"{ADDRESS}new/" if actor.grants_for("score.run") else ""
    return render(request, "loop/scores.html", {"rows": rows, "new_url": new, "tabs": tabs(actor, "")})


def today() -> date:
    return timezone.localtime(common.now()).date()


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new run."""
    actor = common.guard(request, "score.run")
    refused: Refused | None = None
    if request.method == "POST":
        run, refused = common.attempt(lambda: service.ask_run(wish_of(request), actor=actor, now=common.now()))
        if run is not None:
            tasks.score_run.defer(run=run.pk)
            return HttpResponseRedirect(f"{ADDRESS}{run.pk}/")
    fields = form_fields(request)
    errors = common.errors_of(refused, "set")
    common.mark(fields, errors)
    context = {
        "title": gettext("New run"), "fields": fields, "errors": errors, "action": f"{ADDRESS}new/", "back": ADDRESS,
        "submit": gettext("Work it out"), "crumbs": crumbs(gettext("New run")),
        "intro": gettext(
            "The steps of the period are counted as they are. The result is a draft until you publish it."
        ),
    }  # fmt: skip
    return render(request, "loop/score_form.html", context, status=422 if refused else 200)


def crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": gettext("Scores"), "url": ADDRESS}, {"label": last, "url": ""}]


def wish_of(request: HttpRequest) -> service.Wish:
    get = request.POST.get
    days = []
    for name in ("first", "last"):
        try:
            days.append(date.fromisoformat(get(name, "")))
        except ValueError as error:
            raise Refused("field-invalid", status=422, field=name, value=get(name, "")[:20]) from error
    return service.Wish(
        get("set", ""), days[0], days[1], get("cutoff", "").strip() or "24:00", get("moved", "keep"),
        get("group", ""), bool(get("ranks")),
    )  # fmt: skip


def form_fields(request: HttpRequest) -> list[common.Field]:
    """Set, period, cut-off, group; last month when nothing was chosen."""
    get, language = request.POST.get, common.language()
    last = today().replace(day=1) - timedelta(days=1)
    sets = [(row.code, pick(row, "name", language)) for row in store.sets(today())]
    groups = {row.code: pick(row, "name", language) for code, _ in sets for row in store.groups(code, today())}
    moved = dict(zip(MOVES, (gettext("leave it"), gettext("to the working day before"),
                             gettext("to the working day after")), strict=True))  # fmt: skip
    return [
        common.field("set", gettext("Set of indicators"), "select", required=True,
                     options=common.choices(sets, get("set", sets[0][0] if sets else ""))),
        common.field("first", gettext("First day"), "date", get("first") or last.replace(day=1).isoformat(),
                     required=True),
        common.field("last", gettext("Last day"), "date", get("last") or last.isoformat(), required=True),
        common.field("cutoff", gettext("Each day ends at"), value=get("cutoff") or "24:00", required=True, max=5,
                     help=gettext("With 17:00 a day lasts from 17:00 of the day before."), narrow=True),
        common.field("moved", gettext("When a cut-off falls on a day off"), "select", required=True,
                     options=common.choices(list(moved.items()), get("moved", "keep"))),
        common.field("group", gettext("Group of units"), "select", blank=gettext("All groups"),
                     options=common.choices(list(groups.items()), get("group", ""))),
        common.field("ranks", gettext("Show places as well as classes"), "checkbox", get("ranks"),
                     help=gettext("The national opinion of 2025 asks for classes rather than leagues.")),
    ]  # fmt: skip


@require_GET
def page(request: HttpRequest, run_id: int) -> HttpResponse:
    """A run: every unit that the reader may see by name, the others as a distribution."""
    actor = common.guard(request, READ)
    run = get(run_id, actor)
    if run.state in ("working", "failed"):
        return working(request, run)
    return polled(request, run) if request.headers.get("HX-Request") else whole(request, run_id, actor)


def whole(request: HttpRequest, run_id: int, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    """The page of a run that is worked out; what was refused stands at its top, with the run that is in the way."""
    view = service.view(run_id, actor=actor)
    run, definition = view.run, view.definition
    context = {
        "run": run, "title": pick(definition, "name", common.language()) or run.set,
        "crumbs": crumbs(f"{run.first:%Y-%m-%d} – {run.last:%Y-%m-%d}"), "period": shown.period_words(run),
        "state": shown.state_chip(run), "columns": shown.columns(definition),
        "groups": [shown.group_of(run, group, definition) for group in view.groups],
        "params": "; ".join(f"{name} = {value}" for name, value in definition.params.items()),
        "version": definition.version, "void": run.outside.get("void", 0), "imported": run.outside.get("imported", 0),
        "voided_since": view.voided_since, "excluded_since": view.excluded_since, "appeals": view.appeals,
        "whole": view.whole_group, "urls": urls(run_id, actor), "may_run": bool(actor.grants_for("score.run")),
        "may_publish": bool(actor.grants_for("score.publish")),
        "unverified": not all(i.verified for i in definition.indicators), **shown.work_of(run), **shown.check_of(run),
        "refused": sentence(refused) if refused else "", "in_way": in_way(refused),
    }  # fmt: skip
    return render(request, "loop/score_run.html", context, status=refused.status if refused else 200)


def in_way(refused: Refused | None) -> str:
    """The address of the published run because of which a draft cannot be published."""
    if refused is None or refused.code != "score-published-already":
        return ""
    return f"{ADDRESS}{refused.facts['run']}/"


def working(request: HttpRequest, run: ScoreRun) -> HttpResponse:
    """A run that is not worked out yet: how far it is, or why it could not be."""
    if request.headers.get("HX-Request") and run.task:
        return polled(request, run)
    context = {
        "title": pick(Definition.of(run.definition), "name", common.language()) or run.set, "run": run,
        "crumbs": crumbs(shown.period_words(run)), "period": shown.period_words(run), "state": shown.state_chip(run),
        "error": sentence(Refused(run.error["code"], **run.error.get("facts", {}))) if run.error else "",
        **shown.work_of(run),
    }  # fmt: skip
    response = render(request, "loop/score_working.html", context)
    return refreshed(request, response)


def polled(request: HttpRequest, run: ScoreRun) -> HttpResponse:
    """What htmx asks for every two seconds: the progress, or the whole page anew when there is none any more."""
    if run.task:
        return render(request, "loop/parts/score_progress.html", shown.work_of(run))
    return refreshed(request, HttpResponse())


def refreshed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


def urls(run_id: int, actor: Actor) -> dict[str, str]:
    base = f"{ADDRESS}{run_id}/"
    return {"publish": f"{base}publish/", "discard": f"{base}discard/", "revise": f"{base}revise/",
            "what_if": f"{base}what-if/", "xlsx": f"{base}export.xlsx", "csv": f"{base}export.csv",
            "check": f"{base}check/", "stop": f"{base}stop/"}  # fmt: skip


@require_POST
def act(request: HttpRequest, run_id: int, what: str) -> HttpResponse:
    """Publish, throw away, stop; have it proved from the steps or the next version made by the worker."""
    actor = common.guard(request, READ)
    answer, refused = common.attempt(lambda: acted(request, run_id, what, actor))
    if answer is not None:
        return answer
    run = get(run_id, actor)
    if refused is None or refused.status in (403, 404) or run.state not in READY:
        raise refused or Refused("score-run-unknown", status=404, run=run_id)
    return whole(request, run_id, actor, refused)


def acted(request: HttpRequest, run_id: int, what: str, actor: Actor) -> HttpResponse:
    """The act, and where it leads."""
    moment = common.now()
    if what == "publish":
        service.publish_run(run_id, actor=actor, now=moment)
        messages.success(request, gettext("The run is published. Units may appeal from now on."))
        return HttpResponseRedirect(f"{ADDRESS}{run_id}/")
    if what == "discard":
        service.discard_run(run_id, actor=actor, now=moment)
        messages.success(request, gettext("The draft is thrown away."))
        return HttpResponseRedirect(ADDRESS)
    if what == "stop":
        stopped = service.stop(run_id, actor=actor, now=moment)
        messages.success(request, gettext("Stopped."))
        return HttpResponseRedirect(f"{ADDRESS}{run_id}/" if stopped.state in READY else ADDRESS)
    ask = service.ask_check if what == "check" else service.ask_revision
    asked = ask(run_id, actor=actor, now=moment)
    tasks.score_run.defer(run=asked.pk)
    return HttpResponseRedirect(f"{ADDRESS}{asked.pk}/")


@require_http_methods(["GET", "POST"])
def what_if(request: HttpRequest, run_id: int) -> HttpResponse:
    """Other parameters or formulas on the same cases, beside the published scores; nothing is stored."""
    actor = common.guard(request, "score.run")
    view = service.view(run_id, actor=actor)
    definition, get = view.definition, request.POST.get
    results, refused = None, None
    params = get("params", "; ".join(f"{name}={value}" for name, value in definition.params.items()))
    if request.method == "POST":
        formulas = {one.code: get(f"formula-{one.code}", "").strip() for one in definition.indicators}
        results, refused = common.attempt(lambda: service.what_if(view.run, params=params, formulas=formulas))
    fields = [common.field("params", gettext("Parameters"), value=params, max=300,
                           help=shown.params_in_words(definition))]  # fmt: skip
    fields += [
        common.field(f"formula-{one.code}", pick(one, "name", common.language()) or one.code,
                     value=get(f"formula-{one.code}") or one.formula, max=300,
                     help=shown.in_words(definition, one.formula))
        for one in definition.indicators
    ]  # fmt: skip
    errors = common.errors_of(refused, "params")
    common.mark(fields, errors)
    units = [one for group in view.groups for one in (*group.units, *group.nothing)]
    context = {
        "title": gettext("What if"), "fields": fields, "errors": errors, "action": f"{ADDRESS}{run_id}/what-if/",
        "back": f"{ADDRESS}{run_id}/", "submit": gettext("Compare"), "crumbs": crumbs(gettext("What if")),
        "intro": gettext("The same cases by another formula. Nothing is stored, and the published scores stay."),
        "rows": shown.compared(view.run, units, results) if results is not None else [],
        "names": shown.measures_in_words(definition),
    }  # fmt: skip
    return render(request, "loop/score_form.html", context, status=422 if refused else 200)


@require_GET
def export(request: HttpRequest, run_id: int, kind: str) -> HttpResponse:
    """The run as a workbook with its deductions, or as CSV."""
    actor = common.guard(request, READ)
    out = BytesIO()
    if kind == "xlsx":
        service.export_xlsx(run_id, out, language=common.language(), actor=actor, now=common.now())
    else:
        service.export_csv(run_id, out, language=common.language(), actor=actor, now=common.now())
    return sent(out.getvalue(), f"scores-{run_id}.{kind}")
