"""The trained model at work: numpy alone, one matrix, every suggestion with its probability and its reasons."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gezhi.loop.triage.rules.explain import deciding_words
from gezhi.loop.triage.rules.features import Floats, Hashes, Space, Vector, grams_of, word_keys
from gezhi.loop.triage.rules.words import words_of

TOP = 3
THRESHOLD = 0.8  # a wrong entry costs five times a choice by hand: below 1 - 1/5 a person chooses


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label with its probability and the words that decided."""

    label: str
    probability: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The three best; `sure` says whether the first may be filled in, otherwise it is only offered."""

    candidates: tuple[Candidate, ...]
    sure: bool
    origin: str = "model"  # model | keywords | both | catalogue

    @property
    def prefill(self) -> str:
        """What the form may hold before a person looks: nothing while unsure."""
        return self.candidates[0].label if self.sure and self.candidates else ""


class Suggester(Protocol):
    """What the desk asks, whether a model, keywords or both stand behind it."""

    threshold: float

    def probabilities(self, fields: Sequence[str], extra: Sequence[str] = ()) -> dict[str, float]: ...

    def suggest(self, fields: Sequence[str], extra: Sequence[str] = (), top: int = TOP) -> Suggestion: ...


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores, row by row.

    >>> softmax(np.zeros((1, 4), dtype=np.float32)).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    raised: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


@dataclass(frozen=True, slots=True)
class KnownWords:
    """The words that a file of tokens held, by hash: whoever made it dropped all others, so running text does too."""

    hashes: Hashes  # sorted

    def keep(self, words: Sequence[str]) -> list[str]:
        keys = word_keys(words)
        at = np.minimum(np.searchsorted(self.hashes, keys), len(self.hashes) - 1)
        return [word for word, held in zip(words, self.hashes[at] == keys, strict=True) if held]


@dataclass(frozen=True)
class Model:
    """Weights of every n-gram for every label, with what the model was made of and how good it measured."""

    labels: tuple[str, ...]
    space: Space
    weights: npt.NDArray[np.float16]  # (n-grams, labels)
    bias: Floats
    columns: tuple[str, ...]
    created_at: datetime
    rows: int
    known: KnownWords | None = None
    threshold: float = THRESHOLD
    quality: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)  # training rows of each label

    def _words(self, fields: Iterable[str]) -> list[str]:
        words = words_of(fields)
        return self.known.keep(words) if self.known else words

    def _chances(self, vector: Vector) -> Floats:
        vector = vector.known()
        return softmax(vector.values @ self.weights[vector.rows].astype(np.float32) + self.bias)

    def probabilities(self, fields: Sequence[str], extra: Sequence[str] = ()) -> dict[str, float]:
        """The probability of every label."""
        chances = self._chances(self.space.vector(grams_of(self._words(fields), extra)))
        return dict(zip(self.labels, chances.tolist(), strict=True))

    def suggest(self, fields: Sequence[str], extra: Sequence[str] = (), top: int = TOP) -> Suggestion:
        """The best labels, each with the words by which it leads its strongest rival."""
        words = self._words(fields)
        grams = grams_of(words, extra)
        vector = self.space.vector(grams)
        if not (vector.rows >= 0).any():
            return Suggestion((), sure=False)
        weights = self.weights[vector.rows].astype(np.float32)  # rows of unknown n-grams count for nothing: value 0
        chances = softmax(vector.values @ weights + self.bias)
        order = np.argsort(-chances, kind="stable")[: max(top, 2)].tolist()
        found = []
        for at in order[:top]:
            rival = next(other for other in order if other != at)
            reasons = deciding_words(words, grams, vector.values * (weights[:, at] - weights[:, rival]))
            found.append(Candidate(self.labels[at], round(float(chances[at]), 4), reasons))
        return Suggestion(tuple(found), sure=found[0].probability >= self.threshold)

    def first(self, rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, float]]:
        """The first suggestion of many rows, without reasons: label and probability."""
        for fields in rows:
            chances = self._chances(self.space.vector(grams_of(self._words(fields))))
            best = int(np.argmax(chances))
            yield self.labels[best], float(chances[best])


def worth_filling(wrong: float, choosing: float) -> float:
    """The probability from which filling in costs less than asking: the cost of correcting against that of choosing.

    >>> worth_filling(wrong=5, choosing=1)
    0.8
    """
    return 1 - choosing / wrong if wrong > choosing else math.inf
