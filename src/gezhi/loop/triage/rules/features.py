"""Three views of the words of a text (words, characters, opening) as weighted n-grams, found by a stable hash.

A model keeps hashes, not words: no name that somebody once wrote can be read out of a model file.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]

VIEWS = ("w", "c", "t")
OPENING = 10  # words: a message says first what it is about


def hash_of(name: str) -> int:
    """A 64-bit hash that is the same on every machine and in every version.

    >>> hash_of("w路灯") == hash_of("w路灯"), hash_of("w路灯") == hash_of("c路灯")
    (True, False)
    """
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def word_grams(words: Sequence[str]) -> list[str]:
    """Words and pairs of neighbours.

    >>> word_grams(["路灯", "不亮"])
    ['路灯', '不亮', '路灯 不亮']
    """
    return [*words, *map(" ".join, zip(words, words[1:], strict=False))]


def char_grams(words: Sequence[str]) -> list[str]:
    """Characters and pairs of neighbours, across the borders of words.

    >>> char_grams(["路灯", "坏"])
    ['路', '灯', '坏', '路灯', '灯坏']
    """
    run = "".join(words)
    return [*run, *map("".join, zip(run, run[1:], strict=False))]


def views(words: Sequence[str], extra: Sequence[str] = ()) -> dict[str, Counter[str]]:
    """Counts of the n-grams of each view; `extra` are facts beside the text (an area), counted as words of their own."""
    counts = Counter(word_grams(words))
    for fact in extra:
        counts[f"={fact}"] += 1
    return {"w": counts, "c": Counter(char_grams(words)), "t": Counter(word_grams(words[:OPENING]))}


@dataclass(frozen=True, slots=True)
class Space:
    """The n-grams that a model knows: sorted hashes with their inverse document frequencies."""

    hashes: Hashes
    idf: Floats

    def rows_of(self, names: Sequence[str]) -> npt.NDArray[np.int64]:
        """The row of each name, -1 where it is unknown."""
        if not len(self.hashes):
            return np.full(len(names), -1, dtype=np.int64)
        wanted = np.fromiter(map(hash_of, names), dtype=np.uint64, count=len(names))
        at = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        return np.where(self.hashes[at] == wanted, at, -1)

    def vector(self, counts: Mapping[str, Counter[str]]) -> "Vector":
        """A text as sparse vector: per view 1 + ln(count), times rarity, of length one."""
        names = [f"{view}{gram}" for view in VIEWS for gram in counts[view]]
        tally = np.fromiter((n for view in VIEWS for n in counts[view].values()), dtype=np.float32, count=len(names))
        rows = self.rows_of(names)
        held = rows >= 0
        values = np.zeros(len(names), dtype=np.float32)
        values[held] = (1 + np.log(tally[held])) * self.idf[rows[held]]
        start = 0
        for view in VIEWS:
            part = values[start : start + len(counts[view])]
            length = float(np.sqrt((part * part).sum()))
            if length:
                part /= length
            start += len(counts[view])
        return Vector([n for n, ok in zip(names, held, strict=True) if ok], rows[held], values[held], tally[held])


@dataclass(frozen=True, slots=True)
class Vector:
    """The known n-grams of one text: name with its view, row in the model, weighted value, count."""

    names: list[str]
    rows: npt.NDArray[np.int64]
    values: Floats
    counts: Floats
