"""Streams the tables of HTML pages that systems offer as "Excel" downloads."""

import io
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import IO

from gezhi.kit.sheets.encodings import Encoding, find_encoding
from gezhi.kit.sheets.shape import Cell, Limits, RawRow, RawSheet, Source, trimmed

CHUNK = 1 << 16
_BREAKS = {"br", "p", "div", "li"}
_SILENT = {"script", "style", "head", "title", "noscript"}
_SPAN = 1_000


def open_html(file: IO[bytes], limits: Limits) -> Source:
    """Every <table> as a sheet, in order."""
    encoding = find_encoding(file)
    file.seek(0)
    return Source("html", encoding.name.removesuffix("-sig"), _sheets(file, encoding, limits))


def _sheets(file: IO[bytes], encoding: Encoding, limits: Limits) -> Iterator[RawSheet]:
    rows = _Pushback(_all_rows(file, encoding, limits))
    sheet = 0
    while (first := rows.peek()) is not None:
        sheet += 1
        if sheet > limits.sheets:
            raise limits.refuse("sheets")
        yield RawSheet("" if sheet == 1 else str(sheet), rows.of_table(first[0]))
        for _ in rows.of_table(first[0]):  # what the caller left unread
            pass


class _Pushback:
    """The rows of all tables, handed out table by table."""

    def __init__(self, rows: Iterator[tuple[int, RawRow]]) -> None:
        self._rows = rows
        self._next: tuple[int, RawRow] | None = None

    def peek(self) -> tuple[int, RawRow] | None:
        if self._next is None:
            self._next = next(self._rows, None)
        return self._next

    def of_table(self, table: int) -> Iterator[RawRow]:
        while (pair := self.peek()) is not None and pair[0] == table:
            self._next = None
            yield pair[1]


def _all_rows(file: IO[bytes], encoding: Encoding, limits: Limits) -> Iterator[tuple[int, RawRow]]:
    text = io.TextIOWrapper(file, encoding=encoding.name, errors="replace", newline="")
    reader = _Tables(limits)
    try:
        while chunk := text.read(CHUNK):
            reader.feed(chunk)
            yield from reader.take()
        reader.close()
        reader.finish()
        yield from reader.take(cut=encoding.cut)
    finally:
        with suppress(ValueError):  # left unfinished, the file may be closed by now
            text.detach()


class _Tables(HTMLParser):
    """Collects (table number, row); a nested table counts as a table of its own."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self._limits = limits
        self._ready: list[tuple[int, RawRow]] = []
        self._table = self._row = self._count = self._silent = self._size = 0
        self._cells: list[Cell] | None = None
        self._parts: list[str] | None = None
        self._spans: dict[int, tuple[int, Cell]] = {}  # column → rows still covered from above, their value
        self._across = self._down = 1

    def take(self, *, cut: bool = False) -> list[tuple[int, RawRow]]:
        ready, self._ready = self._ready, []
        if cut and ready:
            ready[-1][1].problem = "cut"
        return ready

    def finish(self) -> None:
        """End of file: an open row ends here, and is marked when the file was cut inside it."""
        if self._parts is not None:
            self._end_cell()
            self._end_row("cut")
        else:
            self._end_row("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            self._end_cell()
            if self._cells is None:
                self._start_row()
            given = dict(attrs)
            self._across, self._down = _span(given.get("colspan")), _span(given.get("rowspan"))
            self._parts, self._size = [], 0
        elif tag == "tr":
            self._end_row("")
            self._start_row()
        elif tag == "table":
            self._end_row("")
            self._table += 1
            self._row, self._spans = 0, {}
        elif tag in _BREAKS and self._parts:
            self._parts.append("\n")
        elif tag in _SILENT:
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row("")
        elif tag in _SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if self._parts is not None and not self._silent:
            self._size += len(data)
            if self._size > self._limits.cell:
                raise self._limits.refuse("cell")
            self._parts.append(data)

    def _start_row(self) -> None:
        self._row += 1
        self._cells = []

    def _end_cell(self) -> None:
        if self._parts is None or self._cells is None:
            self._parts = None
            return
        self._fill_spans()
        column = len(self._cells)
        if column >= self._limits.columns:
            raise self._limits.refuse("columns")
        value = "".join(self._parts).strip(" \t\r\n\xa0")
        self._cells.extend([value, *[None] * (self._across - 1)])
        if self._down > 1:
            self._spans.update({column: (self._down - 1, value)})
            self._spans.update({column + right: (self._down - 1, None) for right in range(1, self._across)})
        self._parts = None

    def _fill_spans(self) -> None:
        assert self._cells is not None
        while (covered := self._spans.get(len(self._cells))) is not None:
            left, value = covered
            if left > 1:
                self._spans[len(self._cells)] = (left - 1, value)
            else:
                del self._spans[len(self._cells)]
            self._cells.append(value)

    def _end_row(self, problem: str) -> None:
        self._end_cell()
        if self._cells is None:
            return
        self._fill_spans()
        cells = trimmed(self._cells)
        if cells:
            self._count += 1
            if self._count > self._limits.rows:
                raise self._limits.refuse("rows")
            wide = len(self._cells) > 3 and len(cells) == 1
            self._ready.append((self._table, RawRow(self._row, cells, wide=wide, problem=problem)))
        self._cells = None


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return min(int(digits), _SPAN) if digits.isdecimal() and 0 < len(digits) < 6 and int(digits) else 1
