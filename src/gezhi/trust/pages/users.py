"""Users: list, search, add, change, posts, disable, one-time link."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.trust import service
from gezhi.trust.models import User
from gezhi.trust.pages.common import (
    attempt,
    choices,
    errors_of,
    field,
    form,
    now,
    page_number,
    pages,
    unit_options,
)
from gezhi.trust.rules import Actor
from gezhi.trust.service.signin import LINK_PATH
from gezhi.trust.store import people as store

HOME = "/office/users/"
SIZE = 50


def _guard(request: HttpRequest) -> Actor:
    """Whoever administers people or posts."""
    actor = service.actor_from_request(request)
    if not actor.grants_for("user.edit") and not actor.grants_for("role.edit"):
        service.require(actor, "user.edit")
    return actor


def _language() -> str:
    return get_language() or ""


def users(request: HttpRequest) -> HttpResponse:
    """A page of users, narrowed by words, unit, role."""
    actor = _guard(request)
    text, unit_code, role = (request.GET.get(name, "").strip()[:64] for name in ("q", "unit", "role"))
    unit = store.unit(code=unit_code) if unit_code else None
    number = page_number(request)
    held = (*actor.grants_for("user.edit"), *actor.grants_for("role.edit"))
    found, total = store.users_page(
        within=[grant.unit_path for grant in held],
        text=text,
        unit_path=unit.path if unit else "",
        role=role,
        now=now(),
        offset=(number - 1) * SIZE,
        limit=SIZE,
    )
    roles = [(kind.code, pick(kind, "name", _language())) for kind in store.roles() if kind.code != "citizen"]
    context = {
        "users": found,
        "total": total,
        "page": pages(number, total, SIZE),
        "q": text,
        "unit_field": field(
            "unit", gettext("Own unit"), "unit", options=unit_options(store.units(), unit_code, _language())
        ),
        "role_field": field("role", gettext("Role"), "select", options=choices(roles, role)),
        "may_edit": bool(actor.grants_for("user.edit")),
        "may_grant": bool(actor.grants_for("role.edit")),
    }
    return render(request, "trust/users.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a user."""
    actor = _guard(request)
    given, refused = request.POST, None
    if request.method == "POST":
        made, refused = attempt(
            lambda: service.create_user(
                given.get("username", ""),
                given.get("display_name", ""),
                unit=given.get("unit", ""),
                actor=actor,
                now=now(),
            )
        )
        if made is not None:
            messages.success(request, gettext("%(name)s is added.") % {"name": made.display_name})
            return HttpResponseRedirect(f"{HOME}{made.username}/")
    help_text = gettext("Letters, digits, . _ @ -; the person signs in with it.")
    fields = [
        field("username", gettext("User name"), value=given.get("username", ""), required=True, max=64, help=help_text),
        field("display_name", gettext("Name"), value=given.get("display_name", ""), required=True, max=64),
        _unit_field(given.get("unit", "")),
    ]
    crumbs = [{"label": gettext("Users"), "url": HOME}]
    return form(request, title=gettext("Add a user"), fields=fields, refused=refused, back=HOME, crumbs=crumbs)


def _unit_field(chosen: str) -> dict[str, Any]:
    options = unit_options(store.units(active_only=True), chosen, _language())
    return field("unit", gettext("Own unit"), "unit", options=options)


def _find(username: str) -> User:
    user = store.user(username=username)
    if user is None:
        raise Refused("user-unknown", status=404, user=username)
    return user


@never_cache
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, username: str) -> HttpResponse:
    """One user: name, unit, posts, and what can be done."""
    actor, person = _guard(request), _find(username)
    refused = None
    if request.method == "POST":
        given = request.POST
        _, refused = attempt(
            lambda: service.change_user(
                username, display_name=given.get("display_name", ""), unit=given.get("unit", ""), actor=actor, now=now()
            )
        )
        if refused is None:
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(request.path)
    return _show(request, actor, person, refused)


def _show(
    request: HttpRequest, actor: Actor, person: User, refused: Refused | None = None, **more: Any
) -> HttpResponse:
    units = store.units(active_only=True)
    roles = [(kind.code, pick(kind, "name", _language())) for kind in store.roles() if kind.code != "citizen"]
    given = request.POST
    opener = "role.edit" if service.administers(person, now()) else "user.edit"
    context = {
        "crumbs": [{"label": gettext("Users"), "url": "/office/users/"}, {"label": person.display_name}],
        "person_": person,
        "unit": person.unit,
        "posts": store.holdings_of(person.pk, now()),
        "fields": [
            field("display_name", gettext("Name"), value=person.display_name, required=True, max=64),
            _unit_field(person.unit.code if person.unit else ""),
        ],
        "post_fields": [
            field("role", gettext("Role"), "select", required=True, options=choices(roles, given.get("role", ""))),
            field(
                "scope",
                gettext("Over the unit and all under it"),
                "unit",
                required=True,
                options=unit_options(units, given.get("scope", ""), _language()),
            ),
            field("matter", gettext("Only this branch of matters"), value=given.get("matter", ""), max=64),
            field("area_path", gettext("Only this branch of areas"), value=given.get("area_path", ""), max=200),
        ],
        "may_edit": bool(actor.grants_for("user.edit")),
        "may_open": bool(actor.grants_for(opener)),
        "may_grant": bool(actor.grants_for("role.edit")) and actor.id != str(person.pk),
        "errors": errors_of(refused),
        **more,
    }
    return render(request, "trust/user.html", context, status=refused.status if refused else 200)


@require_POST
def grant(request: HttpRequest, username: str) -> HttpResponse:
    """Give a post."""
    actor, person, given = _guard(request), _find(username), request.POST
    before = service.administers(person, now())
    _, refused = attempt(
        lambda: service.grant_post(
            username,
            given.get("role", ""),
            given.get("scope", ""),
            matter=given.get("matter", "").strip(),
            area_path=given.get("area_path", "").strip(),
            actor=actor,
            now=now(),
        )
    )
    if refused is not None:
        return _show(request, actor, person, refused)
    messages.success(request, gettext("The post is given."))
    if not before and service.administers(person, now()):
        said = gettext(
            "The old password of this account no longer works. Make a one-time link and hand it over in person."
        )
        messages.warning(request, said)
    return HttpResponseRedirect(f"{HOME}{person.username}/")


@require_POST
def revoke(request: HttpRequest, username: str, holding_id: int) -> HttpResponse:
    """Take a post away."""
    actor, person = _guard(request), _find(username)
    _, refused = attempt(lambda: service.revoke_post(holding_id, actor=actor, now=now()))
    if refused is not None:
        return _show(request, actor, person, refused)
    messages.success(request, gettext("The post is taken away."))
    return HttpResponseRedirect(f"{HOME}{person.username}/")


@never_cache
@require_POST
def link(request: HttpRequest, username: str) -> HttpResponse:
    """A one-time link, shown this once."""
    actor, person = _guard(request), _find(username)
    secret, refused = attempt(lambda: service.reset_password(username, actor=actor, now=now()))
    if secret is None:
        return _show(request, actor, person, refused)
    address = request.build_absolute_uri(LINK_PATH.format(secret))
    return _show(request, actor, person, link=address)


@require_POST
def switch(request: HttpRequest, username: str) -> HttpResponse:
    """Disable or enable."""
    actor, person = _guard(request), _find(username)
    act = service.disable_user if person.is_active else service.enable_user
    _, refused = attempt(lambda: act(username, actor=actor, now=now()))
    if refused is not None:
        return _show(request, actor, person, refused)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(f"{HOME}{person.username}/")
