"""What crosses between the two sites: from the public one what citizens say, from the desk what they may read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gezhi.loop.models import Case, Partner, Piece
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.adapters import Done, Note, Told
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.carriers import Line
from gezhi.loop.partners.kinds.upstream.said import status_of
from gezhi.loop.service.moving import move
from gezhi.loop.store import cases
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, identity_of, open_text

CROSSING = ("supplement", "supply", "chase", "withdraw", "rate", "redo", "appeal")  # what a citizen does with a case
CODES = ("satisfaction", "solved", "scores")
ANSWERED = ("verifying", "closed", "declined")


def hears(line: Line, told: Told) -> Iterable[Note]:
    """At the public site what citizens do; at the desk where the cases stand that came across."""
    facts = told.facts
    name, state = str(facts.get("move") or ""), facts.get("state")
    if line.option("side") == "desk":
        if state != facts.get("source") and partners.link_of(line.partner, told.case) is not None:
            yield Note(f"e{told.event}", "status", told.case, {"state": state, "step": facts.get("step")})
        return
    if told.topic == "case.received":
        yield Note(f"e{told.event}", "order", told.case, {"step": facts.get("step")})
    elif name in CROSSING:
        step = store.step(told.case, facts.get("step"))
        if step is not None and step.actor_kind in ("citizen", "link"):
            yield Note(f"e{told.event}", name, told.case, {"step": step.no})


def words_of(partner: Partner, piece: Piece) -> dict[str, Any] | None:
    """The words and codes of one piece, opened while the parcel is packed; None where they are erased meanwhile."""
    case = cases.one(piece.case_id) if piece.case_id else None
    if case is None or case.requester.wrapped_key is None:
        return None
    if piece.kind == "status":
        link = partners.link_of(partner, case.pk)
        told = status_of(link, case, str(piece.facts["state"]), at=piece.at) if link else {}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()
                if value not in (None, "") and name != "unit"}  # fmt: skip
    if piece.kind == "order":
        return _report(case)
    step = store.step(case.pk, piece.facts.get("step"))
    texts = open_text(case.requester, step.text.sealed) if step is not None and hasattr(step, "text") else {}
    codes = {name: step.facts[name] for name in CODES if step is not None and name in step.facts}
    return {"number": case.number, "words": str(texts.get("words") or texts.get("reason") or ""), **codes}


def _report(case: Case) -> dict[str, Any]:
    """The report as it was made, with who made it."""
    told, person = open_text(case.requester, case.story), identity_of(case.requester)
    said: dict[str, Any] = {
        "number": case.number, "matter": case.matter, "kind": case.kind, "area": case.area, "urgency": case.urgency,
        "confidential": case.confidential, "lon": case.lon, "lat": case.lat, "answers": told.get("answers") or {},
        "name": person.get("name", ""), "phone": person.get("phone", ""), "at": case.received_at.isoformat(),
        **{name: told.get(name, "") for name in ("text", "title", "place", "object", "occurred")},
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in (None, "", {})}


def mirrored(partner: Partner, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
    """At the public site: where the desk has a case, and its answer once it is out, which closes the case here."""
    case = store.case_by_number(str(body.get("number") or ""))
    if case is None:
        return Done(facts={"number": str(body.get("number") or "")[:40]})  # erased here meanwhile, or never ours
    state = str(body.get("state") or "")
    partners.link(partner, case, case.number, state=state[:40], heard_at=now)
    if state in ANSWERED and body.get("reply") and case.state in ("received", "accepted"):
        outcome = str(body.get("outcome") or "answered")
        move(case.pk, "answer", {"reply": body["reply"], "outcome": outcome}, actor=actor, now=now)
    return Done(str(case.pk), {"number": case.number})


def rated(case: Case, body: Mapping[str, Any], *, now: datetime) -> None:
    """At the desk: what the citizen thought of the answer, said by the citizen."""
    data = {name: body[name] for name in (*CODES, "words") if body.get(name)}
    move(case.pk, "rate", data, actor=citizen_actor(str(case.requester_id), kind="citizen"), now=now)
