"""The list of households and places to visit: read from a sheet, changed by reading it again, closed one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Cell, read_tables
from gezhi.loop.field import store
from gezhi.loop.field.rules.visits import COLUMN, NEEDED, Line, head_of, line_of
from gezhi.loop.models import FieldPlace
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, identity_of, keyed_hash, new_requesters, record, require, sealed_requester, verb

MOST_ROWS = 20_000
Fault = tuple[int, str, str]  # row, code, what stood there


@dataclass(frozen=True, slots=True)
class Brought:
    """What a sheet did: places that are new, those changed, those that stood so already, and rows left out."""

    new: int
    changed: int
    same: int
    faults: Sequence[Fault]


@verb("field.plan")
def bring(file: Path | str | IO[bytes], unit_id: int, *, actor: Actor, now: datetime) -> Brought:
    """Read a sheet for one unit. A row whose name and address are known changes the place; no row removes one.

    Refuses unit-unknown, visit-columns, visit-rows (422), not-allowed (403).
    """
    unit = below.units().filter(pk=unit_id, active=True).first()
    if unit is None:
        raise Refused("unit-unknown", status=422, field="unit", unit=unit_id)
    require(actor, store.PLAN, unit_paths=[unit.path])
    lines, faults = read(file)
    alone(f"field.list:{unit.pk}")
    people = {row.username: row.pk for row in store.workers([unit.path], now)}
    today = content().calendar.local_date(now)
    done = _Writer(unit.pk, people, today, actor, now)
    done.write(lines)
    result = Brought(done.new, done.changed, done.same, sorted([*faults, *done.faults]))
    body = {"new": result.new, "changed": result.changed, "same": result.same, "faults": len(result.faults)}
    record("field.list", "unit", unit.code, actor=actor, body=body)
    return result


def read(file: Path | str | IO[bytes]) -> tuple[list[tuple[int, Line]], list[Fault]]:
    """The rows of a sheet in good form, and the faults of the others."""
    lines: list[tuple[int, Line]] = []
    faults: list[Fault] = []
    for sheet in read_tables(file, known=lambda name: name.strip().lower() in COLUMN):
        columns = head_of(sheet.header)
        lacking = [name for name in NEEDED if name not in columns]
        if lacking:
            raise Refused("visit-columns", status=422, field="file", sheet=sheet.name, lacking=", ".join(lacking))
        for row in sheet.rows:
            if len(lines) + len(faults) >= MOST_ROWS:
                raise Refused("visit-rows", status=422, field="file", most=MOST_ROWS)
            values = {name: _text(row.cells[at]) if at < len(row.cells) else "" for name, at in columns.items()}
            try:
                lines.append((row.number, line_of(values)))
            except Refused as fault:
                faults.append((row.number, fault.code, str(fault.facts.get("value", ""))))
    return lines, faults


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


class _Writer:
    """Writes lines for one unit, counting what they change."""

    def __init__(self, unit: int, people: Mapping[str, int], today: date, actor: Actor, now: datetime) -> None:
        self.unit, self.people, self.today, self.actor, self.now = unit, people, today, actor, now
        self.new = self.changed = self.same = 0
        self.faults: list[Fault] = []

    def write(self, lines: Sequence[tuple[int, Line]]) -> None:
        """All lines; of a name and address that stands twice in the sheet the first counts."""
        marks = {number: self._mark(line) for number, line in lines}
        known, seen = store.by_marks(self.unit, list(marks.values())), set[bytes]()
        fresh: list[tuple[Any, FieldPlace]] = []
        for position, (number, line) in enumerate(lines):
            mark = marks[number]
            if line.worker and line.worker not in self.people:
                self.faults.append((number, "visit-worker", line.worker))
            elif mark in seen:
                self.faults.append((number, "visit-twice", ""))
            elif mark in known:
                self._change(known[mark], line, position)
            else:
                fresh.append(self._made(line, mark, position))
            seen.add(mark)
        new_requesters([person for person, _ in fresh])
        FieldPlace.objects.bulk_create([row for _, row in fresh], batch_size=500)
        self.new = len(fresh)

    def _mark(self, line: Line) -> bytes:
        return keyed_hash("visit", f"{self.unit}\n{line.name}\n{line.address}") or b""

    def _made(self, line: Line, mark: bytes, position: int) -> tuple[Any, FieldPlace]:
        person = sealed_requester(name=line.name, phone=line.phone, address=line.address)
        row = FieldPlace(
            requester=person, mark=mark, position=position, kind=line.kind, unit_id=self.unit,
            user_id=self.people.get(line.worker), every=line.every, due_on=line.due or self.today,
        )  # fmt: skip
        if line.point:
            row.lon, row.lat = line.point
        return person, row

    def _change(self, row: FieldPlace, line: Line, position: int) -> None:
        wanted: dict[str, Any] = {"kind": line.kind, "every": line.every, "position": position, "active": True,
                                  "user_id": self.people.get(line.worker)}  # fmt: skip
        if line.due:
            wanted["due_on"] = line.due
        if line.point:
            wanted["lon"], wanted["lat"] = line.point
        different = {name for name, value in wanted.items() if getattr(row, name) != value}
        for name in different:
            setattr(row, name, wanted[name])
        if different:
            row.save(update_fields=[name.removesuffix("_id") for name in different])
        if line.phone:
            different |= self._phone(row, line.phone)
        if different - {"position"}:
            self.changed += 1
        else:
            self.same += 1

    def _phone(self, row: FieldPlace, phone: str) -> set[str]:
        if identity_of(row.requester).get("phone", "") == phone:
            return set()
        amend(row.requester.pk, actor=self.actor, now=self.now, phone=phone)
        return {"phone"}


@verb("field.plan")
def close(place_id: UUID | str, *, actor: Actor, now: datetime) -> FieldPlace:
    """A place is visited no more; what was done there stays in the sheets of the months."""
    del now
    place = store.planned(actor).filter(pk=place_id, active=True).first()
    if place is None:
        raise Refused("field-place-not-found", status=404)
    require(actor, store.PLAN, unit_paths=[place.unit.path])
    place.active = False
    place.save(update_fields=["active"])
    record("field.close", "field_place", place.pk, actor=actor)
    return place


@verb("field.plan")
def forget(requester_id: str, *, actor: Actor, now: datetime) -> int:
    """A person was erased: the place is visited no more, and nothing tells any longer where it lies."""
    del now
    rows = store.of_requester(requester_id)
    for row in rows:
        row.active, row.lon, row.lat, row.kind = False, None, None, ""
        row.mark = row.pk.bytes
        row.save(update_fields=["active", "lon", "lat", "kind", "mark"])
        record("field.forget", "field_place", row.pk, actor=actor)
    return len(rows)
