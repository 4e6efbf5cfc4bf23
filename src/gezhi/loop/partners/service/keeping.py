"""Who our partners are: put, changed, switched on and off, their secrets sealed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner
from gezhi.loop.partners import store
from gezhi.loop.partners.adapters import adapter_of
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import new_requesters, open_text, record, require, seal_text, sealed_requester, verb

EDIT = "partner.edit"
BOX_SINCE = "box_since"  # among the wishes: when this mailbox was connected; what lay there before is its archive
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Wish:
    """A partner as somebody wants it; a secret that is empty stays as it was."""

    code: str
    kind: str
    name_zh: str
    name_en: str = ""
    channel: str = "api"
    source: str = ""
    desk: int | None = None
    wishes: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


def system_actor(partner: Partner) -> Actor:
    """Who acts when a partner's piece becomes an act: the product, in the name of that partner."""
    return Actor.system(f"partner.{partner.code}")


def secrets_of(partner: Partner) -> dict[str, str]:
    return {name: str(value) for name, value in open_text(partner.keeper, partner.secrets).items()}


@verb(EDIT)
def put_partner(wish: Wish, *, actor: Actor, now: datetime) -> Partner:
    """Make or change a partner. Refuses not-allowed (403), partner-code, partner-kind, partner-wish, field-…."""
    require(actor, EDIT)
    if not _CODE.fullmatch(wish.code):
        raise Refused("partner-code", status=422, field="code", value=wish.code[:40])
    if not wish.name_zh.strip():
        raise Refused("field-missing", status=422, field="name_zh", move=EDIT)
    if wish.channel not in content().codes.get("channel", {"api": None}):
        raise Refused("field-invalid", status=422, field="channel", value=wish.channel[:20])
    if wish.desk is not None and not below.units().filter(pk=wish.desk, active=True).exists():
        raise Refused("unit-unknown", status=422, field="desk", unit=wish.desk)
    adapter = adapter_of(wish.kind)
    alone(f"partner.{wish.code}")
    row = store.locked(wish.code)
    if row is not None and row.kind != wish.kind:
        raise Refused("partner-kind-kept", partner=wish.code, kind=row.kind)
    if row is None:
        keeper = sealed_requester()
        new_requesters([keeper])
        row = Partner(code=wish.code, kind=wish.kind, keeper=keeper, secrets=seal_text(keeper, {}), active=True)
    before, said = row.wishes, {name: value for name, value in wish.wishes.items() if name != BOX_SINCE}
    if said.get("box"):
        same = row.pk is not None and before.get("box") == said["box"]
        since = before.get(BOX_SINCE) or row.created_at.isoformat() if same else now.isoformat()
        said[BOX_SINCE] = since
    row.name_zh, row.name_en = wish.name_zh.strip()[:80], wish.name_en.strip()[:120]
    row.channel, row.source, row.desk_id, row.wishes = (
        wish.channel,
        wish.source.strip()[:40],
        wish.desk,
        said,
    )
    kept = secrets_of(row) | {name: value for name, value in wish.secrets.items() if value}
    adapter.checked(row, kept)
    row.secrets = seal_text(row.keeper, kept)
    row.save()
    record(EDIT, "partner", row.code, actor=actor,
           body={"kind": row.kind, "channel": row.channel, "source": row.source, "desk": row.desk_id,
                 "secrets": sorted(name for name, value in wish.secrets.items() if value)})  # fmt: skip
    return row


@verb(EDIT)
def set_active(code: str, *, active: bool, actor: Actor, now: datetime) -> Partner:
    """Switch a partner on or off; what waits for it stays waiting."""
    require(actor, EDIT)
    row = store.locked(code)
    if row is None:
        raise Refused("partner-unknown", status=404, partner=code[:40])
    row.active = active
    store.save(row, "active")
    record(EDIT, "partner", row.code, actor=actor, body={"active": active})
    return row
