"""What came with a move, brought into form: codes apart from words, everything else refused by name."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.moves import Field, Move
from gezhi.loop.rules.words import DIMENSIONS, TEXT_LIMIT

BLANK: tuple[Any, ...] = (None, "", [], {})


def clean(move: Move, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Codes and texts of a move. Raises field-unknown, field-missing, field-invalid or text-too-long, all 422.

    >>> from gezhi.loop.rules.moves import BY_NAME
    >>> clean(BY_NAME["contact"], {"reached": "reached", "note": " spoke "})
    ({'reached': 'reached'}, {'note': 'spoke'})
    """
    known = {field.name: field for field in move.fields}
    for name in data:
        if name not in known:
            raise Refused("field-unknown", status=422, field=name, move=move.name)
    codes: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for field in move.fields:
        value = data.get(field.name)
        if isinstance(value, str):
            value = value.strip()
        if value in BLANK:
            if field.required:
                raise Refused("field-missing", status=422, field=field.name, move=move.name)
            continue
        if field.kind == "text":
            texts[field.name] = text(field.name, value)
        else:
            codes[field.name] = _value(field, value)
    return codes, texts


def text(name: str, value: object) -> str:
    """A text of a person; refuses what is no text or longer than the limit."""
    if not isinstance(value, str):
        raise Refused("field-invalid", status=422, field=name)
    if len(value) > TEXT_LIMIT:
        raise Refused("text-too-long", status=422, field=name, limit=TEXT_LIMIT, length=len(value))
    if "\x00" in value:
        raise Refused("field-invalid", status=422, field=name)
    return value


def _value(field: Field, value: Any) -> Any:
    try:
        return READERS[field.kind](value)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise Refused("field-invalid", status=422, field=field.name, value=str(value)[:80]) from error


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    number = int(value)
    if not -(2**31) < number < 2**31:
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False}[
        str(value).lower()
    ]


def _code(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 40 or "\x00" in value:
        raise TypeError
    return value


def _codes(value: Any) -> list[str]:
    return list(dict.fromkeys(_code(item) for item in value))


def _units(value: Any) -> list[int]:
    items = value if isinstance(value, list | tuple) else str(value).split(",")
    return list(dict.fromkeys(_integer(item) for item in items if item not in BLANK))


def _scores(value: Any) -> dict[str, int]:
    scores = {name: _integer(score) for name, score in dict(value).items() if score not in BLANK}
    if any(name not in DIMENSIONS or not 1 <= score <= 5 for name, score in scores.items()):
        raise ValueError
    return scores


def _person(value: Any) -> str:
    kind, _, number = str(value).rpartition(":")
    return f"{kind or 'user'}:{_integer(number)}"


READERS: Mapping[str, Callable[[Any], Any]] = {
    "code": _code,
    "codes": _codes,
    "matter": _code,
    "area": _code,
    "int": _integer,
    "unit": _integer,
    "units": _units,
    "user": _person,
    "bool": _boolean,
    "date": lambda value: date.fromisoformat(str(value)).isoformat(),
    "time": lambda value: time.fromisoformat(str(value)).strftime("%H:%M"),
    "case": lambda value: str(UUID(str(value))),
    "scores": _scores,
}
