"""What a form, a phone's queue or a program says, turned into one act; all three ways end in the same verbs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.field.rules.parts import key_of
from gezhi.loop.field.service.finding import Found, report
from gezhi.loop.field.service.looking import Answer, answer
from gezhi.loop.field.service.steps import Done, Where
from gezhi.loop.field.service.visiting import Visit, visit
from gezhi.loop.service.attaching import Incoming
from gezhi.trust.rules import Actor

KINDS = ("check", "patrol", "visit")
MOST_PARTS = 9


def perform(
    kind: str, of: str, data: Mapping[str, Any], files: Sequence[Incoming], *, actor: Actor, now: datetime, key: str
) -> Done:  # fmt: skip
    """One act: `of` is the key of the task or the place, empty for a patrol; `data` are the fields of its form."""
    match kind:
        case "check":
            return answer(key_of(of), answer_of(data), files, actor=actor, now=now, key=key)
        case "patrol":
            return report(found_of(data), files, actor=actor, now=now, key=key)
        case "visit":
            return visit(key_of(of), visit_of(data), files, actor=actor, now=now, key=key)
        case _:
            raise Refused("field-invalid", status=422, field="kind", value=kind[:40])


def answer_of(data: Mapping[str, Any]) -> Answer:
    """The answer to a task."""
    return Answer(
        result=said(data, "result"), note=said(data, "note"), where=where_of(data), seen=whole(data, "seen"),
        parts=parts_of(data),
    )  # fmt: skip


def found_of(data: Mapping[str, Any]) -> Found:
    """What a patrol found."""
    return Found(
        words=said(data, "note"), place=said(data, "place"), matter=said(data, "matter"),
        urgency=whole(data, "urgency") or 1, where=where_of(data), parts=parts_of(data),
    )  # fmt: skip


def visit_of(data: Mapping[str, Any]) -> Visit:
    """A visit."""
    return Visit(
        result=said(data, "result"), note=said(data, "note"), matter=said(data, "matter"),
        urgency=whole(data, "urgency") or 1, where=where_of(data), parts=parts_of(data),
    )  # fmt: skip


def where_of(data: Mapping[str, Any]) -> Where:
    """Place and time as the phone says them."""
    fix = {name: said(data, name) for name in ("lon", "lat", "accuracy")}
    return Where(fix, said(data, "no_place"), moment(data, "made"), moment(data, "sent"))


def said(data: Mapping[str, Any], name: str) -> str:
    """A field as text."""
    value = data.get(name)
    return "" if value is None else str(value)


def whole(data: Mapping[str, Any], name: str) -> int | None:
    """A field as a whole number; None where it is empty."""
    text = said(data, name).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Refused("field-invalid", status=422, field=name, value=text[:40])
    return int(text)


def moment(data: Mapping[str, Any], name: str) -> datetime | None:
    """A field as a moment with its zone; None where it is empty."""
    text = said(data, name).strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("field-invalid", status=422, field=name, value=text[:40]) from error
    if found.tzinfo is None:
        raise Refused("field-invalid", status=422, field=name, value=text[:40])
    return found


def parts_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of photos that came before, in pieces."""
    value = data.get("parts") or ()
    keys = [part for part in value.split(",") if part] if isinstance(value, str) else list(value)
    if len(keys) > MOST_PARTS:
        raise Refused("files-too-many", status=422, most=MOST_PARTS)
    return tuple(str(key) for key in keys)
