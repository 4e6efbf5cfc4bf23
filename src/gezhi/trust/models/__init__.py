"""Tables of the room; other rooms point at them by string only."""

from gezhi.trust.models.access import Setting, SignedIn, SignInLink, Throttle, Token
from gezhi.trust.models.ledger import IdempotencyKey, LedgerCheckpoint, LedgerPending, LedgerRecord, LedgerSeal
from gezhi.trust.models.oidc import OidcGrant, OidcIdentity, OidcRule
from gezhi.trust.models.outbox import Delivery, Outbox, OutboxPending
from gezhi.trust.models.people import Holding, Post, Role, RoleVerb, Unit, User
from gezhi.trust.models.requester import Requester, Reveal

__all__ = [
    "Delivery",
    "Holding",
    "IdempotencyKey",
    "LedgerCheckpoint",
    "LedgerPending",
    "LedgerRecord",
    "LedgerSeal",
    "OidcGrant",
    "OidcIdentity",
    "OidcRule",
    "Outbox",
    "OutboxPending",
    "Post",
    "Requester",
    "Reveal",
    "Role",
    "RoleVerb",
    "Setting",
    "SignInLink",
    "SignedIn",
    "Throttle",
    "Token",
    "Unit",
    "User",
]
