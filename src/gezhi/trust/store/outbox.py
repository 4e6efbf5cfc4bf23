"""Queries of the outbox: hand out, pick what is due, note success and failure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from gezhi.trust.models import Delivery

_HAND_OUT = """
WITH taken AS (
  DELETE FROM trust_outbox_pending WHERE event_id IN (
    SELECT event_id FROM trust_outbox_pending ORDER BY event_id LIMIT %s
  ) RETURNING event_id
), made AS (
  INSERT INTO trust_delivery (event_id, subscriber, subject_kind, subject_id, state, tries, next_try_at, fault)
  SELECT o.id, s.subscriber, o.subject_kind, o.subject_id, 'waiting', 0, %s, ''
  FROM taken JOIN trust_outbox o ON o.id = taken.event_id
  JOIN unnest(%s::text[], %s::text[]) AS s(topic, subscriber) ON s.topic = o.topic
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM made)
"""
_DUE = """
SELECT d.id FROM trust_delivery d
WHERE d.state = 'waiting' AND d.next_try_at <= %s AND NOT EXISTS (
  SELECT 1 FROM trust_delivery e
  WHERE e.state = 'waiting' AND e.subscriber = d.subscriber AND e.subject_kind = d.subject_kind
    AND e.subject_id = d.subject_id AND e.event_id < d.event_id
)
ORDER BY d.event_id, d.id LIMIT %s
"""
_HOLD = """
SELECT d.subscriber, d.tries, o.id, o.topic, o.version, o.subject_kind, o.subject_id, o.payload::text, o.published_at
FROM trust_delivery d JOIN trust_outbox o ON o.id = d.event_id
WHERE d.id = %s AND d.state = 'waiting' FOR UPDATE OF d SKIP LOCKED
"""


def hand_out(now: datetime, topics: Sequence[str], subscribers: Sequence[str], limit: int) -> int:
    """Give new events to their subscribers (two parallel lists of topic and subscriber); how many events were taken.

    One worker at a time, the others take none: of two at once the second would take the later events of a subject, be
    done first, and have them delivered before the earlier ones.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('trust.outbox', 0))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_HAND_OUT, (limit, now, list(topics), list(subscribers)))
        (taken, _made) = cursor.fetchone()
        return int(taken)


def due(now: datetime, limit: int) -> list[int]:
    """Deliveries to try now: for each subscriber and subject only the earliest that waits."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, (now, limit))
        return [row[0] for row in cursor.fetchall()]


def hold(delivery: int) -> tuple[Any, ...] | None:
    """Lock one delivery and read its event; None when somebody else has it or it is done."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, (delivery,))
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def note_done(delivery: int, now: datetime) -> None:
    """The subscriber has it."""
    Delivery.objects.filter(pk=delivery).update(state=Delivery.DONE, done_at=now, fault="")


def note_failed(delivery: int, *, tries: int, next_try_at: datetime, dead: bool, fault: str) -> None:
    """The subscriber failed: when to try again, or that it is given up."""
    state = Delivery.DEAD if dead else Delivery.WAITING
    Delivery.objects.filter(pk=delivery).update(tries=tries, next_try_at=next_try_at, state=state, fault=fault[:200])


def revive(delivery: int, now: datetime) -> Delivery | None:
    """Put a dead letter back in the queue; None when it is not dead."""
    found = Delivery.objects.select_for_update().filter(pk=delivery, state=Delivery.DEAD).first()
    if found is not None:
        Delivery.objects.filter(pk=delivery).update(state=Delivery.WAITING, tries=0, next_try_at=now)
    return found


def dead_letters(limit: int) -> list[Delivery]:
    """Deliveries given up, oldest first, each with its event."""
    return list(Delivery.objects.filter(state=Delivery.DEAD).select_related("event").order_by("event_id")[:limit])


def counts() -> dict[str, int]:
    """How many events wait to be handed out, wait for a subscriber, are dead."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT (SELECT count(*) FROM trust_outbox_pending),
                   (SELECT count(*) FROM trust_delivery WHERE state = 'waiting'),
                   (SELECT count(*) FROM trust_delivery WHERE state = 'dead')""")
        new, waiting, dead = cursor.fetchone()
        return {"new": new, "waiting": waiting, "dead": dead}


def prune(before: datetime) -> int:
    """Drop progress rows of deliveries done before that time; the events themselves stay."""
    deleted, _ = Delivery.objects.filter(state=Delivery.DONE, done_at__lt=before).delete()
    return deleted
