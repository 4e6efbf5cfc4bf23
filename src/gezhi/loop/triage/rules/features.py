"""Three views of the words of a text (words, characters, opening) as weighted n-grams, named by a stable hash.

A model keeps hashes, not words: no name that somebody once wrote can be read out of a model file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

WORDS, CHARS, OPENING = 0, 1, 2  # the views
VIEWS = (WORDS, CHARS, OPENING)
OPENING_WORDS = 10  # a message says first what it is about
SALT = tuple(np.uint64(salt) for salt in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
PAIR = np.uint64(0xD6E8FEB86659FD93)
MIX = np.uint64(0xFF51AFD7ED558CCD)
HALF = np.uint64(32)


@lru_cache(maxsize=200_000)
def hash_of(word: str) -> int:
    """A 64-bit hash that is the same on every machine and in every version.

    >>> hash_of("路灯")
    1596632755681836877
    """
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mixed(keys: Hashes) -> Hashes:
    """Spread close numbers over the whole range (the finaliser of MurmurHash3)."""
    keys = (keys ^ (keys >> HALF)) * MIX
    return keys ^ (keys >> HALF)


def _with_pairs(keys: Hashes, view: int) -> Hashes:
    """Keys of the single items of a view, then of every pair of neighbours."""
    return np.concatenate([_mixed(keys + SALT[view]), _mixed(_mixed(keys[:-1]) * PAIR + keys[1:] + SALT[view])])


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of one view: each once, how often, and which one stands at every place (singles, then pairs)."""

    keys: Hashes
    counts: Ints
    places: Ints


def word_keys(words: Sequence[str]) -> Hashes:
    return np.fromiter(map(hash_of, words), dtype=np.uint64, count=len(words))


def grams_of(words: Sequence[str], extra: Sequence[str] = ()) -> tuple[Grams, Grams, Grams]:
    """The n-grams of the three views; `extra` are facts beside the text (an area), counted like words of their own.

    >>> words, chars, opening = grams_of(["路灯", "不亮", "路灯"])
    >>> sorted(words.counts.tolist()), len(chars.keys), len(opening.places)
    ([1, 1, 1, 2], 8, 5)
    """
    keys = word_keys(words)
    run = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    facts = word_keys([f"={fact}" for fact in extra])
    found = (
        np.concatenate([_with_pairs(keys, WORDS), facts]),
        _with_pairs(run, CHARS),
        _with_pairs(keys[:OPENING_WORDS], OPENING),
    )
    first, second, third = (Grams(*_once(keys)) for keys in found)
    return first, second, third


def _once(keys: Hashes) -> tuple[Hashes, Ints, Ints]:
    distinct, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return distinct, counts, places


@dataclass(frozen=True, slots=True)
class Space:
    """The n-grams that a model knows: sorted hashes with their inverse document frequencies."""

    hashes: Hashes
    idf: Floats

    def rows_of(self, keys: Hashes) -> Ints:
        """The row of each key, -1 where it is unknown."""
        if not len(self.hashes):
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.hashes, keys), len(self.hashes) - 1)
        return np.where(self.hashes[at] == keys, at, -1).astype(np.int64)

    def vector(self, grams: Sequence[Grams]) -> "Vector":
        """A text as sparse vector: per view 1 + ln(count), times rarity, of length one."""
        rows, values = [], []
        for view in grams:
            found = self.rows_of(view.keys)
            value = weighted(view.counts, self.idf[found]) * (found >= 0) if len(self.hashes) else np.zeros(len(found))
            length = float(np.sqrt((value * value).sum()))
            rows.append(found)
            values.append(value / length if length else value)
        return Vector(np.concatenate(rows), np.concatenate(values).astype(np.float32))


def weighted(counts: Ints, idf: Floats) -> Floats:
    """The weight of n-grams within a text before its length is made one."""
    result: Floats = (1 + np.log(counts)).astype(np.float32) * idf
    return result


@dataclass(frozen=True, slots=True)
class Vector:
    """Every n-gram of the three views of a text in order: its row in the model (-1 unknown) and its value (then 0)."""

    rows: Ints
    values: Floats
