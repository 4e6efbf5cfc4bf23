"""From texts to the words that can decide: raw sentences are segmented, token rows are taken as they are."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

import rjieba

ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")  # how .xlsx writes a control character
HAN = re.compile(r"[㐀-䶿一-鿿]")
SENTENCE_MARK = re.compile(r"[，。！？；：、“”《》（）]")
NUMBER = re.compile(r"[\d.,%:/+-]+")
LONG_CODE = re.compile(r"(?=.*\d)[0-9a-z.:/_-]{6,}")  # telephones, plates, contract numbers: they name somebody
WORDLIKE = re.compile(r"[^\W_]")
TOKEN_LENGTH = 2.6  # Chinese words are two characters long on average, clauses ten
FEW = 4
SAMPLE = 400
FUNCTION_WORDS = Path(__file__).parent.parent / "data" / "function_words.txt"


@cache
def function_words() -> frozenset[str]:
    """Our own list of words that name nothing.

    >>> "但是" in function_words(), "路灯" in function_words()
    (True, False)
    """
    lines = FUNCTION_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def is_tokenised(text: str) -> bool:
    """Whether a text is words joined by blanks already, and no running Chinese.

    >>> is_tokenised("市 西湖 建筑 集团 占 道 施工"), is_tokenised("路灯坏了，三天没人修。 请尽快处理")
    (True, False)
    """
    pieces = [piece for piece in text.split() if HAN.search(piece)]
    if len(pieces) < FEW or SENTENCE_MARK.search(text):
        return False
    return sum(map(len, pieces)) / len(pieces) <= TOKEN_LENGTH


def mostly_tokenised(texts: Sequence[str]) -> bool:
    """Whether a column holds tokens: most of an even sample of its texts with enough words do."""
    step = max(1, len(texts) // SAMPLE)
    sample = [text for text in texts[::step] if len(text.split()) >= FEW or len(text) >= FEW * 3]
    return bool(sample) and sum(map(is_tokenised, sample)) * 2 > len(sample)


def joined(fields: Iterable[str]) -> str:
    """The text columns of one row as one text, without the spreadsheet's own marks."""
    return unicodedata.normalize("NFKC", ESCAPE.sub(" ", "\n".join(field for field in fields if field)))


@lru_cache(maxsize=200_000)
def tells(word: str) -> bool:
    """Whether a word may count as a feature.

    >>> [word for word in ("的", "路灯", "2019", "13800000000", "，", "wifi", "b") if tells(word)]
    ['路灯', 'wifi']
    """
    if not WORDLIKE.search(word) or NUMBER.fullmatch(word) or word in function_words():
        return False
    if HAN.search(word):
        return True
    return len(word) > 1 and not LONG_CODE.fullmatch(word)


def words_of(fields: Iterable[str]) -> list[str]:
    """The telling words of a row in order.

    >>> words_of(["小区门口的路灯坏了三天", "请尽快维修！"])
    ['小区', '门口', '路灯', '坏', '三天', '请', '维修']
    """
    text = joined(fields)
    pieces = text.split() if is_tokenised(text) else rjieba.cut(text)
    return [word for piece in pieces if tells(word := piece.strip().lower())]
