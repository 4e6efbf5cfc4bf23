"""Pure rules of the room: permission, canonical form of the ledger, identity, waiting times, passwords."""

from gezhi.trust.rules.permission import (
    ADMINISTRATORS,
    ANY,
    SMALL_OFFICE,
    STANDARD,
    Actor,
    Denial,
    Grant,
    allowed,
    conflict,
    covers,
    why,
    within,
)

__all__ = [
    "ADMINISTRATORS",
    "ANY",
    "SMALL_OFFICE",
    "STANDARD",
    "Actor",
    "Denial",
    "Grant",
    "allowed",
    "conflict",
    "covers",
    "why",
    "within",
]
