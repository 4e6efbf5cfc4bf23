"""The signature over a piece, by the open scheme of Standard Webhooks: HMAC-SHA256 over id, moment and body.

https://www.standardwebhooks.com: headers webhook-id, webhook-timestamp, webhook-signature ("v1,<base64>", several
parted by blanks while a secret is changed); so that other people's libraries can check what we send, and sign for us.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gezhi.kernel.errors import Refused

WINDOW = timedelta(minutes=5)
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Head:
    """The three headers: the piece's own mark, seconds since 1970, and the signatures."""

    mark: str
    stamp: str
    given: str


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 behind its prefix, else its characters."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def signature(secret: str, mark: str, stamp: str, body: bytes) -> str:
    """What stands in webhook-signature.

    The example of the scheme's own documentation:
    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    made = hmac.new(key_of(secret), f"{mark}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def check(secrets: Iterable[str], head: Head, body: bytes, *, now: datetime) -> None:
    """Refuse partner-signature, or partner-stale where the moment is more than five minutes away from ours (401)."""
    mark, stamp, given = head.mark, head.stamp, head.given
    if not (mark and len(mark) <= 120 and mark.isascii() and mark.isprintable()):
        raise Refused("partner-signature", status=401)
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12 or not given.isascii():
        raise Refused("partner-signature", status=401)
    wanted = [signature(secret, mark, stamp, body) for secret in secrets]
    fits = [hmac.compare_digest(one, each) for one in wanted for each in given.split(" ")[:8]]
    if not any(fits):
        raise Refused("partner-signature", status=401)
    said = datetime.fromtimestamp(int(stamp), UTC)
    if abs(said - now) > WINDOW:
        raise Refused("partner-stale", status=401, seconds=round((now - said).total_seconds()), window=WINDOW.seconds)
