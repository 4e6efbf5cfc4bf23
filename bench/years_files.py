"""Writes orders into files of the kinds that vendors really write, with all that stands around the rows in them."""

import csv
import html
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from bench.years_rows import COLUMNS, Order, Told
from bench.years_xls import Merge, Sheets, Value

KINDS = ("xls", "html", "csv", "xlsx")
PAGE = 50  # rows after which printed tables repeat their heading
SHEET = 30_000  # rows of an .xls sheet, below the 65,536 that one can hold
TITLE = "某市12345政务服务便民热线工单明细表"
NOTES = ("制表人：张三　审核人：李四", "备注：本表由系统导出，仅供内部使用")
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's time has no zone
Row = Sequence[Value]


def write(folder: Path, file: int, rows: Iterable[Told], *, sheet: int = SHEET) -> tuple[Path, list[Told]]:
    """One file of a year, its kind by its number, and what it holds, in order."""
    kind = KINDS[file % len(KINDS)]
    told = list(rows)
    path = folder / f"{file // 2 + 1:02}月{'上' if file % 2 == 0 else '下'}半月工单.{'xls' if kind == 'html' else kind}"
    WRITERS[kind](path, [one.order for one in told], sheet)
    return path, told


def _time(order: Order, moment: datetime | None, style: int) -> Value:
    """A moment as one of the ways in which it is found."""
    if moment is None:
        return ""
    if order.special == "impossible" and moment == order.received:
        return "2025年2月30日 9时12分"
    return _WAYS[style % len(_WAYS)](moment)


_WAYS: tuple[Callable[[datetime], Value], ...] = (
    lambda moment: f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
    lambda moment: f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment.minute}分{moment.second}秒",
    lambda moment: f"{moment:%Y%m%d%H%M%S}",
    lambda moment: moment,
    lambda moment: (moment - _ZERO).total_seconds() / 86400,  # the bare number of days
)


def cells(order: Order, style: int, *, plain: bool = False) -> list[Value]:
    """An order as the cells of a row; `plain` where the file knows only text."""
    number: Value = order.number if order.special != "rounded" else "2.02501E+17"
    moments = [_time(order, moment, style) for moment in (order.received, order.closed)]
    phone: Value = order.phone
    if plain:
        moments = [f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value for value in moments]
        phone = f"{int(order.phone):.2E}" if order.rounded_phone else order.phone  # as a spreadsheet program shows it
    elif style % 2:
        phone = float(order.phone)
    values: list[Value] = [
        number, order.name, phone, moments[0], order.title, order.text, order.place, order.matter, order.unit,
        order.state, moments[1], order.reply, order.satisfied,
    ]  # fmt: skip
    return [values[0], None, *values[1:]]  # vendors leave a column empty


HEADER: tuple[Value, ...] = (COLUMNS[0], "", *COLUMNS[1:])


def _table(orders: Sequence[Order], *, plain: bool = False, pages: bool = False) -> Iterator[Row]:
    """Title, period, heading, rows (with the heading once more on each page), total, notes."""
    yield [TITLE]
    yield ["统计时间：2025年", "", "", "单位：件"]
    yield HEADER
    for at, order in enumerate(orders):
        if pages and at and at % PAGE == 0:
            yield HEADER
        yield cells(order, at, plain=plain)
    yield []
    yield ["合计", "", len(orders)]
    yield from ([note] for note in NOTES)


def _xls(path: Path, orders: Sequence[Order], sheet: int) -> None:
    book = Sheets()
    book.add("说明", [["本工作簿由热线系统导出"], ["各表列名相同"]])
    left = iter(orders)
    number = 0
    while part := list(islice(left, sheet)):
        number += 1
        book.add(f"工单{number}", _table(part, pages=True), [(0, 0, 0, len(HEADER) - 1)])
    with path.open("wb") as target:
        book.write(target)


def _csv(path: Path, orders: Sequence[Order], sheet: int) -> None:
    del sheet
    with path.open("w", encoding="gb18030", newline="") as target:
        csv.writer(target).writerows(_table(orders, plain=True))


