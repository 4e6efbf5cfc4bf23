"""Pages of notices: the list, the count in the bar, what a person wants to hear of."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Notice
from gezhi.loop.notices import service, store
from gezhi.loop.notices.rules import BOUNCED, KINDS
from gezhi.loop.pages import common
from gezhi.loop.pages.rows import row_of
from gezhi.loop.store.content import content
from gezhi.loop.store.lines import lines
from gezhi.trust.rules import Actor

PAGE = 50
LIGHT = {
    "late": "late",
    "soon": "due",
    "supervised": "late",
    "returned": "due",
    "redo": "due",
    "appeal": "late",
    "called": "late",
}


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """The unread count for the bar: one statement beside those that every request makes."""
    actor = common.guard(request, "case.read")
    n = store.unread(int(actor.id))
    response = render(request, "loop/notices/count.html", {"n": f"{store.SHOWN}+" if n > store.SHOWN else n})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Notices, the newest first; the unread alone where asked."""
    actor = common.guard(request, "case.read")
    moment, user = common.now(), int(actor.id)
    only = request.GET.get("only", "")
    number = common.number(request.GET.get("page", "1"), most=200)
    rows = store.of(user)
    rows = rows.filter(read_at=None) if only == "unread" else rows
    part = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    shown, more = part[:PAGE], len(part) > PAGE
    kinds = store.by_kind(user)
    context = {
        "rows": _rows(shown, actor), "now": moment, "unread": sum(kinds.values()),
        "wishes_url": "/desk/notices/wishes/",
        "tabs": [
            {"label": gettext("All notices"), "url": "/desk/notices/", "count": None, "current": only != "unread"},
            {"label": gettext("Unread"), "url": "/desk/notices/?only=unread", "count": sum(kinds.values()),
             "current": only == "unread"},
        ],
        "page": {"number": number, "pages": number + more, "previous": number - 1, "next": number + 1},
        "days": settings.GEZHI_NOTICE_DAYS,
    }  # fmt: skip
    return render(request, "loop/notices/list.html", context)


def _rows(shown: list[Notice], actor: Actor) -> list[dict[str, Any]]:
    """Each notice with its case as the person may see it now; what may no longer be read is not named."""
    kept, moment = content(), common.now()
    told = {line.pk: line for line in lines(store.told_cases(actor, {row.case_id for row in shown}))}
    names = {"area": common.area_names(line.area for line in told.values()), "unit": {}}
    found = []
    for row in shown:
        line = told.get(row.case_id) if row.case_id else None
        case = row_of(line, kept, names, moment) if line is not None else None
        found.append({
            "id": row.pk, "at": row.at, "kind": pgettext("notice", row.kind), "light": LIGHT.get(row.kind, "ok"),
            "unread": row.read_at is None, "bounced": row.kind == BOUNCED, "case": case,
            "stage": pgettext("stage", row.stage) if row.stage else "",
        })  # fmt: skip
    return found


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """One notice, or all of them, are read."""
    actor = common.guard(request, "case.read")
    key = request.POST.get("notice", "")
    one = int(key) if key.isdecimal() and len(key) < 18 else None
    n = store.read(int(actor.id), common.now(), key=one) if one or request.POST.get("all") else 0
    messages.success(request, ngettext("%(n)s notice is read.", "%(n)s notices are read.", n) % {"n": n})
    return HttpResponseRedirect("/desk/notices/")


@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """What to hear of, and by mail or not."""
    actor = common.guard(request, "case.read")
    refused = None
    if request.method == "POST":
        told = request.POST
        wanted = set(told.getlist("kinds"))
        row, refused = common.attempt(
            lambda: service.keep_wish(
                [kind for kind in KINDS if kind not in wanted], told.get("digest", ""), told.get("address", ""),
                actor=actor, now=common.now(),
            )
        )  # fmt: skip
        if row is not None:
            messages.success(request, gettext("Your wishes are kept."))
            return HttpResponseRedirect("/desk/notices/wishes/")
    kept = store.wish(int(actor.id))
    errors = common.errors_of(refused)
    digest = request.POST.get("digest", kept.digest)
    words = [(name, pgettext("digest", name)) for name in service.DIGESTS]
    fields = [
        common.field("digest", gettext("Letters by e-mail"), "radio", options=common.choices(words, digest)),
        common.field("address", gettext("E-mail address"), "email", request.POST.get("address", kept.address),
                     autocomplete="email", help=gettext("Your address at work. Letters hold numbers, titles and links, "
                                                        "no names and no phones.")),
    ]  # fmt: skip
    common.mark(fields, errors)
    context = {
        "kinds": [{"code": k, "label": pgettext("notice", k), "on": k not in kept.unwanted} for k in KINDS],
        "fields": fields, "errors": errors, "bounced": kept.bounced_at, "code": kept.bounce, "address": kept.address,
        "hour": settings.GEZHI_DIGEST_HOUR, "now": common.now(),
    }  # fmt: skip
    return render(request, "loop/notices/wishes.html", context, status=refused.status if refused else 200)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The mailbox works again."""
    actor = common.guard(request, "case.read")
    try:
        service.confirm_mailbox(actor=actor, now=common.now())
        messages.success(request, gettext("Letters go to your mailbox again."))
    except Refused as refused:
        if refused.code != "mailbox-works":
            raise
    return HttpResponseRedirect("/desk/notices/wishes/")
