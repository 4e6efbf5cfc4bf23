"""Verbs of the room and what other rooms build their own verbs with."""

from gezhi.trust.service.access import (
    actor_for,
    actor_from_request,
    actor_of_token,
    attach,
    citizen_actor,
    require,
    token_digest,
)
from gezhi.trust.service.acts import (
    VERBS,
    NoRecordError,
    once,
    record,
    record_many,
    remember,
    unchanged,
    verb,
)
from gezhi.trust.service.ledger import Verdict, checkpoint, public_key, seal_pending, verify_export
from gezhi.trust.service.ledger import export as export_ledger
from gezhi.trust.service.ledger import status as ledger_status
from gezhi.trust.service.ledger import verify as verify_ledger
from gezhi.trust.service.office import declare_setting, office_setting, profile, set_office
from gezhi.trust.service.outbox import (
    Event,
    deliver_pending,
    prune_deliveries,
    publish,
    publish_many,
    replay,
    subscribe,
    subscriptions,
)
from gezhi.trust.service.requesters import (
    amend,
    erase,
    find_by_id_no,
    find_by_phone,
    identity_of,
    new_requester,
    new_requesters,
    reveal,
    sealed_requester,
)
from gezhi.trust.service.roles import grant_post, load_roles, revoke_post, set_verbs
from gezhi.trust.service.sealing import keyed_hash, open_text, seal_text
from gezhi.trust.service.units import close_unit, create_unit, move_unit, rename_unit
from gezhi.trust.store.people import units_under

__all__ = [
    "VERBS",
    "Event",
    "NoRecordError",
    "Verdict",
    "actor_for",
    "actor_from_request",
    "actor_of_token",
    "amend",
    "attach",
    "checkpoint",
    "citizen_actor",
    "close_unit",
    "create_unit",
    "declare_setting",
    "deliver_pending",
    "erase",
    "export_ledger",
    "find_by_id_no",
    "find_by_phone",
    "grant_post",
    "identity_of",
    "keyed_hash",
    "ledger_status",
    "load_roles",
    "move_unit",
    "new_requester",
    "new_requesters",
    "office_setting",
    "once",
    "open_text",
    "profile",
    "prune_deliveries",
    "public_key",
    "publish",
    "publish_many",
    "record",
    "record_many",
    "remember",
    "rename_unit",
    "replay",
    "require",
    "reveal",
    "revoke_post",
    "seal_pending",
    "seal_text",
    "sealed_requester",
    "set_office",
    "set_verbs",
    "subscribe",
    "subscriptions",
    "token_digest",
    "unchanged",
    "units_under",
    "verb",
    "verify_export",
    "verify_ledger",
]
