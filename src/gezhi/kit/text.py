"""Chinese and English text: normal forms, search tokens, and the choice of a bilingual name."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

RUN = re.compile(r"[0-9a-z]+|[一-鿿㐀-䶿]+")
HAN = re.compile(r"[一-鿿㐀-䶿]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
WORD_LIMIT = 60  # a longer run of letters is no word that anybody searches


def pick(source: Any, name: str, language: str) -> str:
    """The name in the language asked for, Chinese where that is missing.

    >>> pick({"name_zh": "城管局", "name_en": ""}, "name", "en")
    '城管局'
    """
    suffix = "zh" if language.lower().startswith("zh") else "en"
    if isinstance(source, Mapping):
        return str(source.get(f"{name}_{suffix}") or source.get(f"{name}_zh") or "")
    return str(getattr(source, f"{name}_{suffix}", "") or getattr(source, f"{name}_zh", "") or "")


def normal(text: str) -> str:
    """Half-width, lower case, one kind of line break, no control characters.

    >>> normal("ＡＢＣ１２３，路")
    'abc123,路'
    """
    return CONTROL.sub("", unicodedata.normalize("NFKC", text)).lower()


def clean(text: str) -> str:
    """What a person typed, kept as it is but for control characters and blank ends."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def tokens(text: str) -> list[str]:
    """Search tokens: letters and digits as words, Chinese as overlapping pairs of characters.

    Pairs need no dictionary, so the name of an estate or a shop that no dictionary knows is found as surely as a
    common word; the last character of a run stands alone, so that one-character searches find it by prefix.

    >>> tokens("夜间施工 No.3")
    ['夜间', '间施', '施工', '工', 'no', '3']
    """
    found: list[str] = []
    for run in RUN.findall(normal(text)):
        if HAN.match(run):
            found += [run[at : at + 2] for at in range(len(run))]
        else:
            found.append(run[:WORD_LIMIT])
    return found


def index_text(*texts: str) -> str:
    """What goes into to_tsvector('simple', …): every token once, joined by blanks."""
    return " ".join(dict.fromkeys(tokens(" ".join(texts))))


def query_text(text: str) -> str:
    """What goes into to_tsquery('simple', …): every pair of the query must occur; empty when nothing is searchable.

    >>> query_text("施工噪声"), query_text("停"), query_text("No 3"), query_text("，。")
    ("'施工' & '工噪' & '噪声'", "'停':*", "'no' & '3':*", '')
    """
    parts: list[str] = []
    for run in RUN.findall(normal(text)):
        if HAN.match(run):
            parts += [f"'{run[at : at + 2]}'" for at in range(len(run) - 1)] or [f"'{run}':*"]
        else:
            parts.append(f"'{run[:WORD_LIMIT]}'")
    if parts and parts[-1][1:-1].isascii() and not parts[-1].endswith(":*"):
        parts[-1] += ":*"  # the word that is still being typed
    return " & ".join(dict.fromkeys(parts))
