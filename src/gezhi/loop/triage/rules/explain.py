"""Which words decided: the part of every n-gram in the lead of the winner, given back to the words it came from."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gezhi.loop.triage.rules.features import OPENING_WORDS, Floats, Grams, Ints
from gezhi.loop.triage.rules.words import HAN

Doubles = npt.NDArray[np.float64]
SHOWN = 5
SHORTEST = 2


def readable(word: str) -> bool:
    """Whether a person would take it for a word.

    >>> readable("路灯"), readable("灯"), readable("wifi")
    (True, False, True)
    """
    return len(word) >= SHORTEST and (bool(HAN.search(word)) or word.isalpha())


def deciding_words(words: Sequence[str], grams: Sequence[Grams], lead: Floats) -> tuple[str, ...]:
    """The words that carried the winner past the runner-up, the strongest first.

    `lead` is, for each n-gram of the three views in order, its value times the difference of the two weights. What
    an n-gram added is shared equally among its occurrences, and within an occurrence among the words it touches.
    """
    total = np.zeros(len(words))
    start = 0
    owners = (
        np.arange(len(words)),
        np.repeat(np.arange(len(words)), [len(word) for word in words]),
        np.arange(min(len(words), OPENING_WORDS)),
    )
    for view, owner in zip(grams, owners, strict=True):
        share = lead[start : start + len(view.keys)] / view.counts
        start += len(view.keys)
        _give_back(total, share[view.places], owner)
    return _strongest(words, total)


def _give_back(total: Doubles, parts: Doubles, owner: Ints) -> None:
    """Add each place's part to its word: singles to one, pairs half and half; facts beside the text to none."""
    singles, pairs = len(owner), max(0, len(owner) - 1)
    np.add.at(total, owner, parts[:singles])
    np.add.at(total, owner[:-1], parts[singles : singles + pairs] / 2)
    np.add.at(total, owner[1:], parts[singles : singles + pairs] / 2)


def _strongest(words: Sequence[str], total: Doubles) -> tuple[str, ...]:
    summed: dict[str, float] = {}
    for word, part in zip(words, total.tolist(), strict=True):
        summed[word] = summed.get(word, 0.0) + part
    ranked = sorted((word for word in summed if readable(word)), key=lambda word: (-summed[word], word))
    return tuple(word for word in ranked[:SHOWN] if summed[word] > 0)
