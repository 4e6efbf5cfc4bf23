"""Tokens of the provider as they lie in the database: sealed by the installation's key, for this purpose alone."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from gezhi.trust.oidc.service.provider import Tokens
from gezhi.trust.service.sealing import open_secret, seal_secret

PURPOSE = "oidc-grant"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one sign-in: the refresh token, or without one the access token and until when it lives."""

    refresh: str
    access: str
    until: float


def keep(tokens: Tokens, now: datetime, before: str = "") -> Kept:
    """What to keep; a provider that gives no new refresh token lets the one before go on."""
    refresh = tokens.refresh or before
    return Kept(refresh, "" if refresh else tokens.access, now.timestamp() + tokens.seconds)


def sealed_tokens(kept: Kept) -> bytes:
    """The tokens, sealed."""
    return seal_secret(PURPOSE, json.dumps(asdict(kept)))


def opened_tokens(sealed: bytes | memoryview) -> Kept:
    """The tokens, opened; refused with `sealed-broken` when they are not ours."""
    return Kept(**json.loads(open_secret(PURPOSE, sealed)))
