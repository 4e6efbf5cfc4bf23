"""Signed tokens (RFC 7515, 7517, 7518): read strictly and checked against a provider's public keys.

Two algorithms are taken, RS256 and ES256: `none` and HS256, whose key the client shares, are refused by their absence.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gezhi.kit.parsing import read_json

KINDS = {"RS256": "RSA", "ES256": "EC"}
LONGEST = 64 * 1024
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 8192
MOST_KEYS = 50
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")

Jwk = Mapping[str, Any]


class TokenFaultError(ValueError):
    """A token that must not be believed; `fault` is a short code of why."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Signed:
    """A token in its parts, not yet checked."""

    algorithm: str
    key_id: str
    kind: str
    claims: dict[str, Any]
    message: bytes
    signature: bytes


def decoded(text: object) -> bytes:
    """Bytes of unpadded base64url; anything else is refused, also what a lenient reader would skip.

    >>> decoded("aGk")
    b'hi'
    >>> decoded("aGk=")
    Traceback (most recent call last):
    gezhi.trust.oidc.rules.jose.TokenFaultError: malformed
    """
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise TokenFaultError("malformed")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as broken:
        raise TokenFaultError("malformed") from broken


def _object(text: str) -> dict[str, Any]:
    try:
        value = read_json(decoded(text))
    except ValueError as broken:
        if isinstance(broken, TokenFaultError):
            raise
        raise TokenFaultError("malformed") from broken
    if not isinstance(value, dict):
        raise TokenFaultError("malformed")
    return value


def parsed(token: object) -> Signed:
    """The parts of a compact token. Faults: malformed, algorithm, critical."""
    if not isinstance(token, str) or len(token) > LONGEST or token.count(".") != 2:
        raise TokenFaultError("malformed")
    head, body, signature = token.split(".")
    header = _object(head)
    algorithm, key_id, kind = header.get("alg"), header.get("kid", ""), header.get("typ", "")
    if not isinstance(algorithm, str) or algorithm not in KINDS:
        raise TokenFaultError("algorithm")
    if "crit" in header:
        raise TokenFaultError("critical")
    if not isinstance(key_id, str) or not isinstance(kind, str):
        raise TokenFaultError("malformed")
    return Signed(algorithm, key_id, kind.lower(), _object(body), f"{head}.{body}".encode(), decoded(signature))


def fitting(keys: Sequence[object], signed: Signed) -> list[Jwk]:
    """The keys that may have signed this: of the right kind, for signing, by the id that the token names.

    >>> token = Signed("RS256", "a", "", {}, b"", b"")
    >>> [key["kid"] for key in fitting([{"kty": "RSA", "kid": "a"}, {"kty": "RSA", "kid": "b"}], token)]
    ['a']
    >>> fitting([{"kty": "RSA", "kid": "a", "use": "enc"}, {"kty": "EC", "kid": "a"}], token)
    []
    """
    found: list[Jwk] = []
    for key in keys[:MOST_KEYS]:
        if not isinstance(key, Mapping) or key.get("kty") != KINDS[signed.algorithm]:
            continue
        if key.get("use", "sig") != "sig" or key.get("alg", signed.algorithm) != signed.algorithm:
            continue
        if not signed.key_id or key.get("kid") == signed.key_id:
            found.append(key)
    return found


def verified(token: object, keys: Sequence[object]) -> Signed:
    """A token whose signature one of the keys made. Faults: malformed, algorithm, critical, key, signature."""
    signed = parsed(token)
    candidates = fitting(keys, signed)
    if not candidates:
        raise TokenFaultError("key")
    if not any(_made_by(key, signed) for key in candidates):
        raise TokenFaultError("signature")
    return signed


def _made_by(key: Jwk, signed: Signed) -> bool:
    check = _by_rsa if signed.algorithm == "RS256" else _by_curve
    try:
        check(key, signed)
    except (InvalidSignature, TokenFaultError, ValueError):
        return False
    return True


def _number(key: Jwk, name: str) -> int:
    return int.from_bytes(decoded(key.get(name)), "big")


def _by_rsa(key: Jwk, signed: Signed) -> None:
    modulus = _number(key, "n")
    if not LEAST_RSA_BITS <= modulus.bit_length() <= MOST_RSA_BITS:
        raise TokenFaultError("key")
    public = rsa.RSAPublicNumbers(_number(key, "e"), modulus).public_key()
    public.verify(signed.signature, signed.message, padding.PKCS1v15(), SHA256())


def _by_curve(key: Jwk, signed: Signed) -> None:
    if key.get("crv") != "P-256" or len(signed.signature) != 64:
        raise TokenFaultError("key")
    public = ec.EllipticCurvePublicNumbers(_number(key, "x"), _number(key, "y"), ec.SECP256R1()).public_key()
    first, second = (int.from_bytes(half, "big") for half in (signed.signature[:32], signed.signature[32:]))
    public.verify(encode_dss_signature(first, second), signed.message, ec.ECDSA(SHA256()))
