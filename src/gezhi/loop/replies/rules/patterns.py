"""Patterns that an office writes itself: plain words with three signs, so that no pattern can be slow or broken.

Alternatives stand on lines of their own or between bars. `#` is a number (digits or Chinese numerals), `*` up to twelve
characters, `^` two to six capital letters that stand alone.
"""

import re
from functools import lru_cache

NUMBER = r"[0-9０-９一二三四五六七八九十两百零〇]+"
SIGNS = {"#": NUMBER, "*": r"[^。！？!?\n]{0,12}?", "^": r"(?<![A-Za-z0-9])[A-Z]{2,6}(?![A-Za-z0-9])"}
STARS = 3  # in one alternative: each is bounded, so that the work is too
LONGEST = 2_000


@lru_cache(maxsize=512)
def compiled(pattern: str) -> "re.Pattern[str] | None":
    r"""The pattern to look for; none where nothing is said.

    >>> found = compiled("#月#日|#个工作日内\n by the end of *week")
    >>> [bool(found.search(text)) for text in ("11月20日前", "五个工作日内答复", "by the end of this week", "尽快")]
    [True, True, True, False]
    >>> compiled("^").search("由 PPP 公司负责")[0], compiled(" | ") is None
    ('PPP', True)
    """
    parts = [part.strip() for part in re.split(r"[|\n]", pattern[:LONGEST])]
    said = [_alternative(part) for part in parts if part]
    return re.compile("|".join(said), re.IGNORECASE if "^" not in pattern else 0) if said else None


def _alternative(part: str) -> str:
    stars, made = 0, []
    for sign in part:
        stars += sign == "*"
        made.append(re.escape(sign) if sign not in SIGNS or (sign == "*" and stars > STARS) else SIGNS[sign])
    whole = "".join(made)
    return rf"\b{whole}" if re.match(r"[A-Za-z]", part) else whole
