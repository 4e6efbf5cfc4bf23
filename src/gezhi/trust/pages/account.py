"""My account: posts, password, language, open sessions, tokens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import User
from gezhi.trust.oidc import button as oidc
from gezhi.trust.oidc import store as identities
from gezhi.trust.pages.common import attempt, choices, field, form, now
from gezhi.trust.pages.signing import keep_language, keep_signed_in, target
from gezhi.trust.store import people, signin


def signed_in(request: HttpRequest) -> User:
    """The user of the session, even while his password is due."""
    user = request.user
    if not isinstance(user, User):
        raise Refused("sign-in-needed", status=401)
    return user


@never_cache
@require_http_methods(["GET"])
def account(request: HttpRequest) -> HttpResponse:
    """Everything about oneself."""
    return _account(request)


def _account(request: HttpRequest, **more: Any) -> HttpResponse:
    service.actor_from_request(request)
    user = signed_in(request)
    context = {
        "user_": user,
        "unit": user.unit,
        "posts": people.holdings_of(user.pk, now()),
        "sessions": signin.sessions(user.pk),
        "this_session": request.session.session_key,
        "tokens": signin.tokens(user.pk),
        "language_field": field(
            "language",
            gettext("Language"),
            "select",
            options=choices(list(settings.LANGUAGES), user.language),
            blank=gettext("As the office has it"),
        ),
        "provider": oidc.button(get_language() or ""),
        "tied": identities.identity_of(user.pk) is not None,
        **more,
    }
    return render(request, "trust/account.html", context)


@never_cache
@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set a new password; the first one after a one-time link needs no old one."""
    user = signed_in(request)
    has_old = user.has_usable_password()
    refused = None
    if request.method == "POST":
        _, refused = attempt(lambda: _change(request, user, has_old=has_old))
        if refused is None:
            messages.success(request, gettext("Your password is changed."))
            return HttpResponseRedirect(target(request, "/account/"))
    old_field = field("old", gettext("Present password"), "password", required=True, autocomplete="current-password")
    rules = gettext("At least 10 characters, not a common one, and without your name. Three or four words are easy.")
    fields = [
        *([old_field] if has_old else []),
        field("password", gettext("New password"), "password", required=True, help=rules, autocomplete="new-password"),
        field("again", gettext("New password once more"), "password", required=True, autocomplete="new-password"),
        field("next", "", "hidden", target(request, "/account/")),
    ]
    intro = gettext("Before you go on, set a password that only you know.") if user.must_change_password else ""
    return form(request, title=gettext("Change the password"), fields=fields, refused=refused, intro=intro)


def _change(request: HttpRequest, user: User, *, has_old: bool) -> None:
    fresh = request.POST.get("password", "")
    if fresh != request.POST.get("again", ""):
        raise Refused("password-unlike", status=422)
    old = request.POST.get("old", "") if has_old else None
    service.change_password(user, fresh, old=old, actor=service.actor_for(user), now=now())
    keep_signed_in(request, user)
    signin.end_sessions(user.pk, keep=request.session.session_key or "")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep one's language with the user and in the cookie."""
    actor, user = service.actor_from_request(request), signed_in(request)
    chosen = request.POST.get("language", "")
    service.prefer_language(user, chosen, actor=actor, now=now())
    response = HttpResponseRedirect("/account/")
    keep_language(response, chosen or settings.LANGUAGE_CODE)
    return response


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    actor, user = service.actor_from_request(request), signed_in(request)
    service.end_sessions(user.username, keep=request.session.session_key or "", actor=actor, now=now())
    messages.success(request, gettext("All other sessions are ended."))
    return HttpResponseRedirect("/account/")


@never_cache
@require_POST
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it this once."""
    actor, user = service.actor_from_request(request), signed_in(request)
    name = request.POST.get("name", "")
    secret, refused = attempt(lambda: service.create_token(user.username, name, actor=actor, now=now()))
    if refused is not None:
        return _account(request, errors=[{"name": "name", "text": gettext("Give the token a name.")}])
    return _account(request, secret=secret)


@require_POST
def drop_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token."""
    service.revoke_token(token_id, actor=service.actor_from_request(request), now=now())
    messages.success(request, gettext("The token is ended."))
    return HttpResponseRedirect("/account/")
