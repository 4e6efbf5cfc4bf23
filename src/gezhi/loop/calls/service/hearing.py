"""The verb that takes an event of the telephone system: kept once, the call worked out anew, missed calls noted."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.calls import store
from gezhi.loop.calls.rules.folding import LIVE, Told, fold
from gezhi.loop.calls.service.ringing import missed_or_met
from gezhi.loop.models import Call, CallEvent
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.rules.chain import canonical_json
from gezhi.trust.service import (
    actor_for,
    amend,
    find_by_phone,
    identity_of,
    keyed_hash,
    new_requester,
    open_text,
    record,
    seal_text,
    unchanged,
    verb,
)

AHEAD = timedelta(minutes=5)  # an event of the future is a wrong clock
FRESH = timedelta(minutes=3)  # what comes later than this shows nothing on a desk any more
SHOWN = {"ringing": timedelta(minutes=3), "talking": timedelta(minutes=20)}
SECRET = ("caller", "called", "recording_url")
PLAIN = ("direction", "agent", "skill", "queue_s", "talk_s", "rating")


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an event."""

    call: Call
    repeated: bool


@verb("call.event")
def hear(body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Heard:
    """Take one event. The same again changes nothing; another body under the same call and event is refused.

    `body` holds call_id, event, at, direction and what else is known; see CtiEvent of the pages.
    """
    at: datetime = body["at"]
    if at > now + AHEAD:
        raise Refused("cti-ahead", status=422, field="at", seconds=round((at - now).total_seconds()))
    store.lock(hashlib.sha256(f"call:{body['call_id']}".encode()).digest())
    digest = keyed_hash("cti", canonical_json({**body, "at": at.isoformat()})) or b""
    call = store.by_call_id(body["call_id"])
    known = store.events(call) if call is not None else []
    before = next((one for one in known if one.event == body["event"]), None)
    if call is not None and before is not None and not passed_on_again(before, body):
        if before.digest is not None and bytes(before.digest) != digest:
            raise Refused("cti-conflict", event=body["event"])
        unchanged()
        return Heard(call, repeated=True)
    call = _with_person(call, body, actor=actor, now=now)
    event = _event(call, body, digest, now)
    _work_out(call, [*(one for one in known if one is not before), event], now)
    (store.save if known else store.insert)(call)
    if before is not None:
        store.drop_event(before)
    store.insert_event(event)
    digest_of = hashlib.sha256(bytes(event.sealed or b"")).hexdigest() if event.sealed else None
    record(f"call.{event.event}", "call", call.pk, actor=actor,
           body={"at": at.isoformat(), "state": call.state, "agent": call.agent_id, "sealed": digest_of})  # fmt: skip
    missed_or_met(call, now=now)
    return Heard(call, repeated=False)


def passed_on_again(before: CallEvent, body: Mapping[str, Any]) -> bool:
    """Whether a call goes on to a third person: a later transfer takes the place of the one before.

    Only the newest says who has the call, so whichever arrives first, the same row comes of it.
    """
    further = body["event"] == "transferred" and body["at"] > before.at and before.digest is not None
    return further and body.get("agent") not in ("", None, before.facts.get("agent"))


def _with_person(call: Call | None, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Call:
    """The call with whoever is on the other end; a number that comes with a later event is added."""
    phone = str(body.get("called" if body.get("direction") == "out" else "caller") or "")
    if call is None:
        return Call(call_id=body["call_id"], requester=new_requester(phone=phone))
    if phone and call.requester.identity_ct is None and call.requester.wrapped_key is not None:
        call.requester = amend(call.requester.pk, actor=actor, now=now, phone=phone)
    return call


def _event(call: Call, body: Mapping[str, Any], digest: bytes, now: datetime) -> CallEvent:
    secret = {name: str(body[name]) for name in SECRET if body.get(name)}
    open_ = secret and call.requester.wrapped_key is not None  # after an erasure nothing is written down any more
    facts = {name: body[name] for name in PLAIN if body.get(name) not in (None, "")}
    return CallEvent(
        call=call, event=body["event"], at=body["at"], received_at=now, facts=facts,
        sealed=seal_text(call.requester, secret) if open_ else None,
        digest=digest if call.requester.wrapped_key is not None else None,
    )  # fmt: skip


def told(event: CallEvent) -> Told:
    """An event of the table as the rule takes it."""
    known = {name: event.facts[name] for name in PLAIN if name in event.facts}
    return Told(event.event, event.at, **known)


def _work_out(call: Call, events: list[CallEvent], now: datetime) -> None:
    """Write the columns of the call from all its events, and whose desk shows it."""
    state = fold(told(event) for event in events)
    newest = events[-1]
    for name in ("state", "direction", "skill", "began_at", "answered_at", "ended_at", "wait_s", "talk_s", "rating"):
        setattr(call, name, getattr(state, name))
    same = call.agent is not None and call.agent_name == state.agent
    agent = call.agent if same else store.agent_named(state.agent)  # a telephone given on since changes no past call
    changed = agent is not None and (call.agent_id != agent.pk or newest.event == "transferred")
    call.agent_name, call.agent = state.agent, agent
    call.recorded = call.recorded or (newest.event != "rated" and newest.sealed is not None and _has_recording(newest))
    if state.state not in LIVE:
        call.shown_to, call.shown_until = None, None
    elif changed and state.direction == "in" and newest.event in ("ringing", "answered", "transferred"):
        if now - newest.at <= FRESH:
            call.shown_to, call.shown_until = agent, now + SHOWN[state.state]
            call.earlier = _earlier(agent, call, now)
    elif call.shown_to_id is not None and state.state == "talking":
        call.shown_until = now + SHOWN["talking"]


def _has_recording(event: CallEvent) -> bool:
    return event.sealed is not None and "recording_url" in open_text(event.call.requester, event.sealed)


def _earlier(agent: Any, call: Call, now: datetime) -> int:
    """How many cases of this number the agent may see."""
    phone = identity_of(call.requester).get("phone", "")
    keys = find_by_phone(phone) if phone else []
    return visible(actor_for(agent, now)).filter(requester__in=keys).count() if keys else 0
