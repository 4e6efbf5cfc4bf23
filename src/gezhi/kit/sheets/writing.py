"""Writes tables that people open in a spreadsheet program: nothing in them is ever run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

from gezhi.kit.sheets.shape import Cell
from gezhi.kit.sheets.workbook import Table, write, xlsx

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


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The same row by row, for a list of any length."""
    line = io.StringIO()
    writer = csv.writer(line)
    yield "\ufeff".encode()
    for row in chain([header], rows):
        writer.writerow([escaped(cell) for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def write_csv(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """UTF-8 with a byte order mark, which office programs need to show Chinese."""
    for line in csv_lines(header, rows):
        target.write(line)


def write_xlsx(target: Path | IO[bytes], *tables: Table) -> None:
    """One sheet for each (name, header, rows), the header bold and frozen.

    Every text is stored as text, and cut where a cell cannot hold more.
    """
    if isinstance(target, Path):
        with target.open("wb") as file:
            write(file, *map(_plain, tables))
    else:
        write(target, *map(_plain, tables))


def xlsx_pieces(*tables: Table) -> Iterator[bytes]:
    """The same in pieces, for a list of any length."""
    return xlsx(*map(_plain, tables))


def _plain(table: Table) -> Table:
    name, header, rows = table
    return name, [_clean(cell) for cell in header], ([_clean(cell) for cell in row] for row in rows)


def _clean(value: Any) -> Any:
    return _ILLEGAL.sub("", value) if isinstance(value, str) else value
