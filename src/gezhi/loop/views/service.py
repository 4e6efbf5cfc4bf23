"""Acts on saved views: keep, rename, order, share with one's unit, begin with one, drop."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.models import SavedView
from gezhi.loop.store import below
from gezhi.loop.store.locks import alone
from gezhi.loop.views import store
from gezhi.loop.views.rules import LONGEST, MOST, kept, name_of, placed
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb


@verb("view.keep")
def keep(name: str, wish: Mapping[str, Any], *, actor: Actor, now: datetime) -> SavedView:
    """Keep a filter under a name; a name that the person has already used gets the new filter.

    Raises field-missing, view-name-long (422), view-too-many.
    """
    said = _named(name)
    alone(f"views:{actor.id}")
    mine = list(store.own(actor))
    view = next((one for one in mine if one.name == said), None)
    if view is None:
        if len(mine) >= MOST:
            raise Refused("view-too-many", most=MOST)
        place = max((one.position for one in mine), default=0) + 1
        view = SavedView(owner_id=int(actor.id), name=said, position=place, created_at=now)
    view.wish = kept(wish)
    view.save()
    record("view.keep", "view", view.pk, actor=actor, body={})
    return view


def _named(name: str) -> str:
    said = name_of(name)
    if not said:
        raise Refused("field-missing", status=422, field="name", move="view")
    if len(said) > LONGEST:
        raise Refused("view-name-long", status=422, field="name", most=LONGEST)
    return said


def _mine(key: int, actor: Actor) -> SavedView:
    view = store.locked(key, actor)
    if view is None:
        raise Refused("view-not-found", status=404)
    return view


@verb("view.keep")
def rename(key: int, name: str, *, actor: Actor, now: datetime) -> None:
    """Another name; raises view-name-taken where another of one's views has it."""
    alone(f"views:{actor.id}")
    view, said = _mine(key, actor), _named(name)
    if store.own(actor).filter(name=said).exclude(pk=key).exists():
        raise Refused("view-name-taken", status=422, field="name", name=said)
    view.name = said
    view.save(update_fields=["name"])
    record("view.keep", "view", key, actor=actor, body={"what": "rename"})


@verb("view.keep")
def drop(key: int, *, actor: Actor, now: datetime) -> None:
    """Take a view away, also from those with whom it was shared."""
    _mine(key, actor).delete()
    record("view.keep", "view", key, actor=actor, body={"what": "drop"})


@verb("view.keep")
def put(key: int, step: int, *, actor: Actor, now: datetime) -> None:
    """One place up (-1) or down (1)."""
    alone(f"views:{actor.id}")
    _mine(key, actor)
    order = placed([view.pk for view in store.own(actor)], key, step)
    for place, one in enumerate(order, start=1):
        store.own(actor).filter(pk=one).update(position=place)
    record("view.keep", "view", key, actor=actor, body={"what": "order"})


@verb("view.share")
def share(key: int, *, on: bool, actor: Actor, now: datetime) -> None:
    """Show the view to everybody of one's unit and below it, or no longer; raises view-no-unit."""
    view = _mine(key, actor)
    if on and actor.unit_id is None:
        raise Refused("view-no-unit", status=422)
    if on:
        require(actor, "view.share", unit_paths=[actor.unit_path])
    view.shared = below.units().get(pk=actor.unit_id) if on else None
    view.save(update_fields=["shared"])
    record("view.share", "view", key, actor=actor, body={"unit": actor.unit_id if on else None})


@verb("view.keep")
def begin_with(key: int | None, *, actor: Actor, now: datetime) -> None:
    """The view with which the list opens; none: the first tab."""
    view = store.one(key, actor) if key is not None else None
    if key is not None and view is None:
        raise Refused("view-not-found", status=404)
    store.choose(actor, view)
    record("view.keep", "view", key or "", actor=actor, body={"what": "default"})
