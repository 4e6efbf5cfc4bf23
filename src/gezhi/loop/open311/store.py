"""Every query of the adapter: the cases that may be told, what is known of them beside, and the steps of a window."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from gezhi.kernel.ids import uuid7
from gezhi.loop.models import Case, CaseClock, Step, StepText
from gezhi.loop.open311.rules.states import OPEN, OVER
from gezhi.loop.open311.rules.wishes import Wish
from gezhi.loop.rules.moves import MOVES
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

NEVER = ("merged", "withdrawn", "void")  # not told to the public
TOLD = tuple(move.name for move in MOVES if move.public)  # what the requester sees
WORDS = ("reply", "review_pass", "answer", "decline", "history", "answered")  # steps that carry an answer
PREFIX = "open311"
SLACK = timedelta(days=1)  # a clock that was put back makes steps later than they are


def source_of(actor: Actor) -> str:
    """The source that marks what a key has posted."""
    return f"{PREFIX}:{actor.id}"


def tellable(actor: Actor | None, *, public: bool) -> QuerySet[Case]:
    """The cases that may be told: to everybody what is harmless, to a key beside it what it has posted itself.

    Harmless is what the report page tells of cases nearby: nothing confidential, no report of wrongdoing, no complaint
    about an office, nobody's who was forgotten, nothing that came with an archive.
    """
    own = Q(source=source_of(actor)) if actor is not None else Q(pk__in=[])
    open_to_all = Q(confidential=False, complained=None, dormant=False) & ~Q(matter="") & ~Q(kind="report")
    open_to_all &= ~Q(state__in=NEVER)
    shown = (own & ~Q(state="void")) | open_to_all if public else own & ~Q(state="void")
    return Case.objects.filter(shown, requester__erased_at=None).select_related("lead", "requester")


def changed_at() -> Subquery:
    """When the newest step that the requester may see was made."""
    steps = Step.objects.filter(case=OuterRef("pk"), move__in=TOLD).order_by("-no")
    return Subquery(steps.values("acted_at")[:1], output_field=DateTimeField())


def page_of(rows: QuerySet[Case], wish: Wish) -> list[Case]:
    """The cases of a query, the newest first."""
    if wish.ids:
        rows = rows.filter(number__in=wish.ids)
    if wish.services:
        rows = rows.filter(matter__in=wish.services)
    if len(wish.statuses) == 1:
        over = Q(state__in=OVER)
        rows = rows.filter(~over if wish.statuses[0] == OPEN else over)
    if wish.since is not None:
        rows = rows.filter(received_at__gte=wish.since, received_at__lte=wish.until)
    if wish.changed_since is not None and wish.changed_until is not None:
        rows = rows.filter(pk__in=_steps_between(wish.changed_since, wish.changed_until).values("case"))
    rows = rows.annotate(changed_at=Greatest(Coalesce(changed_at(), F("received_at")), F("received_at")))
    return list(rows.order_by("-received_at", "-pk")[wish.offset : wish.offset + wish.size])


def _steps_between(since: datetime, until: datetime) -> QuerySet[Step]:
    """Steps of a window that requesters see. Keys sort by when a step was written down, which is after it was made."""
    floor = UUID(int=uuid7(max(0, int((since - SLACK).timestamp() * 1000))).int >> 80 << 80)
    return Step.objects.filter(pk__gte=floor, acted_at__gte=since, acted_at__lte=until, move__in=TOLD)


def steps_of(rows: QuerySet[Case], wish: Wish) -> list[Step]:
    """The steps of a window with their cases, the oldest first."""
    assert wish.since is not None
    assert wish.until is not None
    found = _steps_between(wish.since, wish.until).exclude(no=1).filter(case__in=rows.values("pk"))
    if wish.ids:
        found = found.filter(case__number__in=wish.ids)
    found = found.select_related("case", "case__requester").order_by("acted_at", "pk")
    return list(found[wish.offset : wish.offset + wish.size])


def promises(cases: Iterable[Case]) -> dict[UUID, datetime]:
    """Until when an answer is promised, where the limit is one that is sure and still runs."""
    rows = CaseClock.objects.filter(
        case__in=[case.pk for case in cases], stage="handle", finished_at=None, verified=True, paused=False
    ).exclude(due_at=None)
    found: dict[UUID, datetime] = {}
    for case, due in rows.values_list("case_id", "due_at"):
        if due is not None:
            found[case] = max(found.get(case, due), due)
    return found


def said(cases: Sequence[Case]) -> dict[UUID, list[dict[str, str]]]:
    """The words of answers by case, the newest first; one statement."""
    by_key = {case.pk: case for case in cases}
    rows = StepText.objects.filter(step__case__in=list(by_key), step__move__in=WORDS)
    rows = rows.order_by("step__case", "-step__no")
    found: dict[UUID, list[dict[str, str]]] = {}
    for case, sealed in rows.values_list("step__case_id", "sealed"):
        found.setdefault(case, []).append(open_text(by_key[case].requester, bytes(sealed)))
    return found


def own(actor: Actor, number: str) -> Case | None:
    """A case that this key has posted."""
    rows = Case.objects.filter(source=source_of(actor), number=number).exclude(state="void")
    return rows.select_related("requester").first()


def by_their_number(actor: Actor, number: str) -> Case | None:
    """The case that a key has posted under a number of its own."""
    rows = Case.objects.filter(source=source_of(actor), external_number=number).exclude(state="void")
    return rows.select_related("requester").first()
