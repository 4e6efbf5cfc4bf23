"""Sign in by password or one-time link, or go on to the office's provider; sign out."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import User
from gezhi.trust.oidc import button as oidc
from gezhi.trust.pages.common import attempt, errors_of, field, now
from gezhi.trust.store import signin

BACKEND = "gezhi.trust.backend.PeopleBackend"


def target(request: HttpRequest, default: str = "/") -> str:
    """Where the person wanted to go, within this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or default
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if here else default


def address(request: HttpRequest) -> str:
    """From where the request came."""
    return str(request.META.get("REMOTE_ADDR", ""))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password."""
    username, refused = "", None
    if request.method == "POST":
        username = request.POST.get("username", "")[:64]
        password = request.POST.get("password", "")[:1000]
        user, refused = attempt(lambda: service.sign_in(username, password, address=address(request), now=now()))
        if user is not None:
            return enter(request, user, target(request))
    return sign_in_page(request, username=username, refused=refused, about="username")


def sign_in_page(
    request: HttpRequest, *, username: str = "", refused: Refused | None = None, about: str = ""
) -> HttpResponse:
    """The page with both ways in; `about` is the field that a refusal is about."""
    fields = [
        field("username", gettext("User name"), value=username, required=True, autocomplete="username", max=64),
        field("password", gettext("Password"), "password", required=True, autocomplete="current-password"),
    ]
    to = target(request)
    context = {
        "fields": fields,
        "errors": errors_of(refused, about),
        "next": to,
        "provider": oidc.button(get_language() or ""),
        "provider_url": f"/sign-in/oidc/?{urlencode({'next': to})}",
        "left": request.GET.get("left") == "1",
    }
    return render(request, "trust/sign_in.html", context, status=refused.status if refused else 200)


def enter(request: HttpRequest, user: User, to: str) -> HttpResponse:
    """Open the session and go on, first to the password page when a password is due."""
    auth.login(request, user, backend=BACKEND)
    if not request.session.session_key:
        request.session.save()
    agent = request.headers.get("User-Agent", "")
    signin.note_session(user.pk, request.session.session_key or "", now(), address(request), agent)
    response = HttpResponseRedirect("/account/password/" if user.must_change_password else to)
    if user.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        keep_language(response, user.language)
    return response


def keep_signed_in(request: HttpRequest, user: User) -> None:
    """The session goes on, under another key, though the password has changed."""
    before = request.session.session_key or ""
    auth.update_session_auth_hash(request, user)
    signin.move_session(before, request.session.session_key or "")


def keep_language(response: HttpResponse, language: str) -> None:
    """Set the language cookie."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-time link: looking at it shows whose it is; only the button uses it up, so that previews do not."""
    if request.method == "POST":
        user = service.use_link(secret, address=address(request), now=now())
        return enter(request, user, "/account/password/")
    user = service.link_user(secret, now())
    return render(request, "trust/link.html", {"who": user})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    key, there = request.session.session_key, bool(request.session.get(oidc.MARK))
    auth.logout(request)
    if key:
        signin.forget_session(key)
    return HttpResponseRedirect("/sign-in/?left=1" if there else "/sign-in/")
