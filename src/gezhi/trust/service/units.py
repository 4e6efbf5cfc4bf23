"""The tree of units: created, renamed, moved, closed."""

import re
from collections.abc import Callable
from datetime import date, datetime

from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.trust.models import Unit
from gezhi.trust.rules import Actor, within
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, unchanged, verb
from gezhi.trust.store import people as store

KINDS = ("city", "district", "bureau", "street", "community", "centre", "company", "other")
CODE = re.compile(r"[A-Za-z0-9_]{1,50}")


@verb("unit.create")
def create_unit(
    code: str,
    name_zh: str,
    *,
    parent: str = "",
    name_en: str = "",
    kind: str = "bureau",
    valid_from: date | None = None,
    actor: Actor,
    now: datetime,
) -> Unit:
    """Add a unit under `parent` (a unit code); without one it is the root, of which there is one."""
    above = _parent(parent)
    require(actor, "unit.edit", unit_paths=[above.path] if above else [])
    name_zh, name_en = name_zh.strip(), name_en.strip()
    if not CODE.fullmatch(code):
        raise Refused("unit-code", status=422, unit=code)
    if not name_zh or len(name_zh) > 100 or len(name_en) > 200:
        raise Refused("unit-name", status=422, unit=code)
    if kind not in KINDS:
        raise Refused("unit-kind", status=422, kind=kind, known=", ".join(KINDS))
    if store.unit(code=code) is not None:
        raise Refused("unit-exists", unit=code)
    path = f"{above.path}.{code}" if above else code
    unit = Unit.objects.create(
        code=code,
        parent=above,
        path=path,
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        valid_from=valid_from or timezone.localdate(now),
    )
    record("unit.create", "unit", unit.pk, actor=actor, body={"code": code, "path": path, "kind": kind})
    return unit


def _parent(code: str) -> Unit | None:
    if not code:
        if store.root() is not None:
            raise Refused("unit-root-exists")
        return None
    above = store.unit(code=code, lock=True)
    if above is None or not above.active:
        raise Refused("unit-unknown", status=404, unit=code)
    return above


def _unit(code: str) -> Unit:
    unit = store.unit(code=code, lock=True)
    if unit is None:
        raise Refused("unit-unknown", status=404, unit=code)
    return unit


@verb("unit.rename")
def rename_unit(code: str, name_zh: str, name_en: str = "", *, actor: Actor, now: datetime) -> Unit:
    """Change the names of a unit."""
    del now
    unit = _unit(code)
    require(actor, "unit.edit", unit_paths=[unit.path])
    name_zh, name_en = name_zh.strip(), name_en.strip()
    if not name_zh or len(name_zh) > 100 or len(name_en) > 200:
        raise Refused("unit-name", status=422, unit=code)
    if (unit.name_zh, unit.name_en) == (name_zh, name_en):
        unchanged()
        return unit
    body = {"zh": [unit.name_zh, name_zh], "en": [unit.name_en, name_en]}
    unit.name_zh, unit.name_en = name_zh, name_en
    unit.save(update_fields=["name_zh", "name_en"])
    record("unit.rename", "unit", unit.pk, actor=actor, body=body)
    return unit


@verb("unit.move")
def move_unit(code: str, parent: str, *, actor: Actor, now: datetime) -> Unit:
    """Put a unit with everything under it below another parent; rights follow the new tree at once."""
    del now
    unit, above = _unit(code), _unit(parent)
    require(actor, "unit.edit", unit_paths=[unit.path])
    require(actor, "unit.edit", unit_paths=[above.path])
    if within(above.path, unit.path) or not above.active or unit.parent_id is None:
        raise Refused("unit-move", unit=code, parent=parent)
    if unit.parent_id == above.pk:
        unchanged()
        return unit
    old, new = unit.path, f"{above.path}.{unit.code}"
    store.move_subtree(old, new)
    Unit.objects.filter(pk=unit.pk).update(parent=above)
    record("unit.move", "unit", unit.pk, actor=actor, body={"from": old, "to": new})
    unit.refresh_from_db()
    return unit


CLAIMS: dict[str, Callable[[int], int]] = {}  # room → how much of its work a unit (by key) still has


def claim(room: str, count: Callable[[int], int]) -> None:
    """A room above says how it counts the open work of a unit; a unit with work is not closed."""
    CLAIMS[room] = count


@verb("unit.close")
def close_unit(code: str, *, actor: Actor, now: datetime) -> Unit:
    """Close a unit that has no open unit under it, whose posts nobody holds, and that has no open work."""
    unit = closable_unit(code, actor=actor, now=now, lock=True)
    work = sum(count(unit.pk) for count in CLAIMS.values())
    if work:
        raise Refused("unit-has-work", unit=code, work=work)
    unit.active, unit.valid_to = False, timezone.localdate(now)
    unit.save(update_fields=["active", "valid_to"])
    record("unit.close", "unit", unit.pk, actor=actor)
    return unit


def closable_unit(code: str, *, actor: Actor, now: datetime, lock: bool = False) -> Unit:
    """The unit, where nothing of its own stands against closing it; what rooms above count is not looked at."""
    unit = store.unit(code=code, lock=lock)
    if unit is None:
        raise Refused("unit-unknown", status=404, unit=code)
    require(actor, "unit.edit", unit_paths=[unit.path])
    if not unit.active:
        raise Refused("unit-closed", unit=code)
    if unit.parent_id is None:
        raise Refused("unit-root", unit=code)
    children, held = store.active_children(unit.path), store.open_holdings_under(unit.path, now)
    if children or held:
        raise Refused("unit-in-use", unit=code, units=children, posts=held)
    return unit
