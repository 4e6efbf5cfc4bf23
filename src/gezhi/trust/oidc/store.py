"""Queries of coming in by a provider: the mapping, identities, and the grants that are due to be asked about."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Min, Q

from gezhi.trust.models import Holding, OidcGrant, OidcIdentity, OidcRule, Setting, SignedIn, Token
from gezhi.trust.oidc.rules.mapping import Rule

CLAIM_LIFE = timedelta(seconds=60)  # after which a check that never ended may be made again
OIDC = "oidc"


def setting() -> dict[str, Any]:
    """What the office has set; empty until it has."""
    row = Setting.objects.filter(pk=OIDC).first()
    return dict(row.value) if row else {}


def set_setting(value: dict[str, Any], *, by: str, now: datetime) -> None:
    """Keep what the office has set."""
    Setting.objects.update_or_create(pk=OIDC, defaults={"value": value, "changed_at": now, "changed_by": by})


def rule_rows() -> list[OidcRule]:
    """The mapping in its order, with units and roles."""
    return list(OidcRule.objects.select_related("unit", "role").order_by("position", "pk"))


def rules() -> list[Rule]:
    """The mapping in its order, as the rules read it."""
    return [
        Rule(row.pk, row.claim, row.value, row.deny, row.unit.code if row.unit else "", row.role_id or "")
        for row in rule_rows()
    ]


def rule(key: int) -> OidcRule | None:
    """One row of the mapping."""
    return OidcRule.objects.select_related("unit").filter(pk=key).first()


def alone(issuer: str, subject: str) -> None:
    """Two first sign-ins of one person go one after the other; until the end of the transaction."""
    digest = hashlib.sha256(f"{OIDC}:{issuer}:{subject}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])


def identity(issuer: str, subject: str) -> OidcIdentity | None:
    """Who this is here."""
    return OidcIdentity.objects.select_related("user__unit").filter(issuer=issuer, subject=subject).first()


def identity_of(user_id: int) -> OidcIdentity | None:
    """Who this user is at the provider."""
    return OidcIdentity.objects.filter(user_id=user_id).first()


def comes_by_provider(user_id: int) -> bool:
    """Whether this person comes in by the provider, and so by no password: a leaver must not have kept one."""
    return bool(setting().get("issuer")) and OidcIdentity.objects.filter(user_id=user_id).exists()


def held(user_id: int) -> list[Holding]:
    """Posts that a user holds without an end, locked."""
    rows = Holding.objects.filter(user_id=user_id, valid_to__isnull=True).select_related("post__unit")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def session(session_key: str) -> SignedIn | None:
    """An open session."""
    return SignedIn.objects.filter(session_key=session_key).first()


def session_lives(session_key: str) -> bool:
    """Whether a session has not run out."""
    sessions: Any = import_module(settings.SESSION_ENGINE).SessionStore
    return bool(sessions().exists(session_key)) and bool(sessions(session_key).load())


def has_tokens(user_id: int, now: datetime) -> bool:
    """Whether some token of the API is alive."""
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return Token.objects.filter(alive, user_id=user_id, revoked_at__isnull=True).exists()


def due(before: datetime, limit: int) -> list[int]:
    """Grants that were last asked about before that moment, the longest ago first."""
    rows = OidcGrant.objects.filter(checked_at__lte=before).order_by("checked_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def grant_of_session(session_key: str) -> tuple[int, datetime] | None:
    """The grant of a session and when it was last asked about."""
    return OidcGrant.objects.filter(session__session_key=session_key).values_list("pk", "checked_at").first()


def claim(grant_id: int, before: datetime, now: datetime) -> OidcGrant | None:
    """Take a grant that is still due for asking, unless somebody else is at it: of two one gets it."""
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LIFE)
    taken = OidcGrant.objects.filter(free, pk=grant_id, checked_at__lte=before).update(claimed_at=now)
    return grant(grant_id) if taken else None


def grant(grant_id: int) -> OidcGrant | None:
    """One grant with its identity, user and session."""
    return OidcGrant.objects.select_related("identity__user", "session").filter(pk=grant_id).first()


def drop_grants(identity_id: int) -> None:
    """Forget everything that vouched for this person."""
    OidcGrant.objects.filter(identity_id=identity_id).delete()


def grants_of(issuer: str, subject: str, sid: str) -> list[OidcGrant]:
    """Grants that a logout of the provider is about: of one session, or of everything of a person."""
    rows = OidcGrant.objects.select_related("session", "identity").filter(identity__issuer=issuer)
    if sid:
        rows = rows.filter(sid=sid)
    return list(rows.filter(identity__subject=subject) if subject else rows)


def end_session(row: SignedIn) -> None:
    """End one session; what vouched for it stays, without it."""
    sessions: Any = import_module(settings.SESSION_ENGINE).SessionStore
    sessions(row.session_key).delete()
    row.delete()


def hasten(keys: Iterable[int], now: datetime) -> None:
    """Ask about these at once."""
    OidcGrant.objects.filter(pk__in=list(keys)).update(checked_at=now - timedelta(days=1), claimed_at=None)


def failing() -> tuple[int, datetime | None]:
    """For how many sign-ins the provider gave no answer, and since when."""
    rows = OidcGrant.objects.filter(failing_since__isnull=False)
    return rows.count(), rows.aggregate(since=Min("failing_since"))["since"]


def suspended() -> int:
    """How many people's tokens rest because nobody could be asked."""
    return OidcIdentity.objects.filter(suspended_at__isnull=False).count()


def others_vouch(grant_row: OidcGrant) -> bool:
    """Whether another grant stands for the same person."""
    return OidcGrant.objects.filter(identity_id=grant_row.identity_id).exclude(pk=grant_row.pk).exists()


def every_grant() -> list[OidcGrant]:
    """Everything that the provider vouches for."""
    return list(OidcGrant.objects.select_related("session"))
