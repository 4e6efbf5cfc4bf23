"""How a pasted text falls into requests: lines of hyphens, a table, labels, numbers, a chat, blank lines, or whole."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gezhi.kit.text import clean
from gezhi.loop.intake.rules.labels import LABEL, label_at, table_of
from gezhi.loop.rules.redact import SURNAMES

MOST = 50  # requests of one paste; more belong into an import
LONGEST = 60_000  # characters of one paste
HEADING = 40  # characters below which a line that ends with a colon only announces the list
LEAST = 6  # characters below which a block is a heading or a greeting, not a request
NUMBERED = re.compile(
    r"^[ \t]*(?:第?[一二三四五六七八九十]{1,3}[、.．)）]|第[一二三四五六七八九十\d]{1,3}[条件项个][、:：.]?"
    r"|[(（]?\d{1,2}[)）、.．](?!\d)|[①②③④⑤⑥⑦⑧⑨⑩])[ \t]*"
)
SEPARATOR = re.compile(r"^[ \t]*(?:-{3,}|—{2,}|={3,})[ \t]*$", re.MULTILINE)  # somebody says: here the next begins
ANOTHER = re.compile(  # a line of a list that begins with a person and a number and goes on: the next person's request
    rf"^[ \t]*(?:转发?[:：][ \t]*)?[{SURNAMES}][一-鿿]{{0,3}}[ \t,，:：(（]*(?:电话|手机)?[ \t:：]*"
    rf"1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}[^\d\n].{{{LEAST},}}$"
)
CHAT = re.compile(
    r"^[ \t]*(?P<who>[^\s:：\d][^\n:：]{0,19}?)[ \t]+"
    r"(?P<when>(?:\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?|\d{1,2}[-/月]\d{1,2}日?|昨天|今天|星期[一二三四五六日天]|周[一二三四五六日])?"
    r"[ \t]*(?:上午|下午|晚上|凌晨)?[ \t]*\d{1,2}:\d{2}(?::\d{2})?)[ \t]*$"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One request of a paste: its words, and for a row of a table its cells by field."""

    text: str
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """The requests and how they were told apart."""

    how: str  # lines | table | labels | numbers | chat | blocks | whole
    pieces: tuple[Piece, ...]


def split(text: str) -> Split:
    r"""The requests of a pasted text; only blank ends, numbers, headings and the header of a table fall away.

    >>> [piece.text for piece in split("1、路灯不亮三天了。\n2、井盖松动有响声。").pieces]
    ['路灯不亮三天了。', '井盖松动有响声。']
    >>> split("路灯不亮三天了，请尽快修。").how
    'whole'
    """
    text = clean(text)[:LONGEST]
    parts = separated(text)
    if len(parts) > 1:  # what somebody drew goes before what we guess
        return Split("lines", tuple(piece for part in parts for piece in split(part).pieces)[:MOST])
    text = parts[0] if parts else ""
    for how, way in WAYS:
        pieces = way(text)
        if len(pieces) > 1 or (pieces and how == "table"):
            return Split(how, tuple(pieces[:MOST]))
    return Split("whole", (Piece(text),) if text else ())


def separated(text: str) -> list[str]:
    r"""What stands between lines of hyphens, without blank parts.

    >>> separated("路灯坏了\n---\n \n===\n水管爆了")
    ['路灯坏了', '水管爆了']
    """
    return [part for one in SEPARATOR.split(text) if (part := clean(one))]


def _table(text: str) -> list[Piece]:
    """Lines with tabs whose first names the columns, or that each have a telephone number and words."""
    found = table_of(text)
    pieces = []
    for cells in found or ():
        told = next((value for name, value in cells if name == "text"), "") or next(
            (value for name, value in cells if name == "title"), ""
        )
        if not told:
            told = max((value for name, value in cells if not name), key=len, default="")
        if told:
            pieces.append(Piece(told, tuple(cells)))
    return pieces


