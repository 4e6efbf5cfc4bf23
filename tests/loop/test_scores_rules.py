"""Formulas, conditions, periods, intervals and deductions, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.loop.scores.rules.deductions import deductions
from gezhi.loop.scores.rules.definition import Band, Definition, Group, Indicator, Measure, check, params_of
from gezhi.loop.scores.rules.engine import UnitInfo, score
from gezhi.loop.scores.rules.events import Event
from gezhi.loop.scores.rules.formula import check_names, condition, evaluate, formula, quotient
from gezhi.loop.scores.rules.intervals import rounded, shares, wilson
from gezhi.loop.scores.rules.period import period

NOW = datetime(2026, 11, 1, tzinfo=UTC)
UNITS = [UnitInfo(1, "city", "city", "city"), UnitInfo(2, "east", "city.east", "street"),
         UnitInfo(3, "hamlet", "city.east.hamlet", "community"), UnitInfo(4, "west", "city.west", "street"),
         UnitInfo(5, "water", "city.water", "company")]  # fmt: skip
MEASURES = (
    Measure("due", "contact"), Measure("met", "contact", "in_time"),
    Measure("asked", "opinion", "solved or partly or unsolved"),
    Measure("solved", "opinion", "solved"), Measure("partly", "opinion", "partly"), Measure("redos", "redo"),
    Measure("closed", "closed"),
)  # fmt: skip
RATES = (
    Indicator("response", "met / due", full="100*w1"),
    Indicator("solution", "(solved + a*partly) / asked", full="100*w2"),
    Indicator("rework", "redos / closed", better="lower"),
)


def made(**more):
    values = {
        "code": "rates", "measures": MEASURES, "indicators": RATES, "params": {"w1": "0.4", "w2": "0.6", "a": "0.5"},
        "groups": (Group("towns", ["street"]),), "bands": (Band("good", "90"), Band("poor", "0")),
    }  # fmt: skip
    return Definition(**{**values, **more})


def event(kind, unit, *facts, case="c", outside=""):
    return Event(kind, case, unit, 1, 1, NOW, frozenset(facts), outside)


def of(results, unit):
    return next(result for result in results if result.unit == unit)


# ---- the language


@pytest.mark.parametrize(
    ("text", "place"),
    [("", 1), ("a +", 4), ("a ** 2", 1), ("__import__('os')", 1), ("a if b else c", 1), ("a.b", 1), ("max()", 1),
     ("x + abs(y)", 5), ("True", 1), ("1e400", 1), ("'a'", 1), ("a // b", 1), ("min(a, key=b)", 1),
     ("(" * 60 + "a" + ")" * 60 + "+" * 3, 125)],
)  # fmt: skip
def test_what_the_language_lacks_is_refused_where_it_stands(text, place):
    with pytest.raises(Refused) as caught:
        formula(text)
    assert caught.value.code == "formula-broken"
    assert caught.value.facts["place"] == place


def test_an_unknown_name_is_refused_with_its_place():
    with pytest.raises(Refused) as caught:
        check_names("solved / caled_back", frozenset({"solved"}))
    assert caught.value.code == "formula-name-unknown"
    assert (caught.value.facts["name"], caught.value.facts["place"]) == ("caled_back", 10)


def test_division_by_nothing_is_neither_nought_nor_a_hundred():
    nothing = {"met": Fraction(0), "due": Fraction(0)}
    assert evaluate("met / due", nothing) is None
    assert evaluate("1 - met / due", nothing) is None
    assert evaluate("max(met / due, 1)", nothing) is None


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50), st.fractions(0, 1, max_denominator=20))
def test_a_quotient_taken_apart_gives_the_formula_again(solved, partly, asked, a):
    values = {"solved": Fraction(solved), "partly": Fraction(partly), "asked": Fraction(asked)}
    text = "(2*solved + a*partly - partly/4) / (asked + 1)"
    top, below = quotient(text, {"a": a})
    parts = [sum(p.weights[n] * values[n] for n in p.weights) + p.constant for p in (top, below)]
    assert parts[0] / parts[1] == evaluate(text, {**values, "a": a})


def test_conditions_know_and_or_not_alone():
    test, names = condition("solved and not (late or urgent)")
    assert [name for name, _ in names] == ["solved", "late", "urgent"]
    assert test(frozenset({"solved"}))
    assert not test(frozenset({"solved", "urgent"}))
    for broken in ("solved > 1", "f(solved)", "1", "solved or"):
        with pytest.raises(Refused, match="formula-broken"):
            condition(broken)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"measures": (Measure("due", "contact", "in_tim"),)}, "measure-fact-unknown"),
     ({"measures": (Measure("due", "telepathy"),)}, "measure-event-unknown"),
     ({"indicators": (Indicator("x", "met / du"),)}, "formula-name-unknown"),
     ({"indicators": (Indicator("x", "met / due", full="w9"),)}, "formula-name-unknown"),
     ({"indicators": (Indicator("x", "met / due", marks="value * points"),)}, "formula-name-unknown"),
     ({"indicators": ()}, "score-set-empty"),
     ({"params": {"w1": "many", "w2": "1", "a": "1"}}, "score-parameter"),
     ({"bands": (Band("x", "high"),)}, "score-parameter")],
)  # fmt: skip
def test_a_set_that_cannot_be_worked_out_is_refused(more, code):
    with pytest.raises(Refused) as caught:
        check(made(**more))
    assert caught.value.code == code


def test_parameters_come_out_of_one_cell():
    assert params_of("w1=0.3；a=1/2;") == {"w1": "0.3", "a": "1/2"}
    for broken in ("w1", "1w=2", "w=x", "w=1/0", "w=10000000"):
        with pytest.raises(Refused, match="score-parameter"):
            params_of(broken)


# ---- counting


EVENTS = [
    event("contact", 2, "in_time", case="a"), event("contact", 2, "late", case="b"),
    event("contact", 3, "in_time", case="c"),
    event("opinion", 2, "solved", case="a"), event("opinion", 2, "partly", case="b"),
    event("contact", 4, "in_time", case="d"), event("contact", 5, "late", case="e"),
    event("contact", 1, "late", case="f"),
]  # fmt: skip


def test_units_below_count_for_the_one_that_is_scored_and_others_for_nobody():
    results = score(made(), EVENTS, UNITS)
    east = of(results, 2)
    assert east.figures[0].value == Fraction(2, 3)
    assert east.figures[1].value == Fraction(3, 4)
    assert east.score == 40 * Fraction(2, 3) + 60 * Fraction(3, 4)
    assert {result.unit for result in results} == {0, 2, 4}
    assert of(results, 0).figures[0].value == Fraction(3, 4)


def test_a_unit_of_which_a_part_was_not_due_has_no_score_or_a_rescaled_one():
    apart = of(score(made(), EVENTS, UNITS), 4)
    assert (apart.score, apart.figures[1].value, apart.due, apart.band) == (None, None, True, "")
    rescaled = of(score(made(nothing_due="rescale"), EVENTS, UNITS), 4)
    assert (rescaled.score, rescaled.band, rescaled.rank) == (100, "good", 1)
    idle = of(score(made(nothing_due="rescale"), EVENTS[:5], UNITS), 4)
    assert (idle.score, idle.due, idle.rank) == (None, False, None)


def test_exclusions_are_shown_with_and_without_and_void_never_counts():
    events = [*EVENTS, event("contact", 4, "late", case="x", outside="x9"),
              event("contact", 4, "late", case="v", outside="void")]  # fmt: skip
    west = of(score(made(), events, UNITS), 4)
    assert (west.figures[0].value, west.figures[0].raw) == (1, Fraction(1, 2))
    assert west.figures[0].counts == {"due": (1, 2), "met": (1, 1)}
    assert (west.excluded, west.outside) == (1, 1)


def test_groups_have_weights_of_their_own():
    groups = (Group("towns", ["street"], params={"w1": "1", "w2": "0"}), Group("firms", units=["water"]))
    results = score(made(groups=groups, nothing_due="rescale"), EVENTS, UNITS)
    assert of(results, 2).score == 100 * Fraction(2, 3)
    assert of(results, 5).group == "firms"
    only = score(made(groups=groups), EVENTS, UNITS, "firms")
    assert {result.group for result in only} == {"firms"}


def test_small_samples_have_an_interval_and_a_shrunk_column_and_keep_their_number():
    west = of(score(made(nothing_due="rescale"), EVENTS, UNITS), 4)
    figure = west.figures[0]
    assert figure.value == 1
    assert figure.low == pytest.approx(0.2065, abs=1e-4)
    assert figure.shrunk == (1 + 10 * Fraction(3, 4)) / 11
    assert wilson(Fraction(5), Fraction(10)) == pytest.approx((0.2366, 0.7634), abs=1e-4)


# ---- deductions


@given(st.lists(st.tuples(
    st.sampled_from(["contact", "opinion", "redo", "closed"]), st.sampled_from([2, 3, 4]),
    st.sampled_from(["in_time", "late", "solved", "partly", "unsolved"]), st.sampled_from("abcdefgh"),
    st.sampled_from(["", "", "", "x1", "void"])), max_size=60), st.sampled_from(["apart", "rescale"]))  # fmt: skip
def test_full_marks_less_the_deductions_are_the_score(drawn, nothing_due):
    events = [event(kind, unit, fact, case=case, outside=outside) for kind, unit, fact, case, outside in drawn]
    points = Indicator(
        "fines", "redos", unit="count", better="lower", marks="-(0.2*min(value, 2) + max(0, value - 2)/3)"
    )
    definition = made(indicators=(*RATES, points), nothing_due=nothing_due)
    rows = deductions(definition, events, UNITS)
    for result in score(definition, events, UNITS):
        if result.unit and result.score is not None:
            lost = sum((row.points for row in rows if row.unit == result.unit), Decimal(0))
            assert rounded(result.full - result.score, 4) == lost


def test_each_case_bears_what_it_cost():
    rows = {(row.indicator, row.case): row.points for row in deductions(made(), EVENTS, UNITS) if row.unit == 2}
    assert rows == {("response", "b"): Decimal("13.3333"), ("solution", "b"): Decimal("15.0000")}


@given(st.lists(st.fractions(0, 10, max_denominator=97), max_size=30))
def test_rounded_parts_sum_to_the_rounded_whole(parts):
    assert sum(shares(parts), Decimal(0)) == rounded(sum(parts, Fraction(0)), 4)


# ---- periods


def works(day):
    return day.weekday() < 5 and day != date(2026, 10, 1)


def span(first, last, **more):
    wish = {"cutoff": "24:00", "moved": "keep", "works": works, "zone": UTC, "now": NOW, **more}
    return period(first, last, **wish)


def test_a_day_lasts_from_cut_off_to_cut_off():
    whole = span(date(2026, 10, 1), date(2026, 10, 31))
    assert (whole.start, whole.end) == (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    day = span(date(2026, 10, 7), date(2026, 10, 7), cutoff="17:00")
    assert (day.start, day.end) == (datetime(2026, 10, 6, 17, tzinfo=UTC), datetime(2026, 10, 7, 17, tzinfo=UTC))


@pytest.mark.parametrize("moved", ["keep", "before", "after"])
def test_periods_that_follow_each_other_leave_no_gap_when_a_cut_off_lies_on_a_holiday(moved):
    one = span(date(2026, 9, 1), date(2026, 10, 1), cutoff="17:00", moved=moved)
    two = span(date(2026, 10, 2), date(2026, 10, 20), cutoff="17:00", moved=moved)
    assert one.end == two.start
    assert date(2026, 10, 1) in one.rest_days
    assert one.end.day == {"keep": 1, "before": 30, "after": 2}[moved]


@pytest.mark.parametrize(
    ("first", "last", "more", "code"),
    [(date(2026, 10, 2), date(2026, 10, 1), {}, "score-period"),
     (date(2026, 10, 1), date(2026, 11, 1), {}, "score-period-future"),
     (date(2020, 1, 1), date(2026, 1, 1), {}, "score-period"),
     (date(2026, 10, 3), date(2026, 10, 4), {"cutoff": "17:00", "moved": "before"}, "score-period"),
     (date(2026, 10, 1), date(2026, 10, 2), {"cutoff": "25:00"}, "score-cutoff"),
     (date(2026, 10, 1), date(2026, 10, 2), {"moved": "away"}, "score-cutoff")],
)  # fmt: skip
def test_a_period_that_cannot_be_is_refused(first, last, more, code):
    with pytest.raises(Refused) as caught:
        span(first, last, **more)
    assert caught.value.code == code


def test_a_cut_off_later_than_now_is_the_future_even_on_the_same_day():
    with pytest.raises(Refused, match="score-period-future"):
        span(date(2026, 10, 31), date(2026, 11, 1), cutoff="17:00", now=NOW + timedelta(hours=3))
