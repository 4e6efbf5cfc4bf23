"""Keeping a case against its rule: for a lawsuit, an audit, an inquiry; by a named person, with a reason."""

from datetime import date, datetime
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.models import RetentionHold
from gezhi.loop.retention import holds, store
from gezhi.loop.retention.service.planning import person
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, seal_text, verb

REASONS = "hold_reason"


@verb("retention.hold")
def put_hold(
    number: str, reason: str, words: str = "", *, until: date | None = None, actor: Actor, now: datetime
) -> RetentionHold:
    """Keep a case. Refuses hold-case-unknown (422), hold-reason-unknown, hold-date (422), requester-erased."""
    case = (
        visible(actor, "retention.hold").filter(number__iexact=number.strip()[:40]).select_related("requester").first()
    )
    if case is None:
        raise Refused("hold-case-unknown", status=422, field="number")
    require(actor, "retention.hold", unit_paths=list(below.unit_paths([case.desk_id]).values()))
    if not content().knows(REASONS, reason):
        raise Refused("hold-reason-unknown", status=422, field="reason", reason=reason[:40])
    if until is not None and until < holds.today(now):
        raise Refused("hold-date", status=422, field="until", until=until.isoformat())
    said = checked_text("words", words).strip()
    row = RetentionHold(case=case, reason=reason, put_at=now, put_by_id=person(actor), until=until)
    row.words = seal_text(case.requester, {"words": said}) if said else None
    row.save(force_insert=True)
    body = {"reason": reason, "until": until.isoformat() if until else None, "hold": str(row.pk)}
    record("retention.hold", "case", case.pk, actor=actor, body=body)
    return row


@verb("retention.hold")
def lift_hold(key: UUID | str, *, actor: Actor, now: datetime) -> RetentionHold:
    """Let a case go its way again. Refuses hold-unknown (404), hold-lifted."""
    row = store.hold(key)
    if row is None or not visible(actor, "retention.hold").filter(pk=row.case_id).exists():
        raise Refused("hold-unknown", status=404)
    require(actor, "retention.hold", unit_paths=list(below.unit_paths([row.case.desk_id]).values()))
    if row.lifted_at is not None:
        raise Refused("hold-lifted")
    row.lifted_at, row.lifted_by_id = now, person(actor)
    row.save(update_fields=["lifted_at", "lifted_by"])
    record("retention.lift", "case", row.case_id, actor=actor, body={"hold": str(row.pk)})
    return row
