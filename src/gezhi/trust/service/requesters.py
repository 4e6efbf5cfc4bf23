"""Requesters: made sealed, found by keyed hash, opened for a purpose, erased for good."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.kit.bulk import fresh
from gezhi.trust.models import Requester, Reveal
from gezhi.trust.rules import Actor
from gezhi.trust.rules.identity import mask_name, normal_id, normal_phone
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, record_many, unchanged, verb
from gezhi.trust.service.outbox import publish
from gezhi.trust.service.sealing import keyed_hash, open_text, seal_text, wrapped_key
from gezhi.trust.store import requesters as store

FIELDS = ("name", "phone", "id_no", "address", "email", "other")
PURPOSES = (
    "first_contact",
    "callback",
    "handling",
    "dispatch",
    "emergency",
    "verification",
    "inspection",
    "own_request",
)


def sealed_requester(**identity: str) -> Requester:
    """A requester that is not in the database yet; `identity` holds any of FIELDS."""
    unknown = sorted(set(identity) - set(FIELDS))
    if unknown:
        raise TypeError(f"no such field of an identity: {', '.join(unknown)}")
    key = uuid7()
    requester = fresh(Requester, id=key, wrapped_key=wrapped_key(key))
    _fill(requester, identity)
    return requester


def _fill(requester: Requester, identity: dict[str, str]) -> None:
    known = {field: value.strip() for field, value in identity.items() if value.strip()}
    requester.identity_ct = seal_text(requester, known) if known else None
    requester.phone_hash = keyed_hash("phone", normal_phone(known.get("phone", "")))
    requester.id_hash = keyed_hash("id", normal_id(known.get("id_no", "")))
    requester.masked_name = mask_name(known.get("name", ""))


def new_requester(
    *, name: str = "", phone: str = "", id_no: str = "", address: str = "", email: str = "", other: str = ""
) -> Requester:
    """Insert a requester, sealed; anonymous when nothing is given. One statement; call it within an act."""
    requester = sealed_requester(name=name, phone=phone, id_no=id_no, address=address, email=email, other=other)
    store.insert_one(requester)
    return requester


def new_requesters(requesters: Sequence[Requester]) -> None:
    """Insert many made by `sealed_requester`, for imports."""
    store.insert_many(list(requesters))


def find_by_phone(phone: str) -> list[UUID]:
    """Requesters with this phone, oldest first, without opening any."""
    digest = keyed_hash("phone", normal_phone(phone))
    return store.by_hash("phone_hash", digest) if digest else []


def find_by_id_no(id_no: str) -> list[UUID]:
    """Requesters with this identity number, oldest first, without opening any."""
    digest = keyed_hash("id", normal_id(id_no))
    return store.by_hash("id_hash", digest) if digest else []


def identity_of(requester: Requester) -> dict[str, str]:
    """The identity opened for the product's own use (a message sent, a form filled); shown only by `reveal`."""
    return open_text(requester, requester.identity_ct) if requester.identity_ct else {}


@verb("case.reveal")
def reveal(
    requester: Requester, *, actor: Actor, now: datetime, purpose: str, case_id: UUID | None, fields: Sequence[str]
) -> dict[str, str]:
    """Open named fields of an identity for one purpose; written to the ledger and to the list the person can see.

    Whether the actor may see this case is checked by the caller, who knows its units; here the verb alone is.
    """
    if not actor.grants_for("case.reveal"):
        require(actor, "case.reveal")
    wanted = [field for field in FIELDS if field in fields]
    if not wanted or len(wanted) != len(set(fields)):
        raise Refused("reveal-fields", status=422, known=", ".join(FIELDS))
    _note(requester, wanted, actor=actor, now=now, purpose=purpose, case_id=case_id)
    identity = identity_of(requester)
    return {field: identity.get(field, "") for field in wanted}


def _note(
    requester: Requester, fields: list[str], *, actor: Actor, now: datetime, purpose: str, case_id: UUID | None
) -> None:
    if purpose not in PURPOSES:
        raise Refused("reveal-purpose", status=422, purpose=purpose, known=", ".join(PURPOSES))
    if requester.wrapped_key is None:
        raise Refused("requester-erased", requester=str(requester.pk))
    row = Reveal(
        requester=requester,
        case_id=case_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        unit_id=actor.unit_id,
        purpose=purpose,
        fields=",".join(fields),
        acted_at=now,
    )
    store.insert_reveal(row)
    body = {"purpose": purpose, "fields": fields, "case": str(case_id) if case_id else None, "reveal": str(row.pk)}
    record("case.reveal", "requester", requester.pk, actor=actor, body=body)


@verb("case.reveal")
def note_opened(
    requester: Requester, what: str, *, actor: Actor, now: datetime, purpose: str, case_id: UUID | None
) -> None:
    """Write down that something of a person beside the identity was opened (a recording); the caller has permitted it.

    It stands in the ledger and on the list that the person can see, as `reveal` writes it.
    """
    _note(requester, [what], actor=actor, now=now, purpose=purpose, case_id=case_id)


@verb("requester.amend")
def amend(requester_id: UUID, *, actor: Actor, now: datetime, **identity: str) -> Requester:
    """Add to or correct an identity; an empty text removes a field. The caller checks that the actor may."""
    del now
    unknown = sorted(set(identity) - set(FIELDS))
    if unknown:
        raise TypeError(f"no such field of an identity: {', '.join(unknown)}")
    requester = store.get(requester_id, lock=True)
    if requester is None:
        raise Refused("requester-unknown", status=404, requester=str(requester_id))
    if requester.wrapped_key is None:
        raise Refused("requester-erased", requester=str(requester_id))
    _fill(requester, {**identity_of(requester), **identity})
    store.change(requester, ["identity_ct", "phone_hash", "id_hash", "masked_name"])
    record("requester.amend", "requester", requester_id, actor=actor, body={"fields": sorted(identity)})
    return requester


@verb("requester.erase")
def erase(requester_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Destroy the key of a requester: identity and every text sealed for him can never be read again."""
    require(actor, "requester.erase")
    requester = store.get(requester_id, lock=True)
    if requester is None:
        raise Refused("requester-unknown", status=404, requester=str(requester_id))
    if requester.erased_at is not None:
        raise Refused("requester-erased", requester=str(requester_id))
    requester.wrapped_key = requester.identity_ct = requester.phone_hash = requester.id_hash = None
    requester.masked_name = ""
    requester.erased_at = now
    store.change(requester, ["wrapped_key", "identity_ct", "phone_hash", "id_hash", "masked_name", "erased_at"])
    record("requester.erase", "requester", requester_id, actor=actor)
    publish("requester.erased", "requester", requester_id, {})


@verb("requester.erase")
def strip(requester_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> int:
    """Forget who these requesters are: identity, hashes, masked name; their key stays, so their texts can be read.

    How many were changed. A record for each, as every erasure has.
    """
    del now
    require(actor, "requester.erase")
    changed = store.strip(requester_ids)
    if changed:
        record_many([("requester.strip", "requester", key, {}) for key in changed], actor=actor)
    else:
        unchanged()
    return len(changed)
