"""Finding one's requests by a code sent to the telephone: number, code, list; no cookie, no account."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.kernel.errors import Refused
from gezhi.loop.pages import common
from gezhi.loop.pages.citizen import base, where_from
from gezhi.loop.partners.kinds.upstream.pages import elsewhere
from gezhi.loop.person.store import cases_of
from gezhi.loop.reach.service import codes
from gezhi.loop.service.receiving import case_token
from gezhi.trust.service import find_by_phone

HERE = "/follow/phone/"
MOST = 50


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form of the number; posted, the form of the code; that posted too, the requests of the number."""
    if not codes.offered():
        raise Refused("code-off", status=404)
    if request.method == "GET":
        return _ask(request)
    where, token = where_from(request), request.POST.get("token", "")
    if not token:
        sent, refused = common.attempt(lambda: codes.send(request.POST.get("phone", ""), where, now=common.now()))
        return _ask(request, refused) if sent is None else _code(request, sent)
    code = request.POST.get("code", "")
    phone, refused = common.attempt(lambda: codes.check(token, code, where, now=common.now()))
    return _code(request, token, refused) if phone is None else _list(request, phone)


def _ask(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    field = common.field(
        "phone", gettext("Your mobile number"), "tel", request.POST.get("phone", ""), required=True, max=30,
        autocomplete="tel", help=gettext("The one that you gave when you reported. We send a code to it."),
    )  # fmt: skip
    return _show(request, "phone", field, refused)


def _code(request: HttpRequest, token: str, refused: Refused | None = None) -> HttpResponse:
    field = common.field(
        "code", gettext("Code from the message"), value="", required=True, max=12, autocomplete="one-time-code",
        inputmode="numeric",
        help=gettext("Six digits, valid for ten minutes. Nothing has come? Go back and ask for another."),
    )  # fmt: skip
    return _show(request, "code", field, refused, token=token)


def _list(request: HttpRequest, phone: str) -> HttpResponse:
    """The newest requests of a number that was proven; a confidential one opens by its own link alone."""
    rows = [row for row in cases_of(find_by_phone(phone)) if row.requester.wrapped_key is not None][:MOST]
    shown: list[dict[str, Any]] = [
        {"number": row.number, "url": f"/f/{case_token(row.pk)}/", "at": row.received_at,
         "words": pgettext("citizen-state", elsewhere(row) or row.state)} for row in rows
    ]  # fmt: skip
    return render(request, "loop/reach/phone_cases.html", {**base(), "rows": shown})


def _show(
    request: HttpRequest, step: str, field: common.Field, refused: Refused | None, token: str = ""
) -> HttpResponse:
    errors = common.errors_of(refused, step)
    common.mark([field], errors)
    context = {**base(), "step": step, "field": field, "token": token, "errors": errors, "action": HERE}
    return render(request, "loop/reach/phone.html", context, status=refused.status if refused is not None else 200)
