"""A request of another system in one shape, whatever the system; and the account of what had no place here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DROPPED, AS_WORDS, NOT_FOUND, CUT, REFUSED = "dropped", "as_words", "not_found", "cut", "refused"
WHYS = (DROPPED, AS_WORDS, NOT_FOUND, CUT, REFUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history that a request had there; `shown` lines its reporter could read."""

    at: datetime
    text: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """An address under which the request was reached there; a secret one only its reporter knows."""

    path: str
    secret: bool = False


@dataclass(slots=True)
class Old:
    """One request as another system has it; moments in UTC, "" or None where it says nothing."""

    number: str
    text: str
    title: str = ""
    place: str = ""
    received_at: datetime | None = None
    closed: bool = False
    closed_at: datetime | None = None
    reply: str = ""
    category: tuple[str, ...] = ()
    unit: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    kind: str = ""
    urgency: str = ""
    solved: str = ""
    due_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    past: list[Line] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)  # what has no field, kept under its name there


@dataclass(slots=True)
class Losses:
    """How often a field of theirs had no place, by record, field and what became of it."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def note(self, record: str, name: str, why: str = DROPPED, count: int = 1) -> None:
        self.counts[record, name, why] += count

    def leaves(self, record: str, raw: Mapping[str, Any], used: Iterable[str]) -> None:
        """Every field of a record that holds something and that nobody has used.

        >>> losses = Losses()
        >>> losses.leaves("signal", {"a": 1, "b": {"c": "x", "d": None}, "e": [], "f": False}, ["a"])
        >>> dict(losses.counts)
        {('signal', 'b.c', 'dropped'): 1}
        """
        known = set(used)
        for name in leaves(raw):
            parts = name.split(".")
            if not any(".".join(parts[:size]) in known for size in range(1, len(parts) + 1)):
                self.note(record, name)

    def rows(self) -> list[tuple[str, str, str, int]]:
        return [(*key, count) for key, count in sorted(self.counts.items())]


def leaves(raw: Mapping[str, Any], above: str = "") -> list[str]:
    """The dotted names of all that says something; the things in a list go by the name of the list.

    >>> leaves({"_links": {"self": {"href": "x"}}, "notes": [{"text": "a"}, {"text": "b"}], "no": ""})
    ['_links.self.href', 'notes.text']
    """
    found: dict[str, None] = {}
    for name, value in raw.items():
        path = f"{above}{name}"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                found |= dict.fromkeys(leaves(one, f"{path}."))
            elif one not in (None, "", False, [], {}):
                found[path] = None
    return list(found)


def says(raw: Mapping[str, Any], *path: str) -> Any:
    """What stands at the end of a path, None where it breaks off.

    >>> says({"a": {"b": 1}}, "a", "b"), says({"a": None}, "a", "b")
    (1, None)
    """
    found: Any = raw
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def told(raw: Mapping[str, Any], *path: str) -> str:
    """The same as text.

    >>> told({"a": {"b": 1}}, "a", "b"), told({"a": {"b": True}}, "a", "b"), told({}, "a")
    ('1', '', '')
    """
    value = says(raw, *path)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
