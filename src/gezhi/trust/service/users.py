"""Users of the office: made, changed, disabled; their passwords, links, sessions and tokens."""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator

from gezhi.kernel.errors import Refused
from gezhi.trust.models import SignInLink, Token, Unit, User
from gezhi.trust.rules import ADMINISTRATORS, Actor
from gezhi.trust.rules.identity import password_fault
from gezhi.trust.service.access import require, token_digest
from gezhi.trust.service.acts import record, verb
from gezhi.trust.store import people as store
from gezhi.trust.store import signin as signin_store

USERNAME = re.compile(r"[\w.@-]{2,64}")
LINK_LIFE = timedelta(hours=24)
FIRST_LINK_LIFE = timedelta(days=7)
SECURITY = "secadmin"


def normal_username(text: str) -> str:
    """The spelling under which a user is kept.

    >>> normal_username(" ＬｉｕＪｉｅ ")
    'liujie'
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


@cache
def common_passwords() -> frozenset[str]:
    """The twenty thousand passwords that are tried first."""
    return frozenset(CommonPasswordValidator().passwords)


@verb("user.create")
def create_user(
    username: str,
    display_name: str,
    *,
    unit: str = "",
    language: str = "",
    password: str = "",
    actor: Actor,
    now: datetime,
) -> User:
    """Add a user of a unit (by code); without a password he comes in by a one-time link and sets his own."""
    username, display_name = normal_username(username), display_name.strip()
    place = _unit(unit)
    require(actor, "user.edit", unit_paths=[place.path] if place else [])
    if not USERNAME.fullmatch(username):
        raise Refused("user-name", status=422, user=username)
    if not display_name or len(display_name) > 64:
        raise Refused("user-display-name", status=422, user=username)
    if store.user(username=username) is not None:
        raise Refused("user-exists", user=username)
    user = User(
        username=username,
        display_name=display_name,
        unit=place,
        language=language,
        must_change_password=True,
        created_at=now,
    )
    if password:
        _set_password(user, password, now)
        user.must_change_password = True
    else:
        user.set_unusable_password()
    user.save(force_insert=True)
    record("user.create", "user", user.pk, actor=actor, body={"unit": place.code if place else None})
    return user


def _unit(code: str) -> Unit | None:
    if not code:
        return None
    found = store.unit(code=code)
    if found is None or not found.active:
        raise Refused("unit-unknown", status=404, unit=code)
    return found


def _editable(username: str, actor: Actor) -> User:
    user = store.user(username=normal_username(username), lock=True)
    if user is None:
        raise Refused("user-unknown", status=404, user=username)
    unit = store.unit(user.unit_id) if user.unit_id else None
    require(actor, "user.edit", unit_paths=[unit.path] if unit else [])
    return user


def administers(user: User, now: datetime) -> bool:
    """Whether this is the account of one of the three administrators."""
    return bool(store.holdings_of_roles(user.pk, ADMINISTRATORS, now))


def _openable(username: str, actor: Actor, now: datetime) -> User:
    """A user whose account the actor may open or close: whoever makes a way in could use it himself.

    So into the accounts of the three administrators only the security administrator opens a way, and nobody alone into
    that of the last security administrator: the command line on the server does.
    """
    user = store.user(username=normal_username(username), lock=True)
    held = store.holdings_of_roles(user.pk, ADMINISTRATORS, now) if user is not None else []
    if user is None or not held or actor.kind == "system":
        return _editable(username, actor)
    if not actor.grants_for("role.edit"):
        raise Refused("security-account", status=403, user=user.username)
    for holding in held:
        require(actor, "role.edit", unit_paths=[holding.post.unit.path])
    last = len(store.holders_of(SECURITY, now)) <= 1
    if last and any(holding.post.role_id == SECURITY for holding in held):
        raise Refused("security-account-last", status=403, user=user.username)
    return user


@verb("user.change")
def change_user(
    username: str,
    *,
    display_name: str | None = None,
    unit: str | None = None,
    language: str | None = None,
    actor: Actor,
    now: datetime,
) -> User:
    """Change name, unit or language of a user; what is None stays."""
    del now
    user = _editable(username, actor)
    changed = []
    if display_name is not None:
        if not display_name.strip() or len(display_name.strip()) > 64:
            raise Refused("user-display-name", status=422, user=username)
        user.display_name = display_name.strip()
        changed.append("display_name")
    if unit is not None:
        place = _unit(unit)
        require(actor, "user.edit", unit_paths=[place.path] if place else [])
        user.unit = place
        changed.append("unit")
    if language is not None:
        user.language = language
        changed.append("language")
    user.save(update_fields=changed)
    record("user.change", "user", user.pk, actor=actor, body={"fields": changed, "unit": user.unit_id})
    return user


@verb("user.disable")
def disable_user(username: str, *, actor: Actor, now: datetime) -> User:
    """Keep somebody out at once: sessions end, tokens and links fall; posts stay noted."""
    user = _openable(username, actor, now)
    if actor.kind == "user" and actor.id == str(user.pk):
        raise Refused("own-account")
    if not user.is_active:
        raise Refused("user-disabled", user=user.username)
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = signin_store.end_sessions(user.pk)
    signin_store.revoke_tokens(user.pk, now)
    signin_store.drop_links(user.pk)
    record("user.disable", "user", user.pk, actor=actor, body={"sessions": ended})
    return user


@verb("user.enable")
def enable_user(username: str, *, actor: Actor, now: datetime) -> User:
    """Let somebody in again."""
    user = _openable(username, actor, now)
    if user.is_active:
        raise Refused("user-enabled", user=user.username)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("user.enable", "user", user.pk, actor=actor)
    return user


@verb("user.reset_password")
def reset_password(username: str, *, life: timedelta = LINK_LIFE, actor: Actor, now: datetime) -> str:
    """End every session, forget the password, and return the secret of a one-time link to set a new one.

    Raises Refused: user-unknown (404), not-allowed, security-account and security-account-last (403), user-disabled.
    """
    user = _openable(username, actor, now)
    if not user.is_active:
        raise Refused("user-disabled", user=user.username)
    ended = lock_out(user)
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, digest=token_digest(secret), created_at=now, expires_at=now + life)
    record("user.reset_password", "user", user.pk, actor=actor, body={"sessions": ended})
    return secret


def lock_out(user: User) -> int:
    """Forget the password, the links and the sessions of a user; how many sessions ended."""
    user.set_unusable_password()
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    signin_store.drop_links(user.pk)
    return signin_store.end_sessions(user.pk)


def _set_password(user: User, password: str, now: datetime) -> None:
    names = (user.username, user.display_name)
    fault = password_fault(password, names, common_passwords())
    if fault:
        raise Refused(f"password-{fault}", status=422)
    user.set_password(password)
    user.password_changed_at = now
    user.must_change_password = False


@verb("user.set_password")
def set_password(username: str, password: str, *, actor: Actor, now: datetime) -> None:
    """Give a user a first password from the command line; he must change it when he comes in."""
    user = _openable(username, actor, now)
    _set_password(user, password, now)
    user.must_change_password = True
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    ended = signin_store.end_sessions(user.pk)
    record("user.set_password", "user", user.pk, actor=actor, body={"sessions": ended})


@verb("user.change_password")
def change_password(user: User, password: str, *, old: str | None, actor: Actor, now: datetime) -> None:
    """One's own new password; `old` is None only for who came by a one-time link and has none."""
    if actor.id != str(user.pk):
        raise Refused("not-allowed", status=403, verb="user.change_password", rule="-", lacks="verb", because="")
    if user.has_usable_password() and not user.check_password(old or ""):
        raise Refused("password-old", status=422)
    if user.has_usable_password() and user.check_password(password):
        raise Refused("password-same", status=422)
    _set_password(user, password, now)
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    record("user.change_password", "user", user.pk, actor=actor)


