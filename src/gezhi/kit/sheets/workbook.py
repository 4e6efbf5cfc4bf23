"""Writes .xlsx row by row into whatever takes bytes: memory stays the same for ten rows and for a million."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gezhi.kit.sheets.shape import Cell

Table = tuple[str, Sequence[str], Iterable[Sequence[Cell | date]]]
LONGEST = 32_767  # characters that a spreadsheet cell can hold
LOOKED_AT = 100  # rows by which the width of a column is chosen
NARROW, WIDE = 8, 48
PIECE = 64 * 1024  # characters of a sheet that are handed on at once
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no time zone
TEXT, HEAD, MOMENT, DAY = 0, 1, 2, 3
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf xfId="0"/>'
    '<xf xfId="0" fontId="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class _Pipe:
    """Takes what the archive writes and gives it out again; it cannot be wound back."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


def xlsx(*tables: Table) -> Iterator[bytes]:
    """The bytes of a workbook with one sheet for each (name, header, rows), the header bold and frozen.

    A text is stored as text whatever it begins with, a moment or a day as what a spreadsheet reckons with; a moment
    is given as it shall be read, without a zone.
    """
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload] # a pipe is enough to write to
        for name, text in _frame([title(table[0], no) for no, table in enumerate(tables, start=1)]):
            archive.writestr(ZipInfo(name), text, ZIP_DEFLATED)
        for no, (_, header, rows) in enumerate(tables, start=1):
            info = ZipInfo(f"xl/worksheets/sheet{no}.xml")
            info.compress_type = ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as sheet:
                for piece in _pieces(_sheet(header, rows)):
                    sheet.write(piece)
                    if data := pipe.taken():
                        yield data
    yield pipe.taken()


def write(target: IO[bytes], *tables: Table) -> None:
    """The same into a file."""
    for data in xlsx(*tables):
        target.write(data)


def title(name: str, no: int) -> str:
    """The name of a sheet, without what none may hold."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:28].strip() or f"Sheet{no}"


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every part of a workbook but its sheets."""
    sheets = range(1, len(names) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{no}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for no in sheets
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{parts}</Types>'
        ),
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    named = "".join(
        f'<sheet name="{escape(name, QUOTE)}" sheetId="{no}" r:id="rId{no}"/>'
        for no, name in zip(sheets, names, strict=True)
    )
    yield "xl/workbook.xml", f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'
    targets = [("worksheet", f"worksheets/sheet{no}.xml") for no in sheets]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


QUOTE = {'"': "&quot;"}


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{no}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for no, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _sheet(header: Sequence[str], rows: Iterable[Sequence[Cell | date]]) -> Iterator[str]:
    ahead = iter(rows)
    first = list(islice(ahead, LOOKED_AT))
    letters = [letter(column) for column in range(max([len(header), *map(len, first)], default=1))]
    widths = "".join(
        f'<col min="{no}" max="{no}" width="{width}" customWidth="1"/>'
        for no, width in enumerate(_widths(len(letters), header, first), start=1)
    )
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
    )
    yield _row(1, header, letters, HEAD)
    for number, row in enumerate(chain(first, ahead), start=2):
        yield _row(number, row, letters, TEXT)
    yield "</sheetData></worksheet>"


def _row(number: int, row: Sequence[Cell | date], letters: list[str], style: int) -> str:
    while len(letters) < len(row):
        letters.append(letter(len(letters)))
    cells = "".join(cell(value, f"{name}{number}", style) for name, value in zip(letters, row, strict=False))
    return f'<row r="{number}">{cells}</row>'


def cell(value: Cell | date, place: str, style: int = TEXT) -> str:
    """One cell.

    >>> cell("=1+1", "A1"), cell(2.5, "B1"), cell(None, "C1")
    ('<c r="A1" s="0" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>', '<c r="B1"><v>2.5</v></c>', '')
    >>> cell(date(2026, 1, 2), "A1"), cell(datetime(2026, 1, 2, 18), "A1")
    ('<c r="A1" s="3"><v>46024</v></c>', '<c r="A1" s="2"><v>46024.75</v></c>')
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if isinstance(value, datetime):
        since = value.replace(tzinfo=None) - EPOCH
        return f'<c r="{place}" s="{MOMENT}"><v>{round(since.total_seconds() / 86400, 8):.13g}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{(value - EPOCH.date()).days}</v></c>'
    text = _ESCAPED.sub("_x005F_", escape(value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def letter(column: int) -> str:
    """The name of a column.

    >>> letter(0), letter(25), letter(26), letter(701), letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _widths(count: int, header: Sequence[str], rows: Sequence[Sequence[Cell | date]]) -> list[int]:
    found = [NARROW] * count
    for row in (header, *rows):
        for column, value in enumerate(row):
            found[column] = max(found[column], width(value))
    return found


def width(value: Cell | date) -> int:
    """How wide a value stands, in letters; a Chinese character takes two.

    >>> width("路灯 1"), width(None), width(datetime(2026, 1, 2)), width("x" * 200)
    (8, 8, 18, 48)
    """
    if isinstance(value, datetime):
        return 18
    text = "" if value is None else str(value)[:WIDE]
    letters = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return min(max(letters + 2, NARROW), WIDE)


def _pieces(texts: Iterable[str]) -> Iterator[bytes]:
    kept: list[str] = []
    length = 0
    for text in texts:
        kept.append(text)
        length += len(text)
        if length >= PIECE:
            yield "".join(kept).encode()
            kept, length = [], 0
    yield "".join(kept).encode()
