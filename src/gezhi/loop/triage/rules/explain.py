"""Which words decided: the part of every n-gram in the lead of the winner, given back to the words it came from."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gezhi.loop.triage.rules.features import OPENING, Vector
from gezhi.loop.triage.rules.words import HAN

SHOWN = 5
SHORTEST = 2


def readable(word: str) -> bool:
    """Whether a person would take it for a word.

    >>> readable("路灯"), readable("灯"), readable("wifi")
    (True, False, True)
    """
    return len(word) >= SHORTEST and (bool(HAN.search(word)) or word.isalpha())


def deciding_words(words: Sequence[str], vector: Vector, lead: npt.NDArray[np.float32]) -> tuple[str, ...]:
    """The words that carried the winner past the runner-up, the strongest first.

    `lead` is, for each n-gram of the vector, its value times the difference of the two weights. Whatever an n-gram
    added is shared equally among its occurrences, and within an occurrence among the words it touches.
    """
    share = dict(zip(vector.names, (lead / vector.counts).tolist(), strict=True))
    total: dict[str, float] = defaultdict(float)
    _add_words(words, "w", share, total)
    _add_words(words[:OPENING], "t", share, total)
    _add_chars(words, share, total)
    ranked = sorted((w for w in total if readable(w)), key=lambda word: (-total[word], word))
    return tuple(word for word in ranked[:SHOWN] if total[word] > 0)


def _add_words(words: Sequence[str], view: str, share: dict[str, float], total: dict[str, float]) -> None:
    for word in words:
        total[word] += share.get(view + word, 0.0)
    for left, right in zip(words, words[1:], strict=False):
        half = share.get(f"{view}{left} {right}", 0.0) / 2
        total[left] += half
        total[right] += half


def _add_chars(words: Sequence[str], share: dict[str, float], total: dict[str, float]) -> None:
    owner = [word for word in words for _ in word]
    run = "".join(words)
    for at, char in enumerate(run):
        total[owner[at]] += share.get("c" + char, 0.0)
        if at:
            half = share.get("c" + run[at - 1 : at + 1], 0.0) / 2
            total[owner[at - 1]] += half
            total[owner[at]] += half
