"""Speaking to the provider: its description and keys (kept for a while), codes and tokens exchanged, claims asked for.

Whoever does not answer in time, or answers what is no answer, is *away* (`oidc-away`, 503): that never means that a
person has left. Only the provider's own word that a grant is void does (`VoidError`).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request

from gezhi.kernel.errors import Refused
from gezhi.kit import fetching
from gezhi.trust.oidc.rules import jose, metadata
from gezhi.trust.oidc.rules.metadata import Provider
from gezhi.trust.oidc.service.settings import Office, client_secret

TIMEOUT, LONGEST, LARGEST = 5.0, 8.0, 512 * 1024  # seconds for a word, for the whole answer, bytes
KEEP = timedelta(hours=1)
KEEP_AWAY = timedelta(seconds=15)  # a provider that hangs must not hold every thread of ours
RENEW_KEYS = timedelta(seconds=30)  # strange key ids must not make us ask all the time
VOID = {"invalid_grant", "login_required", "interaction_required", "consent_required", "access_denied"}


class VoidError(Exception):
    """The provider says that what was shown to it is void: ended, withdrawn or used up."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True)
class Known:
    """What is remembered of one provider in this process."""

    provider: Provider
    read_at: datetime
    keys: list[object]
    keys_at: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave."""

    access: str
    refresh: str
    id_token: str
    seconds: int


_known: dict[str, Known] = {}
_away: dict[str, tuple[datetime, Refused]] = {}


def forget() -> None:
    """Read everything anew at the next use."""
    _known.clear()
    _away.clear()


def look_up(issuer: str, now: datetime) -> Provider:
    """The provider as it describes itself, at most an hour old; refused with oidc-away (503), oidc-metadata (502)."""
    return _look_up(issuer, now).provider


def _look_up(issuer: str, now: datetime) -> Known:
    held = _known.get(issuer)
    if held is not None and abs(now - held.read_at) < KEEP:
        return held
    missed = _away.get(issuer)
    if missed is not None and abs(now - missed[0]) < KEEP_AWAY:
        raise Refused(missed[1].code, status=missed[1].status, **missed[1].facts)
    try:
        document = answer(issuer.rstrip("/") + metadata.WELL_KNOWN)
        provider = metadata.provider_of(document, issuer)
        keys = _keys(provider)
    except metadata.MetadataError as wrong:
        raise Refused("oidc-metadata", status=502, issuer=issuer, fault=wrong.fault) from wrong
    except Refused as refused:
        if held is not None:
            return held  # what was known an hour ago is better than nothing
        _away[issuer] = (now, refused)
        raise
    fresh = _known[issuer] = Known(provider, now, keys, now)
    return fresh


def _keys(provider: Provider) -> list[object]:
    keys = answer(provider.jwks_uri).get("keys")
    if not isinstance(keys, list):
        raise metadata.MetadataError("jwks_uri")
    return keys


def signed(token: object, issuer: str, now: datetime) -> dict[str, Any]:
    """The claims of a token that the provider signed; a key that is not known is looked for once.

    Raises Refused: oidc-token (401) with the fault, and what `look_up` raises.
    """
    known = _look_up(issuer, now)
    try:
        try:
            return jose.verified(token, known.keys).claims
        except jose.TokenFaultError as fault:
            if fault.fault != "key" or abs(now - known.keys_at) < RENEW_KEYS:
                raise
            known.keys, known.keys_at = _keys(known.provider), now
            return jose.verified(token, known.keys).claims
    except jose.TokenFaultError as fault:
        raise Refused("oidc-token", status=401, fault=fault.fault) from fault
    except metadata.MetadataError as wrong:
        raise Refused("oidc-metadata", status=502, issuer=issuer, fault=wrong.fault) from wrong


def exchange(held: Office, provider: Provider, form: Mapping[str, str]) -> Tokens:
    """What the token endpoint gives for a code or a refresh token.

    Raises VoidError where the provider says so, Refused: oidc-away (503), oidc-client (502: it does not take us).
    """
    fields, headers = dict(form), {"Content-Type": "application/x-www-form-urlencoded"}
    secret = client_secret()
    if secret and not provider.by_form:
        pair = f"{quote(held.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        fields |= {"client_id": held.client_id} | ({"client_secret": secret} if secret else {})
    request = Request(provider.token_endpoint, urlencode(fields).encode(), headers)  # noqa: S310 - opened() checks it
    status, body = _answered(request)
    error = body.get("error")
    if status >= 400 or error:
        if isinstance(error, str) and error in VOID:
            raise VoidError(error)
        raise Refused("oidc-client", status=502, error=word(error) or f"HTTP {status}")
    access, refresh, id_token, seconds = (
        body.get(name) for name in ("access_token", "refresh_token", "id_token", "expires_in")
    )
    if not isinstance(access, str) or not access or len(access) > jose.LONGEST:
        raise Refused("oidc-client", status=502, error="access_token")
    life = int(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 10**7 else 300
    return Tokens(access, refresh if isinstance(refresh, str) else "",
                  id_token if isinstance(id_token, str) else "", life)  # fmt: skip


def userinfo(provider: Provider, access: str) -> dict[str, Any] | None:
    """What the provider says of the bearer now; None where it has no such place or answers no plain JSON.

    Raises VoidError where it takes the token no more, Refused: oidc-away (503).
    """
    if not provider.userinfo_endpoint:
        return None
    headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
    status, body = _answered(Request(provider.userinfo_endpoint, headers=headers))  # noqa: S310 - opened() checks it
    if status in (400, 401, 403):
        raise VoidError(word(body.get("error")) or f"HTTP {status}")
    if status >= 400:
        raise Refused("oidc-away", status=503, host=_host(provider.userinfo_endpoint), why=f"HTTP {status}")
    return body or None


def answer(address: str) -> dict[str, Any]:
    """A JSON object from an address of the provider; refused with `oidc-away` where none comes."""
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 - opened() checks it
    status, body = _answered(request)
    if status >= 400 or not body:
        raise Refused("oidc-away", status=503, host=_host(address), why=f"HTTP {status}" if status >= 400 else "JSON")
    return body


def _answered(request: Request) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer below 500; a body that is no JSON object is an empty one."""
    try:
        try:
            came = fetching.opened(request, TIMEOUT)
            status, raw = came.status, b"".join(fetching.parts(came, largest=LARGEST, longest=LONGEST))
        except HTTPError as error:
            status, raw = error.code, error.read(LARGEST)
            error.close()
    except (URLError, HTTPException, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise Refused("oidc-away", status=503, host=_host(request.full_url), why=type(why).__name__) from error
    if status >= 500 or status == 429 or 300 <= status < 400:
        raise Refused("oidc-away", status=503, host=_host(request.full_url), why=f"HTTP {status}")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = {}
    return status, body if isinstance(body, dict) else {}


def _host(address: str) -> str:
    return urlsplit(address).netloc


def word(error: object) -> str:
    """The code of an error as the provider gave it, if it is one: words of strangers are not repeated."""
    return error if isinstance(error, str) and error.isascii() and len(error) < 60 and " " not in error else ""
