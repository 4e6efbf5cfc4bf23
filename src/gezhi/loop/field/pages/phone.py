"""The phone's pages: what is to be done, one task, a patrol finding, visits; all of them work without scripts."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.loop.field import saying, store
from gezhi.loop.field.pages import shown
from gezhi.loop.field.service import visiting
from gezhi.loop.field.service.steps import Done
from gezhi.loop.pages import common
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor

AHEAD = timedelta(days=7)  # visits of the next days are shown too
FIRST = 10  # visits on the first page


def worker(request: HttpRequest) -> Actor:
    """Who works in the field; others are refused with the rule."""
    return common.guard(request, store.DO)


def base(request: HttpRequest, tab: str, **more: Any) -> dict[str, Any]:
    """What every page of the phone carries."""
    return {"tabs": tabs(tab), "now": common.now(), "limit_mb": settings.GEZHI_UPLOAD_BYTES // 2**20, **more}


def tabs(current: str) -> list[dict[str, Any]]:
    """The few places on the phone."""
    rows = (
        ("tasks", "/field/", gettext("To do")), ("visits", "/field/visits/", gettext("Visits")),
        ("patrol", "/field/patrol/", gettext("Report")), ("month", "/field/month/", gettext("My month")),
    )  # fmt: skip
    return [{"label": label, "url": url, "current": name == current, "count": None} for name, url, label in rows]


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done: looks at places first, then the visits that are due."""
    actor, now, kept = worker(request), common.now(), content()
    today = timezone.localdate(now)
    due = visiting.due_by(actor, today)
    context = base(
        request, "tasks", tasks=[shown.task(row, kept, now) for row in store.open_tasks(actor)],
        places=[shown.place(row, today, named=True) for row in due[:FIRST]], more=max(0, len(due) - FIRST),
        found=[shown.found(row) for row in store.findings(int(actor.id))],
    )  # fmt: skip
    return render(request, "loop/field/home.html", context)


@never_cache
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """Everybody to be visited by the end of the next days, overdue first."""
    actor, now = worker(request), common.now()
    today = timezone.localdate(now)
    rows = [shown.place(row, today, named=True) for row in visiting.due_by(actor, today + AHEAD)]
    context = base(request, "visits", places=rows, late=sum(1 for row in rows if row["late"]))
    return render(request, "loop/field/visits.html", context)


def _task(actor: Actor, key: UUID) -> Any:
    row = store.my_tasks(actor).filter(pk=key).first()
    if row is None:
        raise Refused("field-task-not-found", status=404)
    return row


