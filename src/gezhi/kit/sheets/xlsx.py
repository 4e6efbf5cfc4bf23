"""Streams .xlsx workbooks, also those that other programs write loosely, by their XML parts."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from posixpath import join, normpath
from typing import IO
from xml.parsers.expat import ExpatError

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets.kinds import check_archive
from gezhi.kit.sheets.markup import Start, attribute, walk
from gezhi.kit.sheets.merging import Merge, fill_merged
from gezhi.kit.sheets.numbers import is_date_format
from gezhi.kit.sheets.shape import DAMAGE, Limits, RawRow, RawSheet, Source
from gezhi.kit.sheets.xlsx_cells import CellReader, column_of, unescape

BROKEN = (*DAMAGE, ExpatError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Za-z]+)(\d+):([A-Za-z]+)(\d+)"')


def open_xlsx(file: IO[bytes], limits: Limits) -> Source:
    """The workbook's sheets in order; sizes are checked before anything is unpacked."""
    archive = check_archive(file, limits)
    try:
        book = _Book(archive, limits)
    except Refused:
        raise
    except BROKEN as error:
        raise Refused("sheet-broken", status=422, kind="xlsx") from error
    return Source("xlsx", "", book.sheets())


class _Book:
    """The parts that all sheets share: their list, the shared texts and which styles are dates."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self.archive, self.limits = archive, limits
        names = {name.lower(): name for name in archive.namelist()}
        self.path = names.get("xl/workbook.xml") or next(
            real for low, real in names.items() if low.endswith("workbook.xml")
        )
        self.names = names
        self.listed: list[tuple[str, str, bool]] = []
        self.since_1904 = False
        self._read_workbook()
        if len(self.listed) > limits.sheets:
            raise limits.refuse("sheets")
        self.texts = self._shared_texts()
        self.dates = self._date_styles()

    def _part(self, target: str) -> str | None:
        path = target.lstrip("/") if target.startswith("/") else join(self.path.rpartition("/")[0], target)
        return self.names.get(normpath(path).lower())

    def _read_workbook(self) -> None:
        targets = self._targets()

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                part = targets.get(attribute(attributes, "id"), "")
                hidden = attributes.get("state", "visible") != "visible"
                if part and "worksheet" in part.lower():
                    self.listed.append((attributes.get("name", ""), part, hidden))
            elif name == "workbookPr":
                self.since_1904 = attributes.get("date1904", "0") in ("1", "true")

        self._walk(self.path, start)

    def _targets(self) -> dict[str, str]:
        folder, _, leaf = self.path.rpartition("/")
        relations = self.names.get(f"{folder}/_rels/{leaf}.rels".lower().lstrip("/"))
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and (part := self._part(attributes.get("Target", ""))):
                found[attributes.get("Id", "")] = part

        if relations:
            self._walk(relations, start)
        return found

    def _walk(self, part: str, start: Start) -> None:
        with self.archive.open(part) as stream:
            for _ in walk(stream, start=start, end=lambda _: None, text=lambda _: None):
                pass

    def _shared_texts(self) -> list[str]:
        part = self._part("sharedStrings.xml")
        if part is None:
            return []
        if self.archive.getinfo(part).file_size > self.limits.shared_text:
            raise self.limits.refuse("shared_text")
        reader = _SharedTexts()
        with self.archive.open(part) as stream:
            for _ in walk(stream, start=reader.start, end=reader.end, text=reader.text):
                pass
        return reader.texts

    def _date_styles(self) -> frozenset[int]:
        part = self._part("styles.xml")
        reader = _Styles()
        if part is not None:
            with suppress(*BROKEN), self.archive.open(part) as stream:  # looks are not worth losing the data for
                for _ in walk(stream, start=reader.start, end=reader.end, text=lambda _: None):
                    pass
        return frozenset(reader.dates)

    def sheets(self) -> Iterator[RawSheet]:
        for name, part, hidden in self.listed:
            yield RawSheet(name, self._rows(part), hidden=hidden)

    def _rows(self, part: str) -> Iterator[RawRow]:
        reader = CellReader(self.texts, self.dates, self.limits, since_1904=self.since_1904)
        try:
            yield from fill_merged(self._stream(part, reader), self._merges(part))
        except Refused:
            raise
        except BROKEN as error:
            raise Refused("sheet-broken", status=422, kind="xlsx") from error

    def _stream(self, part: str, reader: CellReader) -> Iterator[RawRow]:
        with self.archive.open(part) as stream:
            for _ in walk(stream, start=reader.start, end=reader.end, text=reader.text):
                yield from reader.take()

    def _merges(self, part: str) -> list[Merge]:
        """Merged ranges stand after the rows in the file, so a first, cheap pass over the bytes finds them."""
        found: list[Merge] = []
        with self.archive.open(part) as stream:
            rest = b""
            while chunk := stream.read(1 << 20):
                block = rest + chunk
                last = 0
                for match in _MERGE.finditer(block):
                    last = match.end()
                    left, top, right, bottom = match.groups()
                    if len(top) < 8 and len(bottom) < 8:
                        merge = Merge(int(top), column_of(left.decode()), int(bottom), column_of(right.decode()))
                        found.extend([merge] if merge.tells else ())
                if len(found) > self.limits.merges:  # left out, they would take the words of their rows with them
                    raise self.limits.refuse("merges")
                rest = block[max(last, len(block) - 256) :]
        return found


class _SharedTexts:
    """Collects the shared texts, runs joined, phonetic hints left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._inside = self._phonetic = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._inside = not self._phonetic

    def end(self, name: str) -> None:
        if name == "si":
            self.texts.append(unescape("".join(self._parts)))
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._inside = False

    def text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)


class _Styles:
    """Collects the indexes of cell styles that show dates."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._formats: dict[str, str] = {}
        self._index = -1
        self._cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._cells = True
        elif name == "xf" and self._cells:
            self._index += 1
            number = attributes.get("numFmtId", "0")
            if is_date_format(int(number) if number.isdecimal() else 0, self._formats.get(number, "")):
                self.dates.add(self._index)

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._cells = False
