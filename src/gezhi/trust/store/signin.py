"""Queries of signing in: throttles, links, sessions, tokens."""

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection

from gezhi.trust.models import SignedIn, SignInLink, Throttle, Token

_FAILED = """
INSERT INTO trust_throttle (key, failures, last_at) VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET last_at = %(now)s,
  failures = CASE WHEN trust_throttle.last_at < %(old)s THEN 1 ELSE trust_throttle.failures + 1 END
RETURNING failures
"""


def waits(keys: list[bytes], now: datetime) -> datetime | None:
    """Until when these accounts or addresses must wait; None when they need not."""
    row = Throttle.objects.filter(key__in=keys, wait_until__gt=now).order_by("-wait_until").first()
    return row.wait_until if row else None


def count_failure(key: bytes, now: datetime, old: datetime) -> int:
    """One failure more, counted anew when the last one is older than `old`; how many now."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, {"key": key, "now": now, "old": old})
        return int(cursor.fetchone()[0])


def set_wait(key: bytes, until: datetime) -> None:
    """Let this account or address wait."""
    Throttle.objects.filter(pk=key).update(wait_until=until)


def forget_failures(key: bytes) -> None:
    """The right password clears the account."""
    Throttle.objects.filter(pk=key).delete()


def forget_old_failures(before: datetime) -> int:
    """Drop throttles that nobody has touched since; how many."""
    return Throttle.objects.filter(last_at__lt=before).delete()[0]


def link(digest: bytes, *, lock: bool = False) -> SignInLink | None:
    """A link by its digest, with its user."""
    rows = SignInLink.objects.select_related("user")
    return (rows.select_for_update(of=("self",)) if lock else rows).filter(digest=digest).first()


def drop_links(user_id: int) -> None:
    """Unused links of a user fall."""
    SignInLink.objects.filter(user_id=user_id, used_at__isnull=True).delete()


def note_session(user_id: int, session_key: str, now: datetime, address: str, agent: str) -> None:
    """Remember an open session."""
    row = {"user_id": user_id, "started_at": now, "address": address[:64], "agent": agent[:200]}
    SignedIn.objects.update_or_create(session_key=session_key, defaults=row)


def move_session(before: str, after: str) -> None:
    """The session got another key."""
    SignedIn.objects.filter(session_key=before).update(session_key=after)


def sessions(user_id: int) -> list[SignedIn]:
    """Open sessions of a user, newest first; those that ran out are dropped on the way."""
    session_store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    rows = list(SignedIn.objects.filter(user_id=user_id).order_by("-started_at"))
    gone = [row.pk for row in rows if not session_store().exists(row.session_key)]
    SignedIn.objects.filter(pk__in=gone).delete()
    return [row for row in rows if row.pk not in set(gone)]


def end_sessions(user_id: int, *, keep: str = "") -> int:
    """End the sessions of a user, all but `keep`; how many."""
    session_store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    rows = list(SignedIn.objects.filter(user_id=user_id).exclude(session_key=keep))
    for row in rows:
        session_store(row.session_key).delete()
    SignedIn.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def forget_session(session_key: str) -> None:
    """A session was ended by signing out."""
    SignedIn.objects.filter(session_key=session_key).delete()


def tokens(user_id: int) -> list[Token]:
    """Tokens of a user that were not revoked, newest first."""
    return list(Token.objects.filter(user_id=user_id, revoked_at__isnull=True).order_by("-created_at"))


def revoke_tokens(user_id: int, now: datetime) -> int:
    """End every token of a user; how many."""
    return Token.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
