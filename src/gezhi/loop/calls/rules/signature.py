"""The signature of what comes over the telephone contract: HMAC-SHA256 over the moment and the body."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from gezhi.kernel.errors import Refused

WINDOW = timedelta(minutes=5)
PREFIX = "sha256="


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What stands in the header.

    >>> signature("secret", "1772413200", b"{}")[:15]
    'sha256=eb441105'
    """
    return PREFIX + hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def check(secrets: Iterable[str], stamp: str, given: str, body: bytes, now: datetime) -> None:
    """Refuse cti-signature, or cti-stale where the moment is more than five minutes away from ours."""
    kept = list(secrets)
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12 or not given.isascii():
        raise Refused("cti-signature", status=401)
    fits = [hmac.compare_digest(signature(secret, stamp, body), given) for secret in kept]
    if not any(fits):
        raise Refused("cti-signature", status=401)
    said = datetime.fromtimestamp(int(stamp), UTC)
    if abs(said - now) > WINDOW:
        raise Refused("cti-stale", status=401, seconds=round((now - said).total_seconds()), window=WINDOW.seconds)
