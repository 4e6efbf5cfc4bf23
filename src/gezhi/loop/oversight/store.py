"""Queries of oversight."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.loop.models import Case, Step, StepText
from gezhi.loop.oversight.rules import Hung, Told, Tried, Watch, hung, tried, watched
from gezhi.loop.rules.words import OPEN
from gezhi.loop.store.visible import READ
from gezhi.loop.store.worklist import scope
from gezhi.trust.rules import Actor

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WATCHED = ("supervise", "supervise_answer", "supervise_accept", "supervise_back", "escalate")
HUNG = ("hangup_ask", "hangup_decide", "hangup_review", "resume")
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


def supervised(actor: Actor, since: datetime, verb: str = READ) -> list[Case]:
    """Supervised cases on which the actor may use a verb: open, closed but not decided, or accepted since."""
    undecided = Q(state="closed", more__watch__in=("asked", "answered"))
    shown = Q(state__in=OPEN) | undecided | Q(state="closed", more__watch="accepted", closed_at__gte=since)
    rows = scope(actor, verb).filter(shown, supervised=True, dormant=False).select_related("lead")
    return list(rows.only("id", "number", "due_at", "lead").order_by("due_at", "pk")[:WAITING])


def watches(cases: Iterable[UUID]) -> dict[UUID, Watch]:
    """How the supervision of these cases stands, in one statement."""
    rows = Step.objects.filter(case__in=list(cases), move__in=WATCHED)
    told = rows.order_by("case", "no").values_list("case", "id", "move", "actor", "acted_at", "facts")
    return {
        case: watched(Told(key, move, actor, at, facts) for _, key, move, actor, at, facts in group)
        for case, group in groupby(told, key=lambda row: row[0])
    }


def suspended(actor: Actor, verb: str = READ) -> list[Case]:
    """The cases that are hung up now, on which the actor may use a verb."""
    rows = scope(actor, verb).filter(state="suspended", dormant=False).select_related("lead")
    return list(rows.only("id", "number", "lead", "matter", "received_at").order_by("received_at", "pk")[:WAITING])


def chosen_numbers(actor: Actor, keys: Iterable[str]) -> list[tuple[UUID, str]]:
    """Those of these cases that are hung up and that the actor may review, with their numbers."""
    wanted = [key for key in keys if KEY.fullmatch(key)]
    rows = scope(actor, "case.hangup_review").filter(pk__in=wanted, state="suspended")
    return list(rows.order_by("received_at").values_list("pk", "number"))


def every_hangup() -> list[UUID]:
    """The keys of all cases that are hung up, for figures that name no case."""
    return list(Case.objects.filter(state="suspended", dormant=False).values_list("pk", flat=True)[:WAITING])


def hangups(cases: Iterable[UUID]) -> dict[UUID, Hung]:
    """How long these cases have been hung up, why and by whose leave, in one statement."""
    rows = Step.objects.filter(case__in=list(cases), move__in=HUNG)
    told = rows.order_by("case", "no").values_list("case", "id", "move", "actor", "acted_at", "facts")
    return {
        case: hung(Told(key, move, actor, at, facts) for _, key, move, actor, at, facts in group)
        for case, group in groupby(told, key=lambda row: row[0])
    }


def sealed_words(steps: Iterable[UUID]) -> dict[UUID, bytes]:
    """The sealed words of these steps."""
    rows = StepText.objects.filter(step__in=list(steps)).values_list("step", "sealed")
    return {step: bytes(sealed) for step, sealed in rows}