def _html(path: Path, orders: Sequence[Order], sheet: int) -> None:
    """A page that a system calls .xls; the unit stands once for neighbours that share it."""
    del sheet
    width, unit = len(HEADER), HEADER.index("承办单位")
    with path.open("w", encoding="gb18030") as target:
        target.write(
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head>'
            "<body><table border=1>"
        )
        target.write(f"<tr><td colspan={width} align=center><b>{TITLE}</b></td></tr>\n")
        target.write(_line(HEADER, "th"))
        rest = 0
        for at, order in enumerate(orders):
            if at and at % PAGE == 0 and not rest:
                target.write(_line(HEADER, "th"))
            row = [
                html.escape(str(value)) if value not in (None, "") else "&nbsp;"
                for value in cells(order, at, plain=True)
            ]
            marked = [f"<td>{value}</td>" for value in row]
            if rest:
                del marked[unit]
                rest -= 1
            else:
                rest = _same(orders, at) - 1
                marked[unit] = f"<td rowspan={rest + 1}>{row[unit]}</td>"
            target.write(f"<tr>{''.join(marked)}</tr>\n")
        target.write(f"<tr><td>合计</td><td></td><td>{len(orders)}</td></tr>\n")
        target.write("".join(f"<tr><td colspan={width}>{note}</td></tr>" for note in NOTES) + "</table></body></html>")


def _same(orders: Sequence[Order], at: int) -> int:
    """How many orders from here on share their unit, to the end of the page at most."""
    end = at + 1
    while end < len(orders) and end % PAGE and orders[end].unit == orders[at].unit:
        end += 1
    return end - at


def _line(values: Row, tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(str(value))}</{tag}>' for value in values)}</tr>\n"


# ---- .xlsx

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = {
    "[Content_Types].xml": _TYPES,
    "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    f'Id="r1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>'
    '<sheet name="工单" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
    f'Type="{_RELATION}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>",
}


def _xlsx(path: Path, orders: Sequence[Order], sheet: int) -> None:
    """One long sheet; the title is merged, and so is the unit of neighbours that share it."""
    del sheet
    unit = HEADER.index("承办单位")
    merges: list[Merge] = [(0, 0, 0, len(HEADER) - 1)]
    at = 0
    while at < len(orders):
        count = _same(orders, at)
        if count > 1:
            merges.append((3 + at, 2 + at + count, unit, unit))
        at += count
    hidden = {(row, unit) for first, last, _, _ in merges[1:] for row in range(first + 1, last + 1)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as target:
            target.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for number, row in enumerate(_table(orders)):
                shown = [None if (number, column) in hidden else value for column, value in enumerate(row)]
                target.write(_row(number, shown).encode())
            refs = "".join(f'<mergeCell ref="{_ref(a, c)}:{_ref(b, d)}"/>' for a, b, c, d in merges)
            target.write(f'</sheetData><mergeCells count="{len(merges)}">{refs}</mergeCells></worksheet>'.encode())


def _row(number: int, values: Row) -> str:
    marked = "".join(_cell(number, column, value) for column, value in enumerate(values) if value not in (None, ""))
    return f'<row r="{number + 1}">{marked}</row>'


def _cell(row: int, column: int, value: Value) -> str:
    where = _ref(row, column)
    if isinstance(value, str):
        return f'<c r="{where}" t="inlineStr"><is><t>{html.escape(value)}</t></is></c>'
    if isinstance(value, datetime):
        return f'<c r="{where}" s="1"><v>{(value - _ZERO).total_seconds() / 86400!r}</v></c>'
    return f'<c r="{where}"><v>{value!r}</v></c>'


def _ref(row: int, column: int) -> str:
    return f"{chr(65 + column)}{row + 1}"


WRITERS: dict[str, Callable[[Path, Sequence[Order], int], None]] = {
    "xls": _xls,
    "html": _html,
    "csv": _csv,
    "xlsx": _xlsx,
}
