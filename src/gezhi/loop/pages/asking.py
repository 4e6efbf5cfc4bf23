"""The questions of a matter in a form: controls, what was typed read back, errors beside each, answers in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.text import pick
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.rules import questions as rules
from gezhi.loop.rules.questions import Question
from gezhi.loop.store.content import Content, content
from gezhi.loop.triage.service import panel
from gezhi.trust.service import open_text

PREFIX = "q-"  # names of the fields, so that no question can meet another field of the form
SEGMENTS = 8  # more options than this become a list
SHORT = 6  # characters below which no matter is guessed
KEPT = 40  # answers to the questions of other matters that a form carries along
OPEN = "-"  # no matter was guessed


def typed_answers(asked: Sequence[Question], typed: QueryDict) -> dict[str, Any]:
    """What a form says to the questions asked."""
    return {
        one.code: typed.getlist(PREFIX + one.code) if one.kind == "choices" else typed.get(PREFIX + one.code, "")
        for one in asked
    }


def part(matter: str, typed: QueryDict, *, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Context of `loop/parts/questions.html`: the questions of a matter with what was typed.

    What was typed for another matter stays in hidden fields, so that a matter chosen again finds it.
    """
    kept = content()
    asked = kept.questions_for(matter)
    fields = [descriptor(one, typed) for one in asked]
    common.mark(fields, errors)
    names = {field["name"] for field in fields}
    others = [
        (name, value[: rules.TEXT_MOST])
        for name in typed
        if name.startswith(PREFIX) and name not in names and name[len(PREFIX) :] in kept.wording
        for value in typed.getlist(name)
        if value
    ]
    return {"questions": fields, "others": others[:KEPT], "matter_known": matter in kept.matters}


def descriptor(one: Question, typed: QueryDict) -> common.Field:
    """One question as `gezhi/parts/field.html` wants it."""
    name, language = PREFIX + one.code, common.language()
    made = common.field(name, pick(one, "text", language), "text", typed.get(name, ""), required=one.required)
    least, most = one.bounds()
    if one.only:
        made["help"], made["required"] = _only(one, language), False
    match one.kind:
        case "choice" | "choices":
            many = one.kind == "choices"
            chosen = typed.getlist(name)
            made["type"] = "units" if many else "seg" if len(one.options) <= SEGMENTS else "select"
            made["options"] = [
                {"value": option["code"], "label": rules.label(option, language), "selected": option["code"] in chosen}
                for option in one.options
            ]
            if one.stop:
                _stop(made, one, language)
        case "number":
            made |= {"inputmode": "decimal", "max": 20, "autocomplete": "off", "narrow": True}
        case "date":
            made |= {"type": "date", "min": least, "max": most}
        case "datetime":
            made |= {"type": "datetime", "min": f"{least}T00:00", "max": f"{most}T23:59"}
        case _:
            made |= {"max": rules.TEXT_MOST, "autocomplete": "off"}
    return made


def _stop(made: common.Field, one: Question, language: str) -> None:
    """What to do at once is shown with the answer that tells of danger; without scripts it is always read."""
    on = next((option for option in made["options"] if option["value"] == one.stop["on"]), None)
    if on is not None:
        on["shows"] = f"stop-{one.code}"
        made["stop"] = {"id": on["shows"], "when": on["label"], "words": rules.label(one.stop, language),
                        "to": one.stop.get("to", "")}  # fmt: skip


def _only(one: Question, language: str) -> str:
    """On which answer a question hangs."""
    other = content().wording.get(one.only["code"])
    if other is None:
        return ""
    said = {"question": pick(other, "text", language), "answer": rules.in_words(other, one.only["on"], language)}
    return gettext("Only where “%(question)s” is answered “%(answer)s”.") % said


def stopped(refused: Refused | None) -> dict[str, str] | None:
    """Where an answer sends the person instead; none where nothing was stopped."""
    if refused is None or refused.code != "question-stops":
        return None
    return {"words": str(refused.facts["words"]), "to": str(refused.facts["to"]), "kind": str(refused.facts["stop"]),
            "label": str(refused.facts["to"]).removeprefix("tel:")}  # fmt: skip


def problems(matter: str, typed: QueryDict, *, whole: bool) -> list[dict[str, str]]:
    """Everything that is not right with the answers of a form, as `gezhi/parts/errors.html` shows it."""
    kept = content()
    asked = kept.questions_for(matter)
    words = {one.code: pick(one, "text", common.language()) for one in asked}
    labels = {one.code: _labels(one) for one in asked}
    found = []
    for problem in rules.read(asked, typed_answers(asked, typed), whole=whole)[1]:
        refused = problem.refused(words[problem.question])
        if "known" in refused.facts:
            refused.facts["known"] = labels[problem.question]
        found.append({"name": PREFIX + problem.question, "text": sentence(refused)})
    return found