@never_cache
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, key: UUID) -> HttpResponse:
    """One task with its form."""
    actor = worker(request)
    row = _task(actor, key)
    refused = None
    if request.method == "POST":
        done, refused = _sent(request, "check", str(key), actor)
        if done is not None:
            return _arrived(request, done)
    said, kept, now = request.POST, content(), common.now()
    told = shown.task(row, kept, now)
    fields = {
        "result": shown.result_field(row.phase, said.get("result", "")),
        "files": shown.photo_field(settings.GEZHI_UPLOAD_BYTES // 2**20),
        "note": shown.note_field(said.get("note", ""), help_=gettext("Needed where you could not look.")),
        "no_place": shown.why_field(said.get("no_place", "")),
    }
    return _form(request, "task", "tasks", fields, refused=refused, default="result", task=told,
                 seen=said.get("seen") or told["seen"])  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def patrol(request: HttpRequest) -> HttpResponse:
    """Something found on the way becomes a case."""
    actor = worker(request)
    refused = None
    if request.method == "POST":
        done, refused = _sent(request, "patrol", "", actor)
        if done is not None:
            return _arrived(request, done)
    return _form(request, "patrol", "patrol", patrol_fields(request.POST), refused=refused, default="note")


def patrol_fields(said: Mapping[str, Any]) -> dict[str, common.Field]:
    """The fields of a finding."""
    return {
        "files": shown.photo_field(settings.GEZHI_UPLOAD_BYTES // 2**20),
        "note": shown.note_field(said.get("note", ""), required=True, label=gettext("What did you find?")),
        "place": common.field("place", gettext("Where?"), value=said.get("place", ""), required=True, max=500,
                              help=gettext("Road and house number, or what stands nearby.")),
        **shown.problem_fields(content(), said),
        "no_place": shown.why_field(said.get("no_place", "")),
    }  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, key: UUID) -> HttpResponse:
    """One household or place: three buttons, and for a problem what a case needs."""
    actor = worker(request)
    row = store.my_places(actor).filter(pk=key).first()
    if row is None:
        raise Refused("field-place-not-found", status=404)
    refused = None
    if request.method == "POST":
        done, refused = _sent(request, "visit", str(key), actor)
        if done is not None:
            return _arrived(request, done)
    told = shown.place(row, timezone.localdate(common.now()), named=True)
    fields = visit_fields(request.POST)
    return _form(request, "place", "visits", fields, refused=refused, default="note", place=told)


def visit_fields(said: Mapping[str, Any]) -> dict[str, common.Field]:
    """The fields of a visit that found a problem."""
    return {
        "note": shown.note_field(said.get("note", ""), label=gettext("What is the problem?")),
        "files": shown.photo_field(settings.GEZHI_UPLOAD_BYTES // 2**20),
        **shown.problem_fields(content(), said),
        "no_place": shown.why_field(said.get("no_place", "")),
    }


def _form(
    request: HttpRequest, name: str, tab: str, fields: dict[str, common.Field], *, refused: Refused | None,
    default: str, **more: Any,
) -> HttpResponse:  # fmt: skip
    errors = common.errors_of(refused, default)
    common.mark(fields.values(), errors)
    key = request.POST.get("key") if refused is not None and refused.code != "key-reused" else ""
    context = base(
        request, tab, f=fields, errors=errors, key=key or str(uuid7()), photos_again=bool(request.FILES),
        action=request.path, **more,
    )  # fmt: skip
    return render(request, f"loop/field/{name}.html", context, status=refused.status if refused else 200)


def _sent(request: HttpRequest, kind: str, of: str, actor: Actor) -> tuple[Done | None, Refused | None]:
    files, key = common.incoming(request), request.POST.get("key", "")
    act: Callable[[], Done] = lambda: saying.perform(  # noqa: E731 - an act that may be refused
        kind, of, request.POST.dict(), files, actor=actor, now=common.now(), key=key
    )
    return common.attempt(act)


def _arrived(request: HttpRequest, done: Done) -> HttpResponse:
    messages.success(request, arrived(done))
    if done.clash:
        messages.warning(request, pgettext("clash-told", done.clash))
    return common.done(HttpResponseRedirect("/field/visits/" if done.kind == "visit" else "/field/"), done.key)


def arrived(done: Done) -> str:
    """What the worker is told when an act has arrived."""
    if done.kind == "patrol":
        return gettext("Reported as %(number)s.") % {"number": done.number}
    if done.kind == "visit":
        said = gettext("Visit kept: %(result)s. Due again on %(day)s.")
        told = said % {"result": pgettext("visit", done.result), "day": done.due}
        return f"{told} {gettext('Reported as %(number)s.') % {'number': done.number}}" if done.number else told
    said = gettext("Finding kept with %(number)s: %(result)s.")
    return said % {"number": done.number, "result": pgettext("found", done.result)}


@require_POST
def phone(request: HttpRequest, key: UUID) -> HttpResponse:
    """The number of a household, looked up for this visit; the look is written down."""
    actor = common.guard(request, "field.phone")
    number = visiting.phone_of(key, actor=actor, now=common.now())
    context = base(request, "visits", number=number, back=f"/field/visits/{key}/")
    return render(request, "loop/field/phone.html", context)
