"""Coming in: by password with growing waits, by a one-time link, and the links of the first start."""

import math
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.trust.models import SignInLink, User
from gezhi.trust.oidc import store as oidc
from gezhi.trust.rules import ADMINISTRATORS, Actor
from gezhi.trust.rules.identity import wait_after
from gezhi.trust.service.access import actor_for, token_digest
from gezhi.trust.service.acts import record, verb
from gezhi.trust.service.roles import grant_post, renew_roles
from gezhi.trust.service.sealing import keyed_hash
from gezhi.trust.service.units import create_unit
from gezhi.trust.service.users import FIRST_LINK_LIFE, create_user, normal_username, reset_password
from gezhi.trust.store import people, signin

ACCOUNT_FREE = 5  # wrong passwords of one account before it waits
ADDRESS_FREE = 20  # of one address: an office shares one
FORGET = timedelta(days=1)


def sign_in(username: str, password: str, *, address: str, now: datetime) -> User:
    """The user of this name and password; refused with `sign-in-wait` (seconds), `sign-in-wrong` or `oidc-only`."""
    username = normal_username(username)
    account, place = _keys(username, address)
    until = signin.waits([account, place], now)
    if until is not None:
        raise Refused("sign-in-wait", status=429, seconds=math.ceil((until - now).total_seconds()))
    user = people.user(username=username)
    if user is None:
        make_password(password)  # an unknown name takes as long as a known one
    if user is None or not user.check_password(password) or not user.is_active:
        _note_failure(account, place, now)
        raise Refused("sign-in-wrong", status=401)
    if oidc.comes_by_provider(user.pk):
        raise Refused("oidc-only", status=403)
    signin.forget_failures(account)
    note_sign_in(user, "password", actor=actor_for(user, now), now=now)
    return user


def _keys(username: str, address: str) -> tuple[bytes, bytes]:
    account, place = keyed_hash("account", username or "-"), keyed_hash("address", address or "-")
    assert account is not None
    assert place is not None
    return account, place


def _note_failure(account: bytes, place: bytes, now: datetime) -> None:
    """In a transaction of its own: the refusal must not take the count back."""
    with transaction.atomic():
        for key, free in ((account, ACCOUNT_FREE), (place, ADDRESS_FREE)):
            wait = wait_after(signin.count_failure(key, now, now - FORGET), free)
            if wait:
                signin.set_wait(key, now + wait)


@verb("user.sign_in")
def note_sign_in(user: User, how: str, *, actor: Actor, now: datetime) -> None:
    """Stamp the user and tell the ledger."""
    User.objects.filter(pk=user.pk).update(last_login=now)
    record("user.sign_in", "user", user.pk, actor=actor, body={"how": how})


def link_user(secret: str, now: datetime) -> User:
    """Whose link this is, without using it up; refused when it is unknown, used or too old."""
    return _usable(signin.link(token_digest(secret)), now).user


def _usable(link: SignInLink | None, now: datetime) -> SignInLink:
    if link is None or link.used_at is not None or not link.user.is_active:
        raise Refused("link-unknown", status=404)
    if link.expires_at <= now:
        raise Refused("link-expired", status=404)
    return link


def use_link(secret: str, *, address: str, now: datetime) -> User:
    """Use up a one-time link and return its user; guessing is throttled by address."""
    _, place = _keys("", address)
    until = signin.waits([place], now)
    if until is not None:
        raise Refused("sign-in-wait", status=429, seconds=math.ceil((until - now).total_seconds()))
    try:
        user = link_user(secret, now)
    except Refused:
        with transaction.atomic():
            wait = wait_after(signin.count_failure(place, now, now - FORGET), ADDRESS_FREE)
            if wait:
                signin.set_wait(place, now + wait)
        raise
    return _use_link(secret, actor=actor_for(user, now), now=now)


@verb("user.use_link")
def _use_link(secret: str, *, actor: Actor, now: datetime) -> User:
    link = _usable(signin.link(token_digest(secret), lock=True), now)
    link.used_at = now
    link.save(update_fields=["used_at"])
    note_sign_in(link.user, "link", actor=actor, now=now)
    return link.user


_NAMES = {"sysadmin": "系统管理员", "secadmin": "安全管理员", "auditor": "审计员"}
LINK_PATH = "/sign-in/link/{}/"


def _came_in(user: User) -> bool:
    return user.last_login is not None and (user.password_changed_at is not None or user.has_usable_password())


def first_links(*, now: datetime, government: str = "") -> list[tuple[str, str]]:
    """At the first start: roles, the root unit, the three administrators; (role, path of a one-time link) of each.

    An administrator who has signed in and ever saved a password gets no link; another gets a fresh one, so that links
    lost with the terminal, or used up by a look, are no lock-out. Calling this again is harmless.
    """
    actor = Actor.system("trust")
    renew_roles(actor=actor, now=now)
    root = people.root()
    if root is None:
        root = create_unit("root", government or "本级政府", name_en="Government", kind="city", actor=actor, now=now)
    made = []
    for role in ADMINISTRATORS:
        if any(_came_in(holder) for holder in people.holders_of(role, now)):
            continue
        if people.user(username=role) is None:
            create_user(role, _NAMES[role], unit=root.code, actor=actor, now=now)
        grant_post(role, role, root.code, actor=actor, now=now)
        secret = reset_password(role, life=FIRST_LINK_LIFE, actor=actor, now=now)
        made.append((role, LINK_PATH.format(secret)))
    return made
