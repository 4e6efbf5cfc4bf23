"""Queries of oversight."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet

from gezhi.loop.models import Case, Step
from gezhi.loop.oversight.rules import Tried, tried
from gezhi.loop.store.worklist import scope
from gezhi.trust.rules import Actor

WAITING = 5_000  # call-backs that are put in order at once
COLUMNS = ("id", "number", "kind", "urgency", "redos", "supervised", "received_at", "due_at")


def waiting(actor: Actor) -> list[Case]:
    """The cases whose answer waits for a call-back by this actor, the most urgent limit first."""
    rows = scope(actor, "case.callback").filter(state="verifying", dormant=False).only(*COLUMNS)
    return list(rows.order_by("due_at", "pk")[:WAITING])


def tries(cases: Iterable[UUID]) -> dict[UUID, Tried]:
    """The calls in vain of these cases, in one statement."""
    rows = Step.objects.filter(case__in=list(cases), move__in=("review_pass", "callback")).order_by("case", "no")
    told = rows.values_list("case", "move", "facts", "acted_at")
    return {
        case: tried((move, bool(facts.get("contacted")), at) for _, move, facts, at in group)
        for case, group in groupby(told, key=lambda row: row[0])
    }


def chosen(keys: Iterable[UUID]) -> QuerySet[Case]:
    """These cases."""
    return Case.objects.filter(pk__in=list(keys))
