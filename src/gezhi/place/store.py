"""Queries of areas."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from gezhi.place.models import Area


def area(code: str) -> Area | None:
    """One area."""
    return Area.objects.filter(pk=code).first()


def paths(codes: Sequence[str]) -> dict[str, str]:
    """Path of each of these areas."""
    return dict(Area.objects.filter(pk__in=list(codes)).values_list("code", "path"))


def areas_under(path: str) -> QuerySet[Area, Any]:
    """Codes of an area and everything in it, as a subquery for `__in`."""
    return Area.objects.filter(path__descends=path).values("pk")


def children(code: str | None) -> list[Area]:
    """What lies directly in an area and is still valid; the top for None."""
    return list(Area.objects.filter(parent_id=code, valid_to__isnull=True).order_by("code"))


def chain(path: str) -> list[Area]:
    """The area and everything that holds it, from the top."""
    return list(Area.objects.filter(path__holds=path).order_by("level", "path"))


def everything() -> dict[str, Area]:
    """All areas by code."""
    return Area.objects.in_bulk()


def insert(rows: list[Area]) -> None:
    """Many new areas."""
    Area.objects.bulk_create(rows, batch_size=2000)


def update(rows: list[Area]) -> None:
    """New names, parents and dates of known areas."""
    Area.objects.bulk_update(rows, ["parent", "path", "name_zh", "name_en", "level", "valid_to"], batch_size=1000)
