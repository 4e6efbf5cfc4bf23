"""Editions of the dispatch catalogue and the past cases they are tried on."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from gezhi.loop.models import Case, CatalogueItem, CatalogueVersion
from gezhi.loop.rules.catalogue import Duty

_DRAFT = 0x6765_7A68_0002  # the lock under which a draft is begun


def edition(name: str) -> CatalogueVersion | None:
    return CatalogueVersion.objects.filter(name=name).first()


def free_name(wanted: str) -> str:
    """The name itself, or with a number behind it where an edition has it already."""
    taken = set(CatalogueVersion.objects.filter(name__startswith=wanted).values_list("name", flat=True))
    return next(name for name in (wanted, *(f"{wanted}-{no}" for no in range(2, len(taken) + 3))) if name not in taken)


def editions() -> list[CatalogueVersion]:
    return list(CatalogueVersion.objects.order_by("-in_force", "-created_at"))


def in_force() -> CatalogueVersion | None:
    return CatalogueVersion.objects.filter(in_force=True).first()


def put_items(target: CatalogueVersion, duties: Iterable[Duty]) -> None:
    CatalogueItem.objects.bulk_create([_item(target, duty) for duty in duties], batch_size=1000)


def _item(target: CatalogueVersion, duty: Duty, source: str = "") -> CatalogueItem:
    return CatalogueItem(
        edition=target, no=duty.no, matter=duty.matter, area=duty.area, lead=duty.lead,
        assisting=list(duty.assisting), fallback=duty.fallback, basis_zh=duty.basis_zh, basis_en=duty.basis_en,
        verified=duty.verified, source=source,
    )  # fmt: skip


def duties_of(target: CatalogueVersion) -> list[Duty]:
    return [
        Duty(i.no, i.matter, i.area, i.lead, tuple(i.assisting), i.fallback, i.basis_zh, i.basis_en, i.verified)
        for i in target.items.order_by("no")
    ]


def put_in_force(target: CatalogueVersion, now: datetime) -> None:
    CatalogueVersion.objects.filter(in_force=True).update(in_force=False)
    target.in_force, target.published_at = True, now
    target.save(update_fields=["in_force", "published_at"])


def draft(name: str, now: datetime) -> CatalogueVersion:
    """The draft edition, begun as a copy of the one in force; two that begin it at once get the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DRAFT])
    found = CatalogueVersion.objects.select_for_update().filter(name=name, published_at=None).first()
    if found is not None:
        return found
    made = CatalogueVersion.objects.create(name=name, created_at=now)
    base = in_force()
    if base is not None:
        put_items(made, duties_of(base))
    return made


def put_row(target: CatalogueVersion, duty: Duty, source: str) -> CatalogueItem:
    """Put a row in place of the one for the same matter and area."""
    CatalogueItem.objects.filter(edition=target, matter=duty.matter, area=duty.area).delete()
    item = _item(target, duty, source)
    item.no = (CatalogueItem.objects.filter(edition=target).aggregate(top=Max("no"))["top"] or 0) + 1
    item.save(force_insert=True)
    return item


def dispatched_since(since: datetime) -> Iterable[Mapping[str, Any]]:
    """Cases with a matter and a unit, received since a moment, streamed."""
    rows = Case.objects.filter(received_at__gte=since, first_unit__isnull=False).exclude(matter="")
    return rows.values("pk", "number", "matter", "area", "first_unit__code").order_by("received_at").iterator()


def rows_naming(unit: str) -> int:
    """How many rows of the edition in force name a unit as lead, assisting or fallback."""
    rows = CatalogueItem.objects.filter(edition__in_force=True)
    return rows.filter(Q(lead=unit) | Q(fallback=unit) | Q(assisting__contains=[unit])).count()
