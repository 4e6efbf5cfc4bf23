"""Signalen as its private API writes it (signals, history, attachments, categories, departments, status messages)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.movein.rules.records import AS_WORDS, DROPPED, Address, Line, Losses, Old, says, told
from gezhi.loop.open311.rules.wishes import read_moment

Row = Mapping[str, Any]
SOURCE = "signalen"
OVER = ("o", "a", "s")  # handled, cancelled, split
HANDLED = "o"
URGENCIES = {"high": "3", "normal": "1", "low": "1"}
KINDS = {"SIG": "help", "REQ": "help", "QUE": "consult", "COM": "complaint", "MAI": "help"}
USED = (
    "id", "signal_id", "text", "text_extra", "created_at", "status.text", "status.state", "status.created_at",
    "location.address_text", "location.address", "location.geometrie", "category.main", "category.main_slug",
    "category.sub", "category.sub_slug", "category.category_url", "category.departments", "category.deadline",
    "reporter.email", "reporter.phone", "priority.priority", "type.code", "notes.text", "notes.created_at",
    "routing_departments", "attachments", "extra_properties", "source", "assigned_user_email", "incident_date_start",
    "incident_date_end", "_links", "_display", "id_display", "has_attachments", "status.state_display", "type.label",
    "location.stadsdeel", "location.area_name", "location.buurt_code", "updated_at",
)  # fmt: skip
WORDS = ("source", "assigned_user_email", "incident_date_start", "incident_date_end", "location.stadsdeel",
         "location.area_name", "location.buurt_code")  # fmt: skip
TOLD_BY_STATUS = "UPDATE_STATUS"


def old_of(raw: Row, history: Sequence[Row], attachments: Sequence[Row], zone: tzinfo, losses: Losses) -> Old:
    """One signal with its history and its pictures. Refuses movein-row where it has no number, text or time."""
    number = told(raw, "id")
    created = moment(raw, zone, "created_at")
    if not number or created is None:
        raise Refused("movein-row", status=422, number=number or "-", field="id" if not number else "created_at")
    state = told(raw, "status", "state")
    ended = moment(raw, zone, "status", "created_at") if state in OVER else None
    main = told(raw, "_links", "sia:parent", "href").rstrip("/").rpartition("/")[2]
    old = Old(
        number, told(raw, "text"), place=place_of(raw), received_at=created, closed=state in OVER, closed_at=ended,
        reply=told(raw, "status", "text") if state in OVER else "", category=category_of(raw), unit=unit_of(raw),
        email=told(raw, "reporter", "email"), phone=told(raw, "reporter", "phone"),
        kind=KINDS.get(told(raw, "type", "code"), ""), urgency=URGENCIES.get(told(raw, "priority", "priority"), ""),
        due_at=moment(raw, zone, "category", "deadline"), photos=photos_of(raw, attachments),
        addresses=addresses_of(raw, number),
    )  # fmt: skip
    old.lon, old.lat = point_of(raw)
    old.past = past_of(raw, history, zone, losses)
    old.words = words_of(raw, losses) | ({"parent": main} if main else {})
    losses.leaves("signal", raw, USED)
    return old


def moment(raw: Row, zone: tzinfo, *path: str) -> datetime | None:
    """A moment of theirs in UTC, None where there is none that can be read."""
    text = told(raw, *path)
    try:
        return read_moment(text, zone) if text else None
    except Refused:
        return None


def place_of(raw: Row) -> str:
    """The address in one line."""
    whole = told(raw, "location", "address_text")
    if whole:
        return whole
    parts = [
        told(raw, "location", "address", name) for name in ("openbare_ruimte", "huisnummer", "postcode", "woonplaats")
    ]
    return " ".join(part for part in parts if part)


def point_of(raw: Row) -> tuple[float | None, float | None]:
    """Longitude and latitude; GeoJSON writes the longitude first."""
    pair = says(raw, "location", "geometrie", "coordinates")
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, int | float) for one in pair):
        return float(pair[0]), float(pair[1])
    return None, None


def category_of(raw: Row) -> tuple[str, ...]:
    names = (told(raw, "category", "main"), told(raw, "category", "sub"))
    return tuple(name for name in names if name)


def unit_of(raw: Row) -> str:
    """The department that it was routed to, else the first one of its category."""
    routed = says(raw, "routing_departments")
    if isinstance(routed, list) and routed and isinstance(routed[0], Mapping):
        return told(routed[0], "name") or told(routed[0], "code")
    return told(raw, "category", "departments").partition(",")[0].strip()


def photos_of(raw: Row, attachments: Sequence[Row]) -> list[str]:
    """Where the pictures lie: the list of attachments, else what stands in the signal itself."""
    inner = says(raw, "attachments")
    rows = list(attachments) or [one for one in (inner if isinstance(inner, list) else []) if isinstance(one, Mapping)]
    found = [told(row, "location") or told(row, "href") or told(row, "_links", "self", "href") for row in rows]
    return [place for place in dict.fromkeys(found) if place]


def addresses_of(raw: Row, number: str) -> list[Address]:
    """The page of the office by number, and the reporter's own by a key that nobody guesses."""
    found = [Address(f"manage/incident/{number}")]
    try:
        found.append(Address(f"mijn-meldingen/{UUID(told(raw, 'signal_id'))}", secret=True))
    except ValueError:
        return found
    return found


