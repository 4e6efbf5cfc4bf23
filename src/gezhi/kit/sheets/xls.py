"""Reads old binary .xls workbooks."""

import struct
import zlib
from collections.abc import Iterator
from io import StringIO
from typing import IO, Any

import xlrd
from xlrd.compdoc import CompDocError

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.merging import Merge, fill_merged
from gezhi.kit.sheets.numbers import from_serial, whole
from gezhi.kit.sheets.shape import DAMAGE, Cell, Limits, RawRow, RawSheet, Source, empty

BROKEN = (*DAMAGE, xlrd.XLRDError, CompDocError, struct.error, zlib.error, MemoryError, RecursionError, OSError)
_LARGEST = 128 * 2**20  # 65,536 rows of a whole sheet stay far below this; the format is read into memory at once


def open_xls(file: IO[bytes], limits: Limits) -> Source:
    """The workbook's sheets in order; each is loaded when it is reached and dropped after."""
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise limits.refuse("size")
    try:
        book = _open(content)
        names = book.sheet_names()
    except BROKEN as error:
        raise _refusal(content, error) from error
    if len(names) > limits.sheets:
        raise limits.refuse("sheets")
    return Source("xls", "", _sheets(book, names, limits))


def _open(content: bytes) -> Any:
    quiet = StringIO()
    try:
        # Only with its formats does the library tell merged cells; some programs write formats that it cannot read.
        return xlrd.open_workbook(file_contents=content, logfile=quiet, on_demand=True, formatting_info=True)
    except BROKEN:
        return xlrd.open_workbook(file_contents=content, logfile=quiet, on_demand=True)


def _refusal(content: bytes, error: Exception) -> Refused:
    if "encrypted" in str(error).lower() or "EncryptedPackage".encode("utf-16-le") in content:
        return Refused("sheet-locked", status=422)
    for inside, found in (("WordDocument", "Word"), ("PowerPoint Document", "PowerPoint"), ("__properties", "MSG")):
        if inside.encode("utf-16-le") in content:
            return Refused("sheet-not-a-table", status=422, found=found)
    return Refused("sheet-broken", status=422, kind="xls")


def _sheets(book: Any, names: list[str], limits: Limits) -> Iterator[RawSheet]:
    for index, name in enumerate(names):
        hidden = bool(
            index < len(book._sheet_visibility) and book._sheet_visibility[index]
        )  # told by nothing else before loading
        yield RawSheet(name, _rows(book, index, limits), hidden=hidden)


def _rows(book: Any, index: int, limits: Limits) -> Iterator[RawRow]:
    try:
        sheet = book.sheet_by_index(index)
        merges = [Merge(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
        yield from fill_merged(_raw_rows(book, sheet, limits), [merge for merge in merges if merge.tells])
        book.unload_sheet(index)
    except Refused:
        raise
    except BROKEN as error:
        raise Refused("sheet-broken", status=422, kind="xls") from error


def _raw_rows(book: Any, sheet: Any, limits: Limits) -> Iterator[RawRow]:
    for row in range(sheet.nrows):
        cells: list[Cell] = []
        for column in range(sheet.row_len(row)):
            value = _value(book, sheet.cell_type(row, column), sheet.cell_value(row, column))
            if not empty(value):
                if column >= limits.columns:
                    raise limits.refuse("columns")
                cells.extend([None] * (column - len(cells)))
                cells.append(value)
        if cells:
            yield RawRow(row + 1, cells)


def _value(book: Any, kind: int, value: Any) -> Cell:
    if kind == xlrd.XL_CELL_TEXT:
        return str(value)
    if kind == xlrd.XL_CELL_NUMBER:
        return whole(float(value))
    if kind == xlrd.XL_CELL_DATE:
        return from_serial(float(value), since_1904=bool(book.datemode))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return None
