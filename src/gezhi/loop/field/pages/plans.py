"""The office's lists of visits: read from a sheet, who goes where and when, closed one by one; months of workers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.downloads import sent
from gezhi.kit.http import sentence
from gezhi.kit.sheets import xlsx_pieces
from gezhi.loop.field import store
from gezhi.loop.field.pages import shown
from gezhi.loop.field.pages.phone import base
from gezhi.loop.field.rules.visits import COLUMNS
from gezhi.loop.field.service import lists, months
from gezhi.loop.models import FieldAct, FieldPlace
from gezhi.loop.pages import common
from gezhi.loop.store import below
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of

HERE = "/desk/field/visits/"
PAGE = 100
FAULTS_SHOWN = 30


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The places of one's units, the form to bring a sheet, and what the last sheet left out."""
    actor = common.guard(request, store.PLAN)
    refused, brought = None, None
    if request.method == "POST":
        brought, refused = common.attempt(lambda: _bring(request, actor))
        if brought is not None:
            said = gettext("%(new)s new, %(changed)s changed, %(same)s as they were.")
            messages.success(request, said % {"new": brought.new, "changed": brought.changed, "same": brought.same})
            if not brought.faults:
                return HttpResponseRedirect(HERE)
    return show(request, actor, refused, brought.faults if brought else ())


def _bring(request: HttpRequest, actor: Actor) -> lists.Brought:
    files = common.incoming(request, "file")
    if not files:
        raise Refused("field-missing", status=422, field="file", move="field_ask")
    unit = common.unit_key(request.POST.get("unit", ""), "unit")
    if unit is None:
        raise Refused("unit-unknown", status=422, field="unit", unit="")
    return lists.bring(files[0].file, unit, actor=actor, now=common.now())


