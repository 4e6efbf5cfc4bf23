"""The two ways in which an answer is written: XML and JSON, from one description of it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

FORMS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class Many:
    """Things of one kind in a row: XML names the row and each thing, JSON is a plain list."""

    name: str
    each: str
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class One:
    """One thing: XML names it, JSON does not."""

    name: str
    parts: Mapping[str, Any]


def written(form: str, answer: Many | One) -> str:
    r"""The answer in a form.

    >>> written("json", Many("services", "service", [{"name": "雨", "metadata": False, "group": None}]))
    '[{"name": "雨", "metadata": false, "group": null}]'
    >>> written("xml", Many("services", "service", [{"name": "a<b\x00", "metadata": False}])).splitlines()[1]
    '<services><service><name>a&lt;b</name><metadata>false</metadata></service></services>'
    """
    if form == "json":
        return json.dumps(_plain(answer), ensure_ascii=False)
    if isinstance(answer, One):
        return HEAD + _element(answer.name, answer.parts)
    return HEAD + _element(answer.name, answer)


def _plain(value: Any) -> Any:
    if isinstance(value, Many):
        return [_plain(row) for row in value.rows]
    if isinstance(value, One):
        return _plain(value.parts)
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _element(name: str, value: Any) -> str:
    """One element; what is not known stands as an empty one, as the standard's own examples have it."""
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, Many):
        inner = "".join(_element(value.each, row) for row in value.rows)
    elif isinstance(value, Mapping):
        inner = "".join(_element(part, held) for part, held in value.items())
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = escape(_NOT_XML.sub("", str(value)), quote=False)
    return f"<{name}>{inner}</{name}>"


def errors(status: int, sentence: str) -> Many:
    """What went wrong, in the standard's shape."""
    return Many("errors", "error", [{"code": status, "description": sentence}])