def unasked(matter: str, typed: QueryDict) -> list[tuple[str, str]]:
    """The fields and words of the required questions that a form leaves without an answer."""
    asked = content().questions_for(matter)
    missing = {
        one.question for one in rules.read(asked, typed_answers(asked, typed))[1] if one.code == "answer-missing"
    }
    return [(PREFIX + one.code, pick(one, "text", common.language())) for one in asked if one.code in missing]


def checked(matter: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers in their stored form; raises what `rules.check` raises."""
    return rules.check(content().questions_for(matter), answers, whole=False)


def _labels(one: Question) -> str:
    return gettext(", ").join(rules.label(option, common.language()) for option in one.options)


def in_words(answers: Mapping[str, Any], kept: Content) -> list[dict[str, str]]:
    """Answers with the words of their questions; what is no question of ours is shown under its own name."""
    language = common.language()
    shown = []
    for name, value in answers.items():
        one = kept.wording.get(name)
        if one is None:
            many = isinstance(value, list | tuple)
            shown.append({"q": name, "a": gettext(", ").join(str(each) for each in value) if many else str(value)})
        else:
            shown.append({"q": pick(one, "text", language), "a": rules.in_words(one, value, language)})
    return shown


def stops(case: Case) -> list[str]:
    """What the reporter of a case must do at once, by what was answered."""
    told = dict(open_text(case.requester, case.story).get("answers", {}))
    return rules.stops(content().questions_for(case.matter), told, common.language()) if told else []


# ---- which matter a citizen means


def about(typed: QueryDict, *, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Context of `loop/parts/about.html`: the matters that the words speak of, and the questions of the chosen one.

    A matter is only asked for where one of those guessed asks something; otherwise it may be picked from a list, which
    stays on the page however the words change. What the citizen chose stays whatever is guessed later.
    """
    kept = content()
    guesses, sure = guessed(typed.get("text", ""), typed.get("place", ""), typed.get("area", ""))
    chosen = typed.get("matter")
    if chosen is None or chosen == typed.get("guess", OPEN):
        chosen = sure
    if not guesses and kept.questions:
        return {**picking(chosen or "", kept), **part(chosen or "", typed, errors=errors)}
    guesses = [code for code in guesses if not kept.retired(code)]
    codes = [*guesses, *([chosen] if chosen and chosen in kept.matters and chosen not in guesses else [])]
    if not any(kept.questions_for(code) for code in codes):
        if not kept.questions:
            return {"matters": None, **part("", typed)}
        picked = "" if chosen is None or chosen == sure else chosen
        return {**picking(picked, kept), **part(picked, typed, errors=errors)}
    options: list[tuple[object, str]] = [(code, common.matter_name(kept, code, 1)) for code in codes]
    options.append(("", gettext("None of these, the office decides")))
    field = common.field("matter", gettext("What is it about?"), "radio", column=True, required=True,
                         options=common.choices(options, chosen if chosen is not None else OPEN))  # fmt: skip
    return {"matters": field, "guess": OPEN if sure is None else sure, **part(chosen or "", typed, errors=errors)}


def picking(chosen: str, kept: Content) -> dict[str, Any]:
    """The list of matters where nothing was guessed: left untouched, it gives way to what is guessed later."""
    field = common.field("matter", gettext("What is it about?"), "select", chosen, options=listed(chosen, kept),
                         blank=gettext("The office decides"))  # fmt: skip
    return {"matters": field, "folded": True, "guess": ""}


def listed(chosen: str, kept: Content) -> list[common.Field]:
    """The matters of the second level, and deeper ones that ask something, in groups of the first."""
    rows = [
        row
        for row in kept.matters_in_use.values()
        if row.level == 2 or row.code == chosen or kept.questions.get(row.code)
    ]
    made = []
    for row in sorted(rows, key=lambda row: row.code):
        top = kept.matter_path(row.code).partition(".")[0]
        label = common.matter_name(kept, row.code, max(row.level - 1, 1))
        made.append({"value": row.code, "label": label, "selected": row.code == chosen,
                     "group": common.named(kept.matters.get(top))})  # fmt: skip
    return made


def guessed(text: str, place: str, area: str) -> tuple[list[str], str | None]:
    """Codes of the likely matters, and the one that is sure enough to be chosen."""
    if len(text.strip()) < SHORT:
        return [], None
    found = panel([text[:4000], place[:200]] if place else [text[:4000]], area, language=common.language())
    return [one["code"] for one in found["matters"][:3]], (found["sure"] or {}).get("matter")
