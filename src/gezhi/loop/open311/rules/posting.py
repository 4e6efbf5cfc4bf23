"""A posted form: the words, the place, and who sent it, each held against its limits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from gezhi.kernel.errors import Refused
from gezhi.kit.text import HAN, clean
from gezhi.loop.open311.rules.wishes import one

LOST = "\ufffd"  # stands where bytes were no UTF-8
LINES = {"address_string": 500, "address_id": 80, "email": 200, "device_id": 200, "account_id": 200, "first_name": 50,
         "last_name": 50, "phone": 40, "media_url": 1_000, "service_code": 20, "update_id": 80}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Who sent it, as far as the form says."""

    name: str
    phone: str
    email: str
    other: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where: words, and the point where one is given."""

    words: str
    lon: float | None
    lat: float | None


def checked(fields: Mapping[str, Sequence[str]]) -> None:
    """Refuse what no text is: bytes in another encoding, control characters of the database's dislike, long lines.

    Raises Refused (422): open311-encoding, field-invalid, text-too-long.
    """
    for name, values in fields.items():
        for value in values:
            if LOST in value or LOST in name:
                raise Refused("open311-encoding", status=422, field=name[:40].replace(LOST, "?"))
            if "\x00" in value:
                raise Refused("field-invalid", status=422, field=name[:40], value="NUL")
            if len(value) > LINES.get(name, len(value)):
                raise Refused("text-too-long", status=422, field=name, limit=LINES[name], length=len(value))


def person(fields: Mapping[str, Sequence[str]]) -> Person:
    """Name, phone, mail and device; a Chinese name is written family first and in one.

    >>> person({"first_name": ["小明"], "last_name": ["王"]}).name, person({"first_name": ["Ann"]}).name
    ('王小明', 'Ann')
    """
    first, last = clean(one(fields, "first_name")), clean(one(fields, "last_name"))
    name = f"{last}{first}" if HAN.search(first + last) else f"{first} {last}".strip()
    marks = {"device_id": one(fields, "device_id"), "account_id": one(fields, "account_id")}
    other = "; ".join(f"{key}={value}" for key, value in marks.items() if value)
    return Person(name[:100], clean(one(fields, "phone")), clean(one(fields, "email")), other)


def place(fields: Mapping[str, Sequence[str]]) -> Place:
    """Where it is: a point, an address in words, or the number of one. Refuses open311-place, field-invalid (422)."""
    lat, lon = _degrees(fields, "lat", 90), _degrees(fields, "long", 180)
    words = clean(one(fields, "address_string"))
    number = clean(one(fields, "address_id"))
    if (lat is None) != (lon is None):
        raise Refused("field-missing", status=422, field="long" if lon is None else "lat", move="receive")
    if lat is None and not words and not number:
        raise Refused("open311-place", status=422, field="address_string")
    shown = words or (f"address_id {number}" if number else f"{lat:.6f}, {lon:.6f}")
    return Place(f"{shown} ({number})" if words and number else shown, lon, lat)


def _degrees(fields: Mapping[str, Sequence[str]], name: str, most: int) -> float | None:
    text = one(fields, name)
    if not text:
        return None
    try:
        value = float(text) if text.isascii() and "_" not in text and len(text) < 40 else math.nan
    except ValueError:
        value = math.nan
    if not -most <= value <= most:  # not a number fails too
        raise Refused("field-invalid", status=422, field=name, value=text[:40])
    return value


def media(fields: Mapping[str, Sequence[str]]) -> list[str]:
    """Addresses of pictures that the sender names; words, until somebody permits to fetch them.

    >>> media({"media_url": ["https://a.example/1.jpg", "javascript:alert(1)"]})
    ['https://a.example/1.jpg']
    """
    found: list[str] = []
    for name in ("media_url", "media_url[]"):
        for value in fields.get(name, ()):
            try:
                fits = urlsplit(value.strip()).scheme in ("http", "https")
            except ValueError:
                fits = False
            if fits:
                found.append(value.strip())
    return found[:9]


def told(text: str, urls: Sequence[str]) -> str:
    """The text with the addresses that came along, each on a line of its own.

    >>> told("灯不亮", ["https://a.example/1.jpg"]).splitlines()
    ['灯不亮', '', 'https://a.example/1.jpg']
    """
    return "\n".join([text, "", *urls]) if urls else text
