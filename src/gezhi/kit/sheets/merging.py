"""Gives every row of a vertically merged cell its value, row by row, without holding the table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gezhi.kit.sheets.shape import Cell, RawRow, trimmed

WIDE = 3  # a merge over at least this many columns, alone in its row, is a title or a section heading
ACTIVE = 2_000  # merges open at the same row; more is no table that people made


@dataclass(slots=True)
class Merge:
    """A merged range, 1-based rows and 0-based columns, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def tells(self) -> bool:
        """Whether rows read otherwise for it: it goes down, or covers a row as a heading does."""
        return self.bottom > self.top or self.right - self.left + 1 >= WIDE


def fill_merged(rows: Iterable[RawRow], merges: list[Merge]) -> Iterator[RawRow]:
    """The rows with vertical merges filled downwards; horizontal ones stay as they are (the header joins those).

    >>> rows = [RawRow(1, ["a", "x"]), RawRow(2, [None, "y"]), RawRow(3, [None, "z"])]
    >>> [row.cells for row in fill_merged(rows, [Merge(1, 0, 2, 0)])]
    [['a', 'x'], ['a', 'y'], [None, 'z']]
    """
    if not merges:
        yield from rows
        return
    waiting = sorted(merges, key=lambda merge: (-merge.top, -merge.left))
    active: list[tuple[Merge, Cell]] = []
    for row in rows:
        active = [pair for pair in active if pair[0].bottom >= row.number]
        opened = []
        while waiting and waiting[-1].top <= row.number:
            opened.append(waiting.pop())
        for merge, value in active:
            _put(row.cells, merge.left, value)
        for merge in opened:
            value = row.cells[merge.left] if merge.left < len(row.cells) and merge.top == row.number else None
            if merge.bottom > row.number and value is not None and len(active) < ACTIVE:
                active.append((merge, value))
            if merge.right - merge.left + 1 >= WIDE and merge.right + 1 >= len(trimmed(row.cells)) == merge.left + 1:
                row.wide = True
        yield row


def _put(cells: list[Cell], column: int, value: Cell) -> None:
    if column >= len(cells):
        cells.extend([None] * (column + 1 - len(cells)))
    if cells[column] is None or cells[column] == "":
        cells[column] = value
