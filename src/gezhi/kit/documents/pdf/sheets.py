"""A workbook as typst: each sheet a table with its widths, merged cells, fills, alignments and number formats."""

import io
import re
from datetime import date, datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.documents.pdf.typesetting import family, number, start, words

MARGIN = 15.0
CHARACTER = 2.0  # millimetres, about, of one character of a column's width
ALIGN = {"center": "center", "right": "right", "left": "left", "centerContinuous": "center"}
_PLACES = re.compile(r"0(?:\.(0+))?")


def source(data: bytes) -> str:
    """Every sheet on pages of its own. Refuses document-pdf-formula with the cell."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    made = [sheet(one) for one in book.worksheets if one.sheet_state == "visible"]
    return "\n#pagebreak()\n".join(made)


def sheet(one: Any) -> str:
    """One sheet, as wide as the page, its first printed rows repeated."""
    wide = one.page_setup.orientation == "landscape"
    width, height = (297.0, 210.0) if wide else (210.0, 297.0)
    last_row, last_column = used(one)
    widths = [column_width(one, column) for column in range(1, last_column + 1)]
    size = min(10.5, 10.5 * (width - 2 * MARGIN) / max(sum(widths) * CHARACTER, 1) * 1.05)
    merged = {(area.min_row, area.min_col): area for area in one.merged_cells.ranges}
    hidden = {(row, column) for area in one.merged_cells.ranges for row in range(area.min_row, area.max_row + 1)
              for column in range(area.min_col, area.max_col + 1)} - set(merged)  # fmt: skip
    heads = head_rows(one)
    rows = []
    for row in range(1, last_row + 1):
        told = [cell(one.cell(row, column), merged.get((row, column)), max(size, 5.0))
                for column in range(1, last_column + 1) if (row, column) not in hidden]  # fmt: skip
        rows.append(", ".join(told))
    head = f"table.header({', '.join(rows[:heads])}), " if heads and len(rows) > heads else ""
    body = ", ".join(rows[heads:] if head else rows)
    columns = ", ".join(f"{number(width)}fr" for width in widths)
    foot = 'align(center, text(size: 9pt, context "— " + counter(page).display() + " —"))'
    first = start(width, height, (MARGIN, MARGIN, MARGIN, MARGIN), "", foot)
    return f"{first}#table(stroke: none, inset: 3pt, columns: ({columns},), {head}{body})"


def used(one: Any) -> tuple[int, int]:
    """The last row and column with something in them."""
    row = column = 1
    for cells in one.iter_rows():
        for one_cell in cells:
            if one_cell.value is not None or one_cell.border.left.style:
                row, column = max(row, one_cell.row), max(column, one_cell.column)
    return row, column


def column_width(one: Any, column: int) -> float:
    from openpyxl.utils import get_column_letter

    dimension = one.column_dimensions.get(get_column_letter(column))
    return float(dimension.width) if dimension is not None and dimension.width else 9.0


def head_rows(one: Any) -> int:
    """How many rows at the top are repeated on every page."""
    told = re.search(r"\$?1:\$?(\d+)$", one.print_title_rows or "")
    return int(told[1]) if told else 0


def cell(one: Any, area: Any, size: float) -> str:
    """One cell with its span, look and words."""
    if one.data_type == "f":
        raise Refused("document-pdf-formula", status=422, place=f"{one.parent.title}!{one.coordinate}")
    how = [f"colspan: {area.max_col - area.min_col + 1}", f"rowspan: {area.max_row - area.min_row + 1}"] if area else []
    side = ALIGN.get(one.alignment.horizontal or "") or ("right" if isinstance(one.value, int | float) else "left")
    how.append(f"align: {side} + horizon")
    if one.border.left.style or one.border.bottom.style:
        how.append("stroke: 0.5pt")
    if one.fill.fill_type == "solid" and (colour := rgb(one.fill.fgColor)):
        how.append(f"fill: rgb({words(colour)})")
    told = [
        f"size: {number(size * min((one.font.sz or 11) / 11, 1.7))}pt",
        f"font: {family(one.font.name, bold=bool(one.font.b))}",
    ]
    told += ['weight: "bold"'] if one.font.b else []
    told += [f"fill: rgb({words(colour)})"] if (colour := rgb(one.font.color)) else []
    said = words(shown(one.value, one.number_format))
    return f"table.cell({', '.join(how)}, text({', '.join(told)}, {said}))"


def rgb(colour: Any) -> str:
    """A colour as six digits, where it is one and not black on nothing."""
    value = getattr(colour, "rgb", None)
    return value[-6:] if isinstance(value, str) and value not in ("00000000", "FF000000") else ""


def shown(value: Any, form: str) -> str:
    """A value as its number format writes it.

    >>> shown(0.875, "0.00%"), shown(1234.5, "#,##0.0"), shown(0.125, "+0.0%;-0.0%;0.0%"), shown(-3, "0.00;[Red]-0.00")
    ('87.50%', '1,234.5', '+12.5%', '-3.00')
    >>> shown(7, "General"), shown(0.1 + 0.2, "General"), shown(None, "0"), shown("文", "@")
    ('7', '0.3', '', '文')
    """
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    sections = re.sub(r"\[[^\]]*\]", "", form).split(";")
    place = 0 if value > 0 else 1 if value < 0 else 2
    chosen = sections[place if place < len(sections) else 0]
    places = _PLACES.search(chosen)
    if places is None:
        return f"{value:.10g}"
    signed = abs(value) if len(sections) > 1 else value
    percent = "%" in chosen
    told = f"{signed * (100 if percent else 1):{',' if '#,' in chosen else ''}.{len(places[1] or '')}f}"
    sign = "+" if chosen.startswith("+") else "-" if chosen.startswith("-") else ""
    return f"{sign}{told}{'%' if percent else ''}"
