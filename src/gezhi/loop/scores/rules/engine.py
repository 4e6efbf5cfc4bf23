"""From events to scores: measures counted for each unit, formulas, marks, bands, intervals; exclusions beside."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gezhi.loop.scores.rules.definition import Definition, Group, Indicator, number
from gezhi.loop.scores.rules.events import VOID, Event
from gezhi.loop.scores.rules.formula import Linear, Value, condition, evaluate, quotient
from gezhi.loop.scores.rules.intervals import shrunk, wilson

ONE_HUNDRED = Fraction(100)
NOBODY = 0  # the unit of the row that stands for a whole group
Tally = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """A unit as scores see it."""

    id: int
    code: str
    path: str
    kind: str


@dataclass(slots=True)
class Figure:
    """One indicator of one unit."""

    indicator: str
    value: Value
    raw: Value  # as if nothing had been excluded
    full: Fraction
    marks: Value
    raw_marks: Value
    counts: dict[str, tuple[int, int]]  # measure → how many count, how many before exclusions
    low: float | None = None
    high: float | None = None
    shrunk: Value = None
    share: tuple[Fraction, Fraction] | None = None  # numerator and denominator


@dataclass(slots=True)
class Result:
    """One unit of a run."""

    unit: int
    group: str
    figures: list[Figure]
    score: Value = None
    raw_score: Value = None
    full: Fraction = Fraction(0)
    excluded: int = 0
    outside: int = 0
    digests: dict[str, str] = field(default_factory=dict)
    band: str = ""
    rank: int | None = None
    due: bool = True  # whether anything at all was due


class Homes:
    """Which scored unit answers for a unit: itself, or the nearest above it that belongs to a group."""

    def __init__(self, definition: Definition, units: Iterable[UnitInfo]) -> None:
        self.units = {unit.id: unit for unit in units}
        self.definition = definition
        self._group = {unit.id: self._group_of(unit) for unit in self.units.values()}
        by_path = {unit.path: unit.id for unit in self.units.values()}
        self._home = {unit.id: self._nearest(unit.path, by_path) for unit in self.units.values()}

    def _group_of(self, unit: UnitInfo) -> Group | None:
        groups = self.definition.groups or (Group(""),)
        named = next((group for group in groups if unit.code in group.units), None)
        if named is not None:
            return named
        return next((g for g in groups if unit.kind in g.kinds or not (g.kinds or g.units)), None)

    def _nearest(self, path: str, by_path: Mapping[str, int]) -> int | None:
        while path:
            unit = by_path.get(path)
            if unit is not None and self._group[unit] is not None:
                return unit
            path = path.rpartition(".")[0]
        return None

    def home(self, unit: int) -> int | None:
        return self._home.get(unit)

    def group(self, unit: int) -> Group:
        found = self._group[unit]
        assert found is not None  # only scored units are asked for
        return found

    def scored(self) -> list[int]:
        """The units that stand in some group, by path."""
        return [unit.id for unit in sorted(self.units.values(), key=lambda u: u.path) if self._group[unit.id]]


class Counter:
    """Which measures an event counts for; remembered, since few kinds of events differ."""

    def __init__(self, definition: Definition) -> None:
        self.table = {
            kind: [(measure.code, condition(measure.condition)[0]) for measure in measures]
            for kind, measures in definition.by_event.items()
        }
        self.known: dict[tuple[str, frozenset[str]], tuple[str, ...]] = {}

    def measures(self, event: Event) -> tuple[str, ...]:
        key = (event.kind, event.facts)
        found = self.known.get(key)
        if found is None:
            tests = self.table.get(event.kind, ())
            found = self.known[key] = tuple(code for code, test in tests if test(event.facts))
        return found


def digest(cases: Iterable[str]) -> str:
    """SHA-256 over the case ids in order, one a line, each as often as it counts.

    >>> digest(["b", "a"]) == digest(["a", "b"]), digest(["a"]) == digest(["a", "a"])
    (True, False)
    """
    return hashlib.sha256("\n".join(sorted(cases)).encode()).hexdigest()


def gather(events: Iterable[Event], homes: Homes) -> dict[int, list[Event]]:
    """The events of each scored unit; those of units outside every group are nobody's."""
    table: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        home = homes.home(event.unit)
        if home is not None:
            table[home].append(event)
    return table


def score(definition: Definition, events: Iterable[Event], units: Iterable[UnitInfo], group: str = "") -> list[Result]:
    """The results of every unit of the groups (or of one), by group and path, each group's whole first."""
    homes, counter = Homes(definition, units), Counter(definition)
    gathered = gather(events, homes)
    results: list[Result] = []
    for each in definition.groups or (Group(""),):
        if group and each.code != group:
            continue
        own = [unit for unit in homes.scored() if homes.group(unit).code == each.code]
        made = [_result(definition, each, unit, gathered.get(unit, []), counter) for unit in own]
        whole = _whole(definition, each, made)
        for one in made:
            _beside(definition, one, whole)
        _order(made)
        results += [whole, *made]
    return results


