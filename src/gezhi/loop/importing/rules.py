"""Turns rows into drafts of cases or rejects with a reason, and judges what is new, known or told twice. Pure."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Cell, Row, Sheet
from gezhi.loop.importing.columns import Mapping
from gezhi.loop.importing.values import (
    bounded,
    code_of,
    line_of,
    moment_of,
    name_of,
    number_of,
    parts_of,
    phone_of,
    point_of,
    text_of,
)
from gezhi.loop.rules.words import TITLE_LIMIT

MODES = ("reject", "skip", "update")  # what happens to a known number with other content
HEADLINE = 40  # characters of the text that stand in for a missing title
EXTRA_LIMIT = 2_000
EXTRAS = 60
_SENTENCE = re.compile(r"[。！？!?；;\n]")
_BLANK = re.compile(r"\s+")
FAR = timedelta(days=36_500)  # some systems write "no limit" as a day decades ahead
_WORDS = ("kind", "urgency", "channel", "state", "solved", "satisfaction", "confidential", "on_time")
_LINES = ("place", "area", "street", "community", "unit", "assisting", "object")


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history that a request had in another system; `shown` ones its requester may read."""

    at: datetime
    text: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that can become a case; times in UTC, words as codes, "" or None where the row says nothing."""

    row: int
    sheet: str
    text: str
    title: str
    number: str = ""
    received_at: datetime | None = None
    requester_name: str = ""
    phone: str = ""
    place: str = ""
    area: str = ""
    street: str = ""
    community: str = ""
    unit: str = ""
    assisting: str = ""
    object: str = ""
    matter: tuple[str, ...] = ()
    kind: str = ""
    urgency: str = ""
    channel: str = ""
    confidential: str = ""
    state: str = ""  # "closed", "open" or ""
    closed_at: datetime | None = None
    reply: str = ""
    replied_at: datetime | None = None
    solved: str = ""
    satisfaction: str = ""
    due_at: datetime | None = None  # until when the source had to answer
    on_time: str = ""  # whether the source says that it did: "yes", "no" or ""
    lon: float | None = None
    lat: float | None = None
    extras: dict[str, str] = field(default_factory=dict)
    past: tuple[Past, ...] = ()  # in the order of time
    cells: tuple[Cell, ...] = field(default=(), compare=False)  # as they stood, for the file of rejected rows

    @property
    def closed(self) -> bool:
        return self.closed_at is not None or self.state == "closed"

    @property
    def ended_at(self) -> datetime | None:
        """When it was closed, as near as the row tells."""
        return self.closed_at or self.replied_at or self.received_at

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of all that was understood, without blanks, place in the file, extras and made-up titles."""
        content = [_comparable(getattr(self, name)) for name in _COMPARED]
        content.append("" if self.title == headline(self.text) else _comparable(self.title))
        content.extend([name, _comparable(value)] for name in _LATER if (value := getattr(self, name)))
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).digest()


_LATER = ("due_at", "on_time", "lon", "lat")  # told only where given, so that older fingerprints hold
_APART = ("row", "sheet", "extras", "title", "cells", "past", *_LATER)
_COMPARED = tuple(each.name for each in fields(Draft) if each.name not in _APART)


