"""Finds the units, matters and areas that a sheet calls by name; what is not found stays as words beside the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gezhi.loop.importing.columns import plain
from gezhi.loop.importing.rules import Draft
from gezhi.loop.importing.store import areas_named, units_by_name
from gezhi.loop.store.content import Content

LISTED = 100  # names not found that are told; more come from a wrong column


class Matcher:
    """Looks names up once each; built for one run, so it sees the units and matters as they are now."""

    def __init__(self, kept: Content) -> None:
        self._units = _unit_names(units_by_name())
        self._matters = _matter_names(kept.matters)
        self._seen_areas: dict[tuple[str, ...], str] = {}

    def unit(self, name: str) -> int | None:
        """The unit of this name, code, or unmistakable short name."""
        wanted = plain(name)
        if not wanted:
            return None
        exact = self._units.get(wanted)
        if exact is not None:
            return exact or None
        if len(wanted) < 3:
            return None
        fits = {key for known, key in self._units.items() if known.endswith(wanted) or wanted.endswith(known)}
        return fits.pop() or None if len(fits) == 1 else None

    def matter(self, names: Sequence[str]) -> str:
        """The code of the deepest matter that the names reach without doubt, "" when none."""
        wanted = tuple(plain(name) for name in names)
        for depth in range(len(wanted), 0, -1):
            code = self._matters.get(wanted[:depth], "")
            if code:
                return code
        return self._matters.get(wanted[-1:], "") if wanted else ""

    def area(self, *names: str) -> str:
        """The code of the smallest area named, given from large to small; "" when none is found or several are."""
        wanted = tuple(name for name in names if name)
        if wanted not in self._seen_areas:
            self._seen_areas[wanted] = _area(wanted)
        return self._seen_areas[wanted]


def _unit_names(rows: Sequence[tuple[int, str, str, str]]) -> dict[str, int]:
    """Plain name → key; 0 where two units share a name."""
    found: dict[str, int] = {}
    for key, *names in rows:
        for name in {plain(name) for name in names if name}:
            found[name] = key if found.get(name, key) == key else 0
    return found


def _matter_names(matters: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """Every way to name a matter (its path, any end of it, its code) → code; "" where it could be two."""
    found: dict[tuple[str, ...], str] = {}
    for code, row in matters.items():
        for language in ("name_zh", "name_en"):
            path = _path(matters, row, language)
            for start in range(len(path)):
                name = path[start:]
                found[name] = code if found.get(name, code) == code else ""
        found[(plain(code),)] = code
    for code, row in matters.items():  # a whole path is never in doubt
        found[_path(matters, row, "name_zh")] = code
    return found


def _path(matters: Mapping[str, Any], row: Any, language: str) -> tuple[str, ...]:
    names: list[str] = []
    seen: set[str] = set()
    while row is not None and row.code not in seen:
        seen.add(row.code)
        names.append(plain(getattr(row, language)))
        row = matters.get(row.parent)
    return tuple(reversed(names))


def _area(names: tuple[str, ...]) -> str:
    inside = ""
    code = ""
    for name in names:
        rows = areas_named(name, inside)
        if len(rows) == 1:
            code, inside = rows[0]
    return code


@dataclass(slots=True)
class Tally:
    """How many of the different unit and matter names of a file were found."""

    units: dict[str, bool] = field(default_factory=dict)
    matters: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def note(self, draft: Draft, matcher: Matcher) -> None:
        if draft.unit and draft.unit not in self.units:
            self.units[draft.unit] = matcher.unit(draft.unit) is not None
        if draft.matter and draft.matter not in self.matters:
            self.matters[draft.matter] = bool(matcher.matter(draft.matter))

    def summed(self) -> dict[str, list[int]]:
        """Field → [names found, names in all]; only what the file has."""
        sums = {"unit": list(self.units.values()), "matter": list(self.matters.values())}
        return {name: [sum(found), len(found)] for name, found in sums.items() if found}

    def missing(self) -> dict[str, list[str]]:
        """Field → the names of the file that were not found, the first ones."""
        lost = {
            "unit": [name for name, found in self.units.items() if not found],
            "matter": [" › ".join(names) for names, found in self.matters.items() if not found],
        }
        return {name: words[:LISTED] for name, words in lost.items() if words}
