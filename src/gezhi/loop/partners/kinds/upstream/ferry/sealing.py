"""One parcel as bytes: closed for the other site alone (X25519, ChaCha20-Poly1305), signed by us (Ed25519)."""

import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gezhi.kernel.errors import Refused
from gezhi.loop.partners.kinds.upstream.ferry.keys import HALF, Other, Own

MAGIC = b"GEZHI-FERRY-1\n"
NONCE, SIGNATURE = 12, 64
HEAD = len(MAGIC) + 4 * HALF + HALF + NONCE
LARGEST = 512 * 1024 * 1024


def closed(said: Any, ours: Own, theirs: Other) -> bytes:
    """Who it is from and for, a key made for this parcel alone, the closed words, the signature over all of it."""
    passing = X25519PrivateKey.generate()
    fresh = passing.public_key().public_bytes_raw()
    head = MAGIC + ours.raw + theirs.raw + fresh + secrets.token_bytes(NONCE)
    key = _key(passing.exchange(theirs.close), head)
    body = head + ChaCha20Poly1305(key).encrypt(head[-NONCE:], json.dumps(said, ensure_ascii=False).encode(), head)
    return body + ours.sign.sign(body)


def opened(parcel: bytes, ours: Own, theirs: Other) -> Any:
    """What was said. Raises ferry-broken, or ferry-signature for what the other site did not sign for us."""
    if not parcel.startswith(MAGIC) or len(parcel) < HEAD + SIGNATURE or len(parcel) > LARGEST:
        raise Refused("ferry-broken", status=422)
    body, signature = parcel[:-SIGNATURE], parcel[-SIGNATURE:]
    start = len(MAGIC)
    if body[start : start + 4 * HALF] != theirs.raw + ours.raw:
        raise Refused("ferry-signature", status=422)
    try:
        theirs.check.verify(signature, body)
        head = body[:HEAD]
        fresh = X25519PublicKey.from_public_bytes(head[-NONCE - HALF : -NONCE])
        key = _key(ours.open.exchange(fresh), head)
        return json.loads(ChaCha20Poly1305(key).decrypt(head[-NONCE:], body[HEAD:], head))
    except (InvalidSignature, InvalidTag, ValueError) as error:
        raise Refused("ferry-signature", status=422) from error


def _key(shared: bytes, head: bytes) -> bytes:
    return HKDF(hashes.SHA256(), HALF, head[:-NONCE], b"gezhi-ferry parcel").derive(shared)
