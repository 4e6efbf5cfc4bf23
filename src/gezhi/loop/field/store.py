"""Queries of work in the field: whose a task or a place is, what was done, photos on their way."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from gezhi.loop.models import FieldAct, FieldPart, FieldPlace, FieldTask, Step
from gezhi.loop.store import below
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import ANY, Actor

DO, ASK, PLAN = "field.do", "field.ask", "field.plan"
MOST = 300  # tasks or places of one list
WITH = ("case__requester", "unit", "user", "asked_by")


def covered(actor: Actor, verb: str) -> Q:
    """What lies in the units and areas of the actor's posts with a verb; everything for the product itself."""
    if any(ANY in grant.verbs for grant in actor.grants):
        return Q(pk__isnull=False)
    condition = Q(pk__in=[])
    for grant in actor.grants_for(verb):
        part = Q(unit__in=below.units_under(grant.unit_path)) if grant.unit_path else Q(pk__isnull=False)
        if grant.area_path:
            part &= Q(area="") | Q(area__startswith=grant.area_path.rpartition(".")[2])
        condition |= part
    return condition


def _own(actor: Actor) -> Q:
    """Named for the actor, or for nobody in particular in a unit that he works for."""
    user = int(actor.id) if actor.kind == "user" else 0
    return covered(actor, DO) & (Q(user=user) | Q(user__isnull=True)) | Q(user=user)


# ---- tasks


def my_tasks(actor: Actor) -> QuerySet[FieldTask]:
    """The tasks that somebody in the field may answer, whatever their state."""
    return FieldTask.objects.filter(_own(actor)).select_related(*WITH)


def open_tasks(actor: Actor) -> list[FieldTask]:
    """Those that wait, the most pressing first."""
    return list(my_tasks(actor).filter(state="open").order_by("due_at", "pk")[:MOST])


def asked(actor: Actor) -> QuerySet[FieldTask]:
    """Tasks on cases that the actor may read, for the desk."""
    return FieldTask.objects.filter(case__in=visible(actor)).select_related(*WITH)


def locked_task(key: UUID | str) -> FieldTask | None:
    """One task, locked until the act ends."""
    return FieldTask.objects.select_for_update(of=("self",)).select_related(*WITH).filter(pk=key).first()


def open_on(case: UUID) -> list[FieldTask]:
    """The tasks that wait on a case."""
    return list(FieldTask.objects.filter(case=case, state="open").select_related("unit", "user"))


def moved_since(case: UUID, seen: int) -> list[tuple[str, str]]:
    """Source and target of each step after the one that was seen."""
    rows = Step.objects.filter(case=case, no__gt=seen).order_by("no")
    return list(rows.values_list("source", "target"))


def steps_since(case: UUID, seen: int, most: int = 6) -> list[Step]:
    """Those steps that changed the state."""
    rows = Step.objects.filter(case=case, no__gt=seen).exclude(source=F("target"))
    return list(rows.order_by("-no")[:most])[::-1]


# ---- people


def workers(paths: Iterable[str], now: datetime) -> list[Any]:
    """Active people who hold a post of the field that covers one of these units, or lies under one of them."""
    holdings = apps.get_model("trust", "Holding")._default_manager.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), valid_from__lte=now, user__is_active=True,
        post__role__verbs__verb=DO,
    )  # fmt: skip
    near = Q(pk__in=[])
    for path in paths:
        steps = path.split(".")
        above = [".".join(steps[:n]) for n in range(1, len(steps) + 1)]
        near |= Q(post__unit__path__in=above) | Q(post__unit__path__descends=path)
    rows = below.users().filter(pk__in=holdings.filter(near).values("user")).select_related("unit")
    return list(rows.order_by("unit__path", "display_name", "pk")[:MOST])


def covers(user: int, path: str, now: datetime) -> bool:
    """Whether a person works in the field for a unit."""
    return any(row.pk == user for row in workers([path], now))


