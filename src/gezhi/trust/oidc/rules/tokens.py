"""What an ID token and a logout token must say (OpenID Connect Core 3.1.3.7, Back-Channel Logout 2.4 to 2.6)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gezhi.trust.oidc.rules.jose import TokenFaultError

SKEW = 60  # seconds by which the clocks of provider and office may differ
LOGOUT_LIFE = 300  # seconds after which a logout token is too old to act on
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_SUBJECT = 255

Claims = Mapping[str, Any]


def _seconds(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        return None  # what is no number, and what is no moment: JSON as read here knows NaN and Infinity
    return float(value)


def check_issue(claims: Claims, *, issuer: str, client_id: str, now: datetime) -> None:
    """Issuer, audience and time of any token of the provider. Faults: issuer, audience, expired, early, issued."""
    if claims.get("iss") != issuer:
        raise TokenFaultError("issuer")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise TokenFaultError("audience")
    party = claims.get("azp")
    if (len(audiences) > 1 or party is not None) and party != client_id:
        raise TokenFaultError("audience")
    moment, starts, issued = now.timestamp(), _seconds(claims, "nbf"), _seconds(claims, "iat")
    if starts is not None and starts > moment + SKEW:
        raise TokenFaultError("early")
    if issued is None or issued > moment + SKEW:
        raise TokenFaultError("issued")


def check_life(claims: Claims, now: datetime) -> None:
    """A token with an end that has not come yet. Fault: expired."""
    ends = _seconds(claims, "exp")
    if ends is None or ends <= now.timestamp() - SKEW:
        raise TokenFaultError("expired")


def subject_of(claims: Claims) -> str:
    """Who the token is about. Fault: subject."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise TokenFaultError("subject")
    return subject


def check_id_token(
    claims: Claims, *, issuer: str, client_id: str, nonce: str, now: datetime, access_token: str = ""
) -> str:
    """The subject of a fresh ID token; an empty `nonce` is for tokens of a refresh, which need not repeat it.

    Faults: issuer, audience, expired, early, issued, subject, nonce, access.
    """
    check_issue(claims, issuer=issuer, client_id=client_id, now=now)
    check_life(claims, now)
    subject = subject_of(claims)
    given = claims.get("nonce")
    if nonce and not (isinstance(given, str) and hmac.compare_digest(given.encode(), nonce.encode())):
        raise TokenFaultError("nonce")
    bound = claims.get("at_hash")
    if bound is not None and bound != half_hash(access_token):
        raise TokenFaultError("access")
    return subject


def half_hash(token: str) -> str:
    """The left half of the SHA-256 of a token, by which an ID token names the access token that came with it.

    >>> half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
    '77QmUPtjPfzWtF2AnpK9RQ'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def check_logout_token(claims: Claims, *, issuer: str, client_id: str, now: datetime) -> tuple[str, str, str]:
    """Subject, session and number of a logout token; subject or session may be empty, not both.

    Faults: issuer, audience, expired, early, issued, event, nonce, subject, number.
    """
    check_issue(claims, issuer=issuer, client_id=client_id, now=now)
    if "exp" in claims:
        check_life(claims, now)
    issued = _seconds(claims, "iat")
    if issued is None or issued < now.timestamp() - LOGOUT_LIFE - SKEW:
        raise TokenFaultError("expired")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenFaultError("event")
    if "nonce" in claims:  # an ID token is no logout token
        raise TokenFaultError("nonce")
    subject, session, number = (claims.get(name, "") for name in ("sub", "sid", "jti"))
    texts = (subject, session, number)
    if not all(isinstance(text, str) and len(text) <= LONGEST_SUBJECT for text in texts) or not (subject or session):
        raise TokenFaultError("subject")
    if not number:
        raise TokenFaultError("number")
    return str(subject), str(session), str(number)
