"""Sealing: every requester's texts under a key of his own, wrapped by the installation's master key.

AES-256-GCM throughout. Keys of the installation are files of 0600 in the keys folder and never in the database, so a
copy of the database alone opens nothing; destroying the wrapped key of one requester erases all his texts at once.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from gezhi.kernel.errors import Refused

VERSION = b"\x01"
NONCE = 12
KEY = 32
_loaded: dict[tuple[str, str], bytes] = {}


def installation_key(name: str) -> bytes:
    """32 random bytes kept in `<keys>/<name>.key`; made at first use, read once per process."""
    place = (str(settings.GEZHI_KEYS), name)
    key = _loaded.get(place)
    if key is None:
        key = _loaded[place] = _read_or_make(Path(settings.GEZHI_KEYS) / f"{name}.key")
    return key


def _read_or_make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(KEY))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # fails when another process was first; then its key holds
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_bytes()
    if len(key) != KEY:
        raise RuntimeError(f"{path} is not a key of {KEY} bytes")
    return key


def signing_key() -> Ed25519PrivateKey:
    """The key that signs checkpoints of this installation."""
    return Ed25519PrivateKey.from_private_bytes(installation_key("checkpoint"))


def keyed_hash(kind: str, value: str) -> bytes | None:
    """HMAC-SHA256 by which equal values are found without being readable; None for an empty value."""
    if not value:
        return None
    return hmac.digest(installation_key("search"), f"{kind}:{value}".encode(), hashlib.sha256)


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes | memoryview, bound_to: bytes) -> bytes:
    data = bytes(sealed)
    if data[:1] != VERSION:
        raise Refused("sealed-broken", status=500)
    try:
        return AESGCM(key).decrypt(data[1 : 1 + NONCE], data[1 + NONCE :], bound_to)
    except (InvalidTag, ValueError) as broken:
        raise Refused("sealed-broken", status=500) from broken


def seal_secret(kind: str, plain: str) -> bytes:
    """A secret of the installation itself (a token, a client secret), sealed by its master key for one purpose."""
    return _seal(installation_key("master"), plain.encode(), f"secret:{kind}".encode())


def open_secret(kind: str, sealed: bytes | memoryview) -> str:
    """A secret sealed for this purpose; refused with `sealed-broken` where key or purpose do not fit."""
    return _open(installation_key("master"), bytes(sealed), f"secret:{kind}".encode()).decode()


class Keyed(Protocol):
    """A requester as far as his words are concerned: whose key it is, and the wrapped key."""

    @property
    def pk(self) -> UUID: ...
    @property
    def wrapped_key(self) -> "bytes | memoryview[int] | None": ...


def wrapped_key(requester_id: UUID) -> bytes:
    """A fresh key for one requester, wrapped."""
    return _seal(installation_key("master"), os.urandom(KEY), b"key:" + requester_id.bytes)


def _key_of(requester: Keyed) -> bytes:
    if requester.wrapped_key is None:
        raise Refused("requester-erased", requester=str(requester.pk))
    return _open(installation_key("master"), requester.wrapped_key, b"key:" + requester.pk.bytes)


def seal_text(requester: Keyed, texts: Mapping[str, Any]) -> bytes:
    """Texts of this requester as bytes that only his key opens; refused after his erasure."""
    plain = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    return _seal(_key_of(requester), plain, b"text:" + requester.pk.bytes)


def open_text(requester: Keyed, sealed: bytes | memoryview) -> dict[str, Any]:
    """The texts sealed for this requester; an empty dict once he was erased. Refused when they do not fit his key."""
    if requester.wrapped_key is None:
        return {}
    texts: dict[str, Any] = json.loads(_open(_key_of(requester), bytes(sealed), b"text:" + requester.pk.bytes))
    return texts
