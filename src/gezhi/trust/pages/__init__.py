"""Pages of the room, and its links in the bar at the top."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit import navigation
from gezhi.kit.navigation import Item
from gezhi.trust import service

SECTIONS = (
    ("unit.edit", "/office/units/", "building", 810),
    ("user.edit role.edit", "/office/users/", "users", 820),
    ("role.edit", "/office/roles/", "lock", 830),
    ("oidc.edit", "/office/sign-in/", "users", 835),
    ("ledger.read", "/office/ledger/", "shield-check", 840),
    ("ledger.read", "/office/reveals/", "eye", 845),
    ("outbox.replay", "/office/letters/", "send", 850),
    ("settings.edit", "/office/settings/", "settings", 860),
)


def labels() -> dict[str, str]:
    """What each section is called in the reader's language."""
    return {
        "/office/units/": gettext("Units"),
        "/office/users/": gettext("Users"),
        "/office/roles/": gettext("Roles and posts"),
        "/office/sign-in/": gettext("Sign-in by the office's provider"),
        "/office/ledger/": gettext("Ledger"),
        "/office/reveals/": gettext("Reveals"),
        "/office/letters/": gettext("Undelivered events"),
        "/office/settings/": gettext("Office settings"),
    }


def sections(request: HttpRequest) -> Iterator[Item]:
    """The links of this room that the person may follow."""
    try:
        actor = service.actor_from_request(request)
    except Refused:
        return
    names = labels()
    office = {grant.role for grant in actor.grants} <= {"sysadmin", "secadmin", "auditor"}
    for verbs, url, icon, order in SECTIONS:
        if any(actor.grants_for(verb) for verb in verbs.split()):
            yield Item(names[url], url, order, icon=icon, place="bar" if office else "menu")
    yield Item(gettext("My account"), "/account/", 900, icon="user", place="menu")


navigation.offer("trust", sections)
