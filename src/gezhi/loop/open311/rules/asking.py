"""The questions of a matter as the attributes of a service, and posted attributes as answers to them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from gezhi.loop.open311.rules.wire import Many
from gezhi.loop.rules.questions import Question, label

DATATYPES: Mapping[str, str] = {
    "text": "text", "number": "number", "date": "datetime", "datetime": "datetime", "choice": "singlevaluelist",
    "choices": "multivaluelist",
}  # fmt: skip
CODE = re.compile(r"attribute\[([A-Za-z0-9_.-]{1,60})\](\[\d{0,4}\])?")
THEIR_NUMBER = ("fixmystreet_id", "external_id")  # the sender's own number of the request
BESIDE = frozenset({
    *THEIR_NUMBER, "report_url", "title", "detail", "description", "easting", "northing", "requested_datetime",
    "updated_datetime", "closest_address", "public_anonymity_required", "email_alerts_requested",
})  # fmt: skip  # what FixMyStreet and its kin send along unasked


def attributes(asked: Sequence[Question], language: str) -> Many:
    """The definition of a service: what is asked, in the order in which it is asked."""
    return Many("attributes", "attribute", [_attribute(one, at, language) for at, one in enumerate(asked, 1)])


def _attribute(one: Question, order: int, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "variable": True, "code": one.code, "datatype": DATATYPES[one.kind], "required": one.required,
        "datatype_description": None, "order": order,
        "description": label({"zh": one.text_zh, "en": one.text_en}, language),
    }  # fmt: skip
    if one.kind.startswith("choice"):
        values = [{"key": option["code"], "name": label(option, language)} for option in one.options]
        told["values"] = Many("values", "value", values)
    return told


def given(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The posted attributes by code: `attribute[CODE]`, `attribute[CODE][]` and `attribute[CODE][0]` alike.

    >>> given({"attribute[A]": ["1"], "attribute[B][]": ["2", "3"], "attribute[]": ["4"], "lat": ["5"]})
    {'A': ['1'], 'B': ['2', '3']}
    """
    found: dict[str, list[str]] = {}
    for name, values in fields.items():
        match = CODE.fullmatch(name)
        if match:
            found.setdefault(match[1], []).extend(value for value in values if value.strip())
    return found


def answers(asked: Sequence[Question], told: Mapping[str, Sequence[str]], zone: tzinfo) -> dict[str, Any]:
    """Posted values as the questions take them; what senders say beside the questions is left out here."""
    kinds = {one.code: one.kind for one in asked}
    found: dict[str, Any] = {}
    for code, values in told.items():
        if not values or (code not in kinds and code in BESIDE):
            continue
        kind = kinds.get(code, "")
        many = kind == "choices"
        found[code] = list(values) if many else _local(values[-1], kind, zone)
    return found


def _local(value: str, kind: str, zone: tzinfo) -> str:
    """A moment of the standard as day or local time of the office; anything else as it is."""
    if kind not in ("date", "datetime"):
        return value
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return value
    at = at.astimezone(zone).replace(tzinfo=None) if at.tzinfo is not None else at
    return at.date().isoformat() if kind == "date" else at.isoformat(timespec="minutes")


def their_number(told: Mapping[str, Sequence[str]]) -> str:
    """The sender's number of the request, where it says one."""
    return next((told[name][-1].strip()[:60] for name in THEIR_NUMBER if told.get(name)), "")
