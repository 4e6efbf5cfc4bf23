"""What a platform is told of a case; words of people are opened only while they are sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.models import Case, Partner, PartnerCase, Piece
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.store import link_of
from gezhi.loop.service.following import reply_texts
from gezhi.trust.service import open_text

ANSWERED = ("verifying", "closed", "declined")
WHY = {"postpone": ("postpone_ask", "reason"), "hangup": ("hangup_ask", "reason"), "return": ("decline", "basis")}


def status_of(link: PartnerCase, case: Case, state: str, *, at: datetime) -> dict[str, Any]:
    """Where a case stands; the answer for the public once it is out, and nothing of how it came about inside."""
    told: dict[str, Any] = {
        "number": link.number, "our_number": case.number, "state": state, "at": at, "due_at": link.due_at,
        "unit": pick(case.lead, "name", "zh-hans") if case.lead else "", "received_at": case.received_at,
    }  # fmt: skip
    if state in ANSWERED:
        reply = reply_texts(case).get("reply", "")
        told |= {"outcome": case.outcome, "reply": reply, "public_reply": reply, "closed_at": case.closed_at}
    return told


def values_of(partner: Partner, piece: Piece) -> dict[str, Any]:
    """All that a piece may say, in our names. Raises partner-number-unknown (404) for a case that is not theirs."""
    link = link_of(partner, piece.case_id)
    case = store.case(piece.case_id)
    if link is None or case is None:
        raise Refused("partner-number-unknown", status=404, number=str(piece.case_id))
    told = status_of(link, case, str(piece.facts.get("state") or case.state), at=piece.at)
    told["id"] = f"{partner.code}-{piece.pk}"
    if piece.kind == "ask":
        told |= _asked(case, piece)
    return told


def _asked(case: Case, piece: Piece) -> dict[str, Any]:
    facts = piece.facts
    about = str(facts.get("about", ""))
    move, name = WHY[about]
    step = store.last_step(case.pk, move)
    words = open_text(case.requester, step.text.sealed).get(name, "") if step and hasattr(step, "text") else ""
    until = datetime.fromisoformat(facts["until"]) if facts.get("until") else None
    return {"about": about, "words": words, "amount": facts.get("amount"), "unit_of": facts.get("unit_of"),
            "until": until, "state": case.state}  # fmt: skip


def wished(move: str, case: Any, facts: Mapping[str, Any], zone: Any) -> dict[str, Any] | None:
    """What our decision asks of the platform, by codes: a return, more time, a rest; None where it asks nothing."""
    step = store.step(case, facts.get("step"))
    if step is None:
        return None
    said = step.facts
    if move == "decline":
        return {"about": "return", "cause": said.get("cause", "")}
    if move not in ("postpone_decide", "hangup_decide") or not said.get("approve"):
        return None
    if move == "postpone_decide":
        dues = [op["due"] for op in said.get("clocks", ()) if op.get("due")]
        until = {"until": max(dues)} if dues else {}
        return {"about": "postpone", "amount": said.get("amount"), "unit_of": said.get("unit_of"), **until}
    asked = store.last_step(case, "hangup_ask")
    day = asked.facts.get("review_on") if asked is not None else None
    end = datetime.fromisoformat(day).replace(tzinfo=zone) + timedelta(days=1) - timedelta(seconds=1) if day else None
    return {"about": "hangup", **({"until": end.isoformat()} if end else {})}
