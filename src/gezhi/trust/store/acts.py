"""Rows written by every act: ledger record, event, idempotency key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from gezhi.kit.bulk import copy_rows, insert
from gezhi.kit.database.backend.base import execute_bound
from gezhi.trust.models import IdempotencyKey

_RECORD = """
INSERT INTO ledger_record (id, actor_kind, actor_id, act, subject_kind, subject_id, body, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, '')
"""
_RECORD_COLUMNS = ("id", "actor_kind", "actor_id", "act", "subject_kind", "subject_id", "body", "digest")
_EVENT_COLUMNS = ("topic", "version", "subject_kind", "subject_id", "payload")
_EVENT = """
INSERT INTO trust_outbox (topic, version, subject_kind, subject_id, payload) VALUES (%s, %s, %s, %s, %s::jsonb)
"""
_KEY = """
INSERT INTO trust_idempotency_key (actor, key, act, result) VALUES (%s, %s, %s, %s::jsonb)
ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""


def insert_records(rows: Sequence[tuple[Any, ...]]) -> None:
    """Ledger records as (id, actor kind, actor id, act, subject kind, subject id, body)."""
    if len(rows) > 1:
        copy_rows("ledger_record", _RECORD_COLUMNS, ((*row, b"") for row in rows))
        return
    execute_bound(_RECORD, rows[0])


def insert_events(rows: Sequence[tuple[Any, ...]]) -> None:
    """Events as (topic, version, subject kind, subject id, payload as JSON text)."""
    if len(rows) > 1:
        copy_rows("trust_outbox", _EVENT_COLUMNS, rows)
        return
    execute_bound(_EVENT, rows[0])


def insert_record_and_event(record: tuple[Any, ...], event: tuple[Any, ...]) -> None:
    """One of each, in one round trip."""
    insert((_RECORD, list(record)), (_EVENT, list(event)))


def claim_key(actor: str, key: str, act: str, result: str | None) -> bool:
    """Take an idempotency key; waits for another transaction that is taking it; False when it was taken before."""
    with connection.cursor() as cursor:
        cursor.execute(_KEY, (actor, key, act, result))
        return cursor.fetchone() is not None


def key_result(actor: str, key: str) -> tuple[str, str | None]:
    """The act and the result (JSON text) under a key that was taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT act, result::text FROM trust_idempotency_key WHERE actor = %s AND key = %s", (actor, key)
        )
        row: tuple[str, str | None] = cursor.fetchone()
        return row


def set_key_result(actor: str, key: str, result: str) -> None:
    """Keep the result of an act under its key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trust_idempotency_key SET result = %s::jsonb WHERE actor = %s AND key = %s", (result, actor, key)
        )


def forget_keys(before: datetime) -> int:
    """Drop idempotency keys taken before that time; how many."""
    return IdempotencyKey.objects.filter(made_at__lt=before).delete()[0]


def oldest_unsealed_seconds() -> float:
    """Age in seconds of the oldest record that no seal covers, by the clock of the database; 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - min(recorded_at)) FROM ledger_pending")
        (age,) = cursor.fetchone()
        return float(age or 0)