@verb("user.prefer")
def prefer_language(user: User, language: str, *, actor: Actor, now: datetime) -> None:
    """One's own language; empty for the office's."""
    del now
    if language and language not in dict(settings.LANGUAGES):
        raise Refused("language-unknown", status=422, language=language)
    user.language = language
    user.save(update_fields=["language"])
    record("user.prefer", "user", user.pk, actor=actor, body={"language": language})


@verb("user.end_sessions")
def end_sessions(username: str, *, keep: str = "", actor: Actor, now: datetime) -> int:
    """End the sessions of a user, one's own (`keep` is the present one) or anybody's one may edit; how many ended."""
    del now
    user = store.user(username=normal_username(username))
    if user is None:
        raise Refused("user-unknown", status=404, user=username)
    if actor.id != str(user.pk) or actor.kind != "user":
        user = _editable(username, actor)
    ended = signin_store.end_sessions(user.pk, keep=keep)
    record("user.end_sessions", "user", user.pk, actor=actor, body={"sessions": ended})
    return ended


@verb("token.create")
def create_token(username: str, name: str, *, expires_at: datetime | None = None, actor: Actor, now: datetime) -> str:
    """A bearer token for the API, shown this once; it may do what its user may."""
    user = store.user(username=normal_username(username))
    if user is None or not user.is_active:
        raise Refused("user-unknown", status=404, user=username)
    if actor.id != str(user.pk) or actor.kind != "user":
        user = _openable(username, actor, now)
    if not name.strip() or len(name) > 64:
        raise Refused("token-name", status=422)
    secret = f"gz_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user, name=name.strip(), digest=token_digest(secret), created_at=now, expires_at=expires_at
    )
    record("token.create", "token", token.pk, actor=actor, body={"user": user.pk})
    return secret


@verb("token.revoke")
def revoke_token(token_id: int, *, actor: Actor, now: datetime) -> None:
    """End a token."""
    token = Token.objects.select_related("user").filter(pk=token_id, revoked_at__isnull=True).first()
    if token is None:
        raise Refused("token-unknown", status=404, token=token_id)
    if actor.id != str(token.user_id) or actor.kind != "user":
        _editable(token.user.username, actor)
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record("token.revoke", "token", token.pk, actor=actor, body={"user": token.user_id})
