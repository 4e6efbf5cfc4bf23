"""Files of a pack into rows: CSV in UTF-8, a header of known columns, typed values; faults name the place."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gezhi.packs.rules.findings import Findings
from gezhi.packs.rules.spec import Column, Table

TRUE = ("yes", "true", "1", "是")
FALSE = ("no", "false", "0", "否")
CODE = re.compile(r"[0-9A-Za-z_@-]+")
AREA = "@area"  # the town or street in which the place lies


@dataclass(frozen=True, slots=True)
class Row:
    """One row, typed, with the line it stands on."""

    line: int
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(slots=True)
class Sheet:
    """One table as it was read."""

    name: str
    file: str
    table: Table
    rows: list[Row] = field(default_factory=list)


def read(name: str, file: str, data: bytes, table: Table, findings: Findings) -> Sheet:
    """All rows that hold; the others are findings."""
    sheet = Sheet(name, file, table)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.error("not-utf8", file, data[: error.start].count(b"\n") + 1)
        return sheet
    if "\x00" in text:
        findings.error("not-text", file)
        return sheet
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if _header_holds(header, sheet, findings):
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    _take(sheet, header, cells, reader.line_num, findings)
    except csv.Error as error:
        findings.error("csv-broken", file, reader.line_num, reason=str(error))
    _repeated(sheet, findings)
    return sheet


def _header_holds(header: list[str], sheet: Sheet, findings: Findings) -> bool:
    known = sheet.table.by_name
    before = len(findings)
    for name in header:
        if name not in known:
            findings.error("column-unknown", sheet.file, 1, name, known=", ".join(known))
    for name in {name for name in header if header.count(name) > 1}:
        findings.error("column-twice", sheet.file, 1, name)
    for name, column in known.items():
        if column.required and name not in header:
            findings.error("column-missing", sheet.file, 1, name)
    return len(findings) == before


def _take(sheet: Sheet, header: list[str], cells: list[str], line: int, findings: Findings) -> None:
    if len(cells) != len(header):
        findings.error("row-width", sheet.file, line, expected=len(header), found=len(cells))
        return
    values: dict[str, Any] = {name: empty(column) for name, column in sheet.table.by_name.items()}
    before = len(findings)
    for name, cell in zip(header, cells, strict=True):
        column = sheet.table.by_name[name]
        try:
            values[name] = value(column, cell.strip())
        except Wrong as wrong:
            findings.error(wrong.code, sheet.file, line, name, **wrong.facts)
    if len(findings) == before:
        sheet.rows.append(Row(line, values))


class Wrong(ValueError):  # noqa: N818 - read as a word: `raise Wrong("value-missing")`
    """A cell that cannot be what its column asks for."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def empty(column: Column) -> Any:
    """What an empty cell, or a missing column, means.

    >>> empty(Column("urgency", "int")), empty(Column("assisting", "units")), empty(Column("verified", "bool"))
    (None, [], True)
    """
    if column.kind == "bool":
        return column.name == "verified"  # a value without the flag is a plain one
    return {"int": None, "number": None, "date": None, "units": [], "list": [], "words": []}.get(column.kind, "")


def value(column: Column, cell: str) -> Any:
    """The value of a cell; raises Wrong with the code of the finding.

    >>> value(Column("amount", "int", least=1), "4"), value(Column("assisting", "units"), "police; market")
    (4, ['police', 'market'])
    >>> value(Column("verified", "bool"), "perhaps")
    Traceback (most recent call last):
    gezhi.packs.rules.reading.Wrong: value-bool
    """
    if not cell:
        if column.required:
            raise Wrong("value-missing")
        return empty(column)
    if len(cell) > column.most:
        raise Wrong("value-long", most=column.most, length=len(cell))
    reader = READERS.get(column.kind)
    return reader(column, cell) if reader else cell


def _choice(column: Column, cell: str) -> str:
    if cell not in column.choices:
        raise Wrong("value-choice", value=cell, known=", ".join(column.choices))
    return cell


def _codes(column: Column, cell: str) -> list[str]:
    return [_code(column, part.strip()) for part in re.split(r"[;、]", cell) if part.strip()]


def _words(_: Column, cell: str) -> list[str]:
    """Words of any language, apart by a mark.

    >>> _words(Column("keywords", "words"), "秸秆、死猪; 坟")
    ['秸秆', '死猪', '坟']
    """
    return [part.strip() for part in re.split(r"[;、；]", cell) if part.strip()]


def _number(column: Column, cell: str) -> int | float:
    try:
        number = int(cell) if column.kind == "int" else float(cell)
    except ValueError:
        raise Wrong("value-number", value=cell[:40]) from None
    if not column.least <= number <= 10**6:
        raise Wrong("value-range", value=cell[:40], least=column.least)
    return number


def _bool(_: Column, cell: str) -> bool:
    if cell.lower() not in (*TRUE, *FALSE):
        raise Wrong("value-bool", value=cell[:40])
    return cell.lower() in TRUE


def _date(_: Column, cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise Wrong("value-date", value=cell[:40]) from None


def _code(_: Column, cell: str) -> str:
    if not CODE.fullmatch(cell):
        raise Wrong("value-code", value=cell[:40])
    return cell


READERS: Mapping[str, Callable[[Column, str], Any]] = {
    "int": _number,
    "number": _number,
    "bool": _bool,
    "date": _date,
    "choice": _choice,
    "units": _codes,
    "list": _codes,
    "words": _words,
    "matter": _code,
    "unit": _code,
}


def _repeated(sheet: Sheet, findings: Findings) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for row in sheet.rows:
        key = tuple(row[name] for name in sheet.table.key)
        if key in first:
            shown = " · ".join(str(part) for part in key if part not in ("", None))
            findings.error("row-twice", sheet.file, row.line, sheet.table.key[0], key=shown, first=first[key])
        first.setdefault(key, row.line)
