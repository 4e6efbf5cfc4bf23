"""Decisions on what people ask: by a named person, with an answer, and with what the law lets be done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, PersonRequest
from gezhi.loop.person import store
from gezhi.loop.person.service.asking import BY_DESK
from gezhi.loop.person.service.knowing import OVER, obstacles
from gezhi.loop.retention.service.deeds import forget_case, forget_identity, index_again
from gezhi.loop.retention.service.planning import person
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.rules.words import TEXT_LIMIT
from gezhi.loop.store import cases as case_store
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, open_text, record, require, seal_text, verb

VERB = "person.decide"


@verb("person.decide")
def decide(
    key: UUID | str, *, grant: bool, answer: str = "", text: str = "", actor: Actor, now: datetime
) -> PersonRequest:
    """Grant or refuse. `text` is the corrected text of the case where that was asked for.

    An erasure needs the right to erase as well, passes over what may not be erased and says so case by case.
    Refuses person-unknown (404), person-decided, field-missing (422: an answer when refused, the text when corrected),
    erase-forbidden (nothing of it may be erased), requester-erased, not-allowed.
    """
    row = _open(key, actor)
    said = checked_text("answer", answer).strip()
    if not grant and not said:
        raise Refused("field-missing", status=422, field="answer", move="decide")
    if said and row.case.requester.wrapped_key is not None:
        row.answer = seal_text(row.case.requester, {"answer": said})
    if grant:
        done: dict[str, Any] = _GRANT[row.kind](row, text, actor, now)
        row.outcome = done
        row.state = "granted" if all(code in (*DONE, OVER) for code in done.values()) else "partly"
    else:
        row.state = "refused"
    row.decided_at, row.decided_by_id = now, person(actor)
    row.save(update_fields=["state", "decided_at", "decided_by", "answer", "outcome"])
    body = {"request": str(row.pk), "kind": row.kind, "state": row.state, "outcome": row.outcome}
    record("person.decide", "case", row.case_id, actor=actor, body=body)
    return row


DONE = ("erased", "corrected", "amended")


def _open(key: UUID | str, actor: Actor) -> PersonRequest:
    row = store.request(key, locked=True)
    if row is None or not visible(actor, VERB).filter(pk=row.case_id).exists():
        raise Refused("person-unknown", status=404)
    require(actor, VERB, unit_paths=[row.case.desk.path])
    if row.state != "asked":
        raise Refused("person-decided", state=row.state)
    return row


def _erase(row: PersonRequest, text: str, actor: Actor, now: datetime) -> dict[str, str]:
    """Each case by its own right: destroyed, without its identity from now on, or left as the law wants it."""
    del text
    require(actor, "requester.erase")
    cases = store.named_cases(row.cases)
    stand = obstacles(cases, now=now)
    outcome = {}
    for case in cases:
        one = stand.get(case.pk)
        if one is None:
            forget_case([str(case.pk)], actor, now)
            outcome[str(case.pk)] = "erased"
        elif not one.identity:
            forget_identity([str(case.pk)], actor, now)
            outcome[str(case.pk)] = "identity"
        else:
            outcome[str(case.pk)] = one.code
    if not {"erased", "identity"} & set(outcome.values()):
        raise Refused("erase-forbidden")
    if outcome.get(str(row.case_id)) == "erased":
        row.words = row.answer = None  # they lay under the key that is gone
        row.save(update_fields=["words"])
    return outcome


def _amend(row: PersonRequest, text: str, actor: Actor, now: datetime) -> dict[str, str]:
    """The phone or identity number that was asked for, in every case of the request."""
    del text
    said = open_text(row.case.requester, row.words or b"") if row.words else {}
    fields = {name: str(said[name]) for name in BY_DESK if said.get(name)}
    outcome = {}
    for case in store.named_cases(row.cases):
        if case.requester.wrapped_key is not None:
            amend(case.requester_id, actor=actor, now=now, **fields)
            outcome[str(case.pk)] = "amended"
    return outcome


def _correct(row: PersonRequest, text: str, actor: Actor, now: datetime) -> dict[str, str]:
    """The text of the case as the desk and the person agree; what stood there before stays sealed beside it."""
    del actor
    body = checked_text("text", text).strip()
    if not body:
        raise Refused("field-missing", status=422, field="text", move="correct")
    if len(body) > TEXT_LIMIT:
        raise Refused("text-too-long", status=422, field="text", limit=TEXT_LIMIT, length=len(body))
    case = case_store.locked(row.case_id)
    if case is None or case.requester.wrapped_key is None:
        raise Refused("requester-erased", requester=str(row.case.requester_id))
    _reword(case, body, now)
    return {str(case.pk): "corrected"}


def _reword(case: Case, body: str, now: datetime) -> None:
    story = open_text(case.requester, case.story)
    before = {"text": story.get("text", ""), "until": now.isoformat()}
    story = {**story, "text": body, "earlier": [*story.get("earlier", []), before]}
    case.story = seal_text(case.requester, story)
    case.save(update_fields=["story"])
    index_again(case)


_GRANT = {"erase": _erase, "identity": _amend, "correct": _correct}
