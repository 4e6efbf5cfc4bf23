"""A period report out of its counted events: every figure with the period before and the year before, and the lists."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gezhi.kit.documents.numbers import Missing, Said, change, percent, points
from gezhi.loop.documents.rules.figures import CALLS, FIGURES, OF_UNIT, RATES, RATES_OF_UNIT, TOP, Rate

NOW, BEFORE, YEAR = "n", "before", "last_year"
CHANGES = {"change": BEFORE, "year_change": YEAR}
Value = int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """So many events of one kind with the same facts; `by` names what they are broken down by, "" for all."""

    window: int
    event: str
    facts: tuple[str, ...]
    by: str
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Words:
    """The few words of a report, in its language."""

    none: str  # there is no such number
    incomparable: str  # there is nothing to compare it with
    points: str
    unknown: str  # what was not said


@dataclass(slots=True)
class Tally:
    """The figures of one window, as a whole and by everything they are broken down by."""

    table: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def add(self, rows: Iterable[Counted]) -> None:
        for row in rows:
            counter = self.table.setdefault((row.by, row.key), Counter())
            for figure in FIGURES.values():
                if figure.counts(row.event, row.facts):
                    counter[figure.code] += row.count

    def get(self, code: str, by: str = "", key: str = "") -> int:
        found = self.table.get((by, key))
        return found[code] if found else 0

    def keys(self, by: str) -> list[str]:
        return [key for kind, key in self.table if kind == by]


@dataclass(frozen=True, slots=True)
class Periods:
    """Three windows; those that cannot be compared are None. `calls` tells whether there is a telephone at all."""

    now: Tally
    before: Tally | None
    year: Tally | None
    calls: bool = True

    def counts(self, code: str, by: str = "", key: str = "") -> dict[str, Value]:
        """A figure in each of the periods."""
        if not self.calls and FIGURES[code] in CALLS:
            return {NOW: None, BEFORE: None, YEAR: None}
        tallies = {NOW: self.now, BEFORE: self.before, YEAR: self.year}
        return {name: None if tally is None else tally.get(code, by, key) for name, tally in tallies.items()}


def figures_of(periods: Periods, words: Words) -> dict[str, Any]:
    """Every figure and rate as a template sees it."""
    made: dict[str, Any] = {code: compared(periods.counts(code), words) for code in FIGURES}
    return made | {code: rate_of(rate, periods, words) for code, rate in RATES.items()}


def compared(counts: Mapping[str, Value], words: Words) -> dict[str, Any]:
    """A count with those of the earlier periods and by how much it grew.

    >>> told = compared({"n": 9, "before": 8, "last_year": 0}, Words("—", "无可比", "点", "未分类"))
    >>> [str(told[name]) for name in ("n", "before", "change", "last_year", "year_change")]
    ['9', '8', '+12.5%', '0', '无可比']
    """
    made: dict[str, Any] = {NOW: Missing(words.none) if counts[NOW] is None else counts[NOW]}
    for name, earlier in CHANGES.items():
        now, then = counts[NOW], counts[earlier]
        made[earlier] = Missing(words.incomparable) if then is None else then
        made[name] = change(Fraction(now - then, then)) if now is not None and then else Missing(words.incomparable)
    return made


def share(top: Value, of: Value) -> Fraction | None:
    return Fraction(top, of) if top is not None and of else None


def shown(value: Fraction | None, words: Words) -> Said | Missing:
    return Missing(words.none) if value is None else percent(value)


def rate_of(rate: Rate, periods: Periods, words: Words) -> dict[str, Any]:
    """A rate with both its parts, and in percentage points by how much it grew."""
    top, of = periods.counts(rate.top), periods.counts(rate.of)
    values = {name: share(top[name], of[name]) for name in (NOW, BEFORE, YEAR)}
    made: dict[str, Any] = {"rate": shown(values[NOW], words)}
    made |= {"top": Missing(words.none) if top[NOW] is None else top[NOW],
             "of": Missing(words.none) if of[NOW] is None else of[NOW]}  # fmt: skip
    for name, earlier in CHANGES.items():
        now, then = values[NOW], values[earlier]
        made[earlier] = Missing(words.incomparable) if then is None else percent(then)
        comparable = now is not None and then is not None
        made[name] = points(now - then, words.points) if comparable else Missing(words.incomparable)  # type: ignore[operator] # both are numbers where they are comparable
    return made


Names = Mapping[str, str]


def shares(periods: Periods, by: str, names: Names, words: Words) -> list[dict[str, Any]]:
    """Received, broken down; the most frequent first. What only an earlier period had is named too."""
    keys = {key for tally in (periods.now, periods.before, periods.year) if tally for key in tally.keys(by)}
    rows = [_share(periods, by, key, names, words) for key in keys]
    return sorted((row for row in rows if row["n"] or _number(row[BEFORE]) or _number(row[YEAR])),
                  key=lambda row: (-row["n"], row["code"]))  # fmt: skip


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _share(periods: Periods, by: str, key: str, names: Names, words: Words) -> dict[str, Any]:
    counts = periods.counts("received", by, key)
    whole = share(counts[NOW], periods.now.get("received"))
    name = names.get(key, key) if key else words.unknown
    return {"code": key, "name": name, "share": shown(whole, words), **compared(counts, words)}


def named_matters(periods: Periods, names: Names, words: Words) -> list[dict[str, Any]]:
    return [row for row in shares(periods, "matter", names, words) if row["code"]]


def most_frequent(periods: Periods, names: Names, words: Words) -> list[dict[str, Any]]:
    """The matters of which most was received."""
    rows = [row | {"more": more(row, words)} for row in named_matters(periods, names, words) if row["n"]]
    return [row | {"no": place} for place, row in enumerate(rows[:TOP], start=1)]


def risen(periods: Periods, names: Names, words: Words) -> list[dict[str, Any]]:
    """The matters that grew most against the period before; none where that cannot be compared."""
    rows = [row | {"more": more(row, words)} for row in named_matters(periods, names, words)]
    grown = [row for row in rows if isinstance(row["more"], int) and row["more"] > 0]
    grown.sort(key=lambda row: (-row["more"], -row["n"], row["code"]))
    return [row | {"no": place} for place, row in enumerate(grown[:TOP], start=1)]


def more(row: Mapping[str, Any], words: Words) -> int | Missing:
    """How many more than in the period before."""
    return row[NOW] - row[BEFORE] if isinstance(row[BEFORE], int) else Missing(words.incomparable)


def units_of(tally: Tally, order: Sequence[tuple[str, str, str]], words: Words) -> list[dict[str, Any]]:
    """One row for each unit with something in the period; `order` gives key, code and name, as they are listed."""
    made = []
    for key, code, name in order:
        counts = {figure: tally.get(figure, "unit", key) for figure in OF_UNIT}
        if any(counts.values()):
            rates = {
                rate: shown(share(counts[RATES[rate].top], counts[RATES[rate].of]), words) for rate in RATES_OF_UNIT
            }
            made.append({"name": name, "code": code, **counts, **rates})
    return made


def rolled(tally: Tally | None, source: str, target: str, home: Mapping[str, str]) -> None:
    """Add up what is broken down by one thing under a coarser one: matters under their first level."""
    if tally is None:
        return
    for key in tally.keys(source):
        tally.table.setdefault((target, home.get(key, key)), Counter()).update(tally.table[source, key])