def _labels(text: str) -> list[Piece]:
    """Entries of labelled lines: the label that came first begins the next entry whenever it comes again."""
    lines = text.split("\n")
    heads = [(at, label_at(line)) for at, line in enumerate(lines)]
    named = [(at, field) for at, field in heads if field]
    if len({field for _, field in named}) < 2:
        return []
    first = named[0][1]
    starts = [at for at, field in named if field == first]
    return _cut(lines, [0, *starts[1:]]) if len(starts) > 1 else []  # what stands before the first goes with it


def _numbers(text: str) -> list[Piece]:
    """A list whose numbers count on; a person named before it reports all of it, other words go with the first."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if NUMBERED.match(line)]
    if len(starts) < 2 or not _counts([lines[at] for at in starts]):
        return []
    others = [at for at, line in enumerate(lines) if at > starts[0] and at not in starts and ANOTHER.match(line)]
    bare = [NUMBERED.sub("", line) if at in starts else line for at, line in enumerate(lines)]
    pieces = _cut(bare, sorted([*starts, *others]))
    before = "\n".join(lines[: starts[0]]).strip()
    if before and (LABEL.search(before) or re.search(r"\d{7,}", before)):
        return [Piece(f"{before}\n{piece.text}") for piece in pieces]  # one person reports several things
    if before and pieces and not (len(before) < HEADING and before.endswith((":", "："))):
        pieces[0] = Piece(f"{before}\n{pieces[0].text}")
    return pieces


def _counts(heads: Sequence[str]) -> bool:
    """Whether the numbers are 1, 2, 3 …, as in a list, and not the ends of lines that begin with a date or a door."""
    digits = "一二三四五六七八九十"
    numbers = []
    for head in heads:
        mark = NUMBERED.match(head)
        said = re.sub(r"[^\d一二三四五六七八九十①-⑩]", "", mark[0]) if mark else ""
        if said.isdecimal():
            numbers.append(int(said))
        elif said and "①" <= said[0] <= "⑩":
            numbers.append(ord(said[0]) - ord("①") + 1)
        elif said:
            ten, one = len(said) > 1 and said[0] == "十", digits.index(said[-1]) + 1
            numbers.append(10 + one if ten else one)
    return all(after == before + 1 for before, after in pairwise(numbers))


def _chat(text: str) -> list[Piece]:
    """Messages of a chat: a head with name and time before each; those of one person in a row are one request."""
    lines = text.split("\n")
    heads = {at: match for at, line in enumerate(lines) if (match := CHAT.match(line))}
    if len(heads) < 2 or min(heads) != 0:
        return []
    starts, last = [], ""
    for at, match in heads.items():
        if match["who"] != last:
            starts.append(at)
        last = match["who"]
    return _cut(lines, starts)


def _blocks(text: str) -> list[Piece]:
    """Blocks between blank lines, each long enough to be a request; a short one belongs to the next."""
    pieces, held = [], ""
    for block in re.split(r"\n[ \t]*\n+", text):
        whole = f"{held}\n{block.strip()}".strip()
        if len(block.strip()) < LEAST or all(label_at(line) not in ("", "text") for line in block.strip().split("\n")):
            held = whole
            continue
        pieces.append(Piece(whole))
        held = ""
    if held and pieces:
        pieces[-1] = Piece(f"{pieces[-1].text}\n{held}")
    return pieces


def _cut(lines: Sequence[str], starts: Sequence[int]) -> list[Piece]:
    ends = [*starts[1:], len(lines)]
    texts = ["\n".join(lines[start:end]).strip() for start, end in zip(starts, ends, strict=True)]
    return [Piece(text) for text in texts if text]


WAYS: tuple[tuple[str, Callable[[str], list[Piece]]], ...] = (
    ("table", _table), ("labels", _labels), ("numbers", _numbers), ("chat", _chat), ("blocks", _blocks),
)  # fmt: skip
