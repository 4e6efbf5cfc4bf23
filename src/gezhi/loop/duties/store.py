"""Queries of the list of township duties, of exceptions from it, and of the load of units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from gezhi.loop.models import Step, TownDuty
from gezhi.loop.rules.words import WITH_UNIT
from gezhi.loop.store.locks import alone
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

LOCAL = "local"


def put_list(day: str, lines: Iterable[Mapping[str, Any]]) -> str:
    """A new list of the office, in force alone among its own; named after the day."""
    alone("duties")
    own = TownDuty.objects.filter(pack=LOCAL)
    taken = set(own.values_list("version", flat=True).distinct())
    version = next(name for name in (day, *(f"{day}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
    own.update(active=False)
    TownDuty.objects.bulk_create([TownDuty(pack=LOCAL, version=version, **line) for line in lines], batch_size=1000)
    return version


def choose(pack: str, version: str) -> bool:
    """Put a list in force; False where there is none of that name."""
    rows = TownDuty.objects.filter(pack=pack, version=version)
    if not rows.exists():
        return False
    TownDuty.objects.filter(pack=LOCAL).update(active=False)
    if pack == LOCAL:
        rows.update(active=True)
    return True


def lists() -> list[dict[str, Any]]:
    """Every list with its number of lines: the office's own newest first, then those of packs that are loaded."""
    rows = TownDuty.objects.filter(Q(pack=LOCAL) | Q(active=True)).order_by().values("pack", "version", "active")
    found: list[dict[str, Any]] = [dict(row) for row in rows.annotate(lines=Count("pk"))]
    own = any(row["pack"] == LOCAL and row["active"] for row in found)
    for row in found:
        row["holds"] = row["active"] and (row["pack"] == LOCAL or not own)
    return sorted(found, key=lambda row: (row["pack"] != LOCAL, row["version"]))


def exceptions(actor: Actor, since: datetime) -> list[Step]:
    """The times somebody set the list aside, newest first, on cases that the reader may read."""
    rows = Step.objects.filter(move="duty_allow", acted_at__gte=since, case__in=visible(actor))
    return list(rows.select_related("case").order_by("-acted_at")[:500])


@dataclass(slots=True)
class Load:
    """What a unit has on its hands."""

    open: int = 0
    week: int = 0  # due within seven days
    late: int = 0
    people: dict[int | None, int] = field(default_factory=dict)  # open cases by handler; None: nobody yet


def loads(actor: Actor, now: datetime, until: datetime, units: Iterable[int] | None = None) -> dict[int, Load]:
    """The load of units, in one statement: of all, or of these."""
    rows = visible(actor).filter(state__in=WITH_UNIT, dormant=False, lead__isnull=False)
    if units is not None:
        rows = rows.filter(lead__in=set(units))
    counted = rows.order_by().values("lead", "owner").annotate(
        n=Count("pk"), due=Count("pk", filter=Q(due_at__gte=now, due_at__lt=until)),
        over=Count("pk", filter=Q(due_at__lt=now, paused=False)),
    )  # fmt: skip
    found: dict[int, Load] = {}
    for row in counted:
        load = found.setdefault(row["lead"], Load())
        load.open, load.week, load.late = load.open + row["n"], load.week + row["due"], load.late + row["over"]
        load.people[row["owner"]] = row["n"]
    return found
