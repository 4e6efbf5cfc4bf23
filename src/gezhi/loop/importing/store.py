"""Every query of the import: what is known already, bulk inserts, batches and their rejects."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from gezhi.kit.bulk import copy_models
from gezhi.loop.models import Batch, BatchReject, Case, CaseClock, CaseText, ImportMapping, Involvement, Step, StepText
from gezhi.loop.rules.clocks import GIVEN
from gezhi.loop.rules.words import OPEN
from gezhi.loop.store import below, many
from gezhi.loop.store.cases import VECTOR, Words

CHUNK = 500
PARTS = ("place", "object", "title", "told", "marks")  # of the search tokens, in the order of Words
_LOCK = 0x6765_7A68_0001  # one chunk at a time: two imports of one file must not both find a number free


@dataclass(slots=True)
class Bundle:
    """All rows of one imported case; `steps` with the sealed words that came along."""

    case: Case
    steps: list[tuple[Step, bytes | None]]
    clocks: list[CaseClock]
    words: Words
    events: list[tuple[str, str, object, dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """A case that already has an external number or a content."""

    case: UUID
    fingerprint: bytes | None
    batch: int | None


def lock_imports() -> None:
    """Wait for the chunk that another import is writing; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def known_numbers(source: str, numbers: Sequence[str]) -> dict[str, Known]:
    """Cases not voided, by their number in this source."""
    rows = Case.objects.filter(source=source, external_number__in=numbers).exclude(state="void")
    found = rows.values_list("external_number", "pk", "fingerprint", "batch_id")
    return {number: Known(pk, bytes(mark) if mark else None, batch) for number, pk, mark, batch in found}


def known_contents(source: str, fingerprints: Sequence[bytes]) -> dict[bytes, Known]:
    """Imported cases without a number, by their content."""
    if not fingerprints:
        return {}
    rows = Case.objects.filter(batch__isnull=False, source=source, external_number="", fingerprint__in=fingerprints)
    found = rows.exclude(state="void").values_list("pk", "fingerprint", "batch_id")
    return {bytes(mark): Known(pk, bytes(mark), batch) for pk, mark, batch in found if mark}


def insert(bundles: Sequence[Bundle]) -> None:
    """The rows of many cases; their requesters and ledger records are there already."""
    copy_models([bundle.case for bundle in bundles])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO loop_casetext (case_id, search) SELECT key, {VECTOR.format(*PARTS)} FROM "  # noqa: S608 - names of our own
            f"unnest(%s::uuid[]{', %s::text[]' * len(PARTS)}) AS row (key, {', '.join(PARTS)})",
            [[bundle.case.pk for bundle in bundles], *map(list, zip(*(b.words for b in bundles), strict=True))],
        )
    copy_models([step for bundle in bundles for step, _ in bundle.steps])
    copy_models([StepText(step=step, sealed=sealed) for bundle in bundles for step, sealed in bundle.steps if sealed])
    copy_models([clock for bundle in bundles for clock in bundle.clocks])
    leads = [bundle.case for bundle in bundles if bundle.case.lead_id]
    Involvement.objects.bulk_create(
        [Involvement(case_id=case.pk, unit_id=case.lead_id or 0) for case in leads], ignore_conflicts=True
    )


@dataclass(frozen=True, slots=True)
class Grounds:
    """Known cases, locked, with all that an update has to know of them."""

    cases: dict[UUID, Case]
    clocks: dict[UUID, list[CaseClock]]
    moves: dict[UUID, list[str]]
    said: dict[UUID, list[bytes]]  # sealed words of earlier updates, oldest first
    words: dict[UUID, str]  # the source's newest word on whether it was in time
    mains: frozenset[UUID]  # cases that others are merged into


