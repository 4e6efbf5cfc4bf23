"""The list of township duties at work: what it says against units, the office's own list read from a sheet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils import translation

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Cell, read_tables, write_xlsx
from gezhi.kit.text import pick
from gezhi.loop.duties import store
from gezhi.loop.duties.rules import TOWNSHIPS, TownDuty, against, fitting, named_units
from gezhi.loop.models import Case
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.store import below
from gezhi.loop.store import content as kept_
from gezhi.loop.store.content import Content
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text, record, require, verb

VERB = "catalogue.edit"
HEADERS: Mapping[str, tuple[str, ...]] = {
    "kind": ("类别", "履职类别", "清单类别", "kind"), "name": ("事项", "履职事项", "事项名称", "name"),
    "matter": ("诉求事项", "事项代码", "matter"), "keywords": ("关键词", "keywords"),
    "lead": ("主管部门", "牵头部门", "承接部门", "上级部门", "lead"), "basis": ("依据", "basis"),
    "unit": ("乡镇", "乡镇（街道）", "乡镇街道", "unit"), "source": ("来源", "source"),
}  # fmt: skip
SHEET_WORDS = {"basic": "基本履职", "cooperating": "配合履职", "taken_back": "收回"}
COLUMN = {name: field for field, names in HEADERS.items() for name in names}
KIND_WORDS = {"基本": "basic", "基本履职": "basic", "basic": "basic", "配合": "cooperating", "配合履职": "cooperating",
              "cooperating": "cooperating", "收回": "taken_back", "上级收回": "taken_back", "部门收回": "taken_back",
              "taken back": "taken_back", "taken_back": "taken_back"}  # fmt: skip


def words_of(case: Case) -> str:
    """What was reported, for lines that go by words; empty once erased."""
    if case.requester.wrapped_key is None:
        return ""
    told = open_text(case.requester, case.story)
    return f"{told.get('title', '')} {told.get('text', '')}"


def line_for(case: Case, matter: str, kept: Content) -> TownDuty | None:
    """The line that speaks of a case."""
    path = kept.matter_path(matter)
    return fitting(kept.town_duties, path, _words_asked(case, path, kept), "")


def _words_asked(case: Case, path: str, kept: Content) -> str:
    """What a case says: opened only where a line of its matters goes by words."""
    parts = path.split(".")
    asked = any(row.keywords and (not row.matter or row.matter in parts) for row in kept.town_duties)
    return words_of(case) if asked else ""


def objection(move: str, case: Case, snap: Snapshot, codes: Mapping[str, Any], kept: Content) -> Refused | None:
    """What the list says against the units that a move names; nothing where somebody has set it aside for them."""
    leads, assists = named_units(move, dict(codes), snap.lead)
    named = [(unit, True) for unit in leads] + [(unit, False) for unit in assists]
    left = [(unit, first) for unit, first in named if move == "duty_allow" or unit not in snap.allowed]
    path = kept.matter_path(codes.get("matter") or snap.matter)
    parts = path.split(".")
    if not left or not any(row.kind != "basic" and (not row.matter or row.matter in parts) for row in kept.town_duties):
        return None
    towns = {row.pk: row for row in below.units().filter(pk__in=[u for u, _ in left], kind__in=TOWNSHIPS)}
    words = _words_asked(case, path, kept) if towns else ""
    for unit, first in left:
        town = towns.get(unit)
        duty = fitting(kept.town_duties, path, words, town.code) if town else None
        code = against(duty, leads=first)
        if duty is not None and code:
            return _refusal(code, duty)
    return None


def _refusal(code: str, duty: TownDuty) -> Refused:
    language = translation.get_language() or ""
    return Refused(
        code, field="unit", duty=pick(duty, "name", language), line=duty.code, lead=lead_name(duty.lead),
        basis=pick(duty, "basis", language) or duty.source,
    )  # fmt: skip


def lead_name(lead: str) -> str:
    """The department by its name, where the list gives its code."""
    unit = below.unit_by_code(lead) if lead else None
    return pick(unit, "name", translation.get_language() or "") if unit is not None else lead


# ---- the office's own list


def read_sheet(file: Path | str | IO[bytes]) -> tuple[list[dict[str, Any]], list[tuple[int, str, str]]]:
    """Lines of a sheet and the faults of others: row, code, what stood there. Raises duty-columns."""
    lines: list[dict[str, Any]] = []
    faults: list[tuple[int, str, str]] = []
    names = _Names()
    for sheet in read_tables(file, known=lambda text: text.strip().lower() in COLUMN):
        columns = {COLUMN[h.strip().lower()]: at for at, h in enumerate(sheet.header) if h.strip().lower() in COLUMN}
        if not {"kind", "name"} <= set(columns):
            raise Refused("duty-columns", status=422, sheet=sheet.name)
        for row in sheet.rows:
            values = {field: _text(row.cells[at]) if at < len(row.cells) else "" for field, at in columns.items()}
            try:
                lines.append(names.line(len(lines) + 1, values))
            except Refused as fault:
                faults.append((row.number, fault.code, str(next(iter(fault.facts.values()), ""))))
    return lines, faults


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _parts(text: str) -> list[str]:
    for mark in "；;，,":
        text = text.replace(mark, "、")
    return [part.strip()[:40] for part in text.split("、") if part.strip()]


class _Names:
    """Matters and units by code and by name, as people write them into sheets."""

    def __init__(self) -> None:
        rows = kept_.content().matters.values()
        self.matters = {row.code: row.code for row in rows} | {row.name_zh: row.code for row in rows}
        self.units: dict[str, str] = {}
        for unit in below.units().filter(active=True):
            self.units |= {unit.code: unit.code, unit.name_zh: unit.code}

    def line(self, no: int, values: Mapping[str, str]) -> dict[str, Any]:
        kind = KIND_WORDS.get(values["kind"].lower())
        if kind is None:
            raise Refused("duty-kind", status=422, value=values["kind"][:40])
        if not values["name"]:
            raise Refused("duty-name", status=422)
        given = values.get("matter", "")
        matter = self.matters.get(given.rpartition("›")[2].strip() or given, "") if given else ""
        if given and not matter:
            raise Refused("matter-unknown", status=422, matter=given[:80])
        keywords = _parts(values.get("keywords", ""))
        if not matter and not keywords:
            raise Refused("duty-nothing-to-find", status=422, name=values["name"][:80])
        unit = values.get("unit", "")
        if unit and unit not in self.units:
            raise Refused("unit-unknown", status=422, unit=unit[:80])
        lead = values.get("lead", "")
        return {
            "code": str(no), "position": no, "kind": kind, "name_zh": values["name"][:200], "matter": matter,
            "keywords": keywords, "unit": self.units.get(unit, ""), "lead": self.units.get(lead, lead)[:120],
            "basis_zh": values.get("basis", "")[:300], "source": values.get("source", "")[:200], "verified": True,
        }  # fmt: skip


@verb(VERB)
def import_list(
    file: Path | str | IO[bytes], *, actor: Actor, now: datetime
) -> tuple[str, int, list[tuple[int, str, str]]]:
    """The office's own list out of a sheet, in force at once and alone; the ones before stay and may be chosen again.

    Returns its version, how many lines it has, and the faults of rows left out. Raises duty-columns, duty-empty.
    """
    require(actor, VERB)
    lines, faults = read_sheet(file)
    if not lines:
        raise Refused("duty-empty", status=422, faults=len(faults))
    day = kept_.content().calendar.local_date(now).isoformat()
    version = store.put_list(day, lines)
    record("duty.import", "duty", version, actor=actor, body={"rows": len(lines), "faults": len(faults)})
    kept_.forget()
    return version, len(lines), faults


@verb(VERB)
def choose_list(pack: str, version: str, *, actor: Actor, now: datetime) -> None:
    """Put another list in force: one of the office's own, or that of a pack by leaving the office's own aside."""
    del now
    require(actor, VERB)
    if not store.choose(pack, version):
        raise Refused("duty-list-unknown", status=404, version=version[:40])
    record("duty.choose", "duty", version, actor=actor, body={"pack": pack})
    kept_.forget()


def export(target: Path | IO[bytes]) -> int:
    """The list in force as a sheet that `import_list` reads back."""
    rows: Sequence[TownDuty] = kept_.content().town_duties
    header = ["类别", "履职事项", "诉求事项", "关键词", "牵头部门", "乡镇", "依据", "来源"]
    cells = [
        [SHEET_WORDS[r.kind], r.name_zh, r.matter, "、".join(r.keywords), r.lead, r.unit, r.basis_zh, r.source]
        for r in rows
    ]
    write_xlsx(target, ("duties", header, cells))
    return len(cells)
