"""To the provider and back: the button, the answer, the tie of an account, signing out there, and the back channel."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.trust.oidc import service
from gezhi.trust.oidc.button import MARK
from gezhi.trust.oidc.service.entering import Pending, same_state
from gezhi.trust.pages import signing
from gezhi.trust.pages.account import signed_in
from gezhi.trust.pages.common import now
from gezhi.trust.service import actor_from_request
from gezhi.trust.store import signin

PENDING = "oidc_pending"
MOST_PENDING = 5  # tabs of one browser


def site(request: HttpRequest) -> str:
    """The address of this site as the provider knows it, without a slash at the end."""
    return settings.GEZHI_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")


def _own(path: str) -> str:
    """A path of this site, else the front page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def _begin(request: HttpRequest, *, to: str, user: int = 0) -> str:
    address, state, pending = service.begin(f"{site(request)}/sign-in/oidc/back/", to=to, connect=user, now=now())
    kept = dict(list(request.session.get(PENDING, {}).items())[-MOST_PENDING + 1 :])
    request.session[PENDING] = {**kept, state: asdict(pending)}
    return address


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To the provider."""
    try:
        return HttpResponseRedirect(_begin(request, to=_own(signing.target(request))))
    except Refused as refused:
        return signing.sign_in_page(request, refused=refused)


@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Back from the provider; each state counts once, in the browser where it was made."""
    kept: dict[str, Any] = request.session.get(PENDING, {})
    state = same_state(request.GET.get("state", "")[:200], kept)
    pending = Pending(**kept.pop(state)) if state else None
    if state:
        request.session[PENDING] = kept
    moment = now()
    try:
        arrival = service.come_back(pending, request.GET.dict(), now=moment)
        if arrival.pending.connect:
            return _tie(request, arrival)
        user = service.arrive(arrival, now=moment)
    except Refused as refused:
        return signing.sign_in_page(request, refused=refused)
    response = signing.enter(request, user, _own(arrival.pending.next))
    request.session[MARK] = True
    request.session.pop(PENDING, None)
    service.keep_grant(arrival, user, request.session.session_key or "", now=moment)
    return response


def _tie(request: HttpRequest, arrival: Any) -> HttpResponse:
    """The account of who is signed in is tied; his other sessions end, for nothing vouches for them."""
    actor, user, moment = actor_from_request(request), signed_in(request), now()
    service.connect(arrival, user, actor=actor, now=moment)
    signing.keep_signed_in(request, user)
    key = request.session.session_key or ""
    signin.end_sessions(user.pk, keep=key)
    request.session[MARK] = True
    service.keep_grant(arrival, user, key, now=moment)
    return HttpResponseRedirect("/account/")


@never_cache
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Tie one's own account: the way on is a link, since a form may lead nowhere but to this site."""
    actor_from_request(request)
    user = signed_in(request)
    return render(request, "trust/oidc_connect.html", {"address": _begin(request, to="/account/", user=user.pk)})


@never_cache
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out at the provider too, where it has a page for that."""
    held = service.office_on()
    there = service.look_up(held.issuer, now()).end_session_endpoint
    if not there:
        return HttpResponseRedirect("/sign-in/")
    asked = {"client_id": held.client_id, "post_logout_redirect_uri": f"{site(request)}/sign-in/"}
    return HttpResponseRedirect(f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}")


@csrf_exempt
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """The back channel: a signed logout token, from the provider's server and not from a browser."""
    try:
        service.log_out(request.POST.get("logout_token", ""), now=now())
    except Refused as refused:
        body = {"error": "invalid_request", "error_description": refused.code}
        response: HttpResponse = JsonResponse(body, status=503 if refused.status == 503 else 400)
    else:
        response = HttpResponse(status=200)
    response["Cache-Control"] = "no-store"
    return response
