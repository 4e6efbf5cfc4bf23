"""Templates of Excel: placeholders cell by cell, a marked row repeated, formulas below it moved along."""

import io
import re
from copy import copy
from functools import partial
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.documents.language import END, FOR, LOOSE, Plain, Reader, shown
from gezhi.kit.documents.numbers import Said
from gezhi.kit.sheets.workbook import LONGEST

MOST_ROWS = 50_000
MOST_CELLS = 200_000  # of a template
ONE = re.compile(r"\s*\{\{\s*([\w.]+)\s*\}\}\s*")
REF = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)(?::(\$?[A-Z]{1,3}\$?)(\d+))?")


def read(data: bytes, reader: Reader) -> None:
    """Feed every cell; a loop lies within one row. Raises document-unsafe where a formula has a placeholder."""
    for sheet in _opened(data).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and LOOSE.search(cell.value):
                    place = f"{sheet.title}!{cell.coordinate}"
                    if cell.data_type == "f":
                        raise Refused("document-unsafe", status=422, what=place)
                    reader.feed(cell.value, place)
            reader.close()


def fill(data: bytes, values: dict[str, Any]) -> bytes:
    """The workbook with the values in it; a text stays a text, also when it looks like a formula."""
    book, grammar = _opened(data), Plain(autoescape=False)
    for sheet in book.worksheets:
        number = 1
        while number <= sheet.max_row:
            number += _row(sheet, number, values, grammar)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _opened(data: bytes) -> Any:
    from openpyxl import load_workbook  # late: it brings numpy

    book = load_workbook(io.BytesIO(data))
    if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > MOST_CELLS:
        raise Refused("document-too-large", status=422, megabytes=10)
    return book


def _row(sheet: Any, number: int, values: dict[str, Any], grammar: Plain) -> int:
    """Fill one row of the template; returns how many rows it has become."""
    cells = [cell for cell in sheet[number] if isinstance(cell.value, str) and cell.data_type != "f"
             and LOOSE.search(cell.value)]  # fmt: skip
    starts = [cell for cell in cells if FOR.search(cell.value) and not END.search(cell.value)]
    if not starts:
        for cell in cells:
            _put(cell, cell.value, values, grammar)
        return 1
    match = FOR.search(starts[0].value)
    assert match is not None
    items = _listed(values, match[2])
    texts = {cell.column: END.sub("", FOR.sub("", cell.value)) for cell in cells}
    more = max(len(items), 1) - 1
    if number + more > MOST_ROWS:
        raise Refused("document-too-large", status=422, megabytes=10)
    _repeat(sheet, number, more)
    for n, item in enumerate(items):
        inner = {**values, match[1]: item, "loop": {"index": n + 1}}
        for column, text in texts.items():
            _put(sheet.cell(number + n, column), text, inner, grammar)
    if not items:
        for column in texts:
            sheet.cell(number, column).value = None
    return more + 1


def _listed(values: dict[str, Any], path: str) -> list[Any]:
    at: Any = values
    for part in path.split("."):
        at = at[part]
    return list(at)


def _put(cell: Any, text: str, values: dict[str, Any], grammar: Plain) -> None:
    """One cell: a single placeholder keeps its number or date, anything else is text."""
    single = ONE.fullmatch(text)
    if single:
        value: Any = values
        for part in single[1].split("."):
            value = grammar.getattr(value, part)
    else:
        value = grammar.from_string(text).render(values)
    if value is None or isinstance(value, int | float):
        cell.value = float(value) if isinstance(value, Said) else value
        if isinstance(value, Said) and cell.number_format == "General":
            cell.number_format = value.format
        return
    words = str(shown(value))
    cell.value = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    cell.data_type = "s"  # never a formula, whatever it begins with
    if words[:1] in "=+-@\t＝＋－＠" and words:
        cell.quotePrefix = True  # nor after somebody has edited the cell


def _repeat(sheet: Any, number: int, more: int) -> None:
    """Room for more rows like this one: styles, heights and merged cells, and formulas that look below or across."""
    if not more:
        return
    merged = [copy(one) for one in sheet.merged_cells.ranges if one.max_row >= number]
    for one in merged:
        sheet.unmerge_cells(one.coord)
    heights = {n: dim.height for n, dim in sheet.row_dimensions.items() if dim.height and n >= number}
    width = sheet.max_column
    pattern = [(copy(cell._style), cell.value) for cell in sheet[number]]
    sheet.insert_rows(number + 1, more)
    for row in range(number + 1, number + more + 1):
        for column in range(1, width + 1):
            cell = sheet.cell(row, column)
            cell._style = copy(pattern[column - 1][0])
            cell.value = pattern[column - 1][1]
    for n in heights:
        if n > number:
            sheet.row_dimensions[n].height = None
    for n, height in heights.items():
        for row in range(n, n + more + 1) if n == number else (n + more,):
            sheet.row_dimensions[row].height = height
    _merge_again(sheet, merged, number, more)
    _formulas(sheet, number, more)


def _merge_again(sheet: Any, merged: list[Any], number: int, more: int) -> None:
    for one in merged:
        if one.min_row == one.max_row == number:
            for n in range(more + 1):
                sheet.merge_cells(start_row=number + n, end_row=number + n, start_column=one.min_col,
                                  end_column=one.max_col)  # fmt: skip
            continue
        first = one.min_row + more if one.min_row > number else one.min_row
        sheet.merge_cells(start_row=first, end_row=one.max_row + more, start_column=one.min_col,
                          end_column=one.max_col)  # fmt: skip


def _formulas(sheet: Any, number: int, more: int) -> None:
    from openpyxl.formula import Tokenizer

    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type != "f" or not isinstance(cell.value, str):
                continue
            own = cell.row - number if number < cell.row <= number + more else 0
            parts = Tokenizer(cell.value)
            for token in parts.items:
                if token.subtype == token.RANGE and "!" not in token.value:
                    token.value = REF.sub(partial(moved, number=number, more=more, own=own), token.value)
            cell.value = "=" + "".join(token.value for token in parts.items)


def moved(match: re.Match[str], number: int, more: int, own: int = 0) -> str:
    """A reference after `more` rows like row `number` have come in; `own` moves the copies of that row itself.

    >>> [moved(REF.match(ref), 3, 4) for ref in ("C3:C3", "A9", "B2", "D3")]
    ['C3:C7', 'A13', 'B2', 'D3']
    >>> moved(REF.match("B3"), 3, 4, own=2)
    'B5'
    """
    column, first, column2, last = match[1], int(match[2]), match[3], match[4]
    first = first + more if first > number else first + (own if first == number else 0)
    if column2 is None:
        return f"{column}{first}"
    end = int(last)
    if own and end == number:
        end += own
    elif end >= number:
        end += more
    return f"{column}{first}:{column2}{end}"
