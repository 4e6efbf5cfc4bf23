"""Queries of a person's own page: a fixed number of statements however many cases the person has."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Case as Cases
from django.db.models import CharField, Count, Q, QuerySet, Value, When

from gezhi.loop.models import Attachment, Call, Case, PersonRequest, Step, StepText
from gezhi.loop.retention import holds

MOST = 200
RATINGS = ("rate", "callback")


def cases_of(requesters: Iterable[UUID]) -> list[Case]:
    """Cases of these requesters, the newest first; a confidential one opens by its own link alone."""
    rows = Case.objects.filter(requester__in=list(requesters), confidential=False).exclude(state="void")
    return list(rows.select_related("requester", "lead", "desk", "main").order_by("-received_at")[:MOST])


def written_by_sender(case: Case) -> bool:
    """Whether name and phone were typed into a form by whoever sent it, and heard by nobody of the office."""
    return Step.objects.filter(case=case, no=1, actor_kind__in=("link", "citizen")).exists()


def texts(cases: Sequence[Case]) -> dict[UUID, int]:
    """How many sealed texts each case has beside its story."""
    rows = StepText.objects.filter(step__case__in=cases).values_list("step__case").annotate(n=Count("pk"))
    return dict(rows.order_by())


def files(cases: Sequence[Case]) -> dict[UUID, int]:
    rows = Attachment.objects.filter(case__in=cases).values_list("case").annotate(n=Count("pk"))
    return {key: n for key, n in rows.order_by() if key is not None}


def calls(cases: Sequence[Case], requesters: Iterable[UUID]) -> list[Call]:
    """Calls of these cases. A call that became none carries no name, so that nobody can show it to be his."""
    rows = Call.objects.filter(Q(case__in=cases) | Q(case=None, requester__in=list(requesters)))
    return list(rows.select_related("case").order_by("-began_at")[:MOST])


def ratings(cases: Sequence[Case]) -> dict[UUID, dict[str, Any]]:
    """The newest rating of each case: scores, satisfaction, solved."""
    found: dict[UUID, dict[str, Any]] = {}
    for step in Step.objects.filter(case__in=cases, move__in=RATINGS).order_by("case", "no"):
        if step.facts.get("satisfaction"):
            found[step.case_id] = {**step.facts, "at": step.acted_at}
    return found


def reveals(cases: Sequence[Case], requesters: Iterable[UUID]) -> list[Any]:
    """Who opened what of these people, the newest first."""
    rows = apps.get_model("trust", "Reveal")._default_manager.filter(
        Q(requester__in=list(requesters)) | Q(case_id__in=[case.pk for case in cases])
    )
    return list(rows.select_related("unit").order_by("-acted_at")[:MOST])


def held(cases: Sequence[Case], now: datetime) -> dict[UUID, str]:
    """Why a case may not be destroyed now, by reason; an own request is no reason against itself."""
    whens = [When(condition(now), then=Value(reason)) for reason, condition in holds.reasons().items()
             if reason != "request"]  # fmt: skip
    why = Cases(*whens, default=Value(""), output_field=CharField())
    rows = Case.objects.filter(pk__in=[case.pk for case in cases]).annotate(why=why)
    return {key: reason for key, reason in rows.values_list("pk", "why") if reason}


# ---- requests


def requests_of(cases: Sequence[Case]) -> list[PersonRequest]:
    rows = PersonRequest.objects.filter(case__in=cases).select_related("case", "case__requester", "decided_by")
    return list(rows.order_by("-asked_at"))


def requests(seen: QuerySet[Case]) -> QuerySet[PersonRequest]:
    """The requests about cases that somebody may see, what is due first."""
    rows = PersonRequest.objects.filter(case__in=seen).select_related("case", "case__requester", "decided_by")
    return rows.order_by("due_at", "pk")


def request(key: UUID | str, *, locked: bool = False) -> PersonRequest | None:
    rows = PersonRequest.objects.select_related("case", "case__requester", "case__desk")
    rows = rows.select_for_update(of=("self",)) if locked else rows
    return rows.filter(pk=key).first()


def open_request(case: Case, kind: str) -> PersonRequest | None:
    return PersonRequest.objects.filter(case=case, kind=kind, state="asked").first()


def named_cases(keys: Iterable[str]) -> list[Case]:
    """The cases of a request, in the order in which they came in."""
    rows = Case.objects.filter(pk__in=list(keys)).select_related("requester", "lead", "desk", "main")
    return list(rows.order_by("received_at"))
