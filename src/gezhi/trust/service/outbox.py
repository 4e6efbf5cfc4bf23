"""Events between rooms: published with the change, delivered by the worker, tried again, given up on a page."""

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from gezhi.kernel.errors import Refused
from gezhi.trust.rules import Actor
from gezhi.trust.rules.chain import canonical_json
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, verb
from gezhi.trust.store import acts as act_store
from gezhi.trust.store import outbox as store

logger = logging.getLogger(__name__)
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 300, 1200, 3600, 4 * 3600))
TRIES = len(BACK_OFF) + 1  # eight, then a dead letter
BATCH = 500
KEEP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler gets; `id` is the same at each delivery, so that it can tell a repeat."""

    id: int
    topic: str
    version: int
    subject_kind: str
    subject_id: str
    payload: Mapping[str, Any]
    published_at: datetime


Handler = Callable[[Event], None]
_subscriptions: dict[str, dict[str, Handler]] = {}


def publish(topic: str, subject_kind: str, subject_id: object, payload: Mapping[str, Any], *, version: int = 1) -> None:
    """Put an event into the outbox, in the transaction of the change; ids and codes only."""
    publish_many([(topic, subject_kind, subject_id, payload)], version=version)


def publish_many(rows: list[tuple[str, str, object, Mapping[str, Any]]], *, version: int = 1) -> None:
    """Several events (topic, subject kind, subject id, payload) in one round trip."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is published in the transaction of its change")
    if rows:
        act_store.insert_events(
            [(topic, version, kind, str(subject), canonical_json(payload)) for topic, kind, subject, payload in rows]
        )


def subscribe(topic: str, subscriber: str, handler: Handler) -> None:
    """Have `handler` called for each event of the topic, at least once, in order per subject."""
    known = _subscriptions.setdefault(topic, {})
    if known.get(subscriber, handler) is not handler:
        raise ValueError(f"{subscriber} already handles {topic} otherwise")
    known[subscriber] = handler


def subscriptions() -> dict[str, tuple[str, ...]]:
    """Subscribers of each topic."""
    return {topic: tuple(sorted(known)) for topic, known in sorted(_subscriptions.items())}


def deliver_pending(now: datetime, *, limit: int = 10_000) -> int:
    """Hand out new events and deliver what is due; the number delivered. Several workers may run it at once."""
    pairs = [(topic, subscriber) for topic, known in _subscriptions.items() for subscriber in known]
    topics, subscribers = [topic for topic, _ in pairs], [subscriber for _, subscriber in pairs]
    while store.hand_out(now, topics, subscribers, BATCH) == BATCH:
        pass
    delivered = 0
    before: list[int] = []
    while delivered < limit:
        keys = store.due(now, BATCH)
        if keys == before:  # nothing is due, or all of it is in the hands of another worker
            break
        delivered += sum(_deliver(key, now) for key in keys)
        before = keys
    return delivered


def _deliver(delivery: int, now: datetime) -> bool:
    tries = 0
    try:
        with transaction.atomic():
            row = store.hold(delivery)
            if row is None:
                return False
            subscriber, tries, key, topic, version, kind, subject, payload, at = row
            event = Event(key, topic, version, kind, subject, json.loads(payload), at)
            _subscriptions[event.topic][subscriber](event)
            store.note_done(delivery, now)
    except Exception as fault:  # any fault of a handler: it is logged, kept with the delivery, and tried again
        logger.exception("delivery %s failed", delivery)
        _note_failed(delivery, tries + 1, fault, now)
        return False
    return True


def _note_failed(delivery: int, tries: int, fault: Exception, now: datetime) -> None:
    dead = tries >= TRIES
    delay = BACK_OFF[min(tries, len(BACK_OFF)) - 1]
    store.note_failed(delivery, tries=tries, next_try_at=now + delay, dead=dead, fault=_describe(fault))


def _describe(fault: Exception) -> str:
    """Kind and place of a fault, without its message, which might quote what a person wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    name = fault.code if isinstance(fault, Refused) else type(fault).__name__
    return f"{name} at {place}"


@verb("outbox.replay")
def replay(delivery: int, *, actor: Actor, now: datetime) -> None:
    """Try a dead letter again, from the first try."""
    require(actor, "outbox.replay")
    found = store.revive(delivery, now)
    if found is None:
        raise Refused("letter-not-dead", status=404, letter=delivery)
    record("outbox.replay", "delivery", delivery, actor=actor, body={"event": found.event_id, "to": found.subscriber})


def prune_deliveries(now: datetime) -> int:
    """Drop progress rows of deliveries that ended a month ago."""
    return store.prune(now - KEEP)
