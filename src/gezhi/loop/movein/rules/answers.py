"""What another server answers, as rows of texts: JSON or XML, never HTML, nothing that unfolds without end."""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gezhi.kernel.errors import Refused

Row = dict[str, Any]
SHOWN = 60  # characters of a wrong answer that a sentence repeats


def refused(why: str, body: bytes) -> Refused:
    """The refusal of an answer, with its beginning."""
    start = " ".join(body[:SHOWN].decode("utf-8", "replace").split())
    return Refused("movein-answer", status=422, why=why, start=start)


def text_of(body: bytes) -> str:
    """The text of an answer, which must be UTF-8 (a mark at its beginning is forgiven)."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("encoding", body) from error


def parsed(body: bytes) -> Any:
    """The JSON of an answer. Refuses movein-answer: HTML, broken, other encodings, nested without end."""
    text = text_of(body)
    if text.lstrip()[:1] == "<":
        raise refused("html", body)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused("json", body) from error


def rows(body: bytes, each: str) -> list[Row]:
    """The things in an answer of GeoReport, in whichever of the two forms it comes.

    >>> rows(b'[{"service_request_id": 7}]', "request")
    [{'service_request_id': 7}]
    >>> rows(b"<service_requests><request><status>open</status></request></service_requests>", "request")
    [{'status': 'open'}]
    """
    if text_of(body).lstrip()[:1] == "<":
        return [_flat(element) for element in _tree(body).iter(each)]
    found = parsed(body)
    if isinstance(found, Mapping):  # some servers name the list
        inner = [value for value in found.values() if isinstance(value, list)]
        found = inner[0] if len(inner) == 1 else found
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise refused("shape", body)
    return found


def _tree(body: bytes) -> Element:
    """The tree of an answer; entities and document types are never read."""
    try:
        tree: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise refused("xml", body) from error
    if tree.tag.rpartition("}")[2].lower() == "html":
        raise refused("html", body)
    return tree


def _flat(element: Element) -> Row:
    """The children of an element by name; one without text says nothing."""
    return {child.tag: child.text.strip() for child in element if child.text and child.text.strip()}


def words(row: Row, name: str) -> str:
    """One field as text; what is no text is none.

    >>> words({"a": 7, "b": None, "c": [1]}, "a"), words({"b": None}, "b"), words({"c": [1]}, "c")
    ('7', '', '')
    """
    value = row.get(name)
    return "" if value is None or isinstance(value, list | dict | bool) else str(value).strip()
