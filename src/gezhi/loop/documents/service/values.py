"""A case as plain data for a template, under the rights of the person who makes the document."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.text import pick
from gezhi.loop.documents.rules import KINDS
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.rules.redact import without
from gezhi.loop.rules.words import URGENCY_WORDS
from gezhi.loop.service.reading import OPINIONS, CaseView, Entry, name_of
from gezhi.loop.store.content import Content, content
from gezhi.trust.rules import Actor, within
from gezhi.trust.service import office_setting

LANGUAGE = "zh-hans"  # documents go from office to office: Chinese unless their maker asks for another language
CAUSES = {"postpone_ask": "postpone_reason"}
SAID = ("note", "words", "reason", "ask", "reply", "result", "plan")


def values_of(kind: str, shown: CaseView, *, actor: Actor, now: datetime, language: str = LANGUAGE) -> dict[str, Any]:
    """What a template of this kind may use. Raises document-not-yet where the step that it tells of was not made."""
    shown = as_on_paper(shown, for_unit=KINDS[kind].for_unit)
    with translation.override(language):
        made = {
            "office": government(language), "secret": pgettext("document", "secret") if shown.case.confidential else "",
            "made": {"on": day(now), "by": actor.name}, "case": case_of(shown, content()),
            "steps": [step_of(entry) for entry in shown.entries],
        }  # fmt: skip
        if kind == "instruction":
            made["instruction"] = instruction_of(shown)
        move = KINDS[kind].move
        if move:
            step = next((entry for entry in reversed(shown.entries) if entry.move == move), None)
            if step is None:
                raise Refused("document-not-yet", move=pgettext("move", move))
            made["act"] = act_of(step, content())
        return made


def as_on_paper(shown: CaseView, *, for_unit: bool) -> CaseView:
    """Without slips that were taken back; and what goes to the unit in charge no fuller than that unit may read it.

    The paper leaves the desk: of a confidential case, and where the unit is the one complained about, nothing in it
    tells who asked; what the requester thinks of the answer is told in the words meant for the unit alone.
    """
    entries = [entry for entry in shown.entries if entry.no not in shown.undone and entry.move != "undo"]
    if not for_unit:
        return replace(shown, entries=entries)
    case = shown.case
    blamed = bool(case.complained and case.lead and within(case.lead.path, case.complained.path))
    known = name_of(case) if case.confidential or blamed else None
    entries = [replace(entry, texts=unit_words(entry, known)) for entry in entries]
    if known is None:
        return replace(shown, entries=entries)
    story = {name: without(value, known) for name, value in shown.story.items() if isinstance(value, str)}
    return replace(shown, entries=entries, story=story, requester="")


def unit_words(entry: Entry, known: str | None) -> dict[str, str]:
    """The words of a step that the unit in charge may read; `known` is a requester's name that it must not learn."""
    texts = {name: text for name, text in entry.texts.items() if entry.move not in OPINIONS or name == "for_unit"}
    return texts if known is None else {name: without(text, known) for name, text in texts.items()}


def case_of(shown: CaseView, kept: Content) -> dict[str, Any]:
    case, story = shown.case, shown.story
    names = [name(kept.matters.get(part)) for part in kept.matter_path(case.matter).split(".") if part]
    return {
        "number": case.number, "title": story.get("title", ""), "text": story.get("text", ""),
        "kind": pgettext("kind", case.kind) if case.kind else "", "matter": " › ".join(names[-2:]),
        "channel": code(kept, "channel", case.channel), "urgency": pgettext("urgency", URGENCY_WORDS[case.urgency]),
        "area": name(shown.area), "place": story.get("place", ""), "state": pgettext("state", case.state),
        "round": case.round, "received": moment(case.received_at), "due": moment(case.due_at),
        "handle_due": handling(shown, kept),
        "lead": name(case.lead), "assisting": gettext(", ").join(name(task["unit"]) for task in shown.tasks),
        "desk": name(case.desk), "requester": shown.requester,
    }  # fmt: skip


