"""Writes old binary .xls workbooks (BIFF8 in a compound file) as simple programs do, for trying the reader of them."""

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO

SECTOR = 512
_FREE, _END, _FAT, _DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's time has no zone
Value = str | float | int | datetime | None
Merge = tuple[int, int, int, int]  # first row, last row, first column, last column, from 0


class Sheets:
    """Collects sheets and writes them as one workbook."""

    def __init__(self) -> None:
        self._sheets: list[tuple[str, bytes]] = []

    def add(self, name: str, rows: Iterable[Sequence[Value]], merges: Sequence[Merge] = ()) -> None:
        body = bytearray(_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)))
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                body += _cell(at, column, value)
        for first in range(0, len(merges), 1000):
            part = merges[first : first + 1000]
            body += _record(0x00E5, struct.pack("<H", len(part)) + b"".join(struct.pack("<4H", *one) for one in part))
        self._sheets.append((name, bytes(body + _record(0x000A, b""))))

    def write(self, target: IO[bytes]) -> None:
        """The workbook stream, then the compound file around it."""
        named = [(_short(name), body) for name, body in self._sheets]
        globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
        globals_ += _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, b"\0\0")
        globals_ += _record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 134, 0) + _short("SimSun"))
        for form in (0, 22):  # 22 shows a date with its time
            globals_ += _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, form, 1, 0, 0, 0, 0, 0, 0, 0))
        start = len(globals_) + sum(len(name) + 10 for name, _ in named) + 4
        for name, body in named:
            globals_ += _record(0x0085, struct.pack("<IH", start, 0) + name)
            start += len(body)
        _compound(globals_ + _record(0x000A, b"") + b"".join(body for _, body in named), target)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _short(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _cell(row: int, column: int, value: Value) -> bytes:
    if value is None or value == "":
        return b""
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
    form = 0
    if isinstance(value, datetime):
        value, form = (value - _ZERO).total_seconds() / 86400, 1
    return _record(0x0203, struct.pack("<HHHd", row, column, form, float(value)))


def _compound(stream: bytes, target: IO[bytes]) -> None:
    """One stream named Workbook in a compound file; sectors in order: stream, directory, tables."""
    stream += b"\0" * max(0, 4096 - len(stream))  # shorter ones would lie in the small sectors
    content = -(-len(stream) // SECTOR)
    fats = difats = 0
    while True:  # the tables describe themselves too
        total = content + 1 + fats + difats
        need = -(-total // 128)
        need_difat = max(0, -(-(need - 109) // 127))
        if (need, need_difat) == (fats, difats):
            break
        fats, difats = need, need_difat
    first_fat = content + 1
    first_difat = first_fat + fats
    table = [*range(1, content), _END, _END, *[_FAT] * fats, *[_DIFAT] * difats]
    table += [_FREE] * (fats * 128 - len(table))
    places = [first_fat + at for at in range(fats)]
    target.write(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6))
    target.write(struct.pack("<IIIIIIIII", 0, fats, content, 0, 4096, _END, 0, first_difat if difats else _END, difats))
    target.write(struct.pack("<109I", *(places[:109] + [_FREE] * (109 - len(places[:109])))))
    target.write(stream + b"\0" * (content * SECTOR - len(stream)))
    target.write(_entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream)) + b"\0" * 256)
    target.write(struct.pack(f"<{len(table)}I", *table))
    for at in range(difats):
        part = places[109 + 127 * at : 109 + 127 * (at + 1)]
        following = first_difat + at + 1 if at + 1 < difats else _END
        target.write(struct.pack("<128I", *part, *[_FREE] * (127 - len(part)), following))


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = f"{name}\0".encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return head + b"\0" * 36 + struct.pack("<IIxxxx", start, size)
