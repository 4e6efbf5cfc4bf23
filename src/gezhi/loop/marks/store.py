"""Queries of marks: which hold, whom they concern, which cases come later in a queue."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import Case as Choice
from django.db.models import IntegerField, Q, QuerySet, Value, When

from gezhi.loop.marks.rules import Mark
from gezhi.loop.models import Case, NuisanceMark
from gezhi.loop.rules.words import URGENT

WITH = ("requester", "case__desk", "case__requester", "set_by", "confirmed_by", "decided_by")


def in_force(now: datetime) -> QuerySet[NuisanceMark]:
    """Marks that hold now."""
    return NuisanceMark.objects.filter(state="confirmed", expires_at__gt=now)


def locked(key: UUID | str) -> NuisanceMark | None:
    rows = NuisanceMark.objects.select_for_update(of=("self",)).select_related(*WITH)
    return rows.filter(pk=key).first()


def value_of(row: NuisanceMark) -> Mark:
    """A stored mark as the rules see it."""
    return Mark(row.state, row.expires_at, row.set_by_id, row.confirmed_by_id, row.appeal)


def on_number(requesters: Iterable[UUID]) -> QuerySet[NuisanceMark]:
    """Every mark on the number that these requesters have; a requester without a number has none."""
    people = apps.get_model("trust", "Requester")._default_manager.filter(pk__in=list(requesters))
    hashes = people.filter(phone_hash__isnull=False).values("phone_hash")
    return NuisanceMark.objects.filter(requester__phone_hash__in=hashes).select_related(*WITH)


def case_of(requester_id: UUID | str) -> Case | None:
    """The case by whose link a requester comes."""
    return Case.objects.filter(requester__id=requester_id).select_related("requester").first()


def marked(cases: Sequence[UUID], now: datetime) -> set[UUID]:
    """Those of these cases that came from a marked number, in one statement."""
    hashes = in_force(now).values("requester__phone_hash")
    return set(Case.objects.filter(pk__in=list(cases), requester__phone_hash__in=hashes).values_list("pk", flat=True))


def lowered(rows: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    """The cases with `lowered`: 1 for those of a marked number, unless they are urgent or have used up their limit."""
    hashes = in_force(now).values("requester__phone_hash")
    later = When(
        Q(due_at__gt=now) & Q(urgency__lt=URGENT) & Q(requester__phone_hash__in=hashes),
        then=Value(1),
    )
    return rows.annotate(lowered=Choice(later, default=Value(0), output_field=IntegerField()))


def of_tab(tab: str, now: datetime, rows: QuerySet[NuisanceMark]) -> QuerySet[NuisanceMark]:
    """The marks of one tab of the list."""
    match tab:
        case "proposed":
            return rows.filter(state="proposed")
        case "appeals":
            return rows.filter(appeal="asked")
        case "over":
            return rows.filter(Q(state__in=("declined", "lifted")) | Q(state="confirmed", expires_at__lte=now))
        case _:
            return rows.filter(state="confirmed", expires_at__gt=now)


def forget(requester_id: str) -> int:
    """Drop the marks of an erased requester."""
    count, _ = NuisanceMark.objects.filter(requester__id=requester_id).delete()
    return count
