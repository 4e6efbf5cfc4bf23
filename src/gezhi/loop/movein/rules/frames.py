"""What else moves: categories, who answers for them, and ready texts, in one shape for every system."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gezhi.loop.movein.rules.records import DROPPED, Losses, says, told

Row = Mapping[str, Any]
FIELDS: Mapping[str, str] = {
    "signal_id": "编号", "formatted_signal_id": "编号", "created_at": "时间", "address": "地点", "location": "地点",
    "handling_message": "说明", "status_text": "答复", "organization_name": "单位",
}  # fmt: skip
VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*(?:\|[^}]*)?\}\}|\{%[^%]*%\}")
SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of request there: its names from the top, and the departments that answer for it."""

    names: tuple[str, ...]
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready text there."""

    code: str
    title: str
    text: str
    kind: str
    categories: tuple[tuple[str, ...], ...] = ()


def categories(raw: Iterable[Row], losses: Losses) -> list[Category]:
    """Categories of Signalen: main ones with their sub-categories inside, or a flat list."""
    found = []
    for row in raw:
        name = told(row, "name")
        if not name:
            losses.note("category", "name")
            continue
        found.append(Category((name,), departments(row)))
        subs = says(row, "sub_categories")
        for sub in subs if isinstance(subs, list) else []:
            if says(sub, "is_active") is False:
                losses.note("category", "is_active", DROPPED)
                continue
            if told(sub, "name"):
                found.append(Category((name, told(sub, "name")), departments(sub)))
            losses.leaves("category", sub, ("name", "slug", "departments", "_links", "_display", "is_active", "id"))
    return found


def departments(row: Row) -> tuple[str, ...]:
    """Names of departments, the responsible ones first."""
    held = says(row, "departments")
    rows = [one for one in (held if isinstance(held, list) else []) if isinstance(one, Mapping)]
    rows.sort(key=lambda one: says(one, "is_responsible") is not True)
    return tuple(name for one in rows if (name := told(one, "name") or told(one, "code")))


def texts(raw: Iterable[Row], losses: Losses) -> list[Ready]:
    """Status messages of Signalen: the list of today, or the older templates of a category, state by state."""
    found = []
    for at, row in enumerate(raw, 1):
        inner = says(row, "templates")
        for place, one in enumerate(inner if isinstance(inner, list) else [row], 1):
            if says(one, "active") is False or says(one, "is_active") is False:
                losses.note("text", "active", DROPPED)
                continue
            title, text = told(one, "title"), told(one, "text")
            if not title or not text:
                losses.note("text", "title" if text else "text")
                continue
            state = told(one, "state") or told(row, "state")
            mark = told(one, "id") or f"{state}-{at}-{place}"
            code = SLUG.sub("-", f"signalen-{mark}".lower()).strip("-")[:40]
            found.append(Ready(code, title, filled(text, losses), "reply" if state == "o" else "notice", _of(one)))
    return found


def _of(row: Row) -> tuple[tuple[str, ...], ...]:
    """The categories that a text is for."""
    held = says(row, "categories")
    rows = [one for one in (held if isinstance(held, list) else []) if isinstance(one, Mapping)]
    pairs = [(told(one, "main_name") or told(one, "main_category", "name"), told(one, "name")) for one in rows]
    return tuple(tuple(part for part in pair if part) for pair in pairs if pair[1])


def filled(text: str, losses: Losses) -> str:
    """A text of theirs with blanks as ours are written; a blank that we cannot fill stays to be filled by hand.

    >>> filled("Melding {{ signal_id }}{% if x %}!", losses := Losses()), losses.rows()
    ('Melding 【编号】!', [('text', '{% … %}', 'dropped', 1)])
    """

    def blank(found: re.Match[str]) -> str:
        name = found[1]
        if not name:
            losses.note("text", "{% … %}", DROPPED)
            return ""
        if name not in FIELDS:
            losses.note("text", f"{{{{ {name} }}}}", DROPPED)
        return f"【{FIELDS.get(name, name)}】"

    return VARIABLE.sub(blank, text)


def listed(body: Any) -> Sequence[Row]:
    """The rows of an answer of theirs: a plain list, or one page of several."""
    held = body.get("results", []) if isinstance(body, Mapping) else body
    return [row for row in held if isinstance(row, Mapping)] if isinstance(held, list) else []
