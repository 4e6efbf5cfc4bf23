"""Many cases at once: locked in the order of their keys, and their steps written in a fixed number of statements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from gezhi.kit.bulk import copy_models
from gezhi.loop.models import Case, CaseClock, Involvement, Step, StepText
from gezhi.loop.rules.words import OPEN
from gezhi.loop.store.cases import DECIDED

CHUNK = 200
TOGETHER = 100  # altered cases in one statement
WORKED = (*OPEN, "merged")  # states in which a case is some unit's work
CLOCK = ("due_at", "finished_at", "paused", "pauses", "extensions", "unit")
BY_CALENDAR = ("workhour", "workday")  # limits that days off move


def locked(keys: Sequence[UUID]) -> dict[UUID, Case]:
    rows = Case.objects.select_for_update(of=("self",)).select_related("requester").filter(pk__in=keys)
    return {case.pk: case for case in rows.order_by("pk")}


def running(keys: Sequence[UUID]) -> dict[UUID, list[CaseClock]]:
    found: dict[UUID, list[CaseClock]] = {}
    for clock in CaseClock.objects.filter(case__in=keys, finished_at=None).order_by("pk"):
        found.setdefault(clock.case_id, []).append(clock)
    return found


def write(
    cases: Sequence[Case],
    steps: Sequence[Step],
    sealed: Sequence[bytes | None],
    new: Sequence[CaseClock],
    old: Sequence[CaseClock],
    *more: str,
) -> None:
    """One step for each case, its words, the clocks that it begins and changes, and the columns it decides."""
    copy_models(steps)
    copy_models([StepText(step=step, sealed=words) for step, words in zip(steps, sealed, strict=True) if words])
    copy_models(new)
    if old:
        CaseClock.objects.bulk_update(old, CLOCK, batch_size=TOGETHER)
    if cases:
        Case.objects.bulk_update(cases, [*DECIDED, *more], batch_size=TOGETHER)


def involve(cases: Sequence[Case], unit: int) -> None:
    Involvement.objects.bulk_create([Involvement(case=case, unit_id=unit) for case in cases], ignore_conflicts=True)


# ---- of a unit


def work_of(unit: int) -> Q:
    """Cases that are not over and that a unit leads, assists or takes at its desk; sleeping ones too."""
    helps = CaseClock.objects.filter(unit=unit, finished_at=None).values("case")
    named = Q(more__instruction__units__contains=[unit])
    return Q(state__in=WORKED) & (Q(lead=unit) | Q(desk=unit) | Q(pk__in=helps) | named)


def work_count(unit: int) -> int:
    return Case.objects.filter(work_of(unit)).count()


def next_of_unit(unit: int, after: UUID | None) -> list[UUID]:
    """The next cases of a unit in the order of their keys."""
    rows = Case.objects.filter(work_of(unit)).order_by("pk")
    return list((rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True)[:CHUNK])


# ---- of a stretch of days


def next_between(start: datetime, end: datetime, after: UUID | None) -> list[UUID]:
    """The next open cases with a limit in working time that runs between two moments."""
    rows = CaseClock.objects.filter(
        finished_at=None, unit_of__in=BY_CALENDAR, started_at__lt=end, due_at__gte=start, case__state__in=OPEN
    ) | CaseClock.objects.filter(finished_at=None, started_at__lt=end, due_at__gte=start, case__state__in=OPEN).exclude(
        extensions=[]
    )
    if after:
        rows = rows.filter(case__gt=after)
    return list(rows.order_by("case_id").values_list("case_id", flat=True).distinct()[:CHUNK])
