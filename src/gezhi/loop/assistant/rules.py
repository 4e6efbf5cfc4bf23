"""What an assistant may be shown: groups of tools, moves of the workflow table as JSON Schema, arguments held to it.

Never among them: showing who asked (reveal), taking lists out, imports, settings, and every move of the product itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from gezhi.loop.rules.moves import HOME_MOVES, MOVES, Field, Move
from gezhi.loop.rules.words import DIMENSIONS, TEXT_LIMIT

Schema = dict[str, Any]
PREFIX = "case_"
GROUPS: dict[str, tuple[str, ...]] = {
    "intake": ("adopt", "answer", "accept", "decline", "dispatch", "correct", "merge", "split", "repeat_mark",
               "repeat_clear", "void_ask", "withdraw", "reopen"),
    "handling": ("sign", "return", "phone", "contact", "note", "task", "task_refuse", "task_back", "task_remind",
                 "task_done", "ask", "supply", "postpone_ask", "hangup_ask", "resume", "transfer", "reply",
                 "supervise_answer", "instruct_answer", "instruct_ask"),
    "deciding": ("adjudicate", "change_lead", "duty_allow", "postpone_decide", "hangup_decide", "hangup_review",
                 "void_decide", "review_pass", "review_back", "instruct_review"),
    "follow_up": ("callback", "close", "redo", "appeal", "chase", "supplement", "supervise", "supervise_accept",
                  "supervise_back", "instruct", "instruct_back", "instruct_close"),
    "replies": (),
    "catalogue": (),
    "figures": (),
}  # fmt: skip
GROUP_OF: dict[str, str] = {move: group for group, moves in GROUPS.items() for move in moves}
OFFERED: dict[str, Move] = {move.name: move for move in MOVES if move.name in GROUP_OF and move.name not in HOME_MOVES}
ENDING = {"decline", "merge", "void_ask", "void_decide", "withdraw", "close", "review_pass", "answer", "callback"}
CASE: Schema = {
    "type": "string", "minLength": 3, "maxLength": 80, "description": "Id or number of the case",
}  # fmt: skip
SEEN: Schema = {
    "type": "integer", "minimum": 0, "maximum": 2**31 - 1,
    "description": "`last` of the case as it was read; refused with case-moved where it has moved on since",
}  # fmt: skip
KEY: Schema = {
    "type": "string", "minLength": 1, "maxLength": 100,
    "description": "Idempotency key: the same call with the same key is done once",
}  # fmt: skip
TYPES: dict[str, Schema] = {
    "text": {"type": "string", "maxLength": TEXT_LIMIT},
    "code": {"type": "string", "maxLength": 40},
    "codes": {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 50},
    "unit": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "description": "Id of a unit"},
    "units": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 50},
    "matter": {"type": "string", "maxLength": 20, "description": "Code of a matter"},
    "area": {"type": "string", "maxLength": 12, "description": "Code of an area"},
    "user": {"type": "string", "pattern": "^(user:)?[0-9]{1,10}$", "description": "user:ID"},
    "case": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
    "scores": {
        "type": "object", "additionalProperties": False,
        "properties": {name: {"type": "integer", "minimum": 1, "maximum": 5} for name in DIMENSIONS},
    },
}  # fmt: skip


def field_schema(field: Field, codes: Iterable[str] | None = None) -> Schema:
    """One field of a move; `codes` are the codes of its list, where they are known.

    >>> field_schema(Field("reached", "code", choices="reached"), ["reached", "relay"])
    {'type': 'string', 'maxLength': 40, 'enum': ['reached', 'relay']}
    """
    made = dict(TYPES[field.kind])
    known = list(codes or ())
    if known:
        made["enum"] = known
    if field.public:
        made["description"] = "The citizen reads this"
    return made


def move_schema(move: Move, codes: Mapping[str, Iterable[str]]) -> Schema:
    """The arguments of the tool that makes a move: the case, what was seen of it, and the move's own fields.

    Fields called like an argument of every tool do not occur; a test holds the table to that.
    """
    own = {field.name: field_schema(field, codes.get(field.choices)) for field in move.fields}
    wanted = [field.name for field in move.fields if field.required]
    return closed({"case": CASE, "seen": SEEN, **own, "key": KEY}, ["case", "seen", *wanted])


def closed(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """An object with these properties and no others."""
    return {
        "type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False,
    }  # fmt: skip


def fault(schema: Schema, value: Any, path: str = "arguments") -> str:
    """Where a value does not fit a schema, as a path, or an empty text; the part of JSON Schema that is used here.

    >>> fault(closed({"n": {"type": "integer", "minimum": 1}}, ["n"]), {"n": 0})
    'arguments.n'
    >>> fault(closed({}), {"x": 1}), fault(closed({"n": {"type": "integer"}}, ["n"]), {}), fault(closed({}), {})
    ('arguments.x', 'arguments.n', '')
    """
    kind = schema.get("type", "")
    if kind in TYPED and (not isinstance(value, TYPED[kind]) or (kind == "integer" and isinstance(value, bool))):
        return path
    if "enum" in schema and value not in schema["enum"]:
        return path
    if isinstance(value, dict):
        return _object_fault(schema, value, path)
    if isinstance(value, list):
        return _list_fault(schema, value, path)
    return "" if _fits(schema, value) else path


TYPED: dict[str, type] = {"integer": int, "boolean": bool, "string": str, "array": list, "object": dict}


def _list_fault(schema: Schema, value: list[Any], path: str) -> str:
    if len(value) > schema.get("maxItems", 1000):
        return path
    faults = (fault(schema["items"], one, f"{path}.{at}") for at, one in enumerate(value))
    return next((found for found in faults if found), "")


def _fits(schema: Schema, value: Any) -> bool:
    if isinstance(value, str):
        return _text_fits(schema, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _object_fault(schema: Schema, value: dict[str, Any], path: str) -> str:
    known = schema.get("properties", {})
    if schema.get("additionalProperties") is False:
        strange = next((name for name in value if name not in known), None)
        if strange is not None:
            return f"{path}.{strange[:40]}"
    missing = next((name for name in schema.get("required", ()) if name not in value), None)
    if missing is not None:
        return f"{path}.{missing}"
    return next((found for name, one in value.items() if name in known
                 and (found := fault(known[name], one, f"{path}.{name}"))), "")  # fmt: skip


READERS: dict[str, Callable[[str], object]] = {"uuid": UUID, "date": date.fromisoformat}


def _text_fits(schema: Schema, value: str) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", TEXT_LIMIT) or "\x00" in value:
        return False
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    reader = READERS.get(schema.get("format", ""))
    try:
        if reader is not None:
            reader(value)
    except ValueError:
        return False
    return True
