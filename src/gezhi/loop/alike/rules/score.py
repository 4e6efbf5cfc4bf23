"""How alike two cases are, from 0 to 1, and the reasons: words, place, object, distance, matter, time."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gezhi.loop.alike.rules.words import Shares, Told

RAREST = 6  # words of which the reasons count how many are shared
EARTH = 6_371_000  # metres
CLOSE, FAR = 60.0, 1_000.0  # metres: the same spot; another place
SLOW = 60.0  # days after which likeness by time is halved
BRANCH = 2  # levels of a matter that must agree to be called near: the first also holds what has nothing to do with it

SHOWN, SURE = 0.35, 0.5  # from here on shown to the desk; marked in lists and shown to citizens; unless packs differ

ELSEWHERE = 0.7  # of the score, which another place takes away
OTHERWISE, ISSUE = 0.6, 0.1  # of the score, which another problem takes away; likeness of words that tells the same one

# How much each part says. The parts of the text were fitted on the development half of the labelled pairs, the others
# set by hand: see docs/decisions/2026-11-similar-cases.md.
BIAS = -3.3
WEIGHTS: Mapping[str, float] = {
    "text": 6.5, "title": 3.0, "rare": 1.5, "place": 0.7, "object": 0.7, "distance": 1.0, "matter": 0.6, "time": 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likeness:
    """The score, its parts, and what a person is told of them: codes with numbers."""

    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[tuple[str, int, int], ...] = ()  # code, amount, of how many


def compare(asked: Told, other: Told, shares: Shares) -> Likeness:
    """How alike two cases are.

    >>> from gezhi.loop.alike.rules.words import told
    >>> shares = Shares(1000, {"小区": 400})
    >>> a = told("解放路路灯不亮", place="解放路3号")
    >>> same, else_ = told("解放路的路灯都不亮了", place="解放路3号"), told("小区停水", place="青山街")
    >>> compare(a, same, shares).score > 0.8 > 0.1 > compare(a, else_, shares).score
    True
    """
    parts = parts_of(asked, other, shares)
    total = BIAS + sum(WEIGHTS[name] * value for name, value in parts.items())
    held = (1 - ELSEWHERE * elsewhere(asked, other, parts)) * (1 - OTHERWISE * otherwise(asked, other, shares))
    score = held / (1 + math.exp(-total))
    return Likeness(score, parts, tuple(reasons_of(asked, other, shares, parts)))


def elsewhere(asked: Told, other: Told, parts: Mapping[str, float]) -> float:
    """How surely the two are at different places, from 0 to 1: the same words there are another case.

    Two points say it; without them two places told in words do, and a place told by one of the two does not.
    """
    if "distance" in parts:
        return max(0.0, -parts["distance"])
    return max(0.0, -parts["place"]) if asked.place and other.place else 0.0


def parts_of(asked: Told, other: Told, shares: Shares) -> dict[str, float]:
    """Each part by itself; one that cannot be told of these two is left out."""
    parts = {
        "text": cosine(asked.words, other.words, shares),
        "title": cosine(asked.title or asked.words, other.title or other.words, shares),
        "rare": _rare(asked, other, shares),
    }
    parts |= _where(asked, other, shares)
    if asked.object and other.object:
        parts["object"] = 2 * cosine(asked.object, other.object, shares) - 1
    if asked.matter and other.matter:
        parts["matter"] = _matter(asked.matter, other.matter)
    if asked.at is not None and other.at is not None:
        parts["time"] = 2 * 0.5 ** (abs((asked.at - other.at).total_seconds()) / 86_400 / SLOW) - 1
    return parts


def otherwise(asked: Told, other: Told, shares: Shares) -> float:
    """How surely the two tell of different problems at one place, from 0 to 1: beside its name they share no words."""
    if not asked.place or not other.place:
        return 0.0
    place = asked.place | other.place
    return max(0.0, 1 - cosine(asked.words - place, other.words - place, shares) / ISSUE)


def cosine(one: frozenset[str], two: frozenset[str], shares: Shares) -> float:
    """The angle between two sets of words, each word counted by the square of its weight."""
    shared = sum(shares.weight(word) ** 2 for word in one & two)
    if not shared:
        return 0.0
    return shared / math.sqrt(_norm(one, shares) * _norm(two, shares))


def _norm(words: Iterable[str], shares: Shares) -> float:
    return sum(shares.weight(word) ** 2 for word in words)


def rarest(told: Told, shares: Shares) -> list[str]:
    """The words that tell most, those of title and place before those of the text."""
    words = told.title | told.place | told.object or told.words
    return sorted(words, key=lambda word: (shares.share(word), word))[:RAREST]


def _rare(asked: Told, other: Told, shares: Shares) -> float:
    words = rarest(asked, shares)
    return sum(word in other.words for word in words) / len(words) if words else 0.0


def _where(asked: Told, other: Told, shares: Shares) -> dict[str, float]:
    """Words of place and the way between two points; each from -1 (another place) to 1 (the same)."""
    parts = {}
    if asked.place and other.place:
        parts["place"] = 2 * cosine(asked.place, other.place, shares) - 1
    elif asked.place or other.place:
        place, words = (asked.place, other.words) if asked.place else (other.place, asked.words)
        parts["place"] = math.sqrt(_norm(place & words, shares) / _norm(place, shares)) * 2 - 1
    if asked.point is not None and other.point is not None:
        way = metres(asked.point, other.point)
        parts["distance"] = 1 - 2 * min(1.0, max(0.0, (way - CLOSE) / (FAR - CLOSE)))
    return parts


def _matter(one: str, two: str) -> float:
    first, second = one.split("."), two.split(".")
    if one == two:
        return 1.0
    return 0.3 if first[:BRANCH] == second[:BRANCH] else -1.0


def metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    """The way between two points on the earth.

    >>> round(metres((115.89, 28.67), (115.89, 28.68)))
    1112
    """
    lon, lat = math.radians(two[0] - one[0]), math.radians(two[1] - one[1])
    middle = math.radians((one[1] + two[1]) / 2)
    return EARTH * math.hypot(lat, lon * math.cos(middle))


def reasons_of(asked: Told, other: Told, shares: Shares, parts: Mapping[str, float]) -> Iterable[tuple[str, int, int]]:
    """What speaks for and against, as codes with numbers; the words come with the language of the reader."""
    if parts.get("place", 0) > 0.4:
        yield "same-place", 0, 0
    elif parts.get("place", 1) < -0.6:
        yield "other-place", 0, 0
    if "distance" in parts and asked.point and other.point:
        yield "metres", round(metres(asked.point, other.point)), 0
    words = rarest(asked, shares)
    yield "words", sum(word in other.words for word in words), len(words)
    if parts.get("object", 0) > 0.4:
        yield "same-object", 0, 0
    if parts.get("matter") == 1:
        yield "same-matter", 0, 0
    elif parts.get("matter") == -1:
        yield "other-matter", 0, 0
    if asked.at is not None and other.at is not None:
        yield "days", round(abs((asked.at - other.at).total_seconds()) / 86_400), 0
