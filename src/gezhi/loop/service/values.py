"""Codes that came with a move, held against the content in force and the units that exist."""

from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.rules import words
from gezhi.loop.rules.moves import Field, Move
from gezhi.loop.store import below
from gezhi.loop.store.content import Content

FIXED: dict[str, tuple[str, ...]] = {
    "kind": words.KINDS,
    "outcome": words.OUTCOMES,
    "satisfaction": words.SATISFACTIONS,
    "solved": words.SOLVED,
    "close_cause": words.CLOSE_CAUSES,
    "repeat_reason": words.REPEAT_REASONS,
    "ruling": ("uphold", "reject", "fallback"),
    "reached": ("reached", "unreached", "relay"),
    "limit_unit": ("minute", "hour", "workhour", "workday", "day"),
}  # lists that rules rely on; every other list is content


def checked_codes(move: Move, codes: dict[str, Any], kept: Content) -> dict[str, Any]:
    """The same codes, or a refusal that names the field: code-unknown, matter-unknown, area-unknown, unit-unknown."""
    for field in move.fields:
        if field.name in codes:
            _check(field, codes[field.name], kept)
    if "urgency" in codes and codes["urgency"] not in words.URGENCIES:
        raise Refused("field-invalid", status=422, field="urgency", value=str(codes["urgency"]))
    return codes


def _check(field: Field, value: Any, kept: Content) -> None:
    match field.kind:
        case "code" if field.choices:
            known = value in FIXED[field.choices] if field.choices in FIXED else kept.knows(field.choices, value)
            if not known:
                raise Refused("code-unknown", status=422, field=field.name, value=value)
        case "matter" if value not in kept.matters:
            raise Refused("matter-unknown", status=422, matter=value)
        case "area" if not kept.area_path(value):
            raise Refused("area-unknown", status=422, area=value)
        case "unit":
            _units_exist([value])
        case "units":
            _units_exist(value)
        case _:
            pass


def refuse_retired(matter: str, kept: Content, now: datetime, had: str = "") -> None:
    """Refuse a matter that is no longer in use, naming what has taken its place; what a case `had` it may keep."""
    if matter and matter != had and kept.retired(matter, kept.calendar.local_date(now)):
        path = [kept.matters[code] for code in kept.matter_path(matter).split(".") if code in kept.matters]
        successor = next((row.successor for row in reversed(path) if row.successor), "")
        named = kept.matters.get(successor)
        to = f"{successor} {named.name_zh}" if named else "-"
        raise Refused("matter-retired", status=422, field="matter", matter=matter, successor=to)


def _units_exist(keys: list[int]) -> None:
    found = set(below.units().filter(pk__in=keys, active=True).values_list("pk", flat=True))
    for key in keys:
        if key not in found:
            raise Refused("unit-unknown", status=422, unit=key)
