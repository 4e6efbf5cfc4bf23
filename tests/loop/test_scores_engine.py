"""Runs on real cases: what counts for whom, in which period, and that it stays so."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django.test.utils import CaptureQueriesContext
from scores_office import figure, lay_scores, month_end, published, run, told, wish

from gezhi.kernel.errors import Refused
from gezhi.loop.models import ScoreEvent, ScoreIndicator, ScoreRow
from gezhi.loop.scores import service
from gezhi.loop.scores.service.running import recompute


@pytest.fixture
def scored(office):
    return lay_scores(office)


def value(row, unit, indicator=""):
    said = figure(row, unit, indicator).value
    return Fraction(said) if said else None


def test_three_rates_of_a_unit_by_hand(scored):
    urban = scored.units["urban"].pk
    told(scored)
    told(scored, satisfaction="basic", solved="partly")
    told(scored, satisfaction="dissatisfied", solved="unsolved")
    told(scored, contacted=False, late=True)
    row = run(month_end(scored))
    # the third goes back for a second round: its second first contact runs out as well
    assert value(row, urban, "response") == Fraction(3, 5)
    assert value(row, urban, "solution") == (2 + Fraction(1, 2)) / 4
    assert value(row, urban, "satisfaction") == (2 + Fraction(1, 2)) / 4
    expected = 30 * Fraction(3, 5) + 35 * Fraction(5, 8) + 35 * Fraction(5, 8)
    assert value(row, urban) == expected
    assert figure(row, urban).band == "governed"


def test_units_with_nothing_due_have_no_number_at_all(scored):
    told(scored)
    row = run(month_end(scored))
    housing = figure(row, scored.units["housing"].pk)
    assert (housing.value, housing.due, housing.rank, housing.band) == ("", False, None, "")
    assert value(row, scored.units["housing"].pk, "response") is None


def test_a_limit_that_ran_out_counts_in_its_own_period_once_even_when_the_case_goes_on(scored):
    case = scored.to("handling")  # 2 March; five working days: due 9 March
    scored.later(days=40)
    scored.move(case, "reply", "hugo", outcome="solved", reply="好了。")
    march = run(scored, "grid")
    april = run(scored, "grid", first=date(2026, 4, 1), last=date(2026, 4, 10))
    urban = scored.units["urban"].pk
    assert (value(march, urban, "handled"), value(april, urban, "handled")) == (0, None)


def test_more_time_granted_after_the_end_of_a_period_changes_nothing_in_it(scored):
    scored.now += timedelta(days=23)  # 25 March: five working days end on 1 April
    case = scored.to("handling")
    scored.later(days=3)
    scored.move(case, "postpone_ask", "hugo", cause="parts", reason="等配件", amount=20, unit_of="workday")
    scored.now = scored.now.replace(month=4, day=3)  # it has run out meanwhile
    first_week = {"first": date(2026, 4, 1), "last": date(2026, 4, 2)}
    before = run(scored, "grid", **first_week)
    scored.move(case, "postpone_decide", "sue", approve=True, amount=20)
    after = run(scored, "grid", **first_week)
    urban = scored.units["urban"].pk
    assert value(before, urban, "handled") == value(after, urban, "handled") == 0
    assert list(recompute(before)) == []
    scored.later(days=1)
    scored.move(case, "reply", "hugo", outcome="solved", reply="好了。")
    scored.move(case, "review_pass", "lena")
    scored.later(days=10)
    later = run(scored, "grid", first=date(2026, 4, 3), last=date(2026, 4, 10))
    assert value(later, urban, "handled") is None  # it was late already, and is not good again


def test_what_rests_is_not_due(scored):
    case = scored.to("handling")
    scored.move(case, "ask", "hugo", ask="请补照片")
    row = run(month_end(scored), "grid")
    assert value(row, scored.units["urban"].pk, "handled") is None


def test_an_upheld_return_makes_the_first_dispatch_wrong_and_the_next_unit_answers_for_the_time(scored):
    case = scored.to("dispatched")
    scored.move(case, "return", "hugo", cause="not_ours", basis="三定")
    scored.later(minutes=5)
    scored.move(case, "adjudicate", "dora", ruling="uphold", unit=scored.units["housing"].pk, basis="x")
    other = scored.to("dispatched")
    scored.move(other, "return", "hugo", cause="not_ours", basis="三定")
    scored.later(minutes=5)
    scored.move(other, "adjudicate", "dora", ruling="reject", basis="y")
    month_end(scored)
    grid, desk = run(scored, "grid"), run(scored, "desk")
    urban, housing = scored.units["urban"].pk, scored.units["housing"].pk
    assert value(grid, housing, "handled") == 0
    assert value(grid, urban, "handled") == 0  # the one that came back to it
    assert figure(grid, urban, "handled").counts["handle_due"] == [1, 1]
    assert value(grid, urban, "refusals") == 1
    assert value(desk, scored.units["centre"].pk, "right") == 0


def test_a_first_dispatch_is_right_when_the_case_is_closed_by_the_unit_that_got_it(scored):
    told(scored)
    row = run(month_end(scored), "desk")
    assert value(row, scored.units["centre"].pk, "right") == 1


def test_assisting_tasks_count_for_who_assists_and_apart(scored):
    case = scored.to("handling")
    scored.move(case, "task", "hugo", unit=scored.units["street"].pk, ask="请清路")
    scored.later(hours=3)
    scored.move(case, "task_done", "tom", unit=scored.units["street"].pk, note="清了")
    row = run(month_end(scored), "grid")
    assert value(row, scored.units["street"].pk, "assisting") == 1
    assert value(row, scored.units["street"].pk, "handled") is None
    assert value(row, scored.units["urban"].pk, "assisting") is None


def test_a_poor_rating_is_put_right_within_fifteen_working_days_or_not(scored):
    case = told(scored, satisfaction="dissatisfied", solved="unsolved")
    told(scored, satisfaction="very_dissatisfied", solved="unsolved")
    scored.later(days=5)
    scored.move(case, "sign", "hugo")
    scored.move(case, "contact", "hugo", reached="reached")
    scored.move(case, "reply", "hugo", outcome="solved", reply="好了。")
    scored.move(case, "review_pass", "lena")
    row = run(month_end(scored), "grid")
    urban = scored.units["urban"].pk
    assert (value(row, urban, "rectify"), value(row, urban, "recall")) == (Fraction(1, 2), Fraction(1, 2))
    assert value(row, urban, "rework") is None  # two sent back, none closed yet


def test_what_is_void_stands_outside_with_its_count(scored):
    scored.later(minutes=1)
    case = scored.to("handling")
    scored.move(case, "contact", "hugo", reached="reached")
    scored.move(case, "void_ask", "dora", cause="test", reason="误录")
    scored.move(case, "void_decide", "sue", approve=True)
    row = run(month_end(scored))
    assert row.outside == {"void": 1}
    assert figure(row, scored.units["urban"].pk).outside == 1
    assert value(row, scored.units["urban"].pk, "response") is None


def test_the_number_of_statements_does_not_grow_with_the_cases(scored):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            run(scored)
        return len(captured)

    told(scored)
    scored.now = scored.now.replace(month=4, day=2)
    few = statements()
    scored.now = scored.now.replace(month=3, day=20)
    for _ in range(6):
        told(scored)
    scored.now = scored.now.replace(month=4, day=5)
    assert statements() == few


def test_a_run_recomputes_and_a_changed_figure_is_found_out(scored):
    told(scored)
    row = published(month_end(scored))
    assert list(recompute(row)) == []
    with pytest.raises(Error, match="only grows"), transaction.atomic():
        ScoreRow.objects.filter(run=row, indicator="response").update(value="1/3")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE loop_scorerow SET value = '1/3' WHERE run_id = %s AND indicator = 'response'", [row.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = list(recompute(row))
    assert {(one.indicator, one.column, one.stored) for one in found} >= {("response", "value", "1/3")}


def test_a_published_run_is_settled(scored):
    told(scored)
    row = published(month_end(scored))
    for act in (service.publish_run, service.discard_run):
        with pytest.raises(Refused, match="score-run-published"):
            act(row.pk, actor=scored.actor("eva"), now=scored.now)
    formula = ScoreIndicator.objects.get(set="rates", code="response")
    formula.formula = "contact_due / contact_due"
    formula.save()
    assert list(recompute(row)) == []  # a run keeps its own formulas


def test_a_draft_may_be_thrown_away_with_what_it_counted(scored):
    told(scored)
    row = run(month_end(scored))
    service.discard_run(row.pk, actor=scored.actor("eva"), now=scored.now)
    assert not ScoreEvent.objects.filter(run=row).exists()
    with pytest.raises(Refused, match="score-run-unknown"):
        service.view(row.pk, actor=scored.actor("eva"))


def test_a_unit_that_is_dissolved_keeps_its_cases(scored):
    told(scored, lead="housing")
    unit = scored.units["housing"]
    unit.active, unit.valid_to = False, date(2026, 3, 20)
    unit.save()
    row = run(month_end(scored))
    shown = service.view(row.pk, actor=scored.actor("eva"))
    (housing,) = [one for group in shown.groups for one in group.units if one.row.unit_id == unit.pk]
    assert housing.closed_on == date(2026, 3, 20)
    assert housing.score == 100


@pytest.mark.parametrize(
    ("more", "code"),
    [({"last": date(2026, 5, 1)}, "score-period-future"), ({"code": "none"}, "score-set-unknown"),
     ({"group": "moon"}, "score-group-unknown"), ({"cutoff": "noon"}, "score-cutoff")],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_refused(scored, more, code):
    month_end(scored)
    with pytest.raises(Refused) as caught:
        service.run_scores(wish(**more), actor=scored.actor("eva"), now=scored.now)
    assert caught.value.code == code


def test_who_may_run_and_publish(scored):
    month_end(scored)
    for name in ("hugo", "lena", "sue", "dora"):
        with pytest.raises(Refused, match="not-allowed"):
            service.run_scores(wish(), actor=scored.actor(name), now=scored.now)


def test_what_if_changes_nothing_that_is_stored(scored):
    told(scored, satisfaction="basic", solved="partly")
    row = published(month_end(scored))
    urban, before = scored.units["urban"].pk, ScoreRow.objects.count()
    other = next(r for r in service.what_if(row, params="a=1; w1=0.5") if r.unit == urban)
    assert other.figures[1].value == 1
    assert other.figures[0].full == 50
    changed = next(r for r in service.what_if(row, formulas={"solution": "solved / asked"}) if r.unit == urban)
    assert changed.figures[1].value == 0
    assert ScoreRow.objects.count() == before
    with pytest.raises(Refused, match="score-parameter-unknown"):
        service.what_if(row, params="zz=1")
    with pytest.raises(Refused, match="formula-name-unknown"):
        service.what_if(row, formulas={"solution": "solved / everything"})


def test_a_figure_opens_its_cases_under_the_rights_of_the_reader(scored):
    good = told(scored)
    bad = told(scored, contacted=False, late=True)
    row = published(month_end(scored))
    urban = scored.units["urban"].pk

    def cases(name, part):
        return {str(c.pk) for c in service.cases_of(row, urban, "response", part, actor=scored.actor(name)).rows}

    assert cases("eva", "counted") == {good}
    assert cases("eva", "due") == {good, bad}
    assert cases("lena", "missed") == {bad}
    with pytest.raises(Refused, match="score-unit-unknown"):
        service.cases_of(row, urban, "response", "due", actor=scored.actor("liam"))


def test_a_unit_reads_its_own_row_and_only_the_shape_of_the_others(scored):
    told(scored)
    told(scored, lead="housing", satisfaction="basic", solved="partly")
    row = published(month_end(scored))
    shown = service.view(row.pk, actor=scored.actor("lena"))
    bureaus = next(group for group in shown.groups if group.group.code == "bureaus")
    assert [one.row.unit.code for one in bureaus.units] == ["urban"]
    assert bureaus.count == 2
    assert bureaus.spread[0] < bureaus.spread[2]
    assert not shown.whole_group
    with pytest.raises(Refused, match="not-allowed"):
        service.view(row.pk, actor=scored.actor("hugo"))
