"""How good scores are on labelled pairs: precision at given recalls, average precision, by kind of pair."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gezhi.loop.alike.rules.probes import LIMIT, probes
from gezhi.loop.alike.rules.score import compare
from gezhi.loop.alike.rules.words import Shares, Told

RECALLS = (0.5, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cases, whether a person would merge them, and what kind of pair it is."""

    one: Told
    two: Told
    same: bool
    kind: str = ""


def count_words(cases: Iterable[Told]) -> Shares:
    """In how many of these cases each word stands."""
    counts: Counter[str] = Counter()
    number = 0
    for case in cases:
        counts.update(case.words)
        number += 1
    return Shares(number, counts)


class Pool:
    """Cases to look among, as the index holds them: which of them have a word."""

    def __init__(self, cases: Iterable[Told], shares: Shares) -> None:
        self.cases = list({id(case): case for case in cases}.values())
        self.shares = shares
        self.holders: dict[str, set[int]] = {}
        for case in self.cases:
            for word in case.words:
                self.holders.setdefault(word, set()).add(id(case))

    def found(self, asked: Told) -> set[int]:
        """What the questions to the index bring, asked as the store asks: those that answer most."""
        weights: dict[int, float] = defaultdict(float)
        for probe in probes(asked, self.shares, len(self.cases)):
            holding = set.intersection(*(self.holders.get(word, set()) for word in probe.words))
            for each in holding - {id(asked)}:
                weights[each] += probe.weight
        return set(sorted(weights, key=lambda each: -weights[each])[:LIMIT])


def scores(pairs: Sequence[Pair], pool: Pool) -> list[float]:
    """The score of each pair as the product gives it: nothing where the second is not among what the first brings."""
    known: dict[int, set[int]] = {}
    given = []
    for pair in pairs:
        if id(pair.one) not in known:
            known[id(pair.one)] = pool.found(pair.one)
        brought = id(pair.two) in known[id(pair.one)]
        given.append(compare(pair.one, pair.two, pool.shares).score if brought else 0.0)
    return given


def measured(labels: Sequence[bool], given: Sequence[float]) -> dict[str, Any]:
    """Average precision, and precision and threshold at each recall.

    >>> measured([True, False, True, False], [0.9, 0.8, 0.7, 0.1])["at"]["0.5"]
    {'precision': 1.0, 'threshold': 0.9}
    >>> measured([True, False, True, False], [0.9, 0.8, 0.7, 0.1])["at"]["0.8"]
    {'precision': 0.6667, 'threshold': 0.7}
    """
    wanted = sum(labels)
    order = sorted(range(len(labels)), key=lambda at: -given[at])
    right, total = 0, 0.0
    curve: list[tuple[float, float, float]] = []
    for rank, at in enumerate(order, 1):
        right += labels[at]
        if labels[at]:
            total += right / rank
        last = rank == len(order) or given[order[rank]] < given[at]  # equal scores stand or fall together
        if last:
            curve.append((right / wanted if wanted else 0.0, right / rank, given[at]))
    at_recall: dict[str, dict[str, float]] = {}
    for recall in RECALLS:
        fitting = [(precision, threshold) for reached, precision, threshold in curve if reached >= recall]
        precision, threshold = max(fitting, default=(0.0, 0.0))
        at_recall[str(recall)] = {"precision": round(precision, 4), "threshold": round(threshold, 4)}
    return {"n": len(labels), "same": wanted, "average_precision": round(total / wanted, 4) if wanted else 0.0,
            "at": at_recall}  # fmt: skip


def by_kind(pairs: Sequence[Pair], given: Sequence[float], threshold: float) -> Mapping[str, Mapping[str, Any]]:
    """For each kind of pair how many score at least the threshold: found where they are the same, wrong where not."""
    table: dict[str, dict[str, Any]] = {}
    for pair, score in zip(pairs, given, strict=True):
        name = f"{pair.kind or 'pair'} {'same' if pair.same else 'not the same'}"
        row = table.setdefault(name, {"n": 0, "over": 0, "same": pair.same})
        row["n"] += 1
        row["over"] += score >= threshold
    return dict(sorted(table.items()))
