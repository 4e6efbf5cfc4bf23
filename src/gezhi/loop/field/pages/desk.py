"""The desk's side: asking for a look at the place of a case, what was asked and found, taking it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.pages import told
from gezhi.loop.field.rules.answers import CHECKS
from gezhi.loop.field.service import asking
from gezhi.loop.models import Case, FieldAct, FieldTask
from gezhi.loop.pages import common
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.service.reading import CaseView
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor

HERE = "/desk/field/"
TABS = ("open", "late", "done", "cancelled")
MOST = 200
USUAL = timedelta(days=2)  # until when a look is asked for, unless the desk says otherwise
AFTER = ("replied", "verifying", "closed")  # states in which one asks whether it is mended


def offered(shown: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """The entry under More of a case page, for who may ask somebody to look."""
    if not asking.may_ask(actor, shown.case):
        return []
    return [{
        "label": pgettext("move", "field_ask"), "url": f"{HERE}ask/{shown.case.pk}/", "grave": False,
        "says": gettext("A grid worker looks at the place and answers with photo, time and position."),
    }]  # fmt: skip


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What to look at, where, by when, and who goes."""
    actor = common.guard(request, store.ASK)
    case = get_visible(actor, case_id)
    refused: Refused | None = None
    if request.method == "POST":
        key = common.form_key(request)
        made, refused = common.attempt(
            lambda: asking.ask(case_id, wish_of(request.POST), actor=actor, now=common.now(), key=key)
        )
        if made is not None:
            messages.success(request, gettext("Asked. The finding comes as a step of this case."))
            return common.done(HttpResponseRedirect(f"/desk/{case_id}/"), key)
    fields = ask_fields(case, request.POST if request.method == "POST" else None, common.now())
    errors = common.errors_of(refused, "ask")
    common.mark(fields, errors)
    title = gettext("Ask for a look at the place of %(number)s") % {"number": case.number}
    intro = gettext("The worker reads these words and the place, and never who asked. Numbers and the name of the "
                    "person are taken out.")  # fmt: skip
    context = {
        "title": title, "intro": intro, "fields": fields, "errors": errors, "action": f"{HERE}ask/{case_id}/",
        "key": common.next_key(request, refused), "submit": gettext("Ask for it"), "back": f"/desk/{case_id}/",
        "crumbs": [{"label": case.number, "url": f"/desk/{case_id}/"}, {"label": title}],
    }  # fmt: skip
    return render(request, "loop/catalogue_edit.html", context, status=refused.status if refused else 200)


