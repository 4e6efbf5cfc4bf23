"""What a set of indicators is: measures, formulas, groups with their parameters, bands; plain data that a run keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.scores.rules.events import EVENTS, PREDICATES
from gezhi.loop.scores.rules.formula import check_names, condition, evaluate

Params = Mapping[str, Fraction]
MARK_NAMES = ("value", "full")
UNITS = ("percent", "points", "count")
BETTER = ("higher", "lower")
NOTHING_DUE = ("apart", "rescale")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: events of one kind of which a condition holds."""

    code: str
    event: str
    condition: str = ""
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: a formula over measures and parameters, and how many points it is worth."""

    code: str
    formula: str
    unit: str = "percent"
    better: str = "higher"
    full: str = "0"  # points for the best value; nothing: shown beside, outside the score
    marks: str = ""  # points from `value` and `full`; empty: in proportion
    params: Mapping[str, str] = field(default_factory=dict)
    name_zh: str = ""
    name_en: str = ""
    source: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are compared with each other, with weights of their own."""

    code: str
    kinds: Sequence[str] = ()
    units: Sequence[str] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A class of units: at least so many points of a hundred."""

    code: str
    least: str
    name_zh: str = ""
    name_en: str = ""
    verified: bool = True


@dataclass(frozen=True)
class Definition:
    """Everything that turns events into scores; a run keeps its text, so that it can be worked out again for ever."""

    code: str
    measures: Sequence[Measure]
    indicators: Sequence[Indicator]
    groups: Sequence[Group] = ()
    bands: Sequence[Band] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    nothing_due: str = "apart"
    shrink: str = "10"  # cases with the group's rate that are added for the shrunk column
    mend: Sequence[Any] = (15, "workday")  # within which a poor rating is put right
    version: str = ""
    name_zh: str = ""
    name_en: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of(data: Mapping[str, Any]) -> "Definition":
        """The definition out of what `as_dict` gave."""
        parts = {"measures": Measure, "indicators": Indicator, "groups": Group, "bands": Band}
        made = {name: tuple(kind(**row) for row in data[name]) for name, kind in parts.items()}
        return Definition(**{**data, **made})

    @cached_property
    def by_event(self) -> Mapping[str, Sequence[Measure]]:
        """The measures that some formula uses, by the kind of event that they count."""
        used = {name for indicator in self.indicators for name in names_of(indicator)}
        table: dict[str, list[Measure]] = {}
        for measure in self.measures:
            if measure.code in used:
                table.setdefault(measure.event, []).append(measure)
        return table

    def params_for(self, indicator: Indicator, group: Group) -> dict[str, Fraction]:
        """The indicator's own, then those of the set, then those of the group, which win."""
        return {name: number(value) for part in (indicator.params, self.params, group.params)
                for name, value in part.items()}  # fmt: skip


def names_of(indicator: Indicator) -> tuple[str, ...]:
    from gezhi.loop.scores.rules.formula import formula

    return formula(indicator.formula).names


def number(text: str) -> Fraction:
    """A parameter as an exact number; refuses score-parameter."""
    try:
        value = Fraction(str(text).strip())
    except (ValueError, ZeroDivisionError) as error:
        raise Refused("score-parameter", status=422, value=str(text)[:40]) from error
    if abs(value) > 10**6:
        raise Refused("score-parameter", status=422, value=str(text)[:40])
    return value


def params_of(text: str) -> dict[str, str]:
    """Parameters out of one cell; refuses score-parameter.

    >>> params_of("w1=0.3; a=1/2")
    {'w1': '0.3', 'a': '1/2'}
    """
    made: dict[str, str] = {}
    for part in text.replace("；", ";").split(";"):
        if not part.strip():
            continue
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not name.isidentifier():
            raise Refused("score-parameter", status=422, value=part.strip()[:40])
        number(value)
        made[name] = value
    return made


def check_measure(measure: Measure) -> None:
    """Refuse an event or a fact that no case can show, with the place of the name."""
    if measure.event not in EVENTS:
        raise Refused("measure-event-unknown", status=422, measure=measure.code, event=measure.event[:40])
    for name, place in condition(measure.condition)[1]:
        if name not in PREDICATES:
            raise Refused(
                "measure-fact-unknown", status=422, measure=measure.code, name=name[:40], place=place,
                condition=measure.condition[:80],
            )  # fmt: skip


def check(definition: Definition) -> None:
    """Refuse a definition that could not be worked out; every refusal names the row and the place."""
    known = {measure.code for measure in definition.measures}
    for measure in definition.measures:
        check_measure(measure)
    if not definition.indicators:
        raise Refused("score-set-empty", status=422, set=definition.code)
    number(definition.shrink)
    for indicator in definition.indicators:
        for group in definition.groups or (Group(""),):
            params = definition.params_for(indicator, group)
            check_names(indicator.formula, frozenset(known | set(params)))
            check_names(indicator.full, frozenset(params))
            check_names(indicator.marks or "value", frozenset({*params, *MARK_NAMES}))
            if evaluate(indicator.full, params) is None:
                raise Refused("score-parameter", status=422, value=indicator.full[:40])
    for band in definition.bands:
        number(band.least)
