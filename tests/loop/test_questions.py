"""Questions of a matter: what is taken as an answer, what is refused and how it is named, how answers read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.questions import Question, check, in_words, read, stops

YES_NO = ({"code": "yes", "zh": "是", "en": "Yes"}, {"code": "no", "zh": "否", "en": "No"})
PROOF = ({"code": "contract", "zh": "合同", "en": "Contract"}, {"code": "bank", "zh": "流水", "en": ""})


def question(kind, *, code="q", required=True, **more):
    options = {"choice": YES_NO, "choices": PROOF}.get(kind, ())
    return Question(code, "0101", kind, required, "问题？", "Question?", options=options, **more)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "  赣A12345 ", "赣A12345"),
        ("number", "3", 3),
        ("number", "１，２００．５", 1200.5),
        ("number", 0, 0),
        ("number", 2.0, 2),
        ("date", "2026-03-02", "2026-03-02"),
        ("datetime", "2026-03-02T21:30", "2026-03-02T21:30"),
        ("datetime", "2026-03-02 21:30:45+08:00", "2026-03-02T21:30+08:00"),
        ("choice", "yes", "yes"),
        ("choices", ["bank", "contract", "bank"], ["contract", "bank"]),
        ("choices", "bank", ["bank"]),
    ],
)
def test_an_answer_is_kept_in_one_form(kind, value, kept):
    assert read([question(kind)], {"q": value}) == ({"q": kept}, [])


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("text", 5, "answer-text"),
        ("text", "长" * 501, "answer-long"),
        ("number", "三个", "answer-number"),
        ("number", True, "answer-number"),
        ("number", "1e5", "answer-number"),
        ("number", float("nan"), "answer-number"),
        ("number", "-1", "answer-range"),
        ("number", "9999999999999", "answer-range"),
        ("date", "3月2日", "answer-date"),
        ("date", "2026-02-30", "answer-date"),
        ("date", "1812-01-01", "answer-range"),
        ("datetime", "yesterday", "answer-date"),
        ("datetime", "2999-01-01T00:00", "answer-range"),
        ("choice", "perhaps", "answer-choice"),
        ("choice", ["yes"], "answer-choice"),
        ("choices", ["contract", "x"], "answer-choice"),
        ("choices", [["contract"]], "answer-choice"),
        ("choices", {"contract": 1, "x": 2}, "answer-choice"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(kind, value, code):
    answers, problems = read([question(kind)], {"q": value})
    assert answers == {}
    assert [(problem.code, problem.question) for problem in problems] == [(code, "q")]
    with pytest.raises(Refused) as refused:
        check([question(kind)], {"q": value})
    assert (refused.value.code, refused.value.status, refused.value.facts["question"]) == (code, 422, "q")


@pytest.mark.parametrize("blank", [None, "", "   ", [], {}])
@pytest.mark.parametrize("kind", ["text", "number", "date", "datetime", "choice", "choices"])
def test_only_what_is_required_and_put_in_full_is_missed(kind, blank):
    for required, whole, missed in ((True, True, True), (True, False, False), (False, True, False)):
        answers, problems = read([question(kind, required=required)], {"q": blank}, whole=whole)
        assert answers == {}
        assert [problem.code for problem in problems] == (["answer-missing"] if missed else [])


def test_a_question_may_set_its_own_bounds():
    warm = question("number", least="-40", most="60")
    assert read([warm], {"q": "-12.5"}) == ({"q": -12.5}, [])
    problem = read([warm], {"q": "61"})[1][0]
    assert problem.facts == {"value": "61", "least": "-40", "most": "60"}
    day = question("date", least="2026-01-01", most="2026-12-31")
    assert read([day], {"q": "2025-12-31"})[1][0].code == "answer-range"


def test_every_problem_is_found_and_the_rest_is_kept_in_order():
    asked = [question("choice", code="a"), question("number", code="b"), question("text", code="c")]
    answers, problems = read(asked, {"z": 1, "c": "好", "b": "x"})
    assert answers == {"c": "好"}
    assert [(problem.code, problem.question) for problem in problems] == [
        ("question-unknown", "z"),
        ("answer-missing", "a"),
        ("answer-number", "b"),
    ]


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.lists(st.text(max_size=5))))
def test_whatever_comes_is_kept_or_named_and_what_was_kept_is_kept_again(value):
    for kind in ("text", "number", "date", "datetime", "choice", "choices"):
        answers, problems = read([question(kind, required=False)], {"q": value})
        assert len(answers) + len(problems) <= 1
        if answers:
            assert read([question(kind)], answers) == (answers, [])


def test_answers_read_in_both_languages():
    assert in_words(question("choice"), "yes", "zh-hans") == "是"
    assert in_words(question("choices"), ["contract", "bank"], "en") == "Contract, 流水"
    assert in_words(question("number"), 12000, "en") == "12,000"
    assert in_words(question("datetime"), "2026-03-02T21:30", "en") == "2026-03-02 21:30"


def test_danger_says_what_to_do_at_once():
    gas = question("choice", stop={"on": "yes", "zh": "请先开窗", "en": "Open the windows"})
    assert stops([gas], {"q": "yes"}, "en") == ["Open the windows"]
    assert stops([gas], {"q": "no"}, "en") == stops([gas], {}, "en") == []
