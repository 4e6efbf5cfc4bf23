"""Missed calls: one row per number until somebody reached it or it came again by itself, each with its own clock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.clock import Clock, Limit, due, turns
from gezhi.kernel.errors import Refused
from gezhi.loop.calls import store
from gezhi.loop.calls.rules.folding import ANSWERED
from gezhi.loop.models import Call, Ringback, RingbackTry
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import once, record, remember, require, verb

STAGE = "ringback"
OUTCOMES = ("reached", "no_answer", "busy", "wrong", "given_up")
ENDS = {"reached": "reached", "wrong": "not_reached", "given_up": "not_reached"}


def missed_or_met(call: Call, *, now: datetime) -> None:
    """What an event means for missed calls of its number: a new one to ring back, or one that is settled by it."""
    phone_hash = call.requester.phone_hash
    if phone_hash is None:  # withheld: there is nobody to ring back
        return
    key = bytes(phone_hash)
    store.lock(key)
    waiting = store.open_ringback(key)
    if call.state == "missed":
        if waiting is None:
            _open(call, key, now)
        elif waiting.call_id != call.pk and call.began_at > waiting.last_missed_at:
            waiting.missed, waiting.last_missed_at = waiting.missed + 1, call.began_at
            waiting.save(update_fields=["missed", "last_missed_at"])
    elif call.state in ANSWERED and waiting is not None:
        if waiting.call_id == call.pk:
            _settle(waiting, "void", call, now)  # the end came before the answer: it had not been missed
        elif call.began_at >= waiting.missed_at:
            _settle(waiting, "came_again" if call.direction == "in" else "reached", call, now)


def _open(call: Call, phone_hash: bytes, now: datetime) -> None:
    """A number to ring back, unless it has been spoken with since, or this very call was settled before."""
    if store.has_ringback(call):
        return
    later = store.answered_since(phone_hash, call.began_at)
    moment = call.ended_at or call.began_at
    row = Ringback(call=call, state="open", missed_at=call.began_at, last_missed_at=call.began_at, **clock(moment))
    if later is not None:
        row.state = "came_again" if later.direction == "in" else "reached"
        row.settled_at, row.by_call = now, later
    row.save(force_insert=True)


def clock(moment: datetime) -> dict[str, Any]:
    """Until when to ring back, by the limit of the packs; none runs where no limit is known."""
    kept = content()
    rows = kept.limits_for(STAGE, matter="", area="", kind="", urgency=1)
    if not rows:
        return {}
    running = Clock(STAGE, Limit(rows[0].amount, rows[0].unit_of), moment)
    return {
        "due_at": due(running, kept.calendar), "soon_at": turns(running, kept.calendar), "source": rows[0].source[:120],
        "verified": rows[0].verified,
    }  # fmt: skip


def _settle(row: Ringback, state: str, call: Call | None, now: datetime) -> None:
    row.state, row.settled_at, row.by_call = state, now, call
    row.save(update_fields=["state", "settled_at", "by_call"])


@verb("call.ringback")
def note_try(ringback_id: UUID | str, outcome: str, *, actor: Actor, now: datetime, key: str = "") -> str:
    """Note one try to reach a number; returns the state of the missed call. Who was reached is settled."""
    require(actor, "call.ringback")
    if outcome not in OUTCOMES:
        raise Refused("field-invalid", status=422, field="outcome", value=outcome[:40])
    before = once(actor, key, "call.ringback", content=[str(ringback_id), outcome])
    if before is not None:
        return str(before.get("state", ""))
    row = store.ringback(ringback_id, locked=True)
    if row is None:
        raise Refused("call-not-found", status=404)
    if row.state != "open":
        raise Refused("ringback-settled", state=row.state)
    row.tries += 1
    RingbackTry.objects.create(ringback=row, no=row.tries, at=now, user_id=int(actor.id), outcome=outcome)
    row.save(update_fields=["tries"])
    if outcome in ENDS:
        _settle(row, ENDS[outcome], None, now)
    record("call.ringback", "call", row.call_id, actor=actor,
           body={"outcome": outcome, "try": row.tries, "state": row.state})  # fmt: skip
    remember(actor, key, {"state": row.state})
    return row.state
