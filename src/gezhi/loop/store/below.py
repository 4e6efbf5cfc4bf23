"""Reads of the rooms below by their tables: units, users and areas, without importing their models."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from gezhi.trust.rules.tree import in_order


def units() -> QuerySet[Any]:
    return apps.get_model("trust", "Unit")._default_manager.all()


def units_in_order() -> list[Any]:
    """The units in use, in the order of the tree."""
    return [unit for unit in in_order(units()) if unit.active]


def users() -> QuerySet[Any]:
    return apps.get_model("trust", "User")._default_manager.all()


def areas() -> QuerySet[Any]:
    return apps.get_model("place", "Area")._default_manager.all()


def roles() -> QuerySet[Any]:
    return apps.get_model("trust", "Role")._default_manager.all()


def records() -> QuerySet[Any]:
    return apps.get_model("trust", "LedgerRecord")._default_manager.all()


def requesters() -> QuerySet[Any]:
    return apps.get_model("trust", "Requester")._default_manager.all()


def units_under(path: str) -> QuerySet[Any]:
    """The keys of a unit and everything below it, as a subquery."""
    return units().filter(path__descends=path).values("pk")


def unit_by_code(code: str) -> Any | None:
    return units().filter(code=code, active=True).first()


def intake_unit() -> Any | None:
    """The unit that takes what comes without a desk: the first centre, else the root of the tree."""
    rows = units().filter(active=True)
    return rows.filter(kind="centre").order_by("path").first() or rows.order_by("path").first()


def unit_paths(keys: Iterable[int]) -> dict[int, str]:
    wanted = set(keys)
    return dict(units().filter(pk__in=wanted).values_list("pk", "path")) if wanted else {}


def area_path(code: str) -> str:
    return areas().filter(pk=code).values_list("path", flat=True).first() or ""


def named(rows: QuerySet[Any], keys: Iterable[Any]) -> dict[Any, Any]:
    """Rows by key, one statement, none when nothing is asked."""
    wanted = {key for key in keys if key}
    return {row.pk: row for row in rows.filter(pk__in=wanted)} if wanted else {}
