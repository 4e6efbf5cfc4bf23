"""How good suggestions were, out of counts: precision, recall, intervals, and how far a month is from the training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log

from gezhi.loop.scores.rules.intervals import wilson

TOP = 20  # labels with a share of their own in the index; the rest are one
FLOOR = 0.0005  # what an empty part counts, so that no logarithm is of nothing
FEW = 30  # under so many cases a figure is marked as uncertain


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its counts and its 95 % interval; none where there is nothing to divide by."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(Fraction(self.right), Fraction(self.of))

    @property
    def few(self) -> bool:
        return self.of < FEW


@dataclass(frozen=True, slots=True)
class Label:
    """One matter or unit: how often it was chosen, said first, and both."""

    code: str
    chosen: int
    said: int
    right: int

    @property
    def precision(self) -> Rate:
        """Of the cases for which it was said first, those for which it was chosen."""
        return Rate(self.right, self.said)

    @property
    def recall(self) -> Rate:
        """Of the cases for which it was chosen, those for which it was said first."""
        return Rate(self.right, self.chosen)


def shares(counts: Mapping[str, int], names: Sequence[str]) -> list[float]:
    """The share of each name, and of all others together."""
    whole = sum(counts.values())
    if not whole:
        return [0.0] * (len(names) + 1)
    named = [counts.get(name, 0) / whole for name in names]
    return [*named, max(0.0, 1 - sum(named))]


def stability(before: Mapping[str, int], now: Mapping[str, int], most: int = TOP) -> float | None:
    """Population stability index of two distributions over the `most` commonest names of the first.

    Sum of (a − b) · ln(a / b) over the parts; 0 where both are alike. None where one of them is empty.

    >>> stability({"a": 50, "b": 50}, {"a": 50, "b": 50})
    0.0
    >>> round(stability({"a": 50, "b": 50}, {"a": 80, "b": 20}), 4)
    0.4159
    """
    if not sum(before.values()) or not sum(now.values()):
        return None
    names = sorted(before, key=lambda name: (-before[name], name))[:most]
    pairs = zip(shares(before, names), shares(now, names), strict=True)
    return sum((max(b, FLOOR) - max(a, FLOOR)) * log(max(b, FLOOR) / max(a, FLOOR)) for a, b in pairs)


def band_of(index: float | None, bands: Sequence[tuple[float, str]]) -> str:
    """The code of the highest band that an index reaches; bands are (least, code), empty where none.

    >>> bands = [(0.0, "calm"), (0.1, "watch"), (0.25, "act")]
    >>> band_of(0.1, bands), band_of(0.05, bands), band_of(None, bands)
    ('watch', 'calm', '')
    """
    if index is None:
        return ""
    reached = [code for least, code in sorted(bands) if index >= least]
    return reached[-1] if reached else ""
