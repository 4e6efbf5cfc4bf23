"""The form of a move, made from its row in the workflow table, and what was typed read back as the move's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, pgettext

from gezhi.kit.text import pick
from gezhi.loop.models import Case
from gezhi.loop.pages import common
from gezhi.loop.rules import words
from gezhi.loop.rules.moves import BY_NAME, Field, Move
from gezhi.loop.rules.words import DIMENSIONS, TEXT_LIMIT, URGENCIES, URGENCY_WORDS
from gezhi.loop.service.moving import answer_rule
from gezhi.loop.service.registering import suggested_units
from gezhi.loop.store import below, worklist
from gezhi.loop.store.content import Content
from gezhi.loop.triage.service import panel
from gezhi.loop.triage.service.advising import fields_of as case_words
from gezhi.trust.rules import Actor

FIXED: Mapping[str, Sequence[str]] = {
    "kind": words.KINDS, "outcome": words.OUTCOMES, "satisfaction": words.SATISFACTIONS[:-1],
    "solved": words.SOLVED[:-1],
    "ruling": ("uphold", "reject", "fallback"), "reached": ("reached", "unreached", "relay"),
    "close_cause": words.CLOSE_CAUSES, "repeat_reason": words.REPEAT_REASONS,
    "limit_unit": ("workday", "workhour", "day", "hour"),
}  # fmt: skip
RADIOS = 10  # more choices than this become a list
WITH_FILES = frozenset({"reply", "note", "contact", "task_done", "ask", "supply", "supplement", "supervise_answer",
                        "instruct", "instruct_answer", "review_pass"})  # fmt: skip
LONG = {"reply": 5, "public_reply": 5, "words": 4, "for_unit": 2, "ask": 3, "reason": 3, "basis": 2, "note": 3}
GRAVE = frozenset({"decline", "return", "void_ask", "withdraw", "merge", "close"})
SHORT = ("leader", "paper", "person", "number")  # names and numbers: one line to write on
PRESENT = ("matter", "kind", "urgency", "area")  # facts that a form shows as they stand


@dataclass(frozen=True, slots=True)
class Ground:
    """What a form needs to know: the case, the content in force, who fills it in."""

    case: Case | None
    kept: Content
    actor: Actor
    typed: QueryDict | None = None


def fields_of(move: Move, ground: Ground) -> list[common.Field]:
    """The field descriptors of a move, with what was typed or what stands now."""
    made: list[common.Field] = []
    start = prefill(move, ground)
    for one in move.fields:
        if one.kind == "scores":
            made += score_fields(ground.typed)
        elif one.name == "public_reply" and not _for_public(ground):
            continue  # the reply itself goes out
        else:
            made.append(descriptor(move, one, ground, start))
    if move.name in WITH_FILES and (move.name != "review_pass" or _for_public(ground)):
        made.append(common.field("files", gettext("Photos and files"), "files", button=gettext("Add photos or files"),
                                 accept="image/*,.pdf,audio/*,video/*", icon="camera"))  # fmt: skip
    return made


def _for_public(ground: Ground) -> bool:
    """Whether the public is answered in words of its own."""
    return ground.case is not None and answer_rule(ground.case, ground.kept).public_reply


def outward_field(move: Move, ground: Ground) -> Field | None:
    """The field whose words the citizen will read."""
    names = [one for one in move.fields if one.public and (one.name != "public_reply" or _for_public(ground))]
    return next((one for one in reversed(names) if one.name == "public_reply"), names[0] if names else None)


def prefill(move: Move, ground: Ground) -> dict[str, Any]:
    """What a form shows before anybody types: the facts of the case, and for a dispatch what the catalogue says."""
    case = ground.case
    if case is None:
        return {}
    start: dict[str, Any] = {name: getattr(case, name) for name in PRESENT}
    if not case.matter and any(one.kind == "matter" for one in move.fields):
        found = panel(case_words(case), case.area, language=common.language())
        start["matter"] = (found["sure"] or {}).get("matter", "")
        start["guesses"] = found["matters"][:3]
    if move.name == "contact" and case.confidential:
        start["reached"] = "relay"  # the unit knows no number: the desk passes its words on
    if move.name == "dispatch":
        found = suggested_units(case.matter, case.area)
        start["unit"] = found["lead"].pk if found["lead"] else ""
        start["assisting"] = [unit.pk for unit in found["assisting"]]
        start["why"] = found["duty"]
    if "task-open" in move.guards and move.who == ("task",):
        start["unit"] = ground.actor.unit_id or ""
    if move.name == "postpone_decide":
        start["approve"] = ""
        start["amount"] = (case.more.get("pending") or {}).get("amount", "")
    return start


def descriptor(move: Move, one: Field, ground: Ground, start: Mapping[str, Any]) -> common.Field:
    """One field as `gezhi/parts/field.html` wants it."""
    typed = ground.typed
    value = typed.get(one.name, "") if typed is not None else start.get(one.name, "")
    label = common.word("field", f"{move.name}.{one.name}") or pgettext("field", one.name)
    needed = one.required or (move.name == "accept" and one.name == "matter")
    made = common.field(one.name, label, "text", value, required=needed)
    made["help"] = common.word("field-help", f"{move.name}.{one.name}") or common.word("field-help", one.name)
    match one.kind:
        case "text":
            made |= {"type": "textarea", "rows": LONG.get(one.name, 3), "max": TEXT_LIMIT}
            if one.name in SHORT:
                made |= {"type": "text", "max": 120}
            if one == outward_field(move, ground):
                made["preview"] = f"preview-{move.name}"
        case "code":
            options = code_options(one, ground.kept)
            many = len(options) > RADIOS
            made |= {"type": "select" if many else "radio", "options": common.choices(options, value)}
        case "bool":
            _bool(made, one, move, value)
        case "date" | "time":
            made["type"] = one.kind
        case "int":
            _integer(made, one, value)
        case "unit" if "task-open" in move.guards or "task-waits" in move.guards:
            made |= {"type": "select", "options": task_options(ground, value)}
        case _:
            _row(made, one, ground, start, value)
    return made


def _bool(made: common.Field, one: Field, move: Move, value: Any) -> None:
    if not one.required:  # yes or nothing; a required one is a question with two answers
        made |= {"type": "checkbox", "value": value in (True, "1")}
        return
    yes = common.word("answer", f"{one.name}.yes") or gettext("Yes")
    no = common.word("answer", f"{one.name}.no") or gettext("No")
    made |= {"type": "radio", "options": common.choices([("1", yes), ("0", no)], value)}
    del move


def _integer(made: common.Field, one: Field, value: Any) -> None:
    if one.name == "urgency":
        options = [(n, pgettext("urgency", URGENCY_WORDS[n])) for n in URGENCIES]
        made |= {"type": "seg", "options": common.choices(options, value or 1)}
    else:
        made |= {"type": "number", "min": 1, "max": 365}


def _row(made: common.Field, one: Field, ground: Ground, start: Mapping[str, Any], value: Any) -> None:
    """Choices that are rows: units, matters, areas, colleagues, cases."""
    match one.kind:
        case "unit":
            made |= {"type": "unit", "options": unit_options([value])}
            duty = start.get("why")
            if duty is not None and one.name == "unit":
                made["help"] = why_words(duty, ground.kept)
        case "units":
            typed = ground.typed.getlist(one.name) if ground.typed is not None else start.get(one.name, [])
            made |= {"type": "units", "options": unit_options(typed)}
        case "matter":
            made |= {"type": "matter", "options": matter_options(ground.kept, str(value))}
            if start.get("guesses"):
                made["help"] = guess_words(start["guesses"])
        case "area":
            made |= {"type": "area", "options": area_options(str(value))}
        case "user":
            made |= {"type": "user", "options": colleague_options(ground, str(value))}
        case "case":
            made |= {"type": "text", "placeholder": pgettext("case", "Number")}
        case _:
            pass


def guess_words(guesses: Sequence[Mapping[str, Any]]) -> str:
    """The likely matters of a case, with their shares and the words that speak for the first."""
    said = gettext(", ").join(f"{one['name']} {one['share']} %" for one in guesses)
    words_ = gettext(", ").join(guesses[0]["words"][:4])
    because = gettext("because of: %(words)s") % {"words": words_} if words_ else ""
    return " · ".join(part for part in (gettext("Suggested: %(matters)s") % {"matters": said}, because) if part)


def why_words(duty: Any, kept: Content) -> str:
    """By which row of the catalogue a unit is suggested."""
    basis = pick(duty, "basis", common.language())
    said = gettext("Dispatch catalogue %(edition)s, row %(no)s") % {"edition": kept.edition_name, "no": duty.no}
    return f"{said}: {basis}" if basis else said


def code_options(one: Field, kept: Content) -> list[tuple[object, str]]:
    """The words of a code list, fixed or from the packs."""
    if one.choices in FIXED:
        return [(code, pgettext(one.choices, code)) for code in FIXED[one.choices]]
    return [(code, common.named(item)) for code, item in kept.codes.get(one.choices, {}).items()]


def unit_options(chosen: Sequence[Any]) -> list[common.Field]:
    """Every active unit, in the order of the tree."""
    picked = {str(key) for key in chosen if key}
    return [
        {"value": unit.pk, "label": common.named(unit), "selected": str(unit.pk) in picked, "words": unit.code}
        for unit in below.units_in_order()
    ]


def task_options(ground: Ground, chosen: Any) -> list[common.Field]:
    """The units that still have a part in this case; where there is one, it is meant."""
    tasks = ground.case.more.get("tasks", ()) if ground.case is not None else ()
    keys = [unit for _, unit, done, *_ in tasks if not done]
    named = below.named(below.units(), keys)
    picked = str(chosen or (keys[0] if len(keys) == 1 else ""))
    return common.choices([(key, common.named(named[key])) for key in keys if key in named], picked)


def matter_options(kept: Content, chosen: str) -> list[common.Field]:
    """Every matter below the first level, grouped by its parents; where only one level exists, that."""
    rows = sorted((row for code, row in kept.matters.items() if code == chosen or not kept.retired(code)),
                  key=lambda row: row.code)  # fmt: skip
    deep = [row for row in rows if row.level > 1] or rows
    return [
        {"value": row.code, "label": common.named(row), "selected": row.code == chosen,
         "group": common.matter_name(kept, row.parent), "words": row.code}
        for row in deep
    ]  # fmt: skip


def area_options(chosen: str) -> list[common.Field]:
    """Every area, named with the one above; the deepest first, since the first that fits a name typed is taken."""
    rows = list(below.areas().filter(valid_to=None).order_by("path"))
    names = {row.pk: common.named(row) for row in rows}
    return [
        {"value": row.pk, "label": names[row.pk], "selected": row.pk == chosen, "group": names.get(row.parent_id, "")}
        for row in sorted(rows, key=lambda row: (-str(row.path).count("."), names.get(row.parent_id, ""), row.path))
    ]


def colleague_options(ground: Ground, chosen: str) -> list[common.Field]:
    """People of the unit in charge."""
    lead = ground.case.lead if ground.case is not None else None
    path = lead.path if lead is not None else ground.actor.unit_path
    rows = below.users().filter(is_active=True, unit__path__descends=path).select_related("unit").order_by("unit", "pk")
    return [
        {"value": f"user:{row.pk}", "label": row.display_name, "group": common.named(row.unit),
         "selected": f"user:{row.pk}" == chosen}
        for row in rows
        if str(row.pk) != ground.actor.id
    ]  # fmt: skip


def score_fields(typed: QueryDict | None) -> list[common.Field]:
    """Four dimensions of five steps."""
    steps = [(n, pgettext("score", str(n))) for n in range(5, 0, -1)]  # the best first, as in every other row
    return [
        common.field(f"score_{name}", pgettext("dimension", name), "seg",
                     options=common.choices(steps, typed.get(f"score_{name}", "") if typed is not None else ""))
        for name in DIMENSIONS
    ]  # fmt: skip


# ---- reading back


def data_of(move: Move, posted: QueryDict, actor: Actor) -> dict[str, Any]:
    """What a form of this move says, empty fields left out."""
    data: dict[str, Any] = {}
    for one in move.fields:
        value: Any = posted.get(one.name, "").strip()
        match one.kind:
            case "units":
                value = [key for key in posted.getlist(one.name) if key]
            case "scores":
                scores = {name: posted.get(f"score_{name}", "") for name in DIMENSIONS}
                value = {name: score for name, score in scores.items() if score}
            case "bool" if not one.required:
                value = True if value == "1" else ""
            case "case":
                value = _case_of(str(value), actor)
            case _:
                pass
        if value not in ("", [], {}):
            data[one.name] = value
    return data


def _case_of(number: str, actor: Actor) -> str:
    """The key of a case from the number that people type; what is no known number stays as it is."""
    found = worklist.of_number(actor, number).first() if number else None
    return str(found.pk) if found else number


def move_form(name: str, ground: Ground, *, action: str, key: str, last: int, cancel: str = "") -> dict[str, Any]:
    """The whole form for `loop/parts/move.html`."""
    row = BY_NAME[name]
    title = pgettext("move", name)
    public = outward_field(row, ground)
    made: dict[str, Any] = {
        "name": name, "title": title, "says": common.word("move-says", name), "action": action, "key": key,
        "last": last,
        "submit": common.word("move-submit", name) or title, "grave": name in GRAVE, "cancel": cancel,
        "fields": fields_of(row, ground), "draft": f"{name}-{ground.case.pk if ground.case else 'many'}",
    }  # fmt: skip
    if public is not None:
        lead = ground.case.lead if ground.case is not None else None
        unit = common.named(lead) if lead is not None else ""
        blank = gettext("(your words appear here as you type)")
        made["preview"] = {"id": f"preview-{name}", "who": unit, "blank": blank}
        made["reply_field"] = next((one.name for one in row.fields if one.name == "reply"), public.name)
    return made
