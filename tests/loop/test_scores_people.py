"""Exclusions and appeals: asked by one, decided by another, with a record; and what they do to the score."""

from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest
from django.apps import apps
from scores_office import figure, lay_scores, month_end, published, run, told

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Limit, ScoreExclusion
from gezhi.loop.scores import service
from gezhi.loop.scores.service.running import recompute
from gezhi.loop.store import content


@pytest.fixture
def scored(office):
    return lay_scores(office)


@pytest.fixture
def bad(scored):
    """One good case of the bureau, and one that was late and had no contact."""
    told(scored)
    case = told(scored, contacted=False, late=True)
    month_end(scored)
    return case


def ask(office, case, by="lena", **more):
    return service.ask_exclusion(case, "legacy", "挂账审批表在案", actor=office.actor(by), now=office.now, **more)


def decide(office, row, by="vic", *, approve=True, words=""):
    return service.decide_exclusion(row.pk, approve=approve, words=words, actor=office.actor(by), now=office.now)


def acts():
    return list(
        apps.get_model("trust", "LedgerRecord").objects.filter(act__startswith="score.").values_list("act", flat=True)
    )


def test_an_exclusion_counts_only_when_another_has_approved_it(scored, bad):
    urban = scored.units["urban"].pk
    row = ask(scored, bad)
    assert figure(run(scored), urban, "response").value == "1/2"
    decide(scored, row)
    after = figure(run(scored), urban, "response")
    assert (after.value, after.raw, after.counts["contact_due"]) == ("1", "1/2", [1, 2])
    assert figure(run(scored), urban).excluded == 1
    assert {"score.exclude", "score.approve"} <= set(acts())


def test_nobody_approves_his_own_exclusion_and_nobody_decides_twice(scored, bad):
    row = ask(scored, bad, by="eva")
    with pytest.raises(Refused, match="own-exclusion"):
        decide(scored, row, by="eva")
    decide(scored, row, by="edda")
    with pytest.raises(Refused, match="exclusion-decided"):  # the second of two at once
        decide(scored, row, by="vic")
    with pytest.raises(Refused, match="exclusion-already"):
        ask(scored, bad)


def test_an_exclusion_that_is_taken_back_counts_again_with_a_record(scored, bad):
    row = decide(scored, ask(scored, bad))
    service.undo_exclusion(row.pk, "材料不实", actor=scored.actor("edda"), now=scored.now)
    assert figure(run(scored), scored.units["urban"].pk, "response").value == "1/2"
    assert "score.undo" in acts()
    with pytest.raises(Refused, match="exclusion-not-approved"):
        service.undo_exclusion(row.pk, "again", actor=scored.actor("edda"), now=scored.now)
    ask(scored, bad)  # and may be asked for anew


def test_an_exclusion_may_hold_for_some_kinds_of_events_only(scored, bad):
    decide(scored, ask(scored, bad, kinds=["contact"]))
    row = run(scored)
    urban = scored.units["urban"].pk
    assert figure(row, urban, "response").value == "1"
    assert figure(row, urban, "solution").counts["asked"] == [2, 2]


@pytest.mark.parametrize(
    ("more", "code"),
    [({"reason": "because"}, "exclusion-reason-unknown"), ({"evidence": "  "}, "field-missing"),
     ({"kinds": ["magic"]}, "field-invalid")],
)  # fmt: skip
def test_what_is_no_exclusion_is_refused(scored, bad, more, code):
    wish = {"reason": "legacy", "evidence": "x", "kinds": [], **more}
    with pytest.raises(Refused) as caught:
        service.ask_exclusion(bad, wish["reason"], wish["evidence"], kinds=wish["kinds"], actor=scored.actor("lena"),
                              now=scored.now)  # fmt: skip
    assert caught.value.code == code


def test_only_the_own_unit_or_those_who_evaluate_ask(scored, bad):
    with pytest.raises(Refused, match="case-not-found"):
        ask(scored, bad, by="liam")
    with pytest.raises(Refused, match="not-allowed"):
        ask(scored, bad, by="hugo")


def test_refusing_says_why(scored, bad):
    row = ask(scored, bad)
    with pytest.raises(Refused, match="field-missing"):
        decide(scored, row, approve=False)
    assert decide(scored, row, approve=False, words="证据不足").state == "refused"


# ---- appeals


def appeal(office, row, case, by="lena", indicator="response"):
    unit = office.units["urban"].pk
    return service.appeal(row.pk, unit, case, indicator, "已联系，未点按钮", actor=office.actor(by), now=office.now)