def _comparable(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_comparable(part) for part in value]
    return _BLANK.sub("", str(value)) if value else ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot become a case: why as a refusal code with facts, and the cells as they stood."""

    row: int
    sheet: str
    code: str
    facts: dict[str, Any]
    cells: tuple[Cell, ...] = ()


@dataclass(slots=True)
class Plan:
    """How the rows of a run were judged."""

    read: int = 0
    created: int = 0
    already: int = 0
    updated: int = 0
    rejected: int = 0


def drafts(sheet: Sheet, mapping: Mapping, *, zone: tzinfo, now: datetime) -> Iterator[Draft | Reject]:
    """One draft or reject for every data row of the sheet, in order."""
    extras = mapping.extras()[:EXTRAS]
    for row in sheet.rows:
        try:
            yield draft_of(row, sheet.name, mapping, extras, zone=zone, now=now)
        except Refused as refused:
            yield Reject(row.number, sheet.name, refused.code, dict(refused.facts), row.cells)


def draft_of(
    row: Row,
    sheet: str,
    mapping: Mapping,
    extras: tuple[tuple[int, str], ...] = (),
    *,
    zone: tzinfo,
    now: datetime,
) -> Draft:
    """The draft of one row.

    Raises Refused with the reason why the row cannot be one: import-row-cut, -row-unreadable, -row-quote, -text-empty,
    -text-long, -time-*, -number-*, -closed-before-received.
    """
    if row.problem:
        raise Refused(f"import-row-{row.problem}", status=422)
    cells = _Cells(row.cells, mapping)
    title, text = _words(cells)
    reply = bounded(cells["reply"], "reply")
    received, closed, replied = _moments(cells, mapping, reply, zone=zone, now=now)
    codes, unknown = _codes(cells, mapping)
    lon, lat = _point(cells, mapping, unknown)
    rest: dict[str, Any] = {**codes, **{name: line_of(cells[name])[:300] for name in _LINES}}
    return Draft(
        row=row.number, sheet=sheet, text=text, title=title, number=number_of(cells["number"]), received_at=received,
        requester_name=name_of(cells["requester_name"]), phone=_phone(cells, mapping, unknown), matter=_matter(cells),
        closed_at=closed, reply=reply, replied_at=replied, due_at=_due(cells, mapping, unknown, zone=zone, now=now),
        lon=lon, lat=lat, extras=unknown | _extras(row, extras), cells=row.cells, **rest,
    )  # fmt: skip


def _extras(row: Row, extras: tuple[tuple[int, str], ...]) -> dict[str, str]:
    """The columns that have no field, by name."""
    return {name: word[:EXTRA_LIMIT] for at, name in extras if (word := text_of(row.cells[at]))}


def _moments(
    cells: "_Cells", mapping: Mapping, reply: str, *, zone: tzinfo, now: datetime
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When it was received, closed and answered."""
    received = cells.moment("received_at", zone, now)
    if received is None and "received_at" in mapping.columns:
        raise Refused("import-time-empty", status=422, column=mapping.saved()["received_at"])
    closed = cells.moment("closed_at", zone, now, not_before=received)
    replied = cells.moment("replied_at", zone, now, not_before=received)
    if received and closed and closed < received:
        raise Refused("import-closed-before-received", status=422, value=line_of(cells["closed_at"]))
    if closed is None and replied is not None and reply and not {"state", "closed_at"} & mapping.columns.keys():
        closed = replied  # a message board knows no state: an answered message is closed
    return received, closed, replied


class _Cells:
    """A row's cells by field."""

    def __init__(self, cells: tuple[Cell, ...], mapping: Mapping) -> None:
        self._cells, self._columns, self._zones = cells, mapping.columns, mapping.zones

    def __getitem__(self, name: str) -> Cell:
        column = self._columns.get(name)
        return self._cells[column] if column is not None and column < len(self._cells) else None

    def moment(self, name: str, zone: tzinfo, now: datetime, **more: Any) -> datetime | None:
        value = self[name]
        there = ZoneInfo(self._zones[name]) if name in self._zones else zone
        return None if value is None else moment_of(value, zone=there, now=now, **more)


def _words(cells: _Cells) -> tuple[str, str]:
    title, text = line_of(cells["title"]), bounded(cells["text"], "text")
    if not text and not title:
        raise Refused("import-text-empty", status=422)
    if len(title) > TITLE_LIMIT:
        text = bounded(f"{title}\n{text}".strip(), "text")
        title = f"{title[: TITLE_LIMIT - 1]}…"
    return title or headline(text), text or title