def grounds(keys: Sequence[UUID]) -> Grounds:
    """Five statements, however many cases."""
    cases = many.locked(keys)
    steps = Step.objects.filter(case__in=keys).order_by("case", "no")
    moves: dict[UUID, list[str]] = {}
    words: dict[UUID, str] = {}
    for case, move, word in steps.values_list("case_id", "move", "facts__on_time"):
        moves.setdefault(case, []).append(move)
        words[case] = word or words.get(case, "")
    said: dict[UUID, list[bytes]] = {}
    told = StepText.objects.filter(step__case__in=keys, step__move="refresh").order_by("step__case", "step__no")
    for case, sealed in told.values_list("step__case_id", "sealed"):
        said.setdefault(case, []).append(bytes(sealed))
    mains = Case.objects.filter(main__in=keys).values_list("main_id", flat=True)
    return Grounds(cases, many.running(keys), moves, said, words, frozenset(key for key in mains if key))


def set_fingerprints(pairs: Sequence[tuple[UUID, bytes]]) -> None:
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loop_case SET fingerprint = row.mark FROM unnest(%s::uuid[], %s::bytea[]) AS row (key, mark) "
            "WHERE loop_case.id = row.key",
            [[key for key, _ in pairs], [mark for _, mark in pairs]],
        )


def open_numbers(source: str) -> Iterator[str]:
    """The external numbers of imported cases of a source that are still open, in order."""
    rows = Case.objects.filter(batch__isnull=False, source=source, state__in=OPEN).exclude(external_number="")
    return rows.order_by("external_number").values_list("external_number", flat=True).iterator(chunk_size=5_000)


def count_cases() -> None:
    """Let the planner know of the new rows; without it the first worklists after a large import are planned badly."""
    with connection.cursor() as cursor:
        for model in (Case, CaseText, Step):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')


# ---- dues of the source


def any_given(batch: int) -> bool:
    return CaseClock.objects.filter(case__batch=batch, unit_of=GIVEN).exists()


def given_dues(batch: int, now: datetime) -> list[tuple[str, str, int]]:
    """(verdict, the source's word, how many) of the cases of a batch that are not void, in one statement.

    A moment is cut to the second, as the calendar does. Of several words of the source the newest counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUES, {"batch": batch, "now": now, "given": GIVEN})
        return [(str(verdict), str(word), int(count)) for verdict, word, count in cursor.fetchall()]


_DUES = """
WITH told AS (
    SELECT DISTINCT ON (s.case_id) s.case_id, s.facts->>'on_time' AS word
    FROM loop_step s JOIN loop_case c ON c.id = s.case_id
    WHERE c.batch_id = %(batch)s AND s.facts ? 'on_time' ORDER BY s.case_id, s.no DESC
), due AS (
    SELECT DISTINCT ON (k.case_id) k.case_id, k.due_at, k.finished_at
    FROM loop_caseclock k JOIN loop_case c ON c.id = k.case_id
    WHERE c.batch_id = %(batch)s AND k.unit_of = %(given)s ORDER BY k.case_id, k.id
)
SELECT CASE WHEN due.due_at IS NULL THEN ''
            WHEN due.finished_at IS NULL THEN CASE WHEN %(now)s <= due.due_at THEN 'running' ELSE 'overdue' END
            WHEN date_trunc('second', due.finished_at) <= due.due_at THEN 'kept' ELSE 'late' END,
       coalesce(told.word, ''), count(*)
