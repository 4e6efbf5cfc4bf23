"""Queries of the list of instructions."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from gezhi.loop.models import Case, CaseClock, StepText
from gezhi.loop.store.rows import running_of, soon
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

STATE = "more__instruction__state"
LOOKED_AT = 500  # instructions that wait, of which the pressing ones are told


def instructed(actor: Actor) -> QuerySet[Case]:
    """The cases with an instruction that the actor may read."""
    return visible(actor).filter(more__has_key="instruction")


def counts(actor: Actor) -> dict[str, int]:
    """How many of each state, in one statement."""
    state = KeyTextTransform("state", KeyTextTransform("instruction", "more"))
    rows = instructed(actor).order_by().annotate(at=state).values_list("at").annotate(n=Count("pk"))
    return {str(at): n for at, n in rows}


def of_state(actor: Actor, states: Iterable[str]) -> QuerySet[Case]:
    """Those in these states, the first due first."""
    due = KeyTextTransform("due", KeyTextTransform("instruction", "more"))
    rows = instructed(actor).filter(**{f"{STATE}__in": list(states)})
    return rows.annotate(answer_by=due).order_by("answer_by", "-received_at")


def pressing(actor: Actor, now: datetime) -> list[UUID]:
    """Those that wait and whose day has passed or is near, as their clock turns yellow, the first due first."""
    waiting = instructed(actor).filter(**{STATE: "waiting"}).order_by().values("pk")
    clocks = CaseClock.objects.filter(stage="instruct", finished_at=None, case__in=waiting).order_by("due_at")
    return [row.case_id for row in clocks[:LOOKED_AT] if (turns := soon(running_of(row))) is not None and turns <= now]


def guarded(cases: Iterable[UUID]) -> list[Case]:
    """Those of these cases that are confidential or name a unit complained about, with their units."""
    kept = Q(confidential=True) | Q(complained__isnull=False)
    return list(Case.objects.filter(kept, pk__in=list(cases)).select_related("desk", "complained"))


def newest_words(cases: Iterable[UUID]) -> dict[UUID, list[tuple[str, bytes]]]:
    """The sealed words of the newest instruction, submission and feedback of each case, in one statement."""
    moves = ("instruct_ask", "instruct", "instruct_answer")
    rows = StepText.objects.filter(step__case__in=list(cases), step__move__in=moves).order_by("step__no")
    found: dict[UUID, dict[str, bytes]] = {}
    for case, move, sealed in rows.values_list("step__case", "step__move", "sealed"):
        found.setdefault(case, {})[move] = bytes(sealed)
    return {case: list(words.items()) for case, words in found.items()}
