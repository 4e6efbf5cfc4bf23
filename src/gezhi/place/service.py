"""Areas loaded and changed from rows; every change is in the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from gezhi.place import store
from gezhi.place.models import Area
from gezhi.place.rules import Fault, Place, plan
from gezhi.place.store import areas_under, chain, children, paths
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

__all__ = ["Loaded", "areas_under", "chain", "children", "load_areas", "paths"]


@dataclass(slots=True)
class Loaded:
    """What loading did."""

    read: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    faults: list[Fault] = field(default_factory=list)


@verb("area.load")
def load_areas(rows: Iterable[Mapping[str, str]], *, actor: Actor, now: datetime) -> Loaded:
    """Add areas and change those whose code is known; rows that do not fit are listed and left out.

    A row has code, parent, name_zh, name_en and level (1 province … 5 village; empty: one below the parent). Areas
    that are not named stay as they are. A moved area takes what lies in it along.
    """
    require(actor, "pack.load")
    given = list(rows)
    known = store.everything()
    places, faults = plan(given, {code: (area.path, area.level) for code, area in known.items()})
    report = Loaded(read=len(given), faults=sorted(faults, key=lambda fault: fault.row))
    today = timezone.localdate(now)
    fresh = [_area(place, valid_from=today) for place in places if place.code not in known]
    changed = _changed(places, known)
    store.insert(fresh)
    store.update(changed)
    report.created, report.changed = len(fresh), len(changed)
    report.same = len(places) - len(fresh) - sum(place.code in {area.code for area in changed} for place in places)
    if not fresh and not changed:
        unchanged()
        return report
    body = {"created": len(fresh), "changed": sorted(area.code for area in changed)[:200], "total": len(changed)}
    record("area.load", "area", places[0].code if places else "-", actor=actor, body=body)
    return report


def _area(place: Place, **more: object) -> Area:
    return Area(
        code=place.code,
        parent_id=place.parent or None,
        path=place.path,
        name_zh=place.name_zh,
        name_en=place.name_en,
        level=place.level,
        **more,
    )


def _changed(places: list[Place], known: dict[str, Area]) -> list[Area]:
    """Known areas whose row says something else, and what lies in those that moved."""
    changed: dict[str, Area] = {}
    moved: dict[str, str] = {}
    for place in places:
        area = known.get(place.code)
        if area is None:
            continue
        now = (place.parent or None, place.path, place.name_zh, place.name_en or area.name_en, place.level)
        if (area.parent_id, area.path, area.name_zh, area.name_en, area.level) == now:
            continue
        if area.path != place.path:
            moved[area.path] = place.path
        area.parent_id, area.path, area.name_zh, area.name_en, area.level = now
        area.valid_to = None
        changed[area.code] = area
    named = {place.code for place in places}
    for old, new in moved.items():
        for area in known.values():
            if area.code not in named and area.path.startswith(f"{old}."):
                area.path = new + area.path[len(old) :]
                changed[area.code] = area
    return list(changed.values())
