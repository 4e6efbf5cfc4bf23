"""Cases that are kept against their rule: who said so, why, until when."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.models import RetentionHold
from gezhi.loop.pages import common
from gezhi.loop.retention import service, store
from gezhi.loop.retention.pages import ADDRESS, READ, person_name, tabs
from gezhi.loop.retention.service.holding import REASONS
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.service import open_text

HERE = f"{ADDRESS}holds/"
MOST = 200


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The list, and the form that puts one more on it."""
    actor = common.guard(request, READ)
    may = bool(actor.grants_for("retention.hold"))
    refused: Refused | None = None
    if request.method == "POST":
        common.guard(request, "retention.hold")
        row, refused = common.attempt(lambda: put(request))
        if row is not None:
            messages.success(request, gettext("Kept. No list will touch it until this is lifted."))
            return HttpResponseRedirect(HERE)
    rows = store.open_holds(common.now()).filter(case__in=visible(actor, READ))
    seen = {case.pk for case in visible(actor).filter(pk__in=rows.values("case"))}
    fields = form(request) if may else []
    errors = common.errors_of(refused, "number")
    common.mark(fields, errors)
    context = {
        "rows": [shown(row, readable=row.case_id in seen, may=may) for row in rows[:MOST]],
        "tabs": tabs("holds/"), "fields": fields, "errors": errors, "action": HERE,
    }  # fmt: skip
    return render(request, "loop/retention/holds.html", context, status=422 if refused else 200)


def put(request: HttpRequest) -> RetentionHold:
    get = request.POST.get
    until = None
    if get("until"):
        try:
            until = date.fromisoformat(get("until", ""))
        except ValueError as error:
            raise Refused("hold-date", status=422, field="until", until=get("until", "")[:20]) from error
    actor = common.guard(request, "retention.hold")
    return service.put_hold(
        get("number", ""), get("reason", ""), get("words", "")[:500], until=until, actor=actor, now=common.now()
    )


def shown(row: RetentionHold, *, readable: bool, may: bool) -> dict[str, Any]:
    """One hold; its words only for who may read the case."""
    words = str(open_text(row.case.requester, row.words).get("words", "")) if row.words and readable else ""
    return {
        "id": row.pk, "number": row.case.number, "url": f"/desk/{row.case_id}/" if readable else "", "words": words,
        "reason": common.code_name(content(), REASONS, row.reason), "by": person_name(row.put_by), "at": row.put_at,
        "until": row.until, "lift_url": f"{HERE}{row.pk}/lift/" if may else "",
    }  # fmt: skip


def form(request: HttpRequest) -> list[common.Field]:
    get = request.POST.get
    reasons = [(code, common.named(item)) for code, item in content().codes.get(REASONS, {}).items()]
    return [
        common.field("number", gettext("Number of the case"), value=get("number", ""), required=True, max=40),
        common.field("reason", gettext("Reason"), "select", required=True,
                     options=common.choices(reasons, get("reason", ""))),
        common.field("words", gettext("File number, court or body"), value=get("words", ""), max=500),
        common.field("until", gettext("Until"), "date", get("until", ""), help=gettext("Empty: until it is lifted.")),
    ]  # fmt: skip


@require_POST
def lift(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let it go its way again."""
    actor = common.guard(request, "retention.hold")
    service.lift_hold(key, actor=actor, now=common.now())
    messages.success(request, gettext("Lifted. The next list counts it again."))
    return HttpResponseRedirect(HERE)
