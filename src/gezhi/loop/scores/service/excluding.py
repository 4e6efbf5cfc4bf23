"""Cases that shall not count: asked for with evidence, decided by another person, taken back with a record."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, ScoreExclusion
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.events import EVENTS
from gezhi.loop.scores.service.running import person
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, seal_text, verb

REASONS = "exclusion_reason"


@verb("score.exclude")
def ask_exclusion(
    case_id: UUID | str, reason: str, evidence: str, *, set_code: str = "", kinds: Sequence[str] = (),
    files: Sequence[Incoming] = (), actor: Actor, now: datetime,
) -> ScoreExclusion:  # fmt: skip
    """Ask that a case shall not count, in one set or in all, wholly or by some kinds of events.

    Raises case-not-found (404), not-allowed (403), exclusion-reason-unknown, field-missing (422), exclusion-already.
    """
    case = get_visible(actor, case_id)
    require(actor, "score.exclude", unit_paths=paths(case))
    if not content().knows(REASONS, reason):
        raise Refused("exclusion-reason-unknown", status=422, field="reason", reason=reason[:40])
    unknown = [kind for kind in kinds if kind not in EVENTS]
    if unknown:
        raise Refused("field-invalid", status=422, field="kinds", value=unknown[0][:40])
    words = needed("evidence", evidence)
    proofs = [str(row.pk) for row in attach(case.pk, files, actor=actor, now=now, public=False)] if files else []
    row = insert(
        case=case, set=set_code, kinds=sorted(kinds), reason=reason, files=proofs, asked_at=now,
        evidence=seal_text(case.requester, {"evidence": words}), asked_by_id=person(actor),
    )  # fmt: skip
    body = {"case": str(case.pk), "reason": reason, "set": set_code, "kinds": row.kinds, "files": proofs}
    record("score.exclude", "score_exclusion", row.pk, actor=actor, body=body)
    return row


def insert(**values: object) -> ScoreExclusion:
    """A new exclusion; refuses exclusion-already where one like it stands."""
    try:
        with transaction.atomic():
            return ScoreExclusion.objects.create(**values)
    except IntegrityError as error:
        raise Refused("exclusion-already") from error


def paths(case: Case) -> list[str]:
    """The units that count for a right on a case's score."""
    return [case.lead.path if case.lead is not None else case.desk.path]


def needed(name: str, words: str) -> str:
    said = checked_text(name, words).strip()
    if not said:
        raise Refused("field-missing", status=422, field=name, move="score")
    return said


@verb("score.approve")
def decide_exclusion(key: int, *, approve: bool, words: str = "", actor: Actor, now: datetime) -> ScoreExclusion:
    """Approve or refuse what another person asked for. Raises exclusion-decided, own-exclusion."""
    row = _locked(key)
    require(actor, "score.approve", unit_paths=paths(row.case))
    if row.state != "asked":
        raise Refused("exclusion-decided", state=row.state)
    if row.asked_by_id is not None and row.asked_by_id == person(actor):
        raise Refused("own-exclusion")
    if not approve:
        row.words = seal_text(row.case.requester, {"words": needed("words", words)})
    row.state = "approved" if approve else "refused"
    row.decided_at, row.decided_by_id = now, person(actor)
    row.save(update_fields=["state", "decided_at", "decided_by", "words"])
    body = {"case": str(row.case_id), "approve": approve, "reason": row.reason}
    record("score.approve", "score_exclusion", row.pk, actor=actor, body=body)
    return row


@verb("score.approve")
def undo_exclusion(key: int, words: str, *, actor: Actor, now: datetime) -> ScoreExclusion:
    """Take an exclusion back: it counts again in every run made from now on; published runs stay as they are."""
    row = _locked(key)
    require(actor, "score.approve", unit_paths=paths(row.case))
    if row.state != "approved":
        raise Refused("exclusion-not-approved", state=row.state)
    row.words = seal_text(row.case.requester, {"words": needed("words", words)})
    row.state, row.undone_at, row.undone_by_id = "undone", now, person(actor)
    row.save(update_fields=["state", "undone_at", "undone_by", "words"])
    record("score.undo", "score_exclusion", row.pk, actor=actor, body={"case": str(row.case_id)})
    return row


def _locked(key: int) -> ScoreExclusion:
    row = store.locked_exclusion(key)
    if row is None:
        raise Refused("exclusion-unknown", status=404, exclusion=key)
    return row
