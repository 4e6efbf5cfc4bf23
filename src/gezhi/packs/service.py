"""Verbs of the packs: find, check, load; what is loaded is written by the rooms below, this room keeps no table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils.translation import pgettext

from gezhi.kernel.errors import Refused
from gezhi.loop.service.contents import load_content
from gezhi.packs import store
from gezhi.packs.rules import Checked, Finding, check, tables_for
from gezhi.packs.rules.examples import area_units
from gezhi.packs.rules.reading import Sheet
from gezhi.trust.rules import Actor
from gezhi.trust.service import create_unit, require, verb


@dataclass(slots=True)
class Loaded:
    """What loading did: rows taken for each table, units made, and units that the catalogue names in vain."""

    pack: str
    version: str
    counts: dict[str, int] = field(default_factory=dict)
    units_made: int = 0
    units_unknown: list[str] = field(default_factory=list)
    catalogue_waits: bool = False  # no unit that it names stands yet


@dataclass(frozen=True, slots=True)
class Known:
    """A bundled pack in a list."""

    name: str
    version: str
    title_zh: str
    title_en: str
    in_force: str  # the version that is loaded, or nothing


def checked(name: str) -> Checked:
    """Check a pack by name or folder. Raises pack-unknown."""
    folder = store.folder_of(name)
    if folder is None:
        raise Refused("pack-unknown", status=404, pack=name, known=", ".join(store.bundled()))
    return check(store.files_of(folder))


def said(finding: Finding) -> dict[str, str]:
    """A finding as people and machines read it: where, the code, what is wrong and how to mend it."""
    text = pgettext("pack-finding", finding.code) % finding.facts
    return {"level": finding.level, "code": finding.code, "where": finding.place, "text": text}


def report(done: Checked, *, most: int) -> Iterator[str]:
    """The result of a check in lines, at most so many findings of each code."""
    shown: Counter[str] = Counter()
    for finding in done.findings:
        shown[finding.code] += 1
        if shown[finding.code] <= most:
            words = said(finding)
            yield f"{words['level']}: {words['where']}: {words['text']} [{words['code']}]"
    for code, count in shown.items():
        if count > most:
            yield f"… {count - most} × [{code}]"
    told = done.told()
    rows = ", ".join(f"{name} {count}" for name, count in done.rows.items())
    yield f"{told['pack']} {told['version']}: {rows}"
    yield (
        f"{told['errors']} errors, {told['warnings']} warnings, {told['examples']} examples, "
        f"quality: {told['done']} done, {len(done.quality) - int(str(told['done']))} exempt"
    )


def bundled_packs() -> list[Known]:
    """Every pack that came with the product, and which version of it is in force."""
    in_force = store.in_force()
    made = []
    for name in store.bundled():
        paper = checked(name).manifest
        made.append(Known(name, paper.version, paper.title_zh, paper.title_en, in_force.get(name, "")))
    return made


@verb("pack.load")
def load_pack(name: str | Path, *, units: bool = False, actor: Actor, now: datetime) -> Loaded:
    """Check a pack and put it in force, whole or not at all; loading the same version again changes nothing.

    With `units` the template of units is brought as well. Rows of the catalogue that name the town or street of the
    place are made for those areas whose unit stands; a catalogue of which no unit stands waits for the next loading,
    for an edition once made is never changed. Raises pack-unknown, pack-faulty, pack-version-differs.
    """
    require(actor, "pack.load")
    paper = checked(str(name))
    if not paper.good:
        first = next(finding for finding in paper.findings if finding.level == "error")
        raise Refused("pack-faulty", status=422, pack=str(name), count=paper.count("error"), place=first.place,
                      finding=first.code)  # fmt: skip
    done = Loaded(paper.manifest.name, paper.manifest.version)
    if units and "units" in paper.sheets:
        done.units_made = _units(paper.sheets["units"], actor=actor, now=now)
    standing = store.standing_units()
    served = {area: unit for area, unit in area_units(paper.sheets).items() if unit in standing}
    tables = tables_for(paper.sheets, served)
    rows = tables.get("catalogue", [])
    done.units_unknown = _unknown(rows, standing)
    if rows and not any(row["lead"] in standing for row in rows):
        del tables["catalogue"]
        done.catalogue_waits = True
    done.counts = load_content(done.pack, done.version, tables, actor=actor, now=now)
    return done


def _units(sheet: Sheet, *, actor: Actor, now: datetime) -> int:
    """Units of the template that do not stand yet; where a root stands, it takes the place of the template's."""
    standing = store.standing_units()
    root = next((code for code, parent in standing.items() if not parent), "")
    top = next((row["code"] for row in sheet.rows if not row["parent"]), "")
    made = 0
    for row in _parents_first(sheet):
        above = root if root and row["parent"] == top else row["parent"]
        if row["code"] in standing or (root and not row["parent"]):
            continue
        create_unit(row["code"], row["name_zh"], parent=above, name_en=row["name_en"], kind=row["kind"], actor=actor,
                    now=now)  # fmt: skip
        made += 1
    return made


def _parents_first(sheet: Sheet) -> list[Mapping[str, str]]:
    waiting: list[Mapping[str, str]] = [row.values for row in sheet.rows]
    placed: set[str] = {""}
    ordered: list[Mapping[str, str]] = []
    while waiting:
        ready = [row for row in waiting if row["parent"] in placed]
        if not ready:
            raise Refused("pack-unit-circle", status=422, unit=waiting[0]["code"])
        ordered += ready
        placed |= {row["code"] for row in ready}
        waiting = [row for row in waiting if row["code"] not in placed]
    return ordered


def _unknown(rows: Sequence[Mapping[str, object]], standing: Mapping[str, str]) -> list[str]:
    named: set[str] = set()
    for row in rows:
        others = row["assisting"]
        named |= {str(row["lead"]), str(row["fallback"]), *(others if isinstance(others, list) else [])}
    return sorted(named - set(standing) - {""})
