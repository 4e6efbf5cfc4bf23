"""Which words to look for: few, the rare first, title and place before the rest, never more than is soon read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gezhi.loop.alike.rules.words import Shares, Told, cell_marks

MOST = 16  # questions to the index
BUDGET = 2_500  # rows of the index that a look may cost
CHANCE = 0.3  # of the rarer of two neighbouring words, how often the other stands beside it
ENOUGH = 6  # rare words; with fewer, neighbouring pairs of common ones are asked for too
LEADING = 10  # questions that go to title, place and object where they have so many
LIMIT = 60  # cases that answer most of the questions; these are compared


@dataclass(frozen=True, slots=True)
class Probe:
    """Words that must stand together in a case, what finding them says, and how many rows that may cost."""

    words: tuple[str, ...]
    weight: float
    rows: float
    near: tuple[str, ...] = ()  # one of these squares must hold it too


def probes(asked: Told, shares: Shares, rows: float) -> list[Probe]:
    """What to ask the index for; nothing where every word is too common. `rows` is how many cases the window holds.

    >>> from gezhi.loop.alike.rules.words import told
    >>> shares = Shares(1000, {"小区": 400, "路灯": 30, "灯不": 20, "不亮": 40})
    >>> [probe.words for probe in probes(told("路灯不亮，小区"), shares, 10_000)]
    [('灯不',), ('路灯',), ('不亮',), ('路灯', '灯不'), ('灯不', '不亮')]
    """
    leading = asked.title | asked.place | asked.object
    every = sorted(asked.words, key=lambda word: (shares.share(word), -len(word), word))
    first = [word for word in every if word in leading][:LEADING]
    words = [*first, *(word for word in every if word not in first)]
    chosen: list[Probe] = []
    left = float(BUDGET)
    for word in words:
        cost = shares.share(word) * rows
        if len(chosen) >= MOST or cost > left:
            continue
        chosen.append(Probe((word,), shares.weight(word), cost))
        left -= cost
    if sum(shares.share(probe.words[0]) < 1 / 50 for probe in chosen) < ENOUGH:
        chosen += _pairs(asked.order, shares, rows, left, MOST - len(chosen))
    if asked.point is not None:
        chosen += _around(asked, first[:6] or words[:6], shares)
    return chosen


def _pairs(order: Sequence[str], shares: Shares, rows: float, left: float, most: int) -> Iterable[Probe]:
    """Neighbouring words that overlap, so three or four characters in a row: rare though each of them is common."""
    made = {}
    for one, two in pairwise(order):
        if one[-1] == two[0] and len(one) == len(two) and one != two:
            share = min(shares.share(one), shares.share(two)) * CHANCE
            made[one, two] = Probe((one, two), (shares.weight(one) + shares.weight(two)) / 2, share * rows)
    found: list[Probe] = []
    for probe in sorted(made.values(), key=lambda probe: (probe.rows, -probe.weight)):
        if len(found) < most and probe.rows <= left:
            found.append(probe)
            left -= probe.rows
    return sorted(found, key=lambda probe: order.index(probe.words[0]))


def _around(asked: Told, words: Sequence[str], shares: Shares) -> Iterable[Probe]:
    """The same words close by, however common they are elsewhere."""
    squares = tuple(cell_marks(*asked.point)) if asked.point else ()
    return [Probe((word,), 1 + shares.weight(word) / 2, 0, squares) for word in words[:4]]
