"""What the person does himself: mends name and address at once, asks for the rest, takes a request back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.kernel.codes import phone as parse_phone
from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, PersonRequest
from gezhi.loop.person import store
from gezhi.loop.person.service.proving import Scope
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.store.content import content
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, record, seal_text, unchanged, verb

KINDS = ("correct", "identity", "erase")
LIST = "person_request"
OWN = {"name": 100, "address": 300, "email": 100}  # fields that a person changes without anybody's leave
BY_DESK = ("phone", "id_no")  # they prove who somebody is, so a named person checks them first
DAYS = 30
WORDS = 5000
SHORT = {"phone": 40, "id_no": 40}


@verb("person.correct")
def correct_identity(seen: Scope, values: dict[str, str], *, actor: Actor, now: datetime) -> int:
    """Write a corrected name, address or e-mail into every case of the person; how many requesters were changed."""
    fields = {name: checked_text(name, value).strip() for name, value in values.items() if name in OWN}
    for name, value in fields.items():
        if len(value) > OWN[name]:
            raise Refused("text-too-long", status=422, field=name, limit=OWN[name], length=len(value))
    people = {case.requester_id for case in seen.cases if case.requester.wrapped_key is not None}
    if not fields or not people:
        unchanged()
        return 0
    for person in sorted(people):
        amend(person, actor=actor, now=now, **fields)
    return len(people)


@verb("person.ask")
def ask(
    seen: Scope, kind: str, words: dict[str, str], cases: Sequence[Case], *, actor: Actor, now: datetime
) -> PersonRequest:
    """A request to the office, with a day by which it is answered.

    Refuses person-kind (422), field-missing (422), report-phone (422), person-asked (the same waits already),
    requester-erased.
    """
    if kind not in KINDS:
        raise Refused("person-kind", status=422, kind=kind[:20])
    known = {case.pk for case in seen.cases}
    about = [case for case in cases if case.pk in known] or [seen.case]
    alone(f"person:{seen.case.pk}:{kind}")
    if store.open_request(seen.case, kind) is not None:
        raise Refused("person-asked")
    if seen.case.requester.wrapped_key is None:
        raise Refused("requester-erased", requester=str(seen.case.requester_id))
    said = _said(kind, words)
    row = PersonRequest(
        case=seen.case, kind=kind, cases=[str(case.pk) for case in about], proof=seen.proof, asked_at=now,
        due_at=now + timedelta(days=days_for(kind)), words=seal_text(seen.case.requester, said) if said else None,
    )  # fmt: skip
    row.save(force_insert=True)
    body = {"kind": kind, "cases": row.cases, "proof": seen.proof, "request": str(row.pk)}
    record("person.ask", "case", seen.case.pk, actor=actor, body=body)
    return row


def _said(kind: str, words: dict[str, str]) -> dict[str, str]:
    said = {name: checked_text(name, value).strip() for name, value in words.items() if value.strip()}
    for name, value in said.items():
        most = SHORT.get(name, WORDS)
        if len(value) > most:
            raise Refused("text-too-long", status=422, field=name, limit=most, length=len(value))
    if kind == "correct" and not said.get("words"):
        raise Refused("field-missing", status=422, field="words", move="correct")
    if kind == "identity":
        if not any(said.get(name) for name in BY_DESK):
            raise Refused("field-missing", status=422, field="phone", move="correct")
        if said.get("phone"):
            try:
                parse_phone(said["phone"])
            except Refused as refused:
                raise Refused("report-phone", status=422, field="phone") from refused
    return said


def days_for(kind: str) -> int:
    """Within how many days a kind of request is answered."""
    item = content().codes.get(LIST, {}).get(kind)
    return int(item.extra.get("days") or DAYS) if item is not None else DAYS


@verb("person.ask")
def withdraw(seen: Scope, key: UUID | str, *, actor: Actor, now: datetime) -> None:
    """Take a request back that nobody has decided. Refuses person-unknown (404), person-decided."""
    row = store.request(key, locked=True)
    if row is None or row.case_id not in {case.pk for case in seen.cases}:
        raise Refused("person-unknown", status=404)
    if row.state != "asked":
        raise Refused("person-decided", state=row.state)
    row.state, row.decided_at = "withdrawn", now
    row.save(update_fields=["state", "decided_at"])
    record("person.withdraw", "case", row.case_id, actor=actor, body={"request": str(row.pk)})
