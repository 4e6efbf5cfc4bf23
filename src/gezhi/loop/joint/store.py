"""Queries of parts that units do for each other."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gezhi.loop.models import Case, CaseClock, Step
from gezhi.loop.store.below import units_under
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

MOST = 1_000  # parts put in order at once


def parts(actor: Actor, view: str) -> list[CaseClock]:
    """Running parts: `ours` that units of the actor's posts owe, `asked` in cases that they lead or desk."""
    paths = {grant.unit_path for grant in actor.grants if grant.unit_path and "case.read" in grant.verbs}
    whole = any("." not in path for path in paths)
    condition = Q(pk__in=[])
    for path in paths:
        units = units_under(path)
        if view == "ours":
            condition |= Q(unit__in=units)
        else:
            condition |= Q(case__lead__in=units) | (Q(case__desk__in=units) if whole else Q(pk__in=[]))
    rows = CaseClock.objects.filter(condition, stage="task", finished_at=None, case__in=visible(actor))
    return list(rows.order_by("due_at", "pk")[:MOST])


def of_cases(keys: Iterable[UUID]) -> QuerySet[Case]:
    """These cases."""
    return Case.objects.filter(pk__in=set(keys))


def reminders(keys: Iterable[UUID]) -> dict[tuple[UUID, int], int]:
    """How often each unit was reminded of its part."""
    rows = Step.objects.filter(case__in=set(keys), move="task_remind").order_by()
    found = rows.values_list("case", "facts__unit").annotate(n=Count("pk"))
    return {(case, unit): n for case, unit, n in found}