def past_of(raw: Row, history: Sequence[Row], zone: tzinfo, losses: Losses) -> list[Line]:
    """The lines of the history, and the notes where no history came along."""
    found = []
    for row in history:
        at = moment(row, zone, "when")
        text = "\n".join(part for part in (told(row, "action"), told(row, "description")) if part)
        if at is None or not text:
            losses.note("history", told(row, "what") or "when")
            continue
        found.append(Line(at, text))
        if told(row, "user"):
            losses.note("history", "user")
    if not history:
        notes = says(raw, "notes")
        for row in notes if isinstance(notes, list) else []:
            at = moment(row, zone, "created_at") or moment(raw, zone, "created_at")
            if isinstance(row, Mapping) and at is not None and told(row, "text"):
                found.append(Line(at, told(row, "text")))
    return sorted(found, key=lambda line: line.at)


def words_of(raw: Row, losses: Losses) -> dict[str, str]:
    """What has no field here: answers to their questions, and a few fields by name."""
    found: dict[str, str] = {}
    for name in WORDS:
        text = told(raw, *name.split("."))
        if text:
            found[name] = text
            losses.note("signal", name, AS_WORDS)
    if told(raw, "text_extra"):
        found["text_extra"] = told(raw, "text_extra")
    for name, one in asked_of(raw):
        label, answer = told(one, "label") or told(one, "id") or name, answer_of(says(one, "answer") or one)
        if label and answer:
            found[label[:60]] = answer
            losses.note("signal", "extra_properties", AS_WORDS)
        else:
            losses.note("signal", "extra_properties", DROPPED)
    return found


def asked_of(raw: Row) -> list[tuple[str, Any]]:
    """Their questions with the answers: a list of today, or a table by name of older days."""
    asked = says(raw, "extra_properties")
    if isinstance(asked, Mapping):
        return [(str(name), one) for name, one in asked.items()]
    return [("", one) for one in asked] if isinstance(asked, list) else []


def answer_of(value: Any) -> str:
    """An answer to a question of theirs: a text, a choice with a label, or several of them.

    >>> answer_of({"id": "x", "label": "Ja"}), answer_of(["a", {"label": "b"}]), answer_of(3), answer_of({})
    ('Ja', 'a, b', '3', '')
    """
    if isinstance(value, Mapping):
        return told(value, "label") or told(value, "value") or told(value, "id")
    if isinstance(value, list):
        return ", ".join(part for part in map(answer_of, value) if part)
    return "" if value is None or isinstance(value, bool) else str(value).strip()
