"""Streams "XML Spreadsheet 2003", which older Chinese office systems still export under the name .xls."""

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from xml.parsers.expat import ExpatError

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.markup import attribute, walk
from gezhi.kit.sheets.numbers import number_of
from gezhi.kit.sheets.shape import DAMAGE, Cell, Limits, RawRow, RawSheet, Source, empty

BROKEN = (*DAMAGE, ExpatError, zlib.error, OSError)


def open_xml2003(file: IO[bytes], limits: Limits) -> Source:
    """Every Worksheet as a sheet; one pass, so a sheet must be read before the next is asked for."""
    file.seek(0)
    return Source("xml2003", "", _sheets(file, limits))


def _sheets(file: IO[bytes], limits: Limits) -> Iterator[RawSheet]:
    reader = _Reader(limits)
    rows = _rows(file, reader)
    ahead = next(rows, None)

    def of_sheet(sheet: int) -> Iterator[RawRow]:
        nonlocal ahead
        while ahead is not None and ahead[0] == sheet:
            row = ahead[1]
            ahead = next(rows, None)
            yield row

    while ahead is not None:
        sheet = ahead[0]
        if sheet >= limits.sheets:
            raise limits.refuse("sheets")
        yield RawSheet(reader.names.get(sheet, ""), of_sheet(sheet))
        for _ in of_sheet(sheet):  # what the caller left unread
            pass


def _rows(file: IO[bytes], reader: "_Reader") -> Iterator[tuple[int, RawRow]]:
    try:
        for _ in walk(file, start=reader.start, end=reader.end, text=reader.text):
            ready, reader.ready = reader.ready, []
            yield from ready
    except BROKEN as error:
        raise Refused("sheet-broken", status=422, kind="xml2003") from error


class _Reader:
    """Handlers that collect (sheet, row)."""

    def __init__(self, limits: Limits) -> None:
        self.ready: list[tuple[int, RawRow]] = []
        self.names: dict[int, str] = {}
        self._limits = limits
        self._sheet = -1
        self._row = self._column = self._down = self._count = 0
        self._cells: list[Cell] = []
        self._covered: dict[int, tuple[int, Cell]] = {}
        self._kind = self._across = ""
        self._parts: list[str] = []
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Worksheet":
            self._sheet += 1
            self.names[self._sheet] = attribute(attributes, "Name")
            self._row, self._covered = 0, {}
        elif name == "Row":
            index = attribute(attributes, "Index")
            self._row = int(index) if index.isdecimal() and len(index) < 8 else self._row + 1
            self._cells, self._column = [], 0
        elif name == "Cell":
            index = attribute(attributes, "Index")
            if index.isdecimal() and len(index) < 6:
                self._column = int(index) - 1
            else:
                while self._covered.get(self._column, (0, None))[0] >= self._row:
                    self._column += 1
            down = attribute(attributes, "MergeDown")
            self._down = int(down) if down.isdecimal() and len(down) < 6 else 0
            self._across = attribute(attributes, "MergeAcross")
        elif name == "Data":
            self._kind, self._parts, self._inside = attribute(attributes, "Type"), [], True

    def end(self, name: str) -> None:
        if name == "Data":
            self._inside = False
            value = self._value("".join(self._parts))
            self._put(self._column, value)
            if self._down:
                self._covered[self._column] = (self._row + self._down, value)
        elif name == "Cell":
            across = int(self._across) if self._across.isdecimal() and len(self._across) < 5 else 0
            self._column += 1 + across
        elif name == "Row":
            self._end_row()

    def text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def _put(self, column: int, value: Cell) -> None:
        if empty(value):
            return
        if not 0 <= column < self._limits.columns:
            raise self._limits.refuse("columns")
        self._cells.extend([None] * (column + 1 - len(self._cells)))
        self._cells[column] = value

    def _end_row(self) -> None:
        for column, (until, value) in list(self._covered.items()):
            if until < self._row:
                del self._covered[column]
            elif column >= len(self._cells) or self._cells[column] is None:
                self._put(column, value)
        if self._cells:
            self._count += 1
            if self._count > self._limits.rows:
                raise self._limits.refuse("rows")
            self.ready.append((max(self._sheet, 0), RawRow(self._row, self._cells)))

    def _value(self, text: str) -> Cell:
        if self._kind == "Number":
            return number_of(text.strip())
        if self._kind == "DateTime":
            try:
                return datetime.fromisoformat(text.strip()).replace(tzinfo=None, microsecond=0)
            except ValueError:
                return text
        if self._kind == "Boolean":
            return text.strip() == "1"
        return None if self._kind == "Error" else text