def headline(text: str) -> str:
    """The beginning of a text as its title.

    >>> headline("路灯不亮。夜里很黑"), len(headline("亮" * 90))
    ('路灯不亮', 40)
    """
    first = next((part.strip() for part in _SENTENCE.split(text) if part.strip()), text.strip())
    return first if len(first) <= HEADLINE else f"{first[: HEADLINE - 1]}…"


def _matter(cells: _Cells) -> tuple[str, ...]:
    levels = tuple(line_of(cells[f"matter_{level}"])[:80] for level in (1, 2, 3))
    if any(levels):
        return tuple(level for level in levels if level)
    return tuple(part[:80] for part in parts_of(cells["matter"])[:3])


def _codes(cells: _Cells, mapping: Mapping) -> tuple[dict[str, str], dict[str, str]]:
    """Codes of the words that are known; words that are not are kept as extras under their column's name."""
    codes: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for name in _WORDS:
        word = line_of(cells[name])
        codes[name] = code_of(name, word, mapping.words.get(name)) if word else ""
        if word and not codes[name]:
            unknown[mapping.saved()[name]] = word[:EXTRA_LIMIT]
    return codes, unknown


def _due(cells: _Cells, mapping: Mapping, unknown: dict[str, str], *, zone: tzinfo, now: datetime) -> datetime | None:
    """The source's own limit where it is a moment; "5 working days" and the like are kept as they stand."""
    try:
        return cells.moment("due_at", zone, now, latest=FAR)
    except Refused:
        unknown[mapping.saved()["due_at"]] = text_of(cells["due_at"])[:EXTRA_LIMIT]
        return None


def _phone(cells: _Cells, mapping: Mapping, unknown: dict[str, str]) -> str:
    """The phone number; where a spreadsheet program has rounded it, what is left is kept beside."""
    found, word = phone_of(cells["phone"]), line_of(cells["phone"])
    if not found and "E+" in word.upper():
        unknown[mapping.saved()["phone"]] = word[:EXTRA_LIMIT]
    return found


def _point(cells: _Cells, mapping: Mapping, unknown: dict[str, str]) -> tuple[float | None, float | None]:
    """Longitude and latitude where both are given and lie on the earth."""
    lon, lat = point_of(cells["lon"], 180), point_of(cells["lat"], 90)
    if lon is not None and lat is not None:
        return lon, lat
    unknown.update({mapping.saved()[name]: word for name in ("lon", "lat") if (word := line_of(cells[name])[:40])})
    return None, None


class Judge:
    """Judges draft after draft of one run; remembers the first row of every number, nothing else."""

    def __init__(self, mode: str = "reject") -> None:
        if mode not in MODES:
            raise Refused("import-mode-unknown", status=422, mode=mode, known=", ".join(MODES))
        self.mode = mode
        self._first: dict[bytes, tuple[int, str, bytes]] = {}

    def seen(self, number: str) -> bool:
        """Whether some row of the run had this number."""
        return number.encode() in self._first

    def verdict(self, draft: Draft, fingerprint: bytes, stored: bytes | None) -> str | Reject:
        """What to do with a draft: "create", "already", "again" (told twice in this file), "update", or the reject.

        `fingerprint` is the draft's own, `stored` that of the case that has its number, None when none has. Within
        a file the first row of a number wins; the same number with the same content later is only told twice.
        """
        key = draft.number.encode() or fingerprint
        first = self._first.setdefault(key, (draft.row, draft.sheet, fingerprint))
        if first[:2] != (draft.row, draft.sheet):
            if first[2] == fingerprint:
                return "again"
            return Reject(
                draft.row,
                draft.sheet,
                "import-number-twice",
                {"number": draft.number, "first": first[0], "sheet": first[1]},
                draft.cells,
            )
        if stored is None:
            return "create"
        if stored == fingerprint or self.mode == "skip":
            return "already"
        if self.mode == "update":
            return "update"
        return Reject(draft.row, draft.sheet, "import-number-known", {"number": draft.number}, draft.cells)
