"""For whom of the family a case was reported: kept sealed, with a link of its own, opened for a purpose only."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gezhi.loop.models import Case
from gezhi.loop.store import behalf as store
from gezhi.trust.rules import Actor
from gezhi.trust.service import keyed_hash, note_opened, open_text, seal_text, token_digest

FIELD = "behalf"  # what stands in the ledger and on the list of who looked


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who is meant."""

    relation: str
    name: str
    phone: str


def behalf_token(case_id: object) -> str:
    """The 128-bit token of the link for the person concerned; another one than that of who reported."""
    digest = keyed_hash("behalf-token", str(case_id)) or b""
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def keep(case: Case, relation: str, name: str, phone: str) -> None:
    """Seal who is meant under the key of the case's requester."""
    sealed = seal_text(case.requester, {"name": name.strip(), "phone": phone.strip()})
    store.keep(case, relation, sealed, token_digest(behalf_token(case.pk)))


def concerned(case: Case) -> Concerned | None:
    """Who is meant, for the product's own use and for who reported; nothing once the person was erased."""
    row = store.of_case(case)
    if row is None or case.requester.wrapped_key is None:
        return None
    told: Mapping[str, str] = open_text(case.requester, row.sealed)
    return Concerned(row.relation, str(told.get("name", "")), str(told.get("phone", "")))


def opened(case: Case, *, actor: Actor, now: datetime, purpose: str) -> dict[str, str]:
    """Name and phone of the person concerned, beside those of who reported; in the ledger, and on the list that both
    can read. The caller has permitted the look.
    """
    found = concerned(case)
    if found is None:
        return {}
    note_opened(case.requester, FIELD, actor=actor, now=now, purpose=purpose, case_id=case.pk)
    return {"behalf": found.relation, "behalf_name": found.name, "behalf_phone": found.phone}
