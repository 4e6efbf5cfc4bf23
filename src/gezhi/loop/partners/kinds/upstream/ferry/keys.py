"""The keys of a ferry: ours to sign and to open with, the other site's to check and to close with."""

import base64
import binascii
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gezhi.kernel.errors import Refused
from gezhi.kit.config import config
from gezhi.loop.models import Partner

HALF = 32


@dataclass(frozen=True, slots=True)
class Own:
    """Our two private keys for one partner."""

    sign: Ed25519PrivateKey
    open: X25519PrivateKey

    @property
    def raw(self) -> bytes:
        return self.sign.public_key().public_bytes_raw() + self.open.public_key().public_bytes_raw()

    @property
    def public(self) -> str:
        """Both public halves in one text, for the other site's wish `other`."""
        return base64.urlsafe_b64encode(self.raw).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Other:
    """The two public keys of the other site."""

    check: Ed25519PublicKey
    close: X25519PublicKey
    raw: bytes


def own(partner: Partner) -> Own:
    """Drawn from the secret in the keys folder, apart for each partner."""
    seed = config().secret("ferry").encode()
    return Own(
        Ed25519PrivateKey.from_private_bytes(_drawn(seed, f"sign {partner.code}")),
        X25519PrivateKey.from_private_bytes(_drawn(seed, f"open {partner.code}")),
    )


def other(partner: Partner) -> Other:
    """Raises ferry-key (422) where the wish `other` holds no key."""
    text = str(partner.wishes.get("other") or "")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("ferry-key", status=422, field="other", partner=partner.code) from error
    if len(raw) != 2 * HALF:
        raise Refused("ferry-key", status=422, field="other", partner=partner.code)
    return Other(Ed25519PublicKey.from_public_bytes(raw[:HALF]), X25519PublicKey.from_public_bytes(raw[HALF:]), raw)


def _drawn(seed: bytes, what: str) -> bytes:
    return HKDF(hashes.SHA256(), HALF, b"gezhi-ferry", what.encode()).derive(seed)
