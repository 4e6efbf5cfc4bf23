"""The questions that a matter asks: what an answer may be, which must be given, and an answer in words."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.text import clean, pick

TEXT_MOST = 500  # characters of one answer; the long story belongs into the text
NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,6})?")
BOUNDS: Mapping[str, tuple[str, str]] = {  # where a question names none: counts and amounts, days of living memory
    "number": ("0", "1000000000000"), "date": ("1900-01-01", "2100-12-31"), "datetime": ("1900-01-01", "2100-12-31"),
}  # fmt: skip
STOPS = ("warn", "call", "elsewhere")  # told at once and taken; or not taken: call at once, it is for another office
HALTING = STOPS[1:]
SHOWN = 40  # characters of a wrong answer that a refusal repeats


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `kind` is text, number, date, datetime, choice or choices; `options` are {code, zh, en}."""

    code: str
    matter: str
    kind: str
    required: bool
    text_zh: str
    text_en: str = ""
    options: Sequence[Mapping[str, str]] = ()
    # {on, kind, zh, en, to}: what to do at once where the answer is `on`; `kind` is one of STOPS, `to` an address
    stop: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)  # {code, on}: asked where another question was answered so
    least: str = ""
    most: str = ""

    @property
    def codes(self) -> list[str]:
        return [option["code"] for option in self.options]

    def bounds(self) -> tuple[str, str]:
        """The smallest and the largest answer, as text."""
        least, most = BOUNDS.get(self.kind, ("", ""))
        return self.least or least, self.most or most


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer is not taken: the code of a refusal, the question it is about, and facts for the sentence."""

    code: str
    question: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def refused(self, words: str = "") -> Refused:
        """The refusal; `words` names the question as people read it, else it is named by its code."""
        return Refused(self.code, status=422, field="answers", question=words or self.question, **self.facts)


class _AnswerError(ValueError):
    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def read(
    asked: Sequence[Question], given: Mapping[str, Any], *, whole: bool = True
) -> tuple[dict[str, Any], list[Problem]]:
    """Answers in their stored form, in the order of the questions, and every problem found.

    `whole` says that the questions were put in full, so that what is required must be there.

    >>> gas = Question("gas", "0105", "choice", True, "有燃气味吗？", options=[{"code": "yes"}, {"code": "no"}])
    >>> read([gas], {"gas": "yes"})
    ({'gas': 'yes'}, [])
    >>> [problem.code for problem in read([gas], {"gas": "perhaps", "x": 1})[1]]
    ['question-unknown', 'answer-choice']
    >>> [problem.code for problem in read([gas], {})[1]], read([gas], {}, whole=False)
    (['answer-missing'], ({}, []))
    """
    codes = {question.code for question in asked}
    asked = [question for question in asked if applies(question, given)]
    problems = [Problem("question-unknown", str(name)[:SHOWN]) for name in given if name not in codes]
    answers: dict[str, Any] = {}
    for question in asked:
        value = given.get(question.code)
        if _blank(value):
            if question.required and whole:
                problems.append(Problem("answer-missing", question.code))
            continue
        try:
            answers[question.code] = READERS[question.kind](question, value)
        except _AnswerError as wrong:
            problems.append(Problem(wrong.code, question.code, {"value": _said(value), **wrong.facts}))
    return answers, problems


def applies(question: Question, given: Mapping[str, Any]) -> bool:
    """Whether a question is put, by what was answered to the one that it hangs on.

    >>> how = Question("how", "01", "text", True, "怎样？", only={"code": "gas", "on": "yes"})
    >>> applies(how, {"gas": "yes"}), applies(how, {"gas": ["no", "yes"]}), applies(how, {"gas": "no"})
    (True, True, False)
    """
    if not question.only:
        return True
    said = given.get(question.only["code"])
    return question.only["on"] in said if isinstance(said, list | tuple) else said == question.only["on"]


def check(asked: Sequence[Question], given: Mapping[str, Any], *, whole: bool = True) -> dict[str, Any]:
    """Answers in their stored form.

    Raises question-unknown, answer-missing, answer-choice, answer-number, answer-date, answer-text, answer-long or
    answer-range, all 422, for the first that is not right.
    """
    answers, problems = read(asked, given, whole=whole)
    if problems:
        raise problems[0].refused()
    return answers


def in_words(question: Question, value: Any, language: str) -> str:
    """An answer as people read it.

    >>> ride = Question("r", "1202", "choices", False, "凭证？", options=[{"code": "a", "zh": "甲", "en": "A"},
    ...                                                                {"code": "b", "zh": "乙", "en": "B"}])
    >>> in_words(ride, ["a", "b"], "en"), in_words(ride, ["b", "gone"], "zh-hans")
    ('A, B', '乙、gone')
    """
    if isinstance(value, list | tuple):
        return ("、" if language.startswith("zh") else ", ").join(in_words(question, one, language) for one in value)
    if question.kind.startswith("choice"):
        return next((label(one, language) for one in question.options if one["code"] == value), str(value))
    if question.kind == "datetime":
        return str(value).replace("T", " ")
    if question.kind == "number" and isinstance(value, int | float):
        return f"{value:,}"
    return str(value)


def label(words: Mapping[str, str], language: str) -> str:
    """The words of an option or of a stop, Chinese where there are no English ones."""
    return pick({"name_zh": words.get("zh", ""), "name_en": words.get("en", "")}, "name", language)


def stops(asked: Iterable[Question], answers: Mapping[str, Any], language: str) -> list[str]:
    """What must be done at once, for answers that tell of danger."""
    return [label(question.stop, language) for question in _alarming(asked, answers)]


def dangerous(asked: Iterable[Question], answers: Mapping[str, Any]) -> bool:
    """Whether some answer tells of danger.

    >>> gas = Question("gas", "0105", "choice", True, "有燃气味吗？", stop={"on": "yes", "zh": "请离开"})
    >>> dangerous([gas], {"gas": "yes"}), dangerous([gas], {"gas": "no"}), dangerous([gas], {})
    (True, False, False)
    """
    return any(one.stop.get("kind") != "elsewhere" for one in _alarming(asked, answers))


def halting(asked: Iterable[Question], answers: Mapping[str, Any]) -> Question | None:
    """The first question whose answer ends the form: it is not for this office, or it is for those who come at once.

    >>> law = Question("law", "01", "choice", True, "已起诉？", stop={"on": "yes", "kind": "elsewhere", "zh": "找法院"})
    >>> halting([law], {"law": "yes"}).code, halting([law], {"law": "no"})
    ('law', None)
    """
    return next((one for one in _alarming(asked, answers) if one.stop.get("kind") in HALTING), None)


def _alarming(asked: Iterable[Question], answers: Mapping[str, Any]) -> list[Question]:
    return [one for one in asked if one.stop and answers.get(one.code) == one.stop["on"]]


def bounds_fit(kind: str, least: str, most: str) -> bool:
    """Whether the bounds that a pack gives can be read, and the smaller comes first; only numbers and days have any.

    >>> bounds_fit("number", "-40", "60"), bounds_fit("date", "2026-12-31", "2026-01-01"), bounds_fit("text", "1", "")
    (True, False, False)
    """
    if not least and not most:
        return True
    low, high = Question("", "", kind, required=False, text_zh="", least=least, most=most).bounds()
    try:
        if kind == "number":
            return bool(NUMBER.fullmatch(low) and NUMBER.fullmatch(high)) and float(low) <= float(high)
        return kind in BOUNDS and date.fromisoformat(low) <= date.fromisoformat(high)
    except ValueError:
        return False


def _blank(value: Any) -> bool:
    return value is None or value in ([], {}, ()) or (isinstance(value, str) and not clean(value))


def _said(value: Any) -> str:
    return clean(str(value))[:SHOWN]


def _text(question: Question, value: Any) -> str:
    del question
    if not isinstance(value, str):
        raise _AnswerError("answer-text")
    said = clean(value)
    if len(said) > TEXT_MOST:
        raise _AnswerError("answer-long", limit=TEXT_MOST, length=len(said))
    return said


def _number(question: Question, value: Any) -> int | float:
    typed = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not NUMBER.fullmatch(typed):
        raise _AnswerError("answer-number")
    number = float(typed)
    least, most = question.bounds()
    if not float(least) <= number <= float(most):
        raise _AnswerError("answer-range", least=least, most=most)
    return int(number) if number.is_integer() else number


def _date(question: Question, value: Any) -> str:
    try:
        day = date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise _AnswerError("answer-date", example="2026-03-02") from error
    _in_time(question, day)
    return day.isoformat()


def _datetime(question: Question, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise _AnswerError("answer-date", example="2026-03-02 21:30") from error
    _in_time(question, moment.date())
    return moment.isoformat(timespec="minutes")


def _in_time(question: Question, day: date) -> None:
    least, most = question.bounds()
    if not date.fromisoformat(least) <= day <= date.fromisoformat(most):
        raise _AnswerError("answer-range", least=least, most=most)


def _choice(question: Question, value: Any) -> str:
    if value not in question.codes:
        raise _AnswerError("answer-choice", known=", ".join(question.codes))
    return str(value)


def _choices(question: Question, value: Any) -> list[str]:
    given = list(value) if isinstance(value, list | tuple) else [value]
    for one in given:
        _choice(question, one)
    return [code for code in question.codes if code in given]


READERS: Mapping[str, Callable[[Question, Any], Any]] = {
    "text": _text, "number": _number, "date": _date, "datetime": _datetime, "choice": _choice, "choices": _choices,
}  # fmt: skip