def ask_fields(case: Case, typed: Mapping[str, Any] | None, now: datetime) -> list[common.Field]:
    """The form, empty or as it was typed."""
    start = {
        "check": "after" if case.state in AFTER else "before", "place": asking.start_of(case),
        "due": f"{timezone.localtime(now + USUAL):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    said: Mapping[str, Any] = typed if typed is not None else start
    checks = [(code, pgettext("look-says", code)) for code in CHECKS]
    who = [(f"u{row.pk}", f"{row.display_name} · {common.named(row.unit)}") for row in field_people(now)]
    units = [(f"t{row.pk}", gettext("anybody of %(unit)s") % {"unit": common.named(row)}) for row in field_units(now)]
    return [
        common.field("check", gettext("What is the look for?"), "radio", required=True, column=True,
                     options=common.choices(checks, said.get("check", ""))),
        common.field("ask", gettext("What is to be looked at?"), "textarea", said.get("ask", ""), required=True, rows=3,
                     max=TEXT_LIMIT),
        common.field("place", gettext("Where?"), value=said.get("place", ""), required=True, max=asking.PLACE_MOST),
        common.field("who", gettext("Who goes?"), "picker", required=True, id="user",
                     options=common.choices([*who, *units], said.get("who", ""))),
        common.field("due", gettext("By when?"), "datetime", said.get("due", ""), required=True),
        common.field("shown", gettext("The requester may read the finding"), "checkbox", said.get("shown") == "1"),
    ]  # fmt: skip


def field_people(now: datetime) -> list[Any]:
    """Everybody who works in the field."""
    root = below.units().filter(parent__isnull=True).values_list("path", flat=True)
    return store.workers(list(root), now)


def field_units(now: datetime) -> list[Any]:
    """The units with somebody who works in the field."""
    keys = dict.fromkeys(row.unit_id for row in field_people(now) if row.unit_id)
    return list(below.units().filter(pk__in=list(keys), active=True).order_by("path"))


def wish_of(posted: Mapping[str, str]) -> asking.Wish:
    """What the form asks for."""
    who = posted.get("who", "")
    key = common.unit_key(who[1:], "user") if who[:1] in ("u", "t") else None
    return asking.Wish(
        check=posted.get("check", ""), words=posted.get("ask", ""), place=posted.get("place", ""),
        due=due_of(posted.get("due", "")), user=key if who[:1] == "u" else None,
        unit=key if who[:1] == "t" else None, shown=posted.get("shown") == "1",
    )  # fmt: skip


def due_of(text: str) -> datetime | None:
    """A moment of the form, in the office's time zone."""
    if not text.strip():
        return None
    try:
        return timezone.make_aware(datetime.fromisoformat(text.strip()))
    except ValueError as error:
        raise Refused("field-invalid", status=422, field="due", value=text[:40]) from error


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What was asked of the field, and what was found."""
    actor, now = common.guard(request, store.ASK), common.now()
    tab = request.GET.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    rows = store.asked(actor)
    found = list(_of_tab(rows, tab, now)[:MOST])
    acts = store.of_tasks(row.pk for row in found)
    kept = content()
    context = {
        "rows": [line(row, acts.get(row.pk), kept, now) for row in found], "now": now, "tab": tab,
        "tabs": [{"label": pgettext("field-tab", name), "url": f"{HERE}?tab={name}", "current": name == tab,
                  "count": _of_tab(rows, name, now).count()} for name in TABS],
        "cut": len(found) >= MOST, "most": MOST, "may_plan": bool(actor.grants_for(store.PLAN)),
    }  # fmt: skip
    return render(request, "loop/field/asked.html", context)


def _of_tab(rows: Any, tab: str, now: datetime) -> Any:
    match tab:
        case "open":
            return rows.filter(state="open").order_by("due_at", "pk")
        case "late":
            return rows.filter(state="open", due_at__lte=now).order_by("due_at", "pk")
        case _:
            return rows.filter(state=tab).order_by("-ended_at", "pk")


def line(row: FieldTask, act: FieldAct | None, kept: Any, now: datetime) -> dict[str, Any]:
    """One task for the desk, with what was found."""
    light = {"done": "done", "cancelled": "wait"}.get(row.state, "late" if row.due_at <= now else "due")
    facts = {} if act is None else {
        "found": act.result, "clash": act.clash, "made": act.made_at.isoformat(), "metres": act.metres,
        "accuracy": act.accuracy, "place_by": act.source, "no_place": act.no_place,
    }  # fmt: skip
    return {
        "id": row.pk, "number": row.case.number, "url": f"/desk/{row.case_id}/", "light": light,
        "state": pgettext("field-task", row.state), "check": pgettext("look", row.phase),
        "matter": common.matter_name(kept, row.case.matter, 1), "ask": asking.told(row)["ask"], "due": row.due_at,
        "who": row.user.display_name if row.user else common.named(row.unit), "by": row.asked_by.display_name,
        "found": " · ".join(told.of_step(facts, now)), "open": row.state == "open",
    }  # fmt: skip


@require_POST
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a task back."""
    actor = common.guard(request, store.ASK)
    asking.cancel(key, actor=actor, now=common.now())
    messages.success(request, gettext("Taken back. What still comes from the phone is kept with the case."))
    return HttpResponseRedirect(HERE)
