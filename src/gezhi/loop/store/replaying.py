"""Cases with all their steps and clocks, in batches, for the proof by replay."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps

from gezhi.loop.models import Case, CaseClock, Step


def in_batches(size: int) -> Iterator[list[Case]]:
    """All cases in the order of their keys, without holding more than one batch."""
    last: UUID | None = None
    while True:
        rows = Case.objects.order_by("pk") if last is None else Case.objects.filter(pk__gt=last).order_by("pk")
        cases = list(rows[:size])
        if not cases:
            return
        yield cases
        last = cases[-1].pk


def steps_of(cases: Sequence[Case]) -> dict[UUID, list[Step]]:
    table: dict[UUID, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(case__in=cases).order_by("case", "no"):
        table[step.case_id].append(step)
    return table


def clocks_of(cases: Sequence[Case]) -> dict[UUID, list[CaseClock]]:
    table: dict[UUID, list[CaseClock]] = defaultdict(list)
    for clock in CaseClock.objects.filter(case__in=cases):
        table[clock.case_id].append(clock)
    return table


def record_bodies(keys: Iterable[UUID]) -> dict[Any, str]:
    """The bodies of ledger records by key."""
    model = apps.get_model("trust", "LedgerRecord")
    return dict(model._default_manager.filter(pk__in=list(keys)).values_list("pk", "body"))