def unit_of_worker(user: int, now: datetime) -> Any | None:
    """The unit whose field post a person holds."""
    rows = apps.get_model("trust", "Holding")._default_manager.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), valid_from__lte=now, user=user, user__is_active=True,
        post__role__verbs__verb=DO,
    )  # fmt: skip
    found = rows.select_related("post__unit").order_by("pk").first()
    return found.post.unit if found is not None else None


# ---- visits


def my_places(actor: Actor) -> QuerySet[FieldPlace]:
    """The households and places that somebody in the field visits."""
    return FieldPlace.objects.filter(_own(actor), active=True).select_related("requester", "unit")


def due_places(actor: Actor, until: date) -> list[FieldPlace]:
    """Those that are due by a day."""
    return list(my_places(actor).filter(due_on__lte=until).order_by("due_on", "position", "pk")[:MOST])


def planned(actor: Actor) -> QuerySet[FieldPlace]:
    """The places of the units for which the actor plans."""
    return FieldPlace.objects.filter(covered(actor, PLAN)).select_related("requester", "unit", "user")


def locked_place(key: UUID | str) -> FieldPlace | None:
    """One place, locked until the act ends."""
    rows = FieldPlace.objects.select_for_update(of=("self",)).select_related("requester", "unit")
    return rows.filter(pk=key).first()


def by_marks(unit: int, marks: Sequence[bytes]) -> dict[bytes, FieldPlace]:
    """The places of a unit that a sheet names again."""
    rows = FieldPlace.objects.filter(unit=unit, mark__in=list(marks)).select_related("requester")
    return {bytes(row.mark): row for row in rows}


def of_requester(requester: str) -> list[FieldPlace]:
    """The places behind which a person stands."""
    return list(FieldPlace.objects.filter(requester__id=requester))


# ---- acts


def taken(key: UUID) -> bool:
    """Whether a key was used already, by whomever."""
    return FieldAct.objects.filter(pk=key).exists()


def acts(user: int, since: datetime, until: datetime) -> list[FieldAct]:
    """What one person did, in the order in which it was done."""
    rows = FieldAct.objects.filter(user=user, made_at__gte=since, made_at__lt=until)
    return list(rows.select_related("case", "place__requester", "task__case").order_by("made_at", "pk"))


def findings(user: int, most: int = 20) -> list[FieldAct]:
    """The newest cases that somebody opened from the field."""
    rows = FieldAct.objects.filter(user=user, case__isnull=False, kind__in=("patrol", "visit"))
    return list(rows.select_related("case").order_by("-made_at")[:most])


def of_tasks(keys: Iterable[UUID]) -> dict[UUID, FieldAct]:
    """The newest act of each task."""
    rows = FieldAct.objects.filter(task__in=list(keys)).order_by("made_at")
    return {row.task_id: row for row in rows if row.task_id is not None}


# ---- photos on their way


def part(key: UUID, user: int, *, lock: bool = False) -> FieldPart | None:
    """A photo of this person; somebody else's is as if it were not there."""
    rows = FieldPart.objects.select_for_update() if lock else FieldPart.objects.all()
    return rows.filter(pk=key, user=user).first()


def begin_part(row: FieldPart) -> bool:
    """Insert it; False where the key is known."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def on_their_way(user: int) -> int:
    """How many photos of a person wait to be used."""
    return FieldPart.objects.filter(user=user, act__isnull=True).count()


def parts(keys: Sequence[UUID], user: int) -> list[FieldPart]:
    """These photos, locked, in the order in which they were named; those of others are left out."""
    rows = FieldPart.objects.select_for_update().filter(pk__in=keys, user=user)
    found = {row.pk: row for row in rows.order_by("pk")}
    return [found[key] for key in keys if key in found]


def stale_parts(before: datetime) -> list[FieldPart]:
    """Photos that nobody went on with, and those that were used."""
    return list(FieldPart.objects.filter(touched_at__lt=before).order_by("touched_at")[:500])
