"""Finds the header of a table below its titles, joins two-row headers, and leaves out what is no data."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from gezhi.kit.sheets.shape import Cell, Known, RawRow, Row, empty, trimmed

LOOK = 40  # titles, units and notes above a header never take more rows than this
_LONGEST = 60
_FIGURE = re.compile(r"[\d\s.,:：/\-+%年月日时分秒TZ]+")
_TOTAL = re.compile(
    r"(合\s*计|总\s*计|小\s*计|共\s*计|总\s*数|(grand\s+|sub-?)?total)\s*([:：(（\d].*)?", re.IGNORECASE
)
_NOTE = re.compile(
    r"(制\s*表|填\s*表|填报|审核|复核|负责人|打印|导出|统计)(人|单位|时间|日期)?\s*[:：]|(备注|说明|注)\s*[:：]|共\s*\d+\s*[条件行页]|第\s*\d+\s*页"
)


@dataclass(frozen=True, slots=True)
class Header:
    """Names per column, the row they stand in (the last of two), and the rows already read after it."""

    names: tuple[str, ...]
    row: int
    rest: Iterator[RawRow]


def find_header(rows: Iterator[RawRow], known: Known) -> Header | None:
    """The header of a table, None when it has no row at all."""
    ahead = [row for row in islice(rows, LOOK) if not all(empty(cell) for cell in row.cells)]
    if not ahead:
        return None
    best = _best(ahead, known)
    row = ahead[best]
    joined = _joined(row, ahead[best + 1] if best + 1 < len(ahead) else None, known)
    used = best + (2 if joined else 1)
    names = joined or tuple(_name(cell) for cell in row.cells)
    return Header(names, ahead[used - 1].number, chain(ahead[used:], rows))


def _best(rows: Sequence[RawRow], known: Known) -> int:
    scores = [_score(row, known) for row in rows]
    pairs = [
        max(score, _score_pair(rows[index], rows[index + 1], known)) if index + 1 < len(rows) else score
        for index, score in enumerate(scores)
    ]
    if max(pairs):
        return pairs.index(max(pairs))
    widest = max(len(trimmed(row.cells)) for row in rows)
    for index, row in enumerate(rows):
        names = {_name(cell) for cell in row.cells if _like_name(cell)}
        filled = sum(not empty(cell) for cell in row.cells)
        if not row.wide and len(names) == filled and filled * 2 > widest:
            return index
    return 0


def _score(row: RawRow, known: Known) -> int:
    return 0 if row.wide else len({_name(cell) for cell in row.cells if _like_name(cell) and known(_name(cell))})


def _score_pair(top: RawRow, below: RawRow, known: Known) -> int:
    names = _joined(top, below, known)
    return len({name for name in names if known(name)}) if names else 0


def _joined(top: RawRow, below: RawRow | None, known: Known) -> tuple[str, ...]:
    """Names of a two-row header such as 处置 over 时间 and 单位, or () when the second row is data.

    >>> _joined(RawRow(1, ["编号", "处置", None]), RawRow(2, [None, "时间", "单位"]), lambda name: name == "编号")
    ('编号', '处置/时间', '处置/单位')
    """
    if below is None or top.wide or below.wide:
        return ()
    width = max(len(top.cells), len(below.cells))
    upper = [*map(_name, top.cells), *[""] * (width - len(top.cells))]
    lower = [*map(_name, below.cells), *[""] * (width - len(below.cells))]
    gaps = [column for column in range(1, width) if not upper[column] and lower[column]]
    if not gaps or not all(empty(cell) or _like_name(cell) for cell in (*top.cells, *below.cells)):
        return ()
    names: list[str] = []
    group = ""
    for above, under in zip(upper, lower, strict=True):
        if above:
            group = above if under and under != above else ""
        if above and (not under or under == above):
            names.append(above)
        else:
            names.append(f"{group}/{under}" if group and under else under or above)
    single = len({name for name in upper if name and known(name)})
    both = len({name for name in names if name and known(name)})
    grouped = any("/" in name for name in names)
    return tuple(names) if both > single or (both == single and grouped and not _like_data(below, top)) else ()


def _like_data(below: RawRow, top: RawRow) -> bool:
    """Whether a row of texts under a header reads as a first data row: it fills a column the header names alone."""
    named = {column for column, cell in enumerate(top.cells) if not empty(cell)}
    filled = {column for column, cell in enumerate(below.cells) if not empty(cell)}
    starts = {column for column in filled & named if column + 1 in filled - named}
    return any(_name(below.cells[column]) != _name(top.cells[column]) for column in filled & named - starts)


def _like_name(cell: Cell) -> bool:
    return isinstance(cell, str) and 0 < len(_name(cell)) <= _LONGEST and not _FIGURE.fullmatch(_name(cell))


def _name(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell)[:400].replace("\0", "").split())[:200]


def data_rows(header: Header, skipped: Counter[str]) -> Iterator[Row]:
    """The rows under the header without empty, total, note and repeated header rows, each counted in `skipped`."""
    width = len(header.names)
    names = [name.rpartition("/")[2] for name in header.names]
    for row in header.rest:
        if all(empty(cell) for cell in row.cells):
            continue
        reason = "" if row.problem else _not_data(row, names, width)
        if reason:
            skipped[reason] += 1
            continue
        cells = (*row.cells, *[None] * (width - len(row.cells)))
        yield Row(row.number, cells, row.problem)


def _not_data(row: RawRow, names: list[str], width: int) -> str:
    filled = [cell for cell in row.cells if not empty(cell)]
    if row.wide and width > 1:
        return "banner"
    texts = [_name(cell) for cell in filled[:3]]
    if any(_TOTAL.fullmatch(text) for text in texts) and len(filled) <= max(3, width - 1):
        return "total"
    if len(filled) <= 3 and width >= 4 and isinstance(filled[0], str) and _NOTE.match(texts[0]):
        return "note"
    same = sum(_name(cell) == name != "" for cell, name in zip(row.cells, names, strict=False))
    return "header" if same >= 2 and same * 3 >= len(filled) * 2 else ""
