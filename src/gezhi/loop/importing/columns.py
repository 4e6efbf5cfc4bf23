"""Recognises what the columns of a sheet mean, in Chinese and English, and remembers what a person corrected."""

import csv
import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from gezhi.kernel.errors import Refused

DATA = Path(__file__).parent.parent / "data"
CONTENT = ("text", "title")  # a sheet in which none of these is known holds no requests
REASON = ("未导入原因", "Why not imported")  # the column that the file of rejected rows adds
SERIALS = {"序号", "行号", "no", "row", "未导入原因", "whynotimported"}  # say nothing about the request
_BRACKETED = re.compile(r"[(\[{<〔【《][^)\]}>〕】》]*[)\]}>〕】》]")
_SIGNS = re.compile(r"[\W_]+")
_LIKE = 0.84


@cache
def _table() -> dict[str, tuple[str, ...]]:
    with (DATA / "import_columns.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["field"]: (*row["zh"].split("|"), *row["en"].split("|")) for row in rows}


def fields() -> tuple[str, ...]:
    """The fields that a column can be mapped to, in the order in which people read them."""
    return tuple(_table())


@cache
def _synonyms() -> dict[str, tuple[str, int]]:
    """Plain name → (field, rank); a smaller rank is the better name for the field."""
    found: dict[str, tuple[str, int]] = {}
    for field, names in _table().items():
        for rank, name in enumerate((*names, field)):
            found.setdefault(plain(name), (field, rank))
    return found


def plain(name: str) -> str:
    """A column name without width, case, notes in brackets, marks and blanks.

    >>> plain(" 来电 时间（必填）*："), plain("Open_DT"), plain("（内容）")
    ('来电时间', 'opendt', '内容')
    """
    text = unicodedata.normalize("NFKC", name).lower()
    return _SIGNS.sub("", _BRACKETED.sub("", text)) or _SIGNS.sub("", text)


def known(name: str) -> bool:
    """Whether a text is, letter for letter, the name of a column that is understood."""
    return len(name) <= 60 and plain(name) in _synonyms()


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column probably means: its field, how sure (3 exact, 2 ending, 1 similar), and the rank of the name."""

    field: str
    sure: int
    rank: int


def guess(name: str) -> Guess | None:
    """The one field that a column name can mean, None when none or several fit.

    >>> guess("市民来电时间").field, guess("处置/时间").field, guess("联系电活").field, guess("天气")
    ('received_at', 'closed_at', 'phone', None)
    """
    whole = plain(name)
    if not whole or whole in SERIALS:
        return None
    group, _, last = name.rpartition("/")
    for text in (whole, plain(last)) if group else (whole,):
        if text in _synonyms():
            return Guess(_synonyms()[text][0], 3, _synonyms()[text][1])
    return _by_ending(whole) or _by_likeness(whole)


def _by_ending(text: str) -> Guess | None:
    """Chinese names carry their meaning at the end: 第一次回复内容 is a 回复内容."""
    if text.isascii():
        return None
    fits = [(len(name), hit) for name, hit in _synonyms().items() if len(name) >= 4 and text.endswith(name)]
    if not fits:
        return None
    longest = max(length for length, _ in fits)
    hits = {hit for length, hit in fits if length == longest}
    return Guess(*_one(hits, 2)) if len({field for field, _ in hits}) == 1 else None


def _by_likeness(text: str) -> Guess | None:
    if len(text) < 4 or len(text) > 30:
        return None
    need = _LIKE if text.isascii() else 0.75  # one wrong character of four
    hits = {
        hit
        for name, hit in _synonyms().items()
        if abs(len(name) - len(text)) <= 1 and len(name) >= 4 and SequenceMatcher(None, name, text).ratio() >= need
    }
    return Guess(*_one(hits, 1)) if len({field for field, _ in hits}) == 1 else None


def _one(hits: set[tuple[str, int]], sure: int) -> tuple[str, int, int]:
    field, rank = min(hits, key=lambda hit: hit[1])
    return field, sure, rank


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column (0-based) holds which field, for one header; all other named columns are kept as extras.

    `words` are the source's own words for codes, by field; `zone` is where its clocks hang, "" for our own zone, and
    `zones` names the columns that are kept in another one.
    """

    header: tuple[str, ...]
    columns: Dictionary[str, int]
    words: Dictionary[str, Dictionary[str, str]] = dataclasses.field(default_factory=dict)
    zone: str = ""
    zones: Dictionary[str, str] = dataclasses.field(default_factory=dict)

    @property
    def signature(self) -> str:
        return signature(self.header)

    def extras(self) -> tuple[tuple[int, str], ...]:
        """(column, name) of what has no field, repeated names numbered, line counters left out."""
        taken = set(self.columns.values())
        seen: dict[str, int] = {}
        found = []
        for column, name in enumerate(self.header):
            if column in taken or not name or plain(name) in SERIALS:
                continue
            seen[name] = seen.get(name, 0) + 1
            found.append((column, name if seen[name] == 1 else f"{name} ({seen[name]})"))
        return tuple(found)

    def saved(self) -> dict[str, str]:
        """Field → column name, as it is stored and shown."""
        return {field: self.header[column] for field, column in self.columns.items()}

    @property
    def usable(self) -> bool:
        return any(field in self.columns for field in CONTENT)


def ours(name: str) -> bool:
    """Whether a column is the one that we add to rejected rows.

    >>> ours("未导入原因"), ours("why not imported "), ours("原因")
    (True, True, False)
    """
    return plain(name) in {plain(one) for one in REASON}


def signature(header: Sequence[str]) -> str:
    """The same for every file with the same columns, however they are ordered, spaced or bracketed.

    The reason that we add to rejected rows does not count: what was corrected by hand holds for the mended sheet too.

    >>> signature(["编号", "内容（必填）"]) == signature(["内容", "编号"])
    True
    """
    names = [plain(name) for name in header if name and not ours(name)]
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def recognise(header: Sequence[str]) -> Mapping:
    """The mapping that the names alone suggest: every field once, its best name first.

    >>> recognise(["序号", "留言编号", "留言时间", "受理时间", "留言详情", "点赞数"]).saved()
    {'number': '留言编号', 'received_at': '留言时间', 'text': '留言详情'}
    """
    best: dict[str, tuple[tuple[int, int, int], int]] = {}
    for column, name in enumerate(header):
        found = guess(name)
        if found is None:
            continue
        order = (-found.sure, found.rank, column)
        if found.field not in best or order < best[found.field][0]:
            best[found.field] = (order, column)
    columns = {field: best[field][1] for field in fields() if field in best}
    return Mapping(tuple(header), columns)


def remapped(mapping: Mapping, wishes: Dictionary[str, str]) -> Mapping:
    """The mapping with a person's wishes: field → column name or 1-based number, "" to leave the field out.

    Raises Refused: import-field-unknown(field), import-column-unknown(column).
    """
    columns = dict(mapping.columns)
    for field, wish in wishes.items():
        if field not in fields():
            raise Refused("import-field-unknown", status=422, field=field, known=", ".join(fields()))
        columns.pop(field, None)
        if wish.strip():
            column = _column(mapping.header, wish.strip())
            columns = {other: place for other, place in columns.items() if place != column}
            columns[field] = column
    return dataclasses.replace(mapping, columns={field: columns[field] for field in fields() if field in columns})


def _column(header: tuple[str, ...], wish: str) -> int:
    names = [plain(name) for name in header]
    if wish in header:
        return header.index(wish)
    if plain(wish) and plain(wish) in names:
        return names.index(plain(wish))
    if wish.isdecimal() and 1 <= int(wish) <= len(header):
        return int(wish) - 1
    raise Refused("import-column-unknown", status=422, column=wish, columns="、".join(filter(None, header)))


def reapplied(header: Sequence[str], saved: Dictionary[str, str]) -> Mapping:
    """A saved mapping on a new file with the same columns; fields whose column is gone fall away."""
    empty = Mapping(tuple(header), {})
    names = {plain(name) for name in header}
    return remapped(empty, {field: name for field, name in saved.items() if plain(name) in names and field in fields()})
