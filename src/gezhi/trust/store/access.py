"""Queries of who comes in: user, unit and every grant in one statement; tokens, sessions, links, throttles."""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from gezhi.kit.database.backend.base import execute_bound
from gezhi.trust.models import User
from gezhi.trust.rules import Actor, Grant

_GRANTS = """
  (SELECT json_agg(json_build_array(p.id, p.role_id, pn.path::text, p.matter, p.area_path,
            (SELECT array_agg(v.verb) FROM trust_role_verb v WHERE v.role_id = p.role_id)) ORDER BY p.id)
   FROM trust_holding h JOIN trust_post p ON p.id = h.post_id JOIN trust_unit pn ON pn.id = p.unit_id
   WHERE h.user_id = u.id AND h.valid_from <= coalesce(%(now)s::timestamptz, now())
     AND (h.valid_to IS NULL OR h.valid_to > coalesce(%(now)s::timestamptz, now())))::text
"""
_ACTOR = f"""
SELECT u.id, u.display_name, u.unit_id, coalesce(n.path::text, ''), u.language, {_GRANTS}
FROM trust_user u LEFT JOIN trust_unit n ON n.id = u.unit_id
"""  # noqa: S608 - put together from constants of this file
_BY_USER = _ACTOR + "WHERE u.id = %(user)s AND u.is_active"
_BY_TOKEN = f"""{_ACTOR} JOIN trust_token t ON t.user_id = u.id
WHERE t.digest = %(digest)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %(now)s)
  AND u.is_active AND NOT u.must_change_password
  AND NOT EXISTS (SELECT 1 FROM trust_oidc_identity i WHERE i.user_id = u.id AND i.suspended_at IS NOT NULL)
"""  # noqa: S608 - put together from constants of this file
_COLUMNS = (
    "id",
    "password",
    "last_login",
    "username",
    "display_name",
    "unit_id",
    "language",
    "is_active",
    "must_change_password",
    "password_changed_at",
    "created_at",
)
_WHOLE = f"""
SELECT {", ".join(f"u.{column}" for column in _COLUMNS)}, coalesce(n.path::text, ''), {_GRANTS}
FROM trust_user u LEFT JOIN trust_unit n ON n.id = u.unit_id WHERE u.id = %(user)s
"""  # noqa: S608 - put together from constants of this file


def _grants(raw: str | None) -> tuple[Grant, ...]:
    return tuple(
        Grant(frozenset(verbs or ()), unit_path, matter, area_path, str(post), role)
        for post, role, unit_path, matter, area_path, verbs in json.loads(raw or "[]")
    )


def _actor(row: tuple[Any, ...] | None) -> Actor | None:
    if row is None:
        return None
    key, name, unit_id, unit_path, language, grants = row
    return Actor("user", str(key), name, unit_id, unit_path, _grants(grants), language)


def _one(sql: str, params: dict[str, Any]) -> tuple[Any, ...] | None:
    cursor = execute_bound(sql, params)
    row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def actor_of_user(user_id: int, now: datetime | None) -> Actor | None:
    """An active user with unit and grants, by the database's clock without `now`; None when unknown or disabled."""
    return _actor(_one(_BY_USER, {"user": user_id, "now": now}))


def actor_of_token(digest: bytes, now: datetime) -> Actor | None:
    """The active user of a live token, with unit and grants, in one statement."""
    return _actor(_one(_BY_TOKEN, {"digest": digest, "now": now}))


def user_with_actor(user_id: int, now: datetime) -> tuple[User, Actor] | None:
    """The user's row and the actor made of it, in one statement."""
    row = _one(_WHOLE, {"user": user_id, "now": now})
    if row is None:
        return None
    user = User.from_db("default", list(_COLUMNS), row[: len(_COLUMNS)])
    path, grants = row[len(_COLUMNS) :]
    actor = Actor("user", str(user.pk), user.display_name, user.unit_id, path, _grants(grants), user.language)
    return user, actor


def role_verbs(role: str) -> frozenset[str]:
    """The verbs of one role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT verb FROM trust_role_verb WHERE role_id = %s", (role,))
        return frozenset(row[0] for row in cursor.fetchall())
