"""The words of a case by where they stand (place, object, title, text), as they are indexed and compared."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gezhi.kit.text import HAN, index_text, tokens

READ = 4_000  # characters of a text that are compared: the longest told stories say what they are about before that
BEFORE = 200  # cases without any known word, counted before the first
CELL = 0.005  # degrees: about 550 m from north to south
LEXEME = re.compile(r"'((?:[^']|'')+)'(?::(\S+))?")
FIRST = re.compile(r"\d+")
PLACE, OBJECT, TITLE = "A", "B", "C"  # weights of PostgreSQL that say where a word of the index stands
MONTH, SQUARE = "~t", "~g"  # marks beside the words, which no search of a person can ask for


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it is compared: its words by where they stand, its matter, where and when."""

    words: frozenset[str]
    title: frozenset[str] = frozenset()
    place: frozenset[str] = frozenset()
    object: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()  # the words in the order in which they first came
    matter: str = ""  # path
    area: str = ""
    point: tuple[float, float] | None = None  # lon, lat
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """In how many of the counted cases each word stands; a word that is not known is rare."""

    cases: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def share(self, word: str) -> float:
        """The part of all cases that have the word, never quite none: as if two hundred more had been counted.

        Without those a word that both of two cases have would be one that every case has.

        >>> Shares(800, {"小区": 399}).share("小区"), Shares(800).share("丽江")
        (0.4, 0.001)
        >>> Shares(2, {"丽江": 2}).share("丽江") < 0.02
        True
        """
        return (self.counts.get(word, 0) + 1) / (self.cases + BEFORE)

    def weight(self, word: str) -> float:
        """What sharing a word says: much for a rare one, nothing for one that stands everywhere."""
        return max(0.05, -math.log(self.share(word)))


def indexed(
    *,
    title: str,
    text: str,
    place: str,
    object_: str,
    numbers: Iterable[str],
    at: datetime,
    point: tuple[float, float] | None = None,
) -> tuple[str, str, str, str, str]:
    """What goes into the index of a new case: words of place, object, title, text with numbers, and its marks."""
    marks = [month_mark(at), *([cell_mark(*point)] if point else [])]
    return (
        index_text(place), index_text(object_), index_text(title), index_text(text, *numbers),
        " ".join(f"'{mark}'" for mark in marks),
    )  # fmt: skip


def told(
    text: str, *, title: str = "", place: str = "", object_: str = "", matter: str = "", area: str = "",
    point: tuple[float, float] | None = None, at: datetime | None = None,
) -> Told:  # fmt: skip
    """What somebody types, ready to be compared.

    >>> sorted(told("路灯不亮", place="解放路3号").words)
    ['3', '不亮', '放路', '灯不', '解放', '路灯']
    """
    parts = [_telling(one[:READ]) for one in (title or first_sentence(text), place, object_, text)]
    return Told(
        words=frozenset(word for part in parts for word in part), title=frozenset(parts[0]),
        place=frozenset(parts[1]), object=frozenset(parts[2]),
        order=tuple(word for part in parts for word in part), matter=matter, area=area, point=point, at=at,
    )  # fmt: skip


def first_sentence(text: str) -> str:
    """The first sentence, which stands for a title where none was given."""
    return next((part.strip() for part in re.split(r"[。！!？?\n]", text) if part.strip()), "")[:60]


def stored(vector: str) -> Told:
    """A case out of its index, as PostgreSQL writes it; no word of a person is opened for it.

    >>> case = stored("'3':4A '放路':3A,9 '灯不':6C '路灯':5C '~t202603'")
    >>> sorted(case.place), sorted(case.title), len(case.words)
    (['3', '放路'], ['灯不', '路灯'], 4)
    """
    parts: dict[str, set[str]] = {PLACE: set(), OBJECT: set(), TITLE: set()}
    words: dict[str, int] = {}
    for word, positions in LEXEME.findall(vector):
        if word.startswith("~") or not telling(word):
            continue
        words[word] = int(FIRST.match(positions)[0]) if positions else 0  # type: ignore[index] # always a number
        for weight, part in parts.items():
            if weight in positions:
                part.add(word)
    order = tuple(sorted(words, key=lambda word: words[word]))
    return Told(frozenset(words), frozenset(parts[TITLE]), frozenset(parts[PLACE]), frozenset(parts[OBJECT]), order)


def telling(word: str) -> bool:
    """Whether a token is compared: single Chinese characters only help searches by prefix.

    >>> telling("路灯"), telling("灯"), telling("3")
    (True, False, True)
    """
    return len(word) > 1 or not HAN.match(word)


def _telling(text: str) -> list[str]:
    return [word for word in dict.fromkeys(tokens(text)) if telling(word)]


# ---- marks of time and place in the index


def month_mark(at: datetime) -> str:
    """The month of a case.

    >>> month_mark(datetime(2026, 3, 2, tzinfo=UTC))
    '~t202603'
    """
    return f"{MONTH}{at.astimezone(UTC):%Y%m}"


def month_marks(since: datetime, until: datetime) -> list[str]:
    """The marks of every month that a window touches.

    >>> month_marks(datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    ['~t202512', '~t202601']
    """
    marks = []
    moment = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while moment <= until.astimezone(UTC):
        marks.append(month_mark(moment))
        moment = (moment + timedelta(days=32)).replace(day=1)
    return marks


def cell_mark(lon: float, lat: float, east: int = 0, north: int = 0) -> str:
    """The square of the earth that a point lies in, or one some squares off.

    >>> cell_mark(115.8921, 28.6764), cell_mark(115.8921, 28.6764, east=1)
    ('~g5735.23178', '~g5735.23179')
    """
    return f"{SQUARE}{math.floor(lat / CELL) + north}.{math.floor(lon / CELL) + east}"


def cell_marks(lon: float, lat: float) -> list[str]:
    """The square of a point and the eight around it."""
    return [cell_mark(lon, lat, east, north) for north in (-1, 0, 1) for east in (-1, 0, 1)]