def review(office, row, by="vic", **more):
    wish = {"uphold": True, "words": "属实", "reason": "legacy", **more}
    return service.review(row.pk, actor=office.actor(by), now=office.now, **wish)


def test_an_upheld_appeal_makes_a_new_version_and_the_old_one_stays(scored, bad):
    urban = scored.units["urban"].pk
    first = published(scored)
    review(scored, appeal(scored, first, bad))
    second = service.revise(first.pk, actor=scored.actor("eva"), now=scored.now)
    assert (second.version, second.previous_id, second.state) == (2, first.pk, "draft")
    service.publish_run(second.pk, actor=scored.actor("eva"), now=scored.now)
    first.refresh_from_db()
    assert first.state == "replaced"
    assert (figure(first, urban, "response").value, figure(second, urban, "response").value) == ("1/2", "1")
    assert list(recompute(first)) == []
    assert list(recompute(second)) == []
    assert ScoreExclusion.objects.get().kinds == ["contact"]
    assert {"score.appeal", "score.review"} <= set(acts())


def test_an_upheld_appeal_may_give_the_case_to_another_unit(scored, bad):
    urban, housing = scored.units["urban"].pk, scored.units["housing"].pk
    first = published(scored)
    review(scored, appeal(scored, first, bad), remedy="move", to_unit=housing)
    second = service.revise(first.pk, actor=scored.actor("eva"), now=scored.now)
    assert figure(second, urban, "response").value == "1"
    assert figure(second, housing, "response").value == "0"
    assert list(recompute(second)) == []


def test_who_scored_or_appealed_does_not_judge(scored, bad):
    row = appeal(scored, published(scored), bad)
    with pytest.raises(Refused, match="own-score"):
        review(scored, row, by="eva")
    with pytest.raises(Refused, match="not-allowed"):
        review(scored, row, by="lena")
    review(scored, row, by="edda", uphold=False)
    with pytest.raises(Refused, match="appeal-decided"):
        review(scored, row, by="vic")


def test_an_appeal_has_its_time_its_case_and_its_unit(scored, bad):
    Limit.objects.create(stage="appeal", amount=5, unit_of="workday", pack="test")
    content.forget()
    with pytest.raises(Refused, match="appeal-not-published"):
        appeal(scored, run(scored), bad)
    row = published(scored)
    with pytest.raises(Refused, match="not-allowed"):
        appeal(scored, row, bad, by="liam")
    other = told(scored, lead="urban")  # in April: not of this period
    with pytest.raises(Refused, match="appeal-case-not-counted"):
        appeal(scored, row, other)
    appeal(scored, row, bad)
    with pytest.raises(Refused, match="appeal-already"):
        appeal(scored, row, bad)
    scored.later(days=20)
    with pytest.raises(Refused, match="appeal-too-late"):
        appeal(scored, row, bad, indicator="solution")


def test_a_version_without_anything_new_is_refused(scored, bad):
    row = published(scored)
    with pytest.raises(Refused, match="score-nothing-new"):
        service.revise(row.pk, actor=scored.actor("eva"), now=scored.now)
    decide(scored, ask(scored, bad))
    shown = service.view(row.pk, actor=scored.actor("eva"))
    assert shown.excluded_since == 1  # told beside the published figure, which stays
    service.revise(row.pk, actor=scored.actor("eva"), now=scored.now)
    with pytest.raises(Refused, match="score-version-open"):
        service.revise(row.pk, actor=scored.actor("eva"), now=scored.now)


# ---- sheets


def test_the_second_sheet_sums_to_what_the_score_lacks(scored, bad):
    told(scored, lead="housing", satisfaction="basic", solved="partly")
    scored.later(days=40)
    row = published(scored)
    out = BytesIO()
    service.export_xlsx(row.pk, out, language="zh-hans", actor=scored.actor("eva"), now=scored.now)
    scores, lost = openpyxl.load_workbook(out).worksheets
    points = {cells[1].value: cells[6].value for cells in scores.iter_rows(min_row=2)
              if cells[3].value == "合计" and cells[1].value and cells[6].value is not None}  # fmt: skip
    assert set(points) == {"urban"}
    for code, score in points.items():
        rows = [Fraction(str(cells[4].value)) for cells in lost.iter_rows(min_row=2) if cells[1].value == code]
        assert sum(rows) == 100 - Fraction(str(score))
        assert rows
    own = BytesIO()
    service.export_xlsx(row.pk, own, language="en", actor=scored.actor("liam"), now=scored.now)
    codes = {cells[1].value for cells in openpyxl.load_workbook(own).worksheets[1].iter_rows(min_row=2)}
    assert codes <= {"housing"}
