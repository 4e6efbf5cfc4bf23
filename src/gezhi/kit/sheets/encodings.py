"""Finds the encoding of a text file strictly: the whole file is decoded once before a row is read."""

import codecs
import re
from dataclasses import dataclass
from typing import IO

from gezhi.kernel.errors import Refused

CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([\w.-]+)|encoding\s*=\s*["']([\w.-]+)""", re.IGNORECASE)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f]")
_SAME = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "utf8": "utf-8"}
_LOST = 500  # at most one unreadable character in so many, else the encoding is simply not this one


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name; `lossy` when a few bytes fit no character, `cut` when the file ends inside a character."""

    name: str
    lossy: bool = False
    cut: bool = False


@dataclass(slots=True)
class _Trial:
    wrong: int = 0
    foreign: int = 0
    length: int = 0
    cut: bool = False
    sample: str = ""


def find_encoding(file: IO[bytes]) -> Encoding:
    """The encoding of the whole file, or Refused("sheet-encoding") naming where it stops making sense."""
    head = file.read(CHUNK)
    file.seek(0)
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), "") or _unmarked_utf16(head)
    candidates = [marked] if marked else ["utf-8", "gb18030"]
    if not marked and (declared := _declared(head)) and declared not in candidates:
        candidates.append(declared)
    trials: dict[str, _Trial] = {}
    for name in candidates:
        trial = trials[name] = _try(file, name)
        if not trial.wrong and (name != "gb18030" or _plausible(trial.sample)):
            _refuse_binary(trial.sample)
            return Encoding(name, cut=trial.cut)
    if not marked and (western := _try(file, "cp1252")) and _western(western):
        return Encoding("cp1252")
    name, trial = min(trials.items(), key=lambda pair: pair[1].wrong)
    if trial.wrong * _LOST <= max(trial.foreign, trial.length // 8) and _plausible(trial.sample):
        _refuse_binary(trial.sample)
        return Encoding(name, lossy=True, cut=trial.cut)
    if _CONTROL.search(trial.sample):
        raise Refused("sheet-not-a-table", status=422, found="binary")
    raise Refused("sheet-encoding", status=422, line=_first_wrong_line(file))


def _declared(head: bytes) -> str:
    if not head.lstrip().startswith(b"<") or not (match := _DECLARED.search(head[:8192])):
        return ""
    name = (match[1] or match[2]).decode("ascii", "ignore").lower()
    try:
        return _SAME.get(name) or codecs.lookup(name).name
    except LookupError:
        return ""


def _unmarked_utf16(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if (even + odd) * 50 < len(head) or min(even, odd) * 20 > max(even, odd):
        return ""
    if (even + odd) * 5 < len(head) and not _wrong_at(head, "utf-8"):
        return ""  # a text with stray NUL bytes
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    return name if text.count("\ufffd") * _LOST <= len(text) and _plausible(text[:200_000]) else ""


def _wrong_at(head: bytes, name: str) -> bool:
    """Whether the bytes fail in this encoding before their (perhaps cut) last character."""
    try:
        codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeError:
        return True
    return False


def _try(file: IO[bytes], name: str) -> _Trial:
    trial = _Trial()
    decoder = codecs.getincrementaldecoder(name)("replace")
    file.seek(0)
    ended = False
    while not ended:
        chunk = file.read(CHUNK)
        ended = not chunk
        try:
            text = decoder.decode(chunk, final=ended)
        except UnicodeError:  # a byte order mark that is missing where the codec needs one
            trial.wrong += 1
            break
        lost = text.count("\ufffd")
        if ended:
            trial.cut = lost > 0
        else:
            trial.wrong += lost - chunk.count(b"\xef\xbf\xbd") * (name in ("utf-8", "utf-8-sig"))
        trial.length += len(text)
        trial.foreign += len(text) - len(text.encode("ascii", "ignore"))
        if len(trial.sample) < 200_000:
            trial.sample += text[:200_000]
    file.seek(0)
    trial.wrong = max(trial.wrong, 0)
    return trial


def _plausible(sample: str) -> bool:
    """Whether decoded text is text that people write: GB18030 decodes nearly anything, mostly into rare characters."""
    foreign = [char for char in sample if char > "\x7f" and char != "\ufffd"]
    if not foreign:
        return True
    return len("".join(foreign).encode("gb2312", "ignore")) >= 1.6 * len(foreign)


def _western(trial: _Trial) -> bool:
    letters = sum(char.isalpha() or char in "‘’“”–—…€£°·«»" for char in trial.sample if char > "\x7f")
    foreign = sum(char > "\x7f" for char in trial.sample)
    few = foreign * 8 <= len(trial.sample)
    return not trial.wrong and few and letters * 10 >= foreign * 9 and not _CONTROL.search(trial.sample)


def _refuse_binary(sample: str) -> None:
    if len(_CONTROL.findall(sample)) * 100 > len(sample) or sample.count("\0") * 4 > len(sample):
        raise Refused("sheet-not-a-table", status=422, found="binary")


def _first_wrong_line(file: IO[bytes]) -> int:
    """Where a reader should look: the first line that fails in the encoding in which the file begins."""
    wrong = {"utf-8": 0, "gb18030": 0}
    foreign = line = 0
    file.seek(0)
    for line, raw in enumerate(file, start=1):
        foreign = foreign or (line if not raw.isascii() else 0)
        for name, at in wrong.items():
            try:
                raw.decode(name)
            except UnicodeError:
                wrong[name] = at or line
    return (wrong["gb18030"] if wrong["utf-8"] == foreign else wrong["utf-8"]) or line
