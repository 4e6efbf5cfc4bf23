"""Where points were lost: one row for each unit, indicator and case; full marks less their sum is the score."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gezhi.loop.scores.rules.definition import Definition, Group, Indicator
from gezhi.loop.scores.rules.engine import Counter, Homes, Result, UnitInfo, gather, score
from gezhi.loop.scores.rules.events import Event
from gezhi.loop.scores.rules.formula import Linear, quotient
from gezhi.loop.scores.rules.intervals import shares

PLACES = 4


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points that one case cost one unit; without a case what no single case answers for, negative what was won."""

    unit: int
    indicator: str
    case: str
    points: Decimal


def deductions(
    definition: Definition, events: Sequence[Event], units: Sequence[UnitInfo], group: str = ""
) -> list[Deduction]:
    """Every deduction of every unit that has a score, exact to four decimals: full marks less the rows is the score."""
    homes, counter = Homes(definition, units), Counter(definition)
    gathered = gather(events, homes)
    found: list[Deduction] = []
    for result in score(definition, events, units, group):
        if result.unit and result.score is not None:
            own = [event for event in gathered.get(result.unit, []) if not event.outside]
            found += _of_unit(definition, homes.group(result.unit), result, own, counter)
    return found


def _of_unit(
    definition: Definition, group: Group, result: Result, events: Sequence[Event], counter: Counter
) -> list[Deduction]:
    present = sum((figure.full for figure in result.figures if figure.marks is not None), Fraction(0))
    missing = any(figure.marks is None and figure.full for figure in result.figures)
    factor = result.full / present if missing and present else Fraction(1)  # the rest counts for all
    rows: list[tuple[str, str, Fraction]] = []
    for indicator, figure in zip(definition.indicators, result.figures, strict=True):
        if figure.marks is not None and figure.full != figure.marks:
            lost = factor * (figure.full - figure.marks)
            shared = gaps(definition, group, indicator, events, counter)
            rows += [(indicator.code, case, part) for case, part in _spread(lost, shared)]
    points = shares([part for _, _, part in rows], PLACES)
    return [
        Deduction(result.unit, code, case, value) for (code, case, _), value in zip(rows, points, strict=True) if value
    ]


def _spread(lost: Fraction, shared: dict[str, Fraction]) -> Iterator[tuple[str, Fraction]]:
    """A loss over the cases that caused it, each by its share; what has no cause in a case stands alone."""
    whole = sum(shared.values(), Fraction(0))
    if lost <= 0 or not whole:
        yield "", lost
        return
    for case in sorted(shared):
        yield case, lost * shared[case] / whole


def gaps(
    definition: Definition, group: Group, indicator: Indicator, events: Iterable[Event], counter: Counter
) -> dict[str, Fraction]:
    """How much each case keeps the figure from its best: of a share what is missing, of a fault what is there."""
    parts = quotient(indicator.formula, definition.params_for(indicator, group))
    table: dict[str, Fraction] = defaultdict(Fraction)
    if parts is None:
        return table
    top, below = parts
    best = 1 if indicator.better == "higher" else 0
    sign = 1 if best else -1
    gaps: dict[tuple[str, ...], Fraction] = {}  # few kinds of events differ
    for event in events:
        codes = counter.measures(event)
        gap = gaps.get(codes)
        if gap is None:
            gap = gaps[codes] = sign * (best * _weight(below, codes) - _weight(top, codes))
        if gap > 0:
            table[event.case] += gap
    return table


def _weight(part: Linear, codes: Iterable[str]) -> Fraction:
    return sum((part.weights[code] for code in codes if code in part.weights), Fraction(0))