FROM loop_case c LEFT JOIN due ON due.case_id = c.id LEFT JOIN told ON told.case_id = c.id
WHERE c.batch_id = %(batch)s AND c.state <> 'void' GROUP BY 1, 2 ORDER BY 1, 2
"""


# ---- names


def units_by_name() -> list[tuple[int, str, str, str]]:
    return list(below.units().filter(active=True).values_list("pk", "code", "name_zh", "name_en"))


def areas_named(name: str, inside: str) -> list[tuple[str, str]]:
    """(code, path) of the areas of this name, below a path when one is given; at most two, to tell doubt."""
    rows = below.areas().filter(Q(name_zh=name) | Q(name_en=name) | Q(pk=name[:12]))
    if inside:
        rows = rows.filter(path__descends=inside)
    return list(rows.values_list("pk", "path")[:2])


def desk_of(unit_id: int | None) -> Any | None:
    """The desk for which somebody imports: the own unit, else the first of the tree."""
    rows = below.units().filter(active=True)
    return (rows.filter(pk=unit_id) if unit_id else rows.order_by("path")).first()


# ---- batches


def batches() -> QuerySet[Batch]:
    return Batch.objects.select_related("created_by", "desk").order_by("-pk")


def busy_batches() -> QuerySet[Batch]:
    """Batches that some process should be working on."""
    return batches().filter(state__in=("checking", "running", "undoing"))


def batch_of(pk: int, *, lock: bool = False) -> Batch | None:
    rows = Batch.objects.select_related("desk")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return rows.filter(pk=pk).first()


def save_batch(batch: Batch, *names: str) -> None:
    batch.save(update_fields=names or None)


def add_rejects(rows: Iterable[BatchReject]) -> None:
    copy_models(list(rows))


def clear_rejects(batch: Batch) -> None:
    BatchReject.objects.filter(batch=batch).delete()


def rejects(batch: Batch, limit: int | None = None) -> Iterator[BatchReject]:
    rows = BatchReject.objects.filter(batch=batch).order_by("sheet", "row", "pk")
    return iter(rows[:limit]) if limit else rows.iterator(chunk_size=CHUNK)


def saved_mapping(signature: str) -> ImportMapping | None:
    return ImportMapping.objects.filter(signature=signature).first()


def mappings() -> list[ImportMapping]:
    """Every saved mapping, of several with one name the newest."""
    rows = {row.name: row for row in ImportMapping.objects.order_by("name", "created_at", "pk")}
    return list(rows.values())


def mapping_named(name: str) -> ImportMapping | None:
    return ImportMapping.objects.filter(name=name).order_by("-created_at", "-pk").first()


def save_mapping(signature: str, name: str, columns: dict[str, str], settings: dict[str, Any], now: datetime) -> None:
    """Keep it for its columns and under its name, which no other keeps."""
    ImportMapping.objects.filter(name=name).exclude(signature=signature).delete()
    ImportMapping.objects.update_or_create(
        signature=signature, defaults={"name": name, "columns": columns, "settings": settings, "created_at": now}
    )


def remove_mapping(name: str) -> str:
    """The signature of the mapping that is gone, "" where there was none."""
    row = mapping_named(name)
    if row is None:
        return ""
    ImportMapping.objects.filter(name=name).delete()
    return row.signature


# ---- undoing


def batch_cases(batch: Batch, after: UUID | None) -> list[Case]:
    """The next cases of a batch, locked, in the order of their keys."""
    rows = Case.objects.select_for_update().filter(batch=batch).exclude(state="void").order_by("pk")
    return list((rows.filter(pk__gt=after) if after else rows)[:CHUNK])


def cases_left(batch: Batch) -> int:
    """How many cases of a batch are not void."""
    return Case.objects.filter(batch=batch).exclude(state="void").count()


def moves_made(cases: Sequence[Case]) -> dict[UUID, list[str]]:
    """The names of the moves of each case, in order."""
    found: dict[UUID, list[str]] = {}
    for case, move in Step.objects.filter(case__in=cases).order_by("case", "no").values_list("case_id", "move"):
        found.setdefault(case, []).append(move)
    return found


def clocks_of(cases: Sequence[Case]) -> dict[UUID, list[CaseClock]]:
    found: dict[UUID, list[CaseClock]] = {}
    for clock in CaseClock.objects.filter(case__in=cases):
        found.setdefault(clock.case_id, []).append(clock)
    return found


def void(steps: Sequence[Step], finished: Sequence[CaseClock], now: datetime) -> None:
    """Write the steps that void cases, the columns they decide, and the clocks they end."""
    copy_models(steps)
    Case.objects.filter(pk__in=[step.case_id for step in steps]).update(
        state="void", last=F("last") + 1, closed_at=now, due_at=None, soon_at=None, due_stage="", paused=False
    )
    if finished:
        CaseClock.objects.bulk_update(finished, ["finished_at"])
