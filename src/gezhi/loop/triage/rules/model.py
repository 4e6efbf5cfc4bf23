"""The trained model at work: numpy alone, one matrix, every suggestion with its probability and its reasons."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gezhi.loop.triage.rules.explain import deciding_words
from gezhi.loop.triage.rules.features import Floats, Grams, Hashes, Space, Vector, grams_of, word_keys
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
    origin: str = "model"  # model | keywords | both
    chances: Mapping[str, float] = field(default_factory=dict)  # of every label

    @property
    def prefill(self) -> str:
        """What the form may hold before a person looks: nothing while unsure."""
        return self.candidates[0].label if self.sure and self.candidates else ""


class Suggester(Protocol):
    """What the desk asks, whether a model, keywords or both stand behind it."""

    threshold: float

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


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as a model sees it: its words, their n-grams, the weights these carry, the probability of each label."""

    words: list[str]
    grams: tuple[Grams, Grams, Grams]
    vector: Vector
    weights: Floats
    chances: Floats

    @property
    def blank(self) -> bool:
        """Whether nothing in the text is known to the model."""
        return not bool((self.vector.rows >= 0).any())

    def reasons(self, at: int) -> tuple[str, ...]:
        """The words by which a label leads its strongest rival."""
        best, second = np.argsort(-self.chances, kind="stable")[:2].tolist()
        lead = self.weights[:, at] - self.weights[:, second if at == best else best]
        return deciding_words(self.words, self.grams, self.vector.values * lead)


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
    voice: tuple[float, float] = (1.0, 0.0)  # the say of the model and of keywords beside it, as learnt

    def read(self, fields: Iterable[str], extra: Sequence[str] = ()) -> Reading:
        """A text through the eyes of the model."""
        words = words_of(fields)
        if self.known is not None:
            words = self.known.keep(words)
        grams = grams_of(words, extra)
        vector = self.space.vector(grams)
        weights = self.weights[vector.rows].astype(np.float32)  # rows of unknown n-grams count for nothing: value 0
        return Reading(words, grams, vector, weights, softmax(vector.values @ weights + self.bias))

    def suggest(self, fields: Sequence[str], extra: Sequence[str] = (), top: int = TOP) -> Suggestion:
        """The best labels, each with its probability and its reasons; nothing for a text of which no word is known."""
        seen = self.read(fields, extra)
        if seen.blank:
            return Suggestion((), sure=False)
        order = np.argsort(-seen.chances, kind="stable")[:top].tolist()
        found = tuple(Candidate(self.labels[at], round(float(seen.chances[at]), 4), seen.reasons(at)) for at in order)
        chances = dict(zip(self.labels, seen.chances.tolist(), strict=True))
        return Suggestion(found, sure=found[0].probability >= self.threshold, chances=chances)

    def first(self, rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, float]]:
        """The first suggestion of many rows, without reasons: label and probability."""
        for fields in rows:
            chances = self.read(fields).chances
            best = int(np.argmax(chances))
            yield self.labels[best], float(chances[best])


def worth_filling(wrong: float, choosing: float) -> float:
    """The probability from which filling in costs less than asking: the cost of correcting against that of choosing.

    >>> worth_filling(wrong=5, choosing=1)
    0.8
    """
    return 1 - choosing / wrong if wrong > choosing else math.inf
