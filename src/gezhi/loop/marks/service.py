"""Verbs of marks: set, confirmed by another, appealed against, decided by a third; no number stands in the ledger."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.marks import rules, store
from gezhi.loop.models import NuisanceMark
from gezhi.loop.person.service.proving import speaks_for
from gezhi.loop.rules.fields import text
from gezhi.loop.store.content import content
from gezhi.loop.store.locks import alone
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text, record, require, seal_text, verb

REASONS = "nuisance_reason"


def days() -> int:
    """For how long a mark holds."""
    item = content().codes.get("nuisance", {}).get("days")
    return min(int((item.extra if item else {}).get("amount") or rules.DAYS), rules.MOST_DAYS)


def _said(words: str, field: str) -> str:
    said = text(field, words.strip())
    if not said:
        raise Refused("field-missing", status=422, field=field, move="mark")
    return said


def _locked(key: UUID | str) -> NuisanceMark:
    row = store.locked(key)
    if row is None:
        raise Refused("mark-not-found", status=404)
    return row


def _write(row: NuisanceMark, **words: str) -> None:
    row.words = seal_text(row.requester, {**open_text(row.requester, row.words), **words})


@verb("mark.set")
def propose(case_id: UUID | str, cause: str, words: str, *, actor: Actor, now: datetime) -> NuisanceMark:
    """Mark the number that a case came from; it holds once another person has confirmed it.

    Refuses mark-no-number, mark-exists, code-unknown, field-missing (422), case-not-found (404), not-allowed (403).
    """
    case = get_visible(actor, case_id)
    require(actor, "mark.set", unit_paths=[case.desk.path])
    if cause not in content().codes.get(REASONS, {}):
        raise Refused("code-unknown", status=422, field="cause", value=cause[:40])
    said = _said(words, "words")
    if case.requester.phone_hash is None:
        raise Refused("mark-no-number")
    alone(f"mark:{bytes(case.requester.phone_hash).hex()}")
    before = store.on_number([case.requester_id])
    if before.filter(state="proposed").exists() or store.of_tab("in_force", now, before).exists():
        raise Refused("mark-exists")
    row = NuisanceMark.objects.create(
        requester=case.requester, case=case, cause=cause, state="proposed", set_by_id=int(actor.id), set_at=now,
        words=seal_text(case.requester, {"words": said}),
    )  # fmt: skip
    record("mark.set", "mark", row.pk, actor=actor, body={"case": str(case.pk), "cause": cause})
    return row


@verb("mark.confirm")
def confirm(key: UUID | str, approve: bool, *, actor: Actor, now: datetime) -> NuisanceMark:  # noqa: FBT001 - a yes or no
    """Let a proposed mark hold for a while, or turn it down; never by who proposed it."""
    row = _locked(key)
    require(actor, "mark.confirm", unit_paths=[row.case.desk.path])
    rules.may_confirm(store.value_of(row), int(actor.id))
    row.state = "confirmed" if approve else "declined"
    row.confirmed_by_id, row.confirmed_at = int(actor.id), now
    row.expires_at = now + timedelta(days=days()) if approve else None
    row.save()
    until = row.expires_at.isoformat() if row.expires_at else ""
    record("mark.confirm", "mark", row.pk, actor=actor, body={"approve": approve, "until": until})
    return row


@verb("mark.appeal")
def appeal(key: UUID | str, words: str, *, actor: Actor, now: datetime) -> NuisanceMark:
    """The person objects, by the link of a case of that number and name, or at the desk; once."""
    row = _locked(key)
    if actor.kind == "citizen":
        own = store.case_of(actor.id)
        known = store.on_number([UUID(actor.id)]).filter(pk=row.pk).exists()
        if own is None or not known or not speaks_for(own, row.case):
            raise Refused("mark-not-found", status=404)
    else:
        require(actor, "mark.set", unit_paths=[row.case.desk.path])
    rules.may_appeal(store.value_of(row), now)
    _write(row, appeal=_said(words, "words"))
    row.appeal, row.appealed_at = "asked", now
    row.save()
    record("mark.appeal", "mark", row.pk, actor=actor)
    return row


@verb("mark.decide")
def decide(key: UUID | str, grant: bool, answer: str, *, actor: Actor, now: datetime) -> NuisanceMark:  # noqa: FBT001 - a yes or no
    """A third person grants an appeal, which lifts the mark, or refuses it; the person reads the answer."""
    row = _locked(key)
    require(actor, "mark.decide", unit_paths=[row.case.desk.path])
    rules.may_decide(store.value_of(row), int(actor.id))
    _write(row, answer=_said(answer, "answer"))
    row.appeal = "granted" if grant else "refused"
    row.state = "lifted" if grant else row.state
    row.decided_by_id, row.decided_at = int(actor.id), now
    row.save()
    record("mark.decide", "mark", row.pk, actor=actor, body={"grant": grant})
    return row


def marks_of(requesters: Iterable[UUID], now: datetime) -> list[NuisanceMark]:
    """The marks that the person may know of: those that hold or have held, the newest first."""
    rows = store.on_number(requesters).filter(state__in=("confirmed", "lifted"))
    del now
    return list(rows.order_by("-set_at"))


def holding(requesters: Iterable[UUID], now: datetime) -> NuisanceMark | None:
    """The mark that holds on the number of these requesters."""
    return store.of_tab("in_force", now, store.on_number(requesters)).order_by("-set_at").first()


def words_of(row: NuisanceMark) -> dict[str, str]:
    """Why it was set, the appeal, and the answer to it; nothing once the person was erased."""
    return {name: str(value) for name, value in open_text(row.requester, row.words).items()}
