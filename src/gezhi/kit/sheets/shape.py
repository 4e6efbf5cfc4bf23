"""The shapes that pass between the parts of the reader: cells, rows, sheets and limits."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gezhi.kernel.errors import Refused

Cell = str | int | float | bool | datetime | None
Known = Callable[[str], bool]

# What third-party and standard decoders raise on damaged input; anything else is a mistake of ours and must show.
DAMAGE = (ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NameError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold before it is refused; sizes in bytes, `ratio` unpacked to packed."""

    size: int = 256 * 2**20
    unpacked: int = 2**30
    shared_text: int = 256 * 2**20
    ratio: int = 300
    ratio_free: int = 16 * 2**20
    parts: int = 5_000
    sheets: int = 100
    rows: int = 1_048_576
    columns: int = 1_000
    cell: int = 2_000_000
    merges: int = 200_000

    def refuse(self, what: str) -> Refused:
        """The refusal for the limit `what`, naming its figure."""
        if what == "ratio":
            return Refused("sheet-bomb", status=422, what=what, limit=self.ratio)
        return Refused("sheet-too-large", status=422, what=what, limit=getattr(self, what))


@dataclass(slots=True)
class RawRow:
    """A row as the file has it: 1-based number, cells without trailing empties, `wide` when one merged cell covers it.

    `problem` is "" or says why the row cannot be trusted: "cut" (the file ends inside it) or "unreadable" (bytes that
    are no characters).
    """

    number: int
    cells: list[Cell]
    wide: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One table of the file before its header is found."""

    name: str
    rows: Iterator[RawRow]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file: its real kind, its text encoding where it has one, and its tables in order."""

    kind: str
    encoding: str
    sheets: Iterator[RawSheet]


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: number as in the file, cells at least as many as the header names."""

    number: int
    cells: tuple[Cell, ...]
    problem: str = ""


@dataclass(slots=True)
class Sheet:
    """One table with its header; `rows` streams and can be walked once, `skipped` fills while it is walked.

    `skipped` counts rows left out on purpose: "total", "note", "header" (repeated), "banner".
    """

    name: str
    kind: str
    encoding: str
    header: tuple[str, ...]
    header_row: int
    rows: Iterator[Row]
    skipped: Counter[str] = field(default_factory=Counter)


def empty(value: Cell) -> bool:
    r"""Whether a cell says nothing.

    >>> [empty(value) for value in (None, " \u3000", 0, False, "x")]
    [True, True, False, False, False]
    """
    return value is None or (isinstance(value, str) and not value.strip(" \t\r\n\0\u3000\xa0\ufeff"))


def trimmed(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without the empty ones at the end.

    >>> trimmed(["a", None, "b", "", None])
    ['a', None, 'b']
    """
    last = len(cells)
    while last and empty(cells[last - 1]):
        last -= 1
    return list(cells[:last])
