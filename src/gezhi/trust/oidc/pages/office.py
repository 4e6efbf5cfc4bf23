"""Where the security administrator sets the provider up: addresses, mapping, a look whether it answers, a dry run."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.trust.oidc import service, store
from gezhi.trust.oidc.pages.coming import site
from gezhi.trust.oidc.service.settings import VERB
from gezhi.trust.pages.common import attempt, choices, errors_of, field, guard, now, unit_options
from gezhi.trust.rules import ADMINISTRATORS
from gezhi.trust.store import people

HERE = "/office/sign-in/"
PLAIN = ("issuer", "client_id", "scopes", "username_claim", "name_claim", "button_zh", "button_en", "grace_minutes")


def _language() -> str:
    return get_language() or ""


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Provider, mapping and dry run."""
    guard(request, VERB)
    return _show(request)


def _show(request: HttpRequest, refused: Refused | None = None, about: str = "", **more: Any) -> HttpResponse:
    held, given = service.office(), request.POST
    rows = [
        {
            "row": row,
            "unit": pick(row.unit, "name", _language()) if row.unit else "",
            "role": pick(row.role, "name", _language()) if row.role else "",
        }
        for row in store.rule_rows()
    ]
    context = {
        "on": held.on,
        "back_address": f"{site(request)}/sign-in/oidc/back/",
        "logout_address": f"{site(request)}/sign-in/oidc/logout/",
        "fields": _fields({name: given.get(name, getattr(held, name)) for name in PLAIN}),
        "rules": rows,
        "rule_fields": _rule_fields({name: given.get(name, "") for name in ("claim", "value", "unit", "role", "deny")}),
        "try_fields": [
            field("claims", gettext("Claims of a person, as JSON"), "textarea", given.get("claims", ""), rows=6,
                  required=True, placeholder='{"sub": "1", "groups": ["urban-handlers"]}')
        ],
        "errors": errors_of(refused, about),
        **more,
    }  # fmt: skip
    return render(request, "trust/oidc.html", context, status=refused.status if refused else 200)


def _fields(now: dict[str, Any]) -> list[dict[str, Any]]:
    secret = gettext("One is kept, sealed; leave this empty to keep it.") if service.secret_file().exists() else ""
    return [
        field("issuer", gettext("Address of the provider (issuer)"), value=now["issuer"], max=500,
              placeholder="https://id.example.gov.cn/realms/office",
              help=gettext("Exactly as the provider names itself. Empty: nobody comes in this way.")),
        field("client_id", gettext("Client id"), value=now["client_id"], max=200),
        field("secret", gettext("Client secret"), "password", autocomplete="off", max=500, help=secret),
        field("scopes", gettext("Scopes"), value=now["scopes"], required=True, max=500,
              help=gettext("With offline_access, tokens for programs outlast the sign-in at the provider.")),
        field("username_claim", gettext("Claim with the user name"), value=now["username_claim"], required=True,
              max=200),
        field("name_claim", gettext("Claim with the person's name"), value=now["name_claim"], required=True, max=200),
        field("button_zh", gettext("Words on the button, in Chinese"), value=now["button_zh"], max=40),
        field("button_en", gettext("Words on the button, in English"), value=now["button_en"], max=60),
        field("grace_minutes", gettext("Minutes for which sessions outlast a provider that gives no answer"), "number",
              now["grace_minutes"], required=True, min="0", max="1440"),
    ]  # fmt: skip


def _rule_fields(now: dict[str, str]) -> list[dict[str, Any]]:
    roles = [
        (kind.code, pick(kind, "name", _language()))
        for kind in people.roles()
        if kind.code != "citizen" and kind.code not in ADMINISTRATORS and not kind.admin
    ]
    units = unit_options(people.units(active_only=True), now["unit"], _language())
    return [
        field("claim", gettext("Claim"), value=now["claim"], required=True, max=200, placeholder="groups",
              help=gettext("A dotted name leads into an object: realm_access.roles.")),
        field("value", gettext("Value"), value=now["value"], required=True, max=300,
              help=gettext("Equal to the claim, or one member of its list.")),
        field("role", gettext("Role"), "select", options=choices(roles, now["role"])),
        field("unit", gettext("Over the unit and all under it"), "unit", options=units),
        field("deny", gettext("Who has this does not come in, whatever other rules give"), "checkbox", now["deny"]),
    ]  # fmt: skip


@sensitive_post_parameters("secret")
@require_POST
def provider(request: HttpRequest) -> HttpResponse:
    """Save address, client and texts."""
    actor, given = guard(request, VERB), request.POST
    values = {name: given.get(name, "") for name in PLAIN}
    secret = given.get("secret", "") or None
    _, refused = attempt(lambda: service.set_provider(values, secret=secret, actor=actor, now=now()))
    if refused is not None:
        return _show(request, refused, str(refused.facts.get("name", "")))
    service.forget()
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(HERE)


@require_POST
def probe(request: HttpRequest) -> HttpResponse:
    """Whether the provider answers now, read anew."""
    guard(request, VERB)
    service.forget()
    found, refused = attempt(lambda: service.look_up(service.office_on().issuer, now()))
    return _show(request, refused, probed=found)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a row to the mapping."""
    actor, given = guard(request, VERB), request.POST
    words = {name: given.get(name, "") for name in ("claim", "value", "unit", "role")}
    _, refused = attempt(lambda: service.add_rule(**words, deny=bool(given.get("deny")), actor=actor, now=now()))
    if refused is not None:
        return _show(request, refused, str(refused.facts.get("name", "")))
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(f"{HERE}#rules")


@require_POST
def drop(request: HttpRequest, key: int) -> HttpResponse:
    """Take a row out."""
    service.drop_rule(key, actor=guard(request, VERB), now=now())
    messages.success(request, gettext("The rule is taken out. Posts that it gave fall within five minutes."))
    return HttpResponseRedirect(f"{HERE}#rules")


@require_POST
def dry_run(request: HttpRequest) -> HttpResponse:
    """What a person with these claims would get; nothing is kept."""
    actor = guard(request, VERB)
    found, refused = attempt(lambda: service.try_on(request.POST.get("claims", ""), actor=actor))
    if found is None:
        return _show(request, refused, "claims")
    names = {kind.code: pick(kind, "name", _language()) for kind in people.roles()}
    units = {unit.code: pick(unit, "name", _language()) for unit in people.units()}
    posts = [{"unit": units.get(unit, unit), "role": names.get(role, role)} for unit, role in found.posts]
    return _show(request, tried={"outcome": found, "unit": units.get(found.unit, ""), "posts": posts})
