"""Streams .csv and .tsv files, whatever their delimiter and encoding."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import IO

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.encodings import Encoding, find_encoding
from gezhi.kit.sheets.shape import Cell, Known, Limits, RawRow, RawSheet, Source, trimmed

DELIMITERS = ",\t;|"
_SAMPLE = 1 << 16
_RECORDS = 60


def open_delimited(file: IO[bytes], limits: Limits, known: Known) -> Source:
    """The file as one nameless sheet."""
    encoding = find_encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding.name, errors="replace", newline="")
    sample = text.read(_SAMPLE)
    delimiter, declared = _declared(sample) or (_delimiter(sample, known), False)
    text.detach()
    file.seek(0)
    raw = RawSheet("", _rows(file, encoding, delimiter, limits, skip_first=declared))
    return Source("csv" if delimiter != "\t" else "tsv", encoding.name.removesuffix("-sig"), iter([raw]))


def _declared(sample: str) -> tuple[str, bool] | None:
    """The delimiter that some exports name in a first line "sep=;"."""
    line = sample[:16].lstrip("\ufeff").splitlines()[:1]
    if line and line[0].lower().startswith("sep=") and len(line[0]) == 5:
        return line[0][4], True
    return None


def _delimiter(sample: str, known: Known) -> str:
    """The delimiter under which most known names appear, then under which rows agree best on their width."""
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter, known))


def _agreement(sample: str, delimiter: str, known: Known) -> tuple[int, float]:
    records: list[list[str]] = []
    try:
        records.extend(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), _RECORDS))
    except csv.Error:
        return 0, 0.0
    names = max((len({cell for cell in record if known(cell)}) for record in records), default=0)
    widths = Counter(len(record) for record in records[:-1] or records if len(record) > 1)
    if not widths:
        return names, 0.0
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return names, count / len(records) + min(width, 50) / 1000


def _rows(file: IO[bytes], encoding: Encoding, delimiter: str, limits: Limits, *, skip_first: bool) -> Iterator[RawRow]:
    if csv.field_size_limit() < limits.cell:
        csv.field_size_limit(limits.cell)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding.name, errors="replace", newline="")
    lines = _Lines(text)
    number = begun = 0
    last: RawRow | None = None
    try:
        for record in csv.reader(lines, delimiter=delimiter, strict=False):
            number += 1
            if number > limits.rows:
                raise limits.refuse("rows")
            if last is not None:
                yield last
            last = None if skip_first and number == 1 else _row(number, record, encoding, limits)
            if last is not None and (problem := lines.problem(delimiter)):
                last.problem = problem
            begun += lines.forget()
    except csv.Error as error:
        raise Refused("sheet-quote-open", status=422, line=begun + 1) from error
    finally:
        with suppress(ValueError):  # left unfinished, the file may be closed by now
            text.detach()
    if last is not None:
        last.problem = last.problem or ("cut" if encoding.cut else "")
        yield last


def _row(number: int, record: list[str], encoding: Encoding, limits: Limits) -> RawRow:
    cells: list[Cell] = trimmed(record)
    if len(cells) > limits.columns:
        raise limits.refuse("columns")
    if any(len(cell) > limits.cell for cell in record):
        raise limits.refuse("cell")
    unreadable = encoding.lossy and any("\ufffd" in cell for cell in record)
    return RawRow(number, cells, problem="unreadable" if unreadable else "")


class _Lines:
    """Hands lines to the csv reader and keeps those of the present record, to tell whether its quotes hold."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._record: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._record.append(line)
        return line

    def forget(self) -> int:
        """Start the next record; gives the number of lines of this one."""
        count = len(self._record)
        self._record = []
        return count

    def problem(self, delimiter: str) -> str:
        """What is wrong: "cut" when the file ended inside quotes, "quote" when they are closed wrongly over lines.

        An unclosed quote swallows the rows after it up to the next quote, and what comes out is no one's row.
        """
        if len(self._record) == 1 and self._record[0].count('"') % 2 == 0:
            return ""
        try:
            list(csv.reader(self._record, delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                return "cut"
            return "quote" if len(self._record) > 1 else ""
        return ""