def handling(shown: CaseView, kept: Content) -> str:
    """Until when the unit has to handle the case in the present round, by part where its limit has parts.

    A limit that rests has no end until it goes on.
    """
    rows = [clock for clock in shown.clocks if clock.stage == "handle" and clock.round == shown.case.round]
    rows = [clock for clock in rows if clock.finished_at is None] or rows
    parts = []
    for clock in sorted((clock for clock in rows if clock.due_at), key=lambda clock: clock.due_at or clock.started_at):
        part = kept.parts.get((clock.stage, clock.label)) if clock.label else None
        parts.append(" ".join(said for said in (name(part, "label"), moment(clock.due_at)) if said))
    return gettext("; ").join(parts)


def instruction_of(shown: CaseView) -> dict[str, Any]:
    """The leader's instruction of a case; empty texts where none is written yet, so that he can write on the paper."""
    newest = {entry.move: entry for entry in shown.entries if entry.move in ("instruct_ask", "instruct")}
    asked, wrote = (newest[move].texts if move in newest else {} for move in ("instruct_ask", "instruct"))
    since = newest["instruct"].no if "instruct" in newest else 0
    told = [entry for entry in shown.entries if entry.move == "instruct_answer" and entry.no > since]
    units = newest["instruct"].named.get("units") or [shown.case.lead] if "instruct" in newest else []
    one, himself = shown.snap.instruction, newest["instruct"].actor if "instruct" in newest else ""
    return {
        "leader": wrote.get("leader") or himself or asked.get("leader", ""),
        "paper": wrote.get("paper", ""), "words": wrote.get("words", ""),
        "at": moment(newest["instruct"].acted_at) if "instruct" in newest else "",
        "due": day(one.due) if one is not None else "",
        "units": gettext(", ").join(name(unit) for unit in units if unit),
        "state": pgettext("instruction", one.state) if one is not None else "", "proposal": asked.get("words", ""),
        "feedback": "\n".join(f"{name(entry.unit)}：{words(entry)}" for entry in told),
    }  # fmt: skip


def step_of(entry: Entry) -> dict[str, Any]:
    return {"at": moment(entry.acted_at), "move": pgettext("move", entry.move), "unit": name(entry.unit),
            "words": words(entry)}  # fmt: skip


def act_of(entry: Entry, kept: Content) -> dict[str, Any]:
    facts = entry.facts
    cause = str(facts.get("cause", ""))
    return {
        "at": moment(entry.acted_at), "unit": name(entry.unit), "by": entry.actor, "words": words(entry),
        "cause": code(kept, CAUSES.get(entry.move, ""), cause), "due": day(facts.get("due")),
        "amount": f"{facts['amount']}{pgettext('limit_unit', facts.get('unit_of') or 'workday')}"
        if "amount" in facts else "",
    }  # fmt: skip


def words(entry: Entry) -> str:
    """The words that a step may put on paper; what only its own unit may read is no part of the view."""
    texts = [field.name for field in BY_NAME[entry.move].fields if field.name in entry.texts]
    return "\n".join(entry.texts[key] for key in texts or [key for key in SAID if key in entry.texts])


def government(language: str) -> str:
    """The name of the office in a language, its Chinese one where it has no other."""
    zh = str(office_setting("government_zh"))
    return zh if language.startswith("zh") else str(office_setting("government_en")) or zh


def name(row: Any, what: str = "name") -> str:
    return pick(row, what, translation.get_language() or LANGUAGE) if row is not None else ""


def code(kept: Content, list_name: str, key: str) -> str:
    item = kept.codes.get(list_name, {}).get(key)
    return name(item) if item else key


def moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def day(at: Any, language: str = "") -> str:
    """A day out of a moment, a date, or the text in which facts keep them."""
    if isinstance(at, str) and at:
        at = datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
    if isinstance(at, datetime):
        at = timezone.localtime(at).date()
    if not at:
        return ""
    chinese = (language or translation.get_language() or LANGUAGE).startswith("zh")
    return f"{at.year}年{at.month}月{at.day}日" if chinese else at.isoformat()
