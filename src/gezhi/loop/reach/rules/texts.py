"""Texts to citizens: chosen by move, way and matter; never more in them than number, state, link and public answer."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gezhi.kernel.errors import Refused

HOLDERS = ("number", "state", "link", "answer", "office")
WAYS = ("mail", "sms")
PARTS = ("subject_zh", "subject_en", "text_zh", "text_en")
LONGEST = {"subject_zh": 120, "subject_en": 160, "text_zh": 2000, "text_en": 3000}
_HOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Telling:
    """One text: `moves` are names of moves, or `move-state` where only one end of it is told."""

    code: str
    way: str
    moves: tuple[str, ...]
    matter: str
    texts: Mapping[str, str]
    off: bool = False


def telling_of(code: str, extra: Mapping[str, Any]) -> Telling:
    moves = extra.get("moves") or ()
    texts = {name: str(extra.get(name) or "") for name in PARTS}
    return Telling(code, str(extra.get("way") or ""), tuple(moves), str(extra.get("matter") or ""), texts,
                   bool(extra.get("off")))  # fmt: skip


def choose(rows: Iterable[Telling], way: str, move: str, state: str, path: str) -> Telling | None:
    """The text for what happened: that of the nearest matter; one that is switched off says nothing at all.

    >>> wide, near = (Telling(c, "sms", ("accept",), m, {}) for c, m in (("a", ""), ("b", "0101")))
    >>> [choose([wide, near], "sms", "accept", "accepted", path).code for path in ("01.0101", "02")]
    ['b', 'a']
    """
    fits = [
        row for row in rows
        if row.way == way and (move in row.moves or f"{move}-{state}" in row.moves)
        and (not row.matter or row.matter in path.split("."))
    ]  # fmt: skip
    best = max(fits, key=lambda row: path.split(".").index(row.matter) + 1 if row.matter else 0, default=None)
    return best if best is not None and not best.off else None


def checked(way: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts in good form. Raises field-missing, text-too-long and telling-holder (422), each naming its field."""
    said = {name: str(texts.get(name, "")).replace("\r\n", "\n").strip() for name in PARTS}
    for name in ("text_zh", *(("subject_zh",) if way == "mail" else ())):
        if not said[name]:
            raise Refused("field-missing", status=422, field=name, move="telling")
    for name, text in said.items():
        if len(text) > LONGEST[name]:
            raise Refused("text-too-long", status=422, field=name, limit=LONGEST[name], length=len(text))
        wrong = next((one for one in _HOLDER.findall(text) if one not in HOLDERS), None)
        bare = _HOLDER.sub("", text)
        if wrong is not None or "{" in bare or "}" in bare:
            raise Refused("telling-holder", status=422, field=name, holder=(wrong or "{ }")[:40],
                          known=" ".join(f"{{{one}}}" for one in HOLDERS))  # fmt: skip
    return said


def text_in(texts: Mapping[str, str], name: str, language: str) -> str:
    """The text in a language, Chinese where there is none in it."""
    ending = "zh" if language.lower().startswith("zh") else "en"
    return texts.get(f"{name}_{ending}") or texts.get(f"{name}_zh", "")


def filled(text: str, values: Mapping[str, str]) -> str:
    """What stands in braces put in; an answer that holds braces is left as it is.

    >>> filled("{number}：{answer}", {"number": "LJ-1", "answer": "见{link}", "link": "x"})
    'LJ-1：见{link}'
    """
    return _HOLDER.sub(lambda found: values.get(found[1], ""), text)


def fitted(text: str, values: Mapping[str, str], fits: Callable[[str], bool]) -> str:
    """The text filled so that it fits: of the answer as much goes out as there is room for.

    >>> fitted("答：{answer}。{link}", {"answer": "一二三四五六七", "link": "u"}, lambda said: len(said) <= 9)
    '答：一二三四…。u'
    """
    whole = filled(text, values)
    answer = values.get("answer", "")
    if fits(whole) or not answer:
        return whole
    low, high = 0, len(answer)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if fits(filled(text, {**values, "answer": answer[:middle] + "…"})):
            low = middle
        else:
            high = middle - 1
    return filled(text, {**values, "answer": answer[:low] + "…" if low else ""})
