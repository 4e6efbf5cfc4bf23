"""Queries of the ledger: the queue, the chain in order, records without a seal, checkpoints, the auditor's search."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from gezhi.trust.models import LedgerCheckpoint, LedgerRecord

LOCK = 0x67657A6869  # "gezhi": the advisory lock under which sequences are given
_RECORD = """r.id::text,
  CASE WHEN isfinite(r.recorded_at) THEN (extract(epoch FROM r.recorded_at) * 1000000)::bigint END,
  r.actor_kind, r.actor_id, r.act, r.subject_kind, r.subject_id, r.body, r.digest"""
_CHAIN = f"""
SELECT s.sequence, s.record_id::text, s.prev_hash, s.hash, {_RECORD}
FROM ledger_seal s LEFT JOIN ledger_record r ON r.id = s.record_id
WHERE s.sequence > %s ORDER BY s.sequence LIMIT %s
"""  # noqa: S608 - put together from constants of this file
_UNSEALED = f"""
SELECT p.record_id IS NOT NULL, {_RECORD}
FROM ledger_record r LEFT JOIN ledger_pending p ON p.record_id = r.id
WHERE r.id > %s AND NOT EXISTS (SELECT 1 FROM ledger_seal s WHERE s.record_id = r.id)
ORDER BY r.id LIMIT %s
"""  # noqa: S608 - put together from constants of this file


def lock_chain() -> None:
    """Wait for the right to give sequences; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


def head() -> tuple[int, bytes] | None:
    """Sequence and hash of the last seal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, hash FROM ledger_seal ORDER BY sequence DESC LIMIT 1")
        row = cursor.fetchone()
        return (row[0], bytes(row[1])) if row else None


def pending(limit: int) -> list[tuple[str, bytes]]:
    """Id and digest of records to seal, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.record_id::text, r.digest FROM ledger_pending p JOIN ledger_record r ON r.id = p.record_id
               ORDER BY p.recorded_at, p.record_id LIMIT %s""",
            (limit,),
        )
        return [(key, bytes(digest)) for key, digest in cursor.fetchall()]


def insert_seals(rows: Sequence[tuple[int, str, bytes, bytes]]) -> None:
    """Add seals (sequence, record id, previous hash, hash) and take their records from the queue."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_seal (sequence, record_id, prev_hash, hash)
               SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[], %s::bytea[])""",
            columns,
        )
        cursor.execute("DELETE FROM ledger_pending WHERE record_id = ANY(%s::uuid[])", (columns[1],))


def chain(batch: int) -> Iterator[tuple[Any, ...]]:
    """Every seal in order with its record (nulls where it is missing), read in batches."""
    last = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CHAIN, (last, batch))
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < batch:
            return
        last = rows[-1][0]


def unsealed(batch: int) -> Iterator[tuple[Any, ...]]:
    """Every record without a seal, each with whether it waits in the queue, read in batches."""
    last = "00000000-0000-0000-0000-000000000000"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_UNSEALED, (last, batch))
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < batch:
            return
        last = rows[-1][1]


def queued_without_record() -> list[str]:
    """Ids that wait for a seal although their record is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT record_id::text FROM ledger_pending p
               WHERE NOT EXISTS (SELECT 1 FROM ledger_record r WHERE r.id = p.record_id) ORDER BY 1 LIMIT 20"""
        )
        return [row[0] for row in cursor.fetchall()]


def hash_at(sequence: int) -> bytes | None:
    """The hash of one seal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM ledger_seal WHERE sequence = %s", (sequence,))
        row = cursor.fetchone()
        return bytes(row[0]) if row else None


def insert_checkpoint(key: UUID, sequence: int, document: str) -> None:
    """Keep a checkpoint."""
    LedgerCheckpoint.objects.create(id=key, sequence=sequence, document=document)


def checkpoints(limit: int | None = None) -> list[LedgerCheckpoint]:
    """Checkpoints, newest first."""
    return list(LedgerCheckpoint.objects.order_by("-sequence", "-made_at")[:limit])


def search(
    *,
    subject: str = "",
    actor: str = "",
    act: str = "",
    since: datetime | None = None,
    before: str = "",
    limit: int = 50,
) -> list[LedgerRecord]:
    """Records newest first by subject id, actor id, act; `before` is the id where the page before ended."""
    rows = LedgerRecord.objects.order_by("-id")
    if subject:
        rows = rows.filter(subject_id=subject)
    if actor:
        rows = rows.filter(actor_id=actor)
    if act:
        rows = rows.filter(act=act)
    if since is not None:
        rows = rows.filter(recorded_at__gte=since)
    if before:
        rows = rows.filter(id__lt=before)
    return list(rows[:limit])


def sequences(ids: Sequence[UUID]) -> dict[UUID, int]:
    """Sequence of each of these records that is sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT record_id, sequence FROM ledger_seal WHERE record_id = ANY(%s::uuid[])", (list(ids),))
        return dict(cursor.fetchall())
