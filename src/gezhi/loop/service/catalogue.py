"""The dispatch catalogue as editions: read from a sheet, tried on past cases, published, corrected by rulings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Cell, read_tables, write_xlsx
from gezhi.loop.models import CatalogueItem, CatalogueVersion
from gezhi.loop.rules.catalogue import Duty, duty_for
from gezhi.loop.store import below
from gezhi.loop.store import catalogue as store
from gezhi.loop.store import content as kept
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

HEADERS: Mapping[str, tuple[str, ...]] = {
    "matter": ("事项", "事项代码", "matter"),
    "area": ("区域", "区域代码", "area"),
    "lead": ("主办", "主办单位", "lead"),
    "assisting": ("协办", "协办单位", "assisting"),
    "fallback": ("兜底", "兜底单位", "fallback"),
    "basis_zh": ("依据", "basis", "basis_zh"),
    "basis_en": ("依据英文", "basis_en"),
    "source": ("来源", "source"),
}
COLUMN = {name: field for field, names in HEADERS.items() for name in names}
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row of a sheet that cannot become a duty."""

    row: int
    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A past case that another edition would have sent to another unit."""

    case: str
    number: str
    matter: str
    area: str
    now: str
    then: str


def read_sheet(file: Path | str | IO[bytes]) -> tuple[list[Duty], list[RowFault]]:
    """Duties of a sheet with Chinese or English headers; matters and units may be given by code or by name."""
    duties: list[Duty] = []
    faults: list[RowFault] = []
    names = _Names()
    for sheet in read_tables(file, known=lambda text: text.strip().lower() in COLUMN):
        columns = {COLUMN[h.strip().lower()]: at for at, h in enumerate(sheet.header) if h.strip().lower() in COLUMN}
        if not {"matter", "lead"} <= set(columns):
            raise Refused("catalogue-columns", status=422, sheet=sheet.name)
        for row in sheet.rows:
            values = {field: _text(row.cells[at]) if at < len(row.cells) else "" for field, at in columns.items()}
            try:
                duties.append(names.duty(len(duties) + 1, values))
            except Refused as fault:
                faults.append(RowFault(row.number, fault.code, dict(fault.facts)))
    return _unique(duties, faults), faults


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def _unique(duties: list[Duty], faults: list[RowFault]) -> list[Duty]:
    seen: dict[tuple[str, str], Duty] = {}
    for duty in duties:
        if (duty.matter, duty.area) in seen:
            faults.append(RowFault(duty.no, "catalogue-twice", {"matter": duty.matter, "area": duty.area}))
        else:
            seen[duty.matter, duty.area] = duty
    return list(seen.values())


class _Names:
    """Matters and units by code and by name, for people who write names into sheets."""

    def __init__(self) -> None:
        self.matters = {row.code: row.code for row in kept.content().matters.values()}
        self.matters |= {row.name_zh: row.code for row in kept.content().matters.values()}
        self.units: dict[str, str] = {}
        for unit in below.units().filter(active=True):
            self.units |= {unit.code: unit.code, unit.name_zh: unit.code}

    def duty(self, no: int, values: Mapping[str, str]) -> Duty:
        matter = self.matters.get(values["matter"].rpartition("›")[2].strip() or values["matter"])
        if matter is None:
            raise Refused("matter-unknown", status=422, matter=values["matter"][:80])
        if values.get("area") and not kept.content().area_path(values["area"]):
            raise Refused("area-unknown", status=422, area=values["area"][:40])
        assisting = [
            part for part in values.get("assisting", "").replace("、", ";").replace(",", ";").split(";") if part
        ]
        return Duty(
            no=no, matter=matter, area=values.get("area", ""), lead=self.unit(values["lead"]),
            assisting=tuple(self.unit(part.strip()) for part in assisting),
            fallback=self.unit(values["fallback"]) if values.get("fallback") else "",
            basis_zh=values.get("basis_zh", "")[:300], basis_en=values.get("basis_en", "")[:400],
        )  # fmt: skip

    def unit(self, name: str) -> str:
        code = self.units.get(name)
        if code is None:
            raise Refused("unit-unknown", status=422, unit=name[:80])
        return code


@verb("catalogue.edit")
def import_sheet(
    file: Path | str | IO[bytes], name: str, *, note: str = "", actor: Actor, now: datetime
) -> tuple[CatalogueVersion, list[RowFault]]:
    """A new edition out of a sheet, not yet in force. Rows with faults are left out and returned."""
    require(actor, "catalogue.edit")
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise Refused("catalogue-name", status=422)
    if store.edition(name) is not None:
        raise Refused("catalogue-exists", name=name)
    duties, faults = read_sheet(file)
    if not duties:
        raise Refused("catalogue-empty", status=422, faults=len(faults))
    edition = CatalogueVersion.objects.create(name=name, note=note[:300], created_at=now)
    store.put_items(edition, duties)
    record("catalogue.import", "catalogue", edition.pk, actor=actor, body={"name": name, "rows": len(duties)})
    return edition, faults


@verb("catalogue.edit")
def publish(name: str, *, actor: Actor, now: datetime) -> CatalogueVersion:
    """Put an edition in force; the one before stays readable."""
    require(actor, "catalogue.edit")
    edition = store.edition(name)
    if edition is None:
        raise Refused("catalogue-unknown", status=404, name=name)
    if edition.in_force:
        raise Refused("catalogue-in-force", name=name)
    if name == DRAFT:
        edition.name = store.free_name(kept.content().calendar.local_date(now).isoformat())  # the next draft needs it
        edition.save(update_fields=["name"])
    store.put_in_force(edition, now)
    record("catalogue.publish", "catalogue", edition.pk, actor=actor, body={"name": edition.name})
    kept.forget()
    return edition


@verb("catalogue.edit")
def propose_row(
    matter: str, area: str, lead: str, *, assisting: Sequence[str] = (), fallback: str = "", basis_zh: str = "",
    basis_en: str = "", source: str = "", actor: Actor, now: datetime,
) -> CatalogueItem:  # fmt: skip
    """Write one row into the draft edition (a copy of the one in force), to be tried and published later."""
    require(actor, "catalogue.edit")
    if matter not in kept.content().matters:
        raise Refused("matter-unknown", status=422, matter=matter)
    for code in (lead, *assisting, *([fallback] if fallback else [])):
        if below.unit_by_code(code) is None:
            raise Refused("unit-unknown", status=422, unit=code)
    edition = store.draft(DRAFT, now)
    item = store.put_row(edition, Duty(0, matter, area, lead, tuple(assisting), fallback, basis_zh, basis_en), source)
    record("catalogue.edit", "catalogue", edition.pk, actor=actor, body={"matter": matter, "area": area, "lead": lead})
    return item


@verb("catalogue.edit")
def rename(name: str, fresh: str, *, actor: Actor, now: datetime) -> None:
    """Give an edition that was never in force its proper name."""
    del now
    require(actor, "catalogue.edit")
    edition = store.edition(name)
    if edition is None or edition.published_at is not None:
        raise Refused("catalogue-unknown", status=404, name=name)
    fresh = fresh.strip()[:60]
    if not fresh.isprintable() or not fresh:
        raise Refused("catalogue-name", status=422)
    if store.edition(fresh) is not None:
        raise Refused("catalogue-exists", name=fresh)
    edition.name = fresh
    edition.save(update_fields=["name"])
    record("catalogue.rename", "catalogue", edition.pk, actor=actor, body={"name": edition.name})


def try_on_past(duties: Iterable[Duty], since: datetime) -> Iterator[Elsewhere | int]:
    """Which cases since a moment another edition would send elsewhere; yields each, then the number looked at."""
    table: dict[str, list[Duty]] = {}
    for duty in duties:
        table.setdefault(duty.matter, []).append(duty)
    now = kept.content()
    seen = 0
    for case in store.dispatched_since(since):
        seen += 1
        path = now.matter_path(case["matter"])
        old = duty_for(now.duties_by_matter, path, case["area"])
        new = duty_for(table, path, case["area"])
        before = old.lead if old else case["first_unit__code"] or ""
        if (new.lead if new else "") != before:
            yield Elsewhere(
                str(case["pk"]), case["number"], case["matter"], case["area"], before, new.lead if new else ""
            )
    yield seen


def export(target: Path | IO[bytes], name: str = "") -> int:
    """An edition as a sheet that `import_sheet` reads back to the same rows; the one in force without a name."""
    edition = store.edition(name) if name else store.in_force()
    if edition is None:
        raise Refused("catalogue-unknown", status=404, name=name)
    items = list(edition.items.order_by("no"))
    matters = kept.content().matters
    header = ["事项代码", "事项名称", "区域代码", "主办单位", "协办单位", "兜底单位", "依据", "依据英文", "来源"]
    rows = [
        [i.matter, matters[i.matter].name_zh if i.matter in matters else "", i.area, i.lead, ";".join(i.assisting),
         i.fallback, i.basis_zh, i.basis_en, i.source]
        for i in items
    ]  # fmt: skip
    write_xlsx(target, (edition.name, header, rows))
    return len(items)
