"""Queries of saved views: those a person sees, how many cases each finds in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from gezhi.loop.models import SavedView, ViewChoice
from gezhi.loop.store.visible import visible
from gezhi.loop.store.worklist import Wish, narrowed
from gezhi.trust.rules import Actor

MOST = 1000  # a view with more says "1,000+"


def own(actor: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=int(actor.id)).order_by("position", "pk")


def seen(actor: Actor) -> list[SavedView]:
    """One's own views in their order, then those shared with one's unit or a unit above it; one statement."""
    parts = actor.unit_path.split(".")
    above = [".".join(parts[:n]) for n in range(1, len(parts) + 1)] if actor.unit_path else []
    mine = Q(owner=int(actor.id))
    chosen = ViewChoice.objects.filter(user=int(actor.id), view=OuterRef("pk"))
    rows = SavedView.objects.filter(mine | Q(shared__path__in=above)).select_related("shared", "owner")
    found = list(rows.annotate(chosen=Exists(chosen)).order_by("position", "pk"))
    return sorted(found, key=lambda view: str(view.owner_id) != actor.id)


def one(key: int, actor: Actor) -> SavedView | None:
    """A view that this person sees."""
    return next((view for view in seen(actor) if view.pk == key), None)


def locked(key: int, actor: Actor) -> SavedView | None:
    """One's own view, for a change."""
    return SavedView.objects.select_for_update().filter(pk=key, owner=int(actor.id)).first()


def wish_of(view: SavedView) -> Wish:
    """The filter of a view; what a later edition knows no more is left out."""
    known: dict[str, Any] = {name: value for name, value in view.wish.items() if name in Wish.__dataclass_fields__}
    return Wish(**known)


def default_of(actor: Actor) -> SavedView | None:
    """The view with which this person's list opens, if it is still one that this person sees."""
    row = ViewChoice.objects.filter(user=int(actor.id)).values_list("view", flat=True).first()
    return one(row, actor) if row is not None else None


def choose(actor: Actor, view: SavedView | None) -> None:
    ViewChoice.objects.filter(user=int(actor.id)).delete()
    if view is not None:
        ViewChoice.objects.create(user_id=int(actor.id), view=view)


def counts(actor: Actor, views: Sequence[SavedView], now: datetime) -> dict[int, int]:
    """How many cases each view finds for this person, counted to MOST + 1, in one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for view in views:
        rows = narrowed(visible(actor), actor, wish_of(view), now).order_by()
        sql, values = rows.values("pk")[: MOST + 1].query.sql_with_params()
        parts.append(f"SELECT %s::bigint, count(*) FROM ({sql}) t")  # noqa: S608 - made by the ORM
        params += [view.pk, *values]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return dict(cursor.fetchall())