def show(request: HttpRequest, actor: Actor, refused: Refused | None, faults: Any = ()) -> HttpResponse:
    """The page."""
    now = common.now()
    rows = store.planned(actor).filter(active=True).order_by("due_on", "unit__path", "position", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    units = [(row.pk, common.named(row)) for row in units_of(actor)]
    fields = [
        common.field("unit", gettext("Unit"), "unit", required=True,
                     options=common.choices(units, request.POST.get("unit", ""))),
        common.field("file", gettext("Sheet"), "file", required=True, help=gettext("Columns: %(names)s") % {
            "names": gettext(", ").join(names[0] for names in COLUMNS.values())}),
    ]  # fmt: skip
    errors = common.errors_of(refused, "file")
    common.mark(fields, errors)
    context = {
        "rows": [line(row, now) for row in page.object_list], "page": page, "fields": fields, "errors": errors,
        "key": common.fresh_key(), "now": now, "action": HERE, "workers": workers_of(actor, now),
        "faults": [{"row": row, "why": sentence(Refused(code, value=value))} for row, code, value in
                   faults[:FAULTS_SHOWN]], "left_out": len(faults),
    }  # fmt: skip
    return render(request, "loop/field/plans.html", context, status=refused.status if refused else 200)


def units_of(actor: Actor) -> list[Any]:
    """The units for which somebody plans."""
    grants = actor.grants_for(store.PLAN)
    return [unit for unit in below.units_in_order()
            if any(not g.unit_path or unit.path == g.unit_path or unit.path.startswith(f"{g.unit_path}.")
                   for g in grants)]  # fmt: skip


def workers_of(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The workers whose months one may read."""
    paths = [grant.unit_path for grant in actor.grants_for(store.PLAN) if grant.unit_path]
    return [{"name": row.display_name, "unit": common.named(row.unit), "url": f"/desk/field/month/{row.pk}/"}
            for row in store.workers(paths, now)]  # fmt: skip


def line(row: FieldPlace, now: datetime) -> dict[str, Any]:
    """One place; the name masked, since who plans need not know it."""
    today = timezone.localdate(now)
    return {
        "id": row.pk, "name": row.requester.masked_name, "address": identity_of(row.requester).get("address", ""),
        "kind": row.kind, "unit": common.named(row.unit), "who": row.user.display_name if row.user else "",
        "every": row.every, "due": row.due_on, "late": row.due_on < today, "last_at": row.last_at,
        "last": pgettext("visit", row.last_result) if row.last_result else "",
        "light": shown.LIGHTS.get(row.last_result, "wait"),
    }  # fmt: skip


@require_POST
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """A place is visited no more."""
    actor = common.guard(request, store.PLAN)
    lists.close(key, actor=actor, now=common.now())
    messages.success(request, gettext("This place is visited no more."))
    return HttpResponseRedirect(HERE)


# ---- months


@require_GET
def own_month(request: HttpRequest) -> HttpResponse:
    """One's own month on the phone."""
    actor = common.guard(request, store.DO)
    return _month(request, int(actor.id), actor, base(request, "month", here="/field/month/", own=True))


@require_GET
def month(request: HttpRequest, user: int) -> HttpResponse:
    """The month of a worker, for who plans."""
    actor = common.guard(request, store.PLAN)
    return _month(request, user, actor, {"now": common.now(), "here": f"/desk/field/month/{user}/", "own": False})


def _month(request: HttpRequest, user: int, actor: Actor, more: dict[str, Any]) -> HttpResponse:
    now = common.now()
    first = months.month_of(request.GET.get("month", ""), timezone.localdate(now))
    made = months.month(user, first, actor=actor, now=now)
    if request.GET.get("as") == "xlsx":
        name = f"{gettext('Field work')} {made.user.display_name} {first:%Y-%m}.xlsx"
        return sent(b"".join(xlsx_pieces(*tables(made))), name)
    context = {
        **more, "who": made.user.display_name, "month": f"{first:%Y-%m}", "counts": counts(made),
        "rows": [row(act) for act in made.acts], "file": f"{more['here']}?month={first:%Y-%m}&as=xlsx",
    }  # fmt: skip
    return render(request, "loop/field/month.html", context)


def counts(made: months.Month) -> list[tuple[str, int]]:
    """The figures of a month with their words."""
    kinds = [(pgettext("field-count", name), made.counts[name]) for name in months.COUNTED]
    return [*kinds, (gettext("Different places visited"), made.places),
            (gettext("Without a position"), made.unplaced), (gettext("Answered after the due"), made.late)]  # fmt: skip


def row(act: FieldAct) -> dict[str, Any]:
    """One act of a month; a household by its address."""
    place = identity_of(act.place.requester).get("address", "") if act.place is not None else ""
    context = "visit" if act.kind == "visit" else "found"
    result = pgettext("found", "found") if act.kind == "patrol" else pgettext(context, act.result)
    position = pgettext("place-by", act.source) if act.source else pgettext("no-place", act.no_place)
    return {
        "at": act.made_at, "kind": pgettext("field-kind", act.kind), "result": result, "place": place,
        "number": act.case.number if act.case is not None else "", "position": position, "accuracy": act.accuracy,
        "metres": act.metres, "arrived": act.arrived_at,
    }  # fmt: skip


def tables(made: months.Month) -> list[Any]:
    """The month as two sheets: counts, and every act."""
    who = (made.user.display_name, f"{made.first:%Y-%m}")
    head = [gettext("Worker"), gettext("Month"), *(words for words, _ in counts(made))]
    acts = [row(act) for act in made.acts]
    names = [gettext("When"), gettext("Kind"), gettext("Result"), gettext("Address"), gettext("Number"),
             gettext("Position"), gettext("Accuracy in metres"), gettext("Metres from the place"),
             gettext("Arrived")]  # fmt: skip
    cells = [
        [f"{timezone.localtime(one['at']):%Y-%m-%d %H:%M}", one["kind"], one["result"], one["place"], one["number"],
         one["position"], one["accuracy"], one["metres"], f"{timezone.localtime(one['arrived']):%Y-%m-%d %H:%M}"]
        for one in acts
    ]  # fmt: skip
    return [(gettext("Counts"), head, [[*who, *(count for _, count in counts(made))]]),
            (gettext("Acts"), names, cells)]  # fmt: skip