def _result(definition: Definition, group: Group, unit: int, events: Sequence[Event], counter: Counter) -> Result:
    cases: dict[str, list[str]] = defaultdict(list)
    raw: dict[str, int] = defaultdict(int)
    for event in events:
        if event.outside == VOID:
            continue
        for code in counter.measures(event):
            raw[code] += 1
            if not event.outside:
                cases[code].append(event.case)
    result = _figured(definition, group, unit, {code: len(found) for code, found in cases.items()}, raw)
    result.digests = {code: digest(found) for code, found in cases.items()}
    result.excluded = len({event.case for event in events if event.outside and event.outside != VOID})
    result.outside = len({event.case for event in events if event.outside == VOID})
    return result


def _figured(
    definition: Definition, group: Group, unit: int, counts: Mapping[str, int], raw: Mapping[str, int]
) -> Result:
    figures = [_figure(definition, group, indicator, counts, raw) for indicator in definition.indicators]
    result = Result(unit, group.code, figures)
    result.due = any(raw.values())
    result.score, result.full = total(definition, figures, lambda figure: figure.marks)
    result.raw_score, _ = total(definition, figures, lambda figure: figure.raw_marks)
    if not result.due:
        result.score = result.raw_score = None
    result.band = band_of(definition, result)
    return result


def _figure(
    definition: Definition, group: Group, indicator: Indicator, counts: Mapping[str, int], raw: Mapping[str, int]
) -> Figure:
    params = definition.params_for(indicator, group)
    codes = [measure.code for measure in definition.measures]
    values, raws = ({code: Fraction(table.get(code, 0)) for code in codes} for table in (counts, raw))
    value, before = (evaluate(indicator.formula, {**table, **params}) for table in (values, raws))
    full = evaluate(indicator.full, params) or Fraction(0)
    parts = quotient(indicator.formula, params)
    share = None
    if parts is not None and indicator.unit == "percent":
        share = (amount(parts[0], values), amount(parts[1], values))
    used = [code for code in codes if parts is None or code in parts[0].weights or code in parts[1].weights]
    return Figure(
        indicator.code, value, before, full, marks_of(indicator, value, full, params),
        marks_of(indicator, before, full, params),
        {code: (counts.get(code, 0), raw.get(code, 0)) for code in used if counts.get(code) or raw.get(code)},
        share=share,
    )  # fmt: skip


def amount(part: Linear, values: Tally) -> Fraction:
    """What a sum of measures comes to."""
    return sum((weight * values.get(name, Fraction(0)) for name, weight in part.weights.items()), part.constant)


def marks_of(indicator: Indicator, value: Value, full: Fraction, params: Mapping[str, Fraction]) -> Value:
    """The points of a figure; in proportion to the value where no formula of points is given."""
    if value is None:
        return None
    if indicator.marks:
        return evaluate(indicator.marks, {**params, "value": value, "full": full})
    return full * (value if indicator.better == "higher" else 1 - value)


def total(definition: Definition, figures: Sequence[Figure], read: Callable[[Figure], Value]) -> tuple[Value, Fraction]:
    """Score and full marks. What was not due either leaves the unit without a score, or the rest counts for all."""
    full = sum((figure.full for figure in figures), Fraction(0))
    present = [(read(figure), figure.full) for figure in figures if figure.full or read(figure)]
    had = [(mark, most) for mark, most in present if mark is not None]
    if len(had) < len(present) and definition.nothing_due == "apart":
        return None, full
    if not had:
        return None, full
    reached, most = sum((mark for mark, _ in had), Fraction(0)), sum((each for _, each in had), Fraction(0))
    if len(had) < len(present):
        return (full * reached / most if most else None), full
    return reached, full


def band_of(definition: Definition, result: Result) -> str:
    """The class of a unit by its share of the full marks."""
    if result.score is None or not result.full:
        return ""
    share = ONE_HUNDRED * result.score / result.full
    fitting = [band for band in definition.bands if share >= number(band.least)]
    return max(fitting, key=lambda band: number(band.least)).code if fitting else ""


def _whole(definition: Definition, group: Group, results: Sequence[Result]) -> Result:
    """The group taken together."""
    counts: dict[str, int] = defaultdict(int)
    raw: dict[str, int] = defaultdict(int)
    for result in results:
        seen: set[str] = set()
        for figure in result.figures:
            for code, (now, before) in figure.counts.items():
                if code not in seen:
                    counts[code] += now
                    raw[code] += before
                    seen.add(code)
    whole = _figured(definition, group, NOBODY, counts, raw)
    whole.excluded = sum(result.excluded for result in results)
    whole.outside = sum(result.outside for result in results)
    whole.band = ""
    for figure in whole.figures:
        _interval(figure)
    return whole


def _interval(figure: Figure) -> None:
    if figure.share is not None:
        bounds = wilson(*figure.share)
        figure.low, figure.high = bounds or (None, None)


def _beside(definition: Definition, result: Result, whole: Result) -> None:
    """Interval and shrunk rate beside each figure; the figure itself stays as it is."""
    weight = number(definition.shrink)
    for figure, group in zip(result.figures, whole.figures, strict=True):
        _interval(figure)
        if figure.share is not None and group.value is not None and figure.share[1] > 0:
            figure.shrunk = shrunk(*figure.share, group.value, weight)


def _order(results: Sequence[Result]) -> None:
    """Places within the group, equal scores sharing one; units without a score have none."""
    scores = sorted((result.score for result in results if result.score is not None), reverse=True)
    for result in results:
        if result.score is not None:
            result.rank = scores.index(result.score) + 1
