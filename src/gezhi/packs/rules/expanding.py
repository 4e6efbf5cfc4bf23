"""Catalogue rows that say “the town or street of the place” become one row for each area that has such a unit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gezhi.packs.rules.reading import AREA, Row

BASIS = ("basis_zh", "basis_en", "verified", "source")


def expand(rows: Sequence[Row], area_units: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the catalogue; `area_units` names the unit of each area (area code → unit code).

    Where the place is not known, the first unit that assists takes a row whose lead is the area's, for somebody must.

    >>> row = Row(2, {"matter": "0204", "area": "", "lead": "@area", "assisting": ["farms"], "fallback": "@area",
    ...               "basis_zh": "", "basis_en": "", "verified": True, "source": ""})
    >>> [(r["area"], r["lead"], r["assisting"], r["fallback"]) for r in expand([row], {"99": "town_a"})]
    [('', 'farms', [], 'farms'), ('99', 'town_a', ['farms'], 'town_a')]
    """
    taken = {(row["matter"], row["area"]) for row in rows}
    made: list[dict[str, Any]] = []
    for row in rows:
        made += [each for each in _of(row, area_units) if each["area"] == row["area"] or _free(each, taken)]
    return made


def _free(row: Mapping[str, Any], taken: set[tuple[str, str]]) -> bool:
    """A row written by hand for an area stands before one that was made."""
    return (row["matter"], row["area"]) not in taken


def _of(row: Row, area_units: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    units = [row["lead"], *row["assisting"], row["fallback"]]
    if AREA not in units:
        yield _duty(row, row["area"], units)
        return
    known = [unit for unit in units if unit not in (AREA, "")]
    if known:  # the place is not known: whoever is named first leads, and is the one to fall back on
        assisting = [unit for unit in row["assisting"] if unit != AREA]
        yield _duty(row, row["area"], [known[0], *assisting, known[0] if row["fallback"] == AREA else row["fallback"]])
    for area, unit in sorted(area_units.items()):
        if area.startswith(row["area"]):
            yield _duty(row, area, [unit if each == AREA else each for each in units])


def _duty(row: Row, area: str, units: Sequence[str]) -> dict[str, Any]:
    lead, *assisting, fallback = units
    others = list(dict.fromkeys(unit for unit in assisting if unit and unit != lead))
    basis = {name: row[name] for name in BASIS}
    return {"matter": row["matter"], "area": area, "lead": lead, "assisting": others, "fallback": fallback, **basis}
