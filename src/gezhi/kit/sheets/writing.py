"""Writes tables that people open in a spreadsheet program: nothing in them is ever run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from gezhi.kit.sheets.shape import Cell

LONGEST = 32_767  # characters that a spreadsheet cell can hold
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20|]")


def safe(value: Cell) -> str | int | float | bool:
    r"""A cell's value as plain data: control characters out, moments in the spelling that every reader knows.

    >>> safe(datetime(2026, 1, 1, 9, 12, 44)), safe("a\x00b"), safe(None)
    ('2026-01-01 09:12:44', 'ab', '')
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return _ILLEGAL.sub("", value) if isinstance(value, str) else value


def escaped(value: Cell) -> str | int | float | bool:
    """As `safe`, and a text that a spreadsheet would run as a formula gets an apostrophe before it.

    >>> escaped("=1+1"), escaped(-5), escaped("a=b")
    ("'=1+1", -5, 'a=b')
    """
    plain = safe(value)
    return f"'{plain}" if isinstance(plain, str) and _FORMULA.match(plain) else plain


def write_csv(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """UTF-8 with a byte order mark, which office programs need to show Chinese."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([escaped(name) for name in header])
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()


Table = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]


def write_xlsx(target: Path | IO[bytes], *tables: Table) -> None:
    """One sheet for each (name, header, rows), the header bold and frozen.

    Every text is stored as text, and cut where a cell cannot hold more.
    """
    from openpyxl import Workbook  # late: it brings numpy, 30 MB that a process which writes no sheet need not carry
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for index, (title, header, rows) in enumerate(tables, start=1):
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:28].strip() or f"Sheet{index}")
        sheet.freeze_panes = "A2"
        for column in range(len(header)):
            sheet.column_dimensions[get_column_letter(column + 1)].width = 18
        sheet.append([_cell(sheet, name, bold=True) for name in header])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(target)


def _cell(sheet: object, value: Cell, *, bold: bool = False) -> object:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    plain = safe(value)
    if not isinstance(plain, str):
        return plain
    cell = WriteOnlyCell(sheet, plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…")
    cell.data_type = "s"  # also what begins with "=": stored as text, never as a formula
    if bold:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
