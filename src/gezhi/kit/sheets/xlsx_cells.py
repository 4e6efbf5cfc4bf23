"""Turns the events of one worksheet's XML into rows of cells."""

import re
from datetime import datetime
from functools import lru_cache

from gezhi.kit.sheets.numbers import from_serial, number_of
from gezhi.kit.sheets.shape import Cell, Limits, RawRow, empty

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"[A-Za-z]{1,3}")


@lru_cache(maxsize=4096)
def column_of(letters: str) -> int:
    """0-based column of its letters.

    >>> column_of("A"), column_of("Z"), column_of("AA"), column_of("xfd")
    (0, 25, 26, 16383)
    """
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def unescape(text: str) -> str:
    r"""Characters that XML cannot hold, as the format escapes them.

    >>> unescape("a_x000D_b"), unescape("_x005F_x000D_")
    ('a\rb', '_x000D_')
    """
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if not 0xD800 <= int(match[1], 16) < 0xE000 else "", text)


class CellReader:
    """Handlers for one sheet; `take` hands over the rows that are complete."""

    def __init__(self, texts: list[str], dates: frozenset[int], limits: Limits, *, since_1904: bool) -> None:
        self._texts, self._dates, self._limits, self._since_1904 = texts, dates, limits, since_1904
        self._ready: list[RawRow] = []
        self._cells: list[Cell] = []
        self._row = self._column = self._count = 0
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._inside = self._phonetic = False

    def take(self) -> list[RawRow]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = attributes.get("r")
            if place and (match := _REFERENCE.match(place)):
                self._column = column_of(match[0])
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._parts = []
        elif name == "v" or name == "t":  # noqa: PLR1714 - the hot path; comparing twice beats building a set
            self._inside = not self._phonetic
        elif name == "row":
            place = attributes.get("r", "")
            self._row = int(place) if place.isdecimal() and len(place) < 8 else self._row + 1
            self._cells, self._column = [], 0
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name == "v" or name == "t":  # noqa: PLR1714 - as above
            self._inside = False
        elif name == "c":
            self._put(self._value())
            self._column += 1
        elif name == "rPh":
            self._phonetic = False
        elif name == "row" and self._cells:
            self._count += 1
            if self._count > self._limits.rows:
                raise self._limits.refuse("rows")
            self._ready.append(RawRow(self._row, self._cells))

    def text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def _put(self, value: Cell) -> None:
        if empty(value):
            return
        if self._column >= self._limits.columns:
            raise self._limits.refuse("columns")
        if isinstance(value, str) and len(value) > self._limits.cell:
            raise self._limits.refuse("cell")
        cells = self._cells
        if self._column == len(cells):
            cells.append(value)
            return
        if self._column > len(cells):
            cells.extend([None] * (self._column + 1 - len(cells)))
        cells[self._column] = value

    def _value(self) -> Cell:
        text, kind = "".join(self._parts), self._kind
        if kind == "s":
            index = int(text) if text.strip().isdecimal() else -1
            return self._texts[index] if 0 <= index < len(self._texts) else None
        if not text or kind == "e":
            return None
        if kind == "n":
            return self._number(text.strip())
        if kind == "b":
            return text.strip() in ("1", "true")
        return _iso(text) if kind == "d" else unescape(text)

    def _number(self, text: str) -> Cell:
        value = number_of(text)
        style = int(self._style) if self._style.isdecimal() else 0
        if style in self._dates and isinstance(value, int | float):
            return from_serial(value, since_1904=self._since_1904)
        return value


def _iso(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
