"""Reading cases for an act and writing what the act decided, in as few statements as can be."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from gezhi.kit.bulk import insert_model
from gezhi.loop.models import Case, CaseClock, Involvement, Step, StepText
from gezhi.loop.rules.clocks import Running
from gezhi.loop.store.rows import clock_row

DECIDED = (
    "state", "last", "round", "matter", "kind", "urgency", "area", "lead", "owner", "first_unit", "supervised",
    "dormant", "main", "outcome", "satisfaction", "solved", "redos", "chases", "closed_at", "more", "due_at", "soon_at",
    "due_stage", "paused",
)  # fmt: skip
JOINED = ("lead", "desk", "requester")


def canonical(value: Any) -> str:
    """JSON in one form only, for digests."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def locked(case_id: UUID | str) -> Case | None:
    """One case, locked until the act ends, with its units and its requester."""
    rows = Case.objects.select_for_update(of=("self",)).select_related(*JOINED)
    return rows.filter(pk=case_id).first()


def locked_pair(first: UUID | str, second: UUID | str) -> dict[str, Case]:
    """Two cases locked in the order of their keys, so that two merges never wait for each other."""
    rows = Case.objects.select_for_update(of=("self",)).select_related(*JOINED)
    return {str(case.pk): case for case in rows.filter(pk__in=[first, second]).order_by("pk")}


def insert(case: Case) -> None:
    """A new case."""
    insert_model(case)


def open_clocks(case: Case) -> list[CaseClock]:
    return list(CaseClock.objects.filter(case=case, finished_at=None))


def merged_into(mains: Iterable[UUID]) -> QuerySet[Case]:
    """The cases that wait for the answer of these."""
    return Case.objects.filter(main__in=list(mains), state="merged").select_related(*JOINED).order_by("pk")


def save_step(case: Case, step: Step, sealed: bytes | None) -> None:
    """The decided columns of the case, then the step, then its sealed words."""
    if step.no > 1:
        case.save(update_fields=DECIDED)
    insert_model(step)
    if sealed is not None:
        insert_model(StepText(step=step, sealed=sealed))


def save_clocks(case: Case, before: Sequence[Running], after: Sequence[Running], rows: Sequence[CaseClock]) -> None:
    """Insert the clocks that began, rewrite those that changed."""
    old = {clock.key: clock for clock in before}
    known = {row.key: row for row in rows}
    fresh = [clock_row(case.pk, clock) for clock in after if clock.key not in old]
    if len(fresh) == 1:
        insert_model(fresh[0])
    elif fresh:
        CaseClock.objects.bulk_create(fresh)
    changed = [
        clock_row(case.pk, clock, known[clock.key].pk, known[clock.key].rung)
        for clock in after
        if clock.key in old and clock != old[clock.key]
    ]
    fields = ["due_at", "finished_at", "paused", "pauses", "extensions"]
    if len(changed) == 1:
        changed[0].save(update_fields=fields)
    elif changed:
        CaseClock.objects.bulk_update(changed, fields)


def involve(case: Case, units: Iterable[int]) -> None:
    """Units that will keep reading this case."""
    Involvement.objects.bulk_create(
        [Involvement(case=case, unit_id=unit) for unit in dict.fromkeys(units)], ignore_conflicts=True
    )


def index_words(case_id: UUID, words: str) -> None:
    """Search tokens of a new case, one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loop_casetext (case_id, search) VALUES (%s, to_tsvector('simple', %s))", [case_id, words]
        )


def last_reply(case: Case) -> tuple[Step, StepText] | None:
    """The newest step of a case that carries an answer to the citizen."""
    moves = ("reply", "answer", "decline", "history", "answered")
    step = Step.objects.filter(case=case, move__in=moves).select_related("text").order_by("-no").first()
    return (step, step.text) if step is not None and hasattr(step, "text") else None
