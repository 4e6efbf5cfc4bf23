"""Suggestions before there is anything to learn from: the keywords that a pack gives for each matter."""

import math
from collections.abc import Iterable, Sequence

import ahocorasick

from gezhi.loop.triage.rules.model import THRESHOLD, TOP, Candidate, Suggestion
from gezhi.loop.triage.rules.words import joined

DOUBT = 1.0  # what speaks against every matter until words speak for it
SHOWN = 5
OPENING_TIMES = 2  # a word of the title counts twice
WITNESSES = 2  # different keywords without which nothing is sure


class Keywords:
    """Finds all keywords in one pass; among overlapping ones the longest counts."""

    def __init__(self, rows: Iterable[tuple[str, str, float]], threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self._meaning: dict[str, dict[str, float]] = {}
        for label, keyword, weight in rows:
            word = joined([keyword]).strip().lower()
            if word and weight > 0:
                known = self._meaning.setdefault(word, {})
                known[label] = max(weight, known.get(label, 0.0))
        self._finder = ahocorasick.Automaton()
        for word in self._meaning:
            self._finder.add_word(word, word)
        if self._meaning:
            self._finder.make_automaton()

    def __len__(self) -> int:
        return len(self._meaning)

    def _found(self, fields: Sequence[str]) -> dict[str, float]:
        """How much each keyword counts in the text."""
        found: dict[str, int] = {}
        if not self._meaning:
            return {}
        for at, field in enumerate(fields):
            times = OPENING_TIMES if at == 0 and len(fields) > 1 else 1
            text = joined([field]).lower()
            for end, word in self._finder.iter_long(text):
                if whole(text, end - len(word) + 1, end + 1):
                    found[word] = found.get(word, 0) + times
        return {word: 1 + math.log(count) for word, count in found.items()}

    def evidence(self, fields: Sequence[str]) -> dict[str, dict[str, float]]:
        """For each label the keywords that speak for it and how loudly."""
        speaking: dict[str, dict[str, float]] = {}
        for word, amount in self._found(fields).items():
            meaning = self._meaning[word]
            for label, weight in meaning.items():
                speaking.setdefault(label, {})[word] = amount * weight / len(meaning)
        return speaking

    def weights(self, fields: Sequence[str]) -> dict[str, float]:
        """How much speaks for each label."""
        return {label: sum(words.values()) for label, words in self.evidence(fields).items()}

    def suggest(self, fields: Sequence[str], extra: Sequence[str] = (), top: int = TOP) -> Suggestion:
        """The labels with the most evidence; their words are the keywords that were found.

        A probability is a label's share of the evidence; the shares make less than one, for there is always doubt.
        """
        del extra
        speaking = self.evidence(fields)
        weights = {label: sum(words.values()) for label, words in speaking.items()}
        whole = sum(weights.values()) + DOUBT
        chances = {label: weight / whole for label, weight in weights.items()}
        best = sorted(chances, key=lambda label: (-chances[label], label))[:top]
        found = tuple(Candidate(label, round(chances[label], 4), loudest(speaking[label])) for label in best)
        sure = bool(found) and found[0].probability >= self.threshold and len(speaking[best[0]]) >= WITNESSES
        return Suggestion(found, sure=sure, origin="keywords", chances=chances)


def whole(text: str, start: int, end: int) -> bool:
    """Whether a match is no mere part of a longer Latin word; Chinese has no such borders.

    >>> whole("narrates", 3, 7), whole("rats!", 0, 4), whole("老rat", 1, 4)
    (False, True, True)
    """
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not (_latin(before) and _latin(text[start])) and not (_latin(after) and _latin(text[end - 1]))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def loudest(words: dict[str, float]) -> tuple[str, ...]:
    """Keywords by how much they counted.

    >>> loudest({"路灯": 1.0, "灯不亮": 2.0})
    ('灯不亮', '路灯')
    """
    return tuple(sorted(words, key=lambda word: (-words[word], word))[:SHOWN])
