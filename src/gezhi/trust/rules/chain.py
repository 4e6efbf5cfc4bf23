"""The canonical bytes of a ledger record, the chain of seals, and the signed checkpoint."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

START = bytes(32)  # the previous hash of the first seal


def canonical_json(value: object) -> str:
    """One spelling of a JSON value: sorted names, no blanks, characters as they are.

    >>> canonical_json({"b": [1, "雨"], "a": None})
    '{"a":null,"b":[1,"雨"]}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def netstring(fields: tuple[str, ...]) -> bytes:
    r"""Fields with their byte lengths, so that no character can wander from one field into the next.

    >>> netstring(("ab", "c")) == netstring(("a", "bc"))
    False
    >>> netstring(("雨", ""))
    b'3:\xe9\x9b\xa8,0:,'
    """
    parts = []
    for field in fields:
        raw = field.encode()
        parts.append(b"%d:%s," % (len(raw), raw))
    return b"".join(parts)


def record_digest(fields: Sequence[object]) -> bytes:
    """SHA-256 of one record.

    Its fields in order: id, recorded_at in microseconds since 1970 UTC, actor kind, actor id, act, subject kind,
    subject id, body. The database computes the same when the record is written.
    """
    return hashlib.sha256(netstring(tuple(str(field) for field in fields))).digest()


def seal_hash(sequence: int, record_id: str, digest: bytes, previous: bytes) -> bytes:
    """SHA-256 of one link of the chain."""
    return hashlib.sha256(netstring((str(sequence), record_id, digest.hex(), previous.hex()))).digest()


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document with public key and signature, both in hexadecimal."""
    whole = {**document, "public_key": key.public_key().public_bytes_raw().hex()}
    return {**whole, "signature": key.sign(canonical_json(whole).encode()).hex()}


def signature_holds(document: Mapping[str, Any]) -> bool:
    """Whether the signature in a checkpoint fits its own public key and everything else it says.

    >>> paper = signed({"sequence": 3, "hash": "00"}, Ed25519PrivateKey.generate())
    >>> signature_holds(paper), signature_holds({**paper, "sequence": 4}), signature_holds({})
    (True, False, False)
    """
    rest = {name: value for name, value in document.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(rest["public_key"])))
        key.verify(bytes.fromhex(str(document["signature"])), canonical_json(rest).encode())
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True
