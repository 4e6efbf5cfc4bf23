"""The case in words: band, story, timeline, clocks, place and responsibility, as the case page shows them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from gezhi.kit.moments import span_words, when_words
from gezhi.kit.text import pick
from gezhi.loop.field.pages import told as field
from gezhi.loop.pages import asking, common
from gezhi.loop.pages.again import again_of, opinion_label, outcome_label
from gezhi.loop.pages.rows import urgency_word
from gezhi.loop.partners.kinds.upstream.pages import linked
from gezhi.loop.rules import spoken
from gezhi.loop.rules.instructions import LIVE
from gezhi.loop.rules.moves import FIELD_MOVES
from gezhi.loop.rules.words import ENDED
from gezhi.loop.service.reading import CaseView, ClockView, Entry
from gezhi.loop.store.content import Content

LIGHTS = {"soon": "due", "paused": "wait", "done_late": "late"}
TONES = {"reply": "b", "sign": "b", "contact": "b", "note": "b", "review_pass": "g", "close": "g", "answer": "g",
         "return": "w", "postpone_ask": "w", "hangup_ask": "w", "supervise": "r", "redo": "r", "appeal": "r",
         "instruct": "r", "instruct_back": "w", "instruct_answer": "b",
         "field_find": "b", "chase": "w"}  # fmt: skip
CODED = (("cause", ""), ("outcome", "outcome"), ("satisfaction", "satisfaction"), ("solved", "solved"),
    ("reached", "reached"),
         ("ruling", "ruling"), ("why", "repeat_reason"), ("skipped", "close_cause"))  # fmt: skip
CAUSES = {"decline": "decline_reason", "return": "return_reason", "postpone_ask": "postpone_reason",
          "hangup_ask": "hangup_reason", "void_ask": "void_reason"}  # fmt: skip


def context(shown: CaseView, kept: Content, moment: datetime) -> dict[str, Any]:
    """Everything of `loop/case.html` but the forms."""
    steps = [step_of(entry, shown, kept) for entry in reversed(shown.entries)]
    return {
        "case": band(shown, kept, moment), "events": [s for s in steps if not s["quiet"]],
        "quiet": [s for s in steps if s["quiet"]],
        "clocks": [clock_of(clock, kept, moment, unmet(clock, shown)) for clock in reversed(shown.clocks)][:8],
        "hours": hours_words(shown.clocks), "place": place_of(shown), "duty": duty_of(shown, kept),
        "tasks": tasks_of(shown), "links": links_of(shown), "again": again_of(shown),
        "partners": linked(shown.case),
    }  # fmt: skip


def band(shown: CaseView, kept: Content, moment: datetime) -> dict[str, Any]:
    """Code, title, state in words, who has it, when it is due; and the story itself."""
    case, told = shown.case, shown.story
    base = f"/desk/{case.pk}/files/"
    own = [file for file in shown.files if file.step_id is None]
    nobody = case.anonymous and case.due_stage == spoken.STAGE  # a limit that nobody can meet is not shown as due
    clock = None if nobody or case.state in ENDED else common.row_clock(case, moment)
    if clock is not None and case.due_stage:
        clock["lead"] = pgettext("stage", case.due_stage)
    return {
        "number": case.number, "title": str(told.get("title", "")) or case.number, "state": case.state,
        "state_words": pgettext("state", case.state), "clock": clock,
        "light": "ok" if nobody else common.row_light(case, moment),
        "due": case.due_at if case.state not in ENDED and not case.paused and case.due_stage == "handle" else None,
        "round_words": _round(case),
        "holder": {"unit": common.named(case.lead), "person": case.owner.display_name if case.owner else ""},
        "story": _paragraphs(told), "files": common.files_of(own, base, case),
        "said": said_by_citizen(shown), "answers": asking.in_words(dict(told.get("answers", {})), kept),
        "channel": common.code_name(kept, "channel", case.channel), "confidential": case.confidential,
        "anonymous": case.anonymous, "requester": {"name": shown.requester},
        "called": called_of(shown, kept),
        "others": len(shown.secondaries), "others_url": "#related", "flags": _flags(shown),
    }  # fmt: skip


def _paragraphs(told: Mapping[str, Any]) -> list[str]:
    parts = [str(told.get("text", ""))]
    if told.get("occurred"):
        parts.append(gettext("When it happened: %(words)s") % {"words": told["occurred"]})
    if told.get("object"):
        parts.append(gettext("About: %(words)s") % {"words": told["object"]})
    if told.get("stop_reason"):
        parts.append(gettext("Taken though an answer sends it elsewhere: %(words)s") % {"words": told["stop_reason"]})
    return [part for part in parts if part]


def _round(case: Any) -> str:
    return gettext("round %(n)s") % {"n": case.round} if case.round > 1 else ""


def called_of(shown: CaseView, kept: Content) -> list[dict[str, Any]]:
    """Who was called upon, when and why; the newest first."""
    limits = {clock.key: common.limit_name(kept, clock.stage, clock.label) for clock in shown.snap.clocks}
    hangup = gettext("the hang-up is to be looked at again")
    return [
        {"role": common.named(shown.roles.get(call.role)) or call.role, "at": call.at,
         "why": limits.get(call.clock, hangup)}
        for call in reversed(shown.snap.called)
    ]  # fmt: skip


def _flags(shown: CaseView) -> list[dict[str, str]]:
    case = shown.case
    flags = []
    if case.supervised and case.state not in ENDED:
        flags.append({"light": "late", "words": gettext("Supervised")})
    if case.urgency > 1 and case.state not in ENDED:
        flags.append({"light": "late" if case.urgency > 2 else "due", "words": urgency_word(case.urgency)})
    if case.state not in ENDED and any(entry.facts.get("danger") for entry in shown.entries[:1]):
        flags.append({"light": "late", "words": gettext("An answer tells of danger")})
    behalf = str(shown.entries[0].facts.get("behalf", "")) if shown.entries and shown.requester else ""
    if behalf:
        flags.append({"light": "wait", "words": gettext("For family: %(who)s") % {"who": pgettext("relation", behalf)}})
    instruction = shown.snap.instruction
    if instruction is not None and instruction.state in LIVE:
        words = gettext("Instruction: %(state)s") % {"state": pgettext("instruction", instruction.state)}
        flags.append({"light": "late" if instruction.state == "waiting" else "due", "words": words})
    if shown.snap.pending is not None:
        flags.append({"light": "due", "words": pgettext("pending", shown.snap.pending.kind)})
    if case.dormant:
        flags.append({"light": "wait", "words": gettext("Imported, not taken over")})
    return flags


def said_by_citizen(shown: CaseView) -> list[dict[str, Any]]:
    """What the requester added later, oldest first."""
    base = f"/desk/{shown.case.pk}/files/"
    return [
        {"at": entry.acted_at, "text": entry.texts["words"], "files": common.files_of(entry.files, base, shown.case)}
        for entry in shown.entries
        if entry.move in ("supplement", "supply") and entry.texts.get("words")
    ]


# ---- timeline


def step_of(entry: Entry, shown: CaseView, kept: Content) -> dict[str, Any]:
    """One step for `gezhi/parts/timeline_item.html`."""
    unit = common.named(entry.named.get("unit"))
    title = pgettext("step", entry.move) % {"unit": unit or gettext("the unit")} if unit else _plain(entry.move)
    details = [*_codes(entry, kept), *_numbers(entry)]
    if entry.move in FIELD_MOVES:
        details = list(field.of_step(entry.facts, entry.acted_at))
    if entry.named.get("proposed"):
        details.append(gettext("proposes %(unit)s") % {"unit": common.named(entry.named["proposed"])})
    for name, said in (("assisting", gettext("Assisting %(units)s")), ("units", gettext("for %(units)s"))):
        units = [common.named(one) for one in entry.named.get(name, ()) if one]
        if units:
            details.append(said % {"units": gettext(", ").join(units)})
    return {
        "no": entry.no, "at": entry.acted_at, "title": title, "tone": _tone(entry), "body": _body(entry),
        "detail": " · ".join(details), "who": _who(entry), "quiet": _quiet(entry),
        "files": common.files_of(entry.files, f"/desk/{shown.case.pk}/files/", shown.case),
        "struck": entry.no in shown.undone,
    }  # fmt: skip


def _plain(move: str) -> str:
    """The words of a step that names no unit."""
    said = pgettext("step", move)
    return pgettext("move", move) if "%(" in said else said


def _tone(entry: Entry) -> str:
    if entry.facts.get("satisfaction") in ("dissatisfied", "very_dissatisfied"):
        return "r"
    if entry.move in ("rate", "callback") and entry.facts.get("satisfaction"):
        return "g"
    return TONES.get(entry.move, "")


def _quiet(entry: Entry) -> bool:
    return entry.actor_kind == "system" and entry.move in ("escalate", "answered", "history")


def _body(entry: Entry) -> str:
    if entry.move in ("supplement", "supply"):
        return ""  # shown with the story
    order = ("reply", "ask", "words", "note", "reason", "basis")
    said = [str(entry.texts[name]) for name in order if entry.texts.get(name)]
    whose = [str(entry.texts[name]) for name in ("leader", "paper") if entry.texts.get(name)]
    if whose:
        said.insert(0, " ".join(whose))
    if entry.texts.get("public_reply"):
        said.append(gettext("To the public: %(words)s") % {"words": entry.texts["public_reply"]})
    if entry.texts.get("for_unit"):
        said.append(gettext("To be done again: %(words)s") % {"words": entry.texts["for_unit"]})
    return "\n".join(said)


def _codes(entry: Entry, kept: Content) -> Iterable[str]:
    if entry.move == "undo":
        yield pgettext("move", str(entry.facts["undone"]))
    for name, context_ in CODED:
        code = entry.facts.get(name)
        if not code:
            continue
        if name == "cause":
            yield common.code_name(kept, CAUSES.get(entry.move, "cause"), str(code))
        else:
            yield pgettext(context_, str(code))
    if entry.facts.get("danger"):
        yield gettext("an answer tells of danger")
    if "approve" in entry.facts:
        yield gettext("approved") if entry.facts["approve"] else gettext("refused")
    if entry.facts.get("contacted") is False:
        yield gettext("not reached")
    if entry.facts.get("matter") and entry.move in ("correct", "accept", "answer"):
        yield common.matter_name(kept, str(entry.facts["matter"]))
    if entry.facts.get("stage"):
        yield pgettext("stage", str(entry.facts["stage"]))


def _numbers(entry: Entry) -> Iterable[str]:
    for name, score in dict(entry.facts.get("scores", {})).items():
        yield f"{pgettext('dimension', name)} {score}"
    if entry.facts.get("amount"):
        unit = pgettext("amount", str(entry.facts.get("unit_of", "workday")))
        yield unit % {"n": entry.facts["amount"]}
    if entry.facts.get("due"):
        yield gettext("by %(day)s") % {"day": entry.facts["due"]}
    if entry.facts.get("review_on"):
        yield gettext("looked at again on %(day)s") % {"day": entry.facts["review_on"]}


def _who(entry: Entry) -> str:
    if entry.actor_kind in ("citizen", "link"):
        return gettext("the citizen")
    if entry.actor_kind == "system":
        return gettext("automatic")
    via = pgettext("via", str(entry.facts["via"])) if entry.facts.get("via") else ""
    return " · ".join(part for part in (entry.actor, common.named(entry.unit), via) if part)


# ---- the column at the right


def unmet(clock: ClockView, shown: CaseView) -> str:
    """What a limit of first contact is called that no contact met: nobody could be spoken with, or nobody was."""
    if clock.stage != spoken.STAGE:
        return ""
    if shown.case.anonymous:
        return gettext("anonymous: nobody to contact")
    if clock.finished_at is None or spoken.tries(clock, shown.entries, shown.undone):
        return ""
    return gettext("ended without a contact")


def clock_of(clock: ClockView, kept: Content, moment: datetime, instead: str = "") -> dict[str, Any]:
    """One limit as a bar with words; `instead` is said of one that nothing met, which is neither done nor late."""
    light = LIGHTS.get(clock.light, clock.light)
    label = common.limit_name(kept, clock.stage, clock.label)
    if clock.stage == "task" and clock.unit is not None:
        label = common.named(clock.unit)
    if instead:
        return {"label": label, "share": 0, "light": "wait", "words": instead, "title": _clock_title(clock, moment)}
    return {
        "label": label, "share": min(100, round(clock.share * 100)), "light": light,
        "words": _clock_words(clock, moment),
        "title": _clock_title(clock, moment),
    }  # fmt: skip


def _clock_words(clock: ClockView, moment: datetime) -> str:
    limit = pgettext("amount", clock.unit_of) % {"n": clock.amount}
    if clock.finished_at is not None:
        late = clock.due_at is not None and clock.finished_at > clock.due_at
        return gettext("done, late") if late else gettext("in time")
    if clock.paused:
        return gettext("paused")
    if clock.due_at is not None and moment >= clock.due_at:
        return gettext("%(span)s overdue") % {"span": span_words(moment - clock.due_at)}
    return limit


def _clock_title(clock: ClockView, moment: datetime) -> str:
    due = when_words(clock.due_at, moment, "full") if clock.due_at else ""
    said = [gettext("Due %(moment)s") % {"moment": due}] if due else []
    if clock.source:
        said.append(clock.source)
    if not clock.verified:
        said.append(gettext("to verify"))
    return " · ".join(said)


def hours_words(clocks: Iterable[ClockView]) -> str:
    """How often the clocks rested."""
    paused = sum(1 for clock in clocks if clock.paused)
    return ngettext("%(n)d clock rests now", "%(n)d clocks rest now", paused) % {"n": paused} if paused else ""


def place_of(shown: CaseView) -> dict[str, str]:
    case = shown.case
    point = f"{case.lon:.5f}, {case.lat:.5f}" if case.lon is not None and case.lat is not None else ""
    return {"text": str(shown.story.get("place", "")), "area": common.named(shown.area), "point": point}


def duty_of(shown: CaseView, kept: Content) -> list[dict[str, str]]:
    """Matter, kind, lead, and the row of the catalogue that says so."""
    case = shown.case
    rows = [(gettext("Matter"), common.matter_name(kept, case.matter, 3)),
        (gettext("Kind"), common.word("kind", case.kind)),
            (gettext("Lead unit"), common.named(case.lead)), (gettext("Taken in by"), common.named(case.desk)),
            (gettext("Complained about"), common.named(shown.complained))]  # fmt: skip
    found = [{"label": label, "value": value} for label, value in rows if value]
    if shown.duty is not None:
        basis = pick(shown.duty, "basis", common.language())
        value = gettext("catalogue row %(no)s") % {"no": shown.duty.no} + (f": {basis}" if basis else "")
        found.append({"label": gettext("Basis"), "value": value})
    if case.outcome:
        found.append({"label": outcome_label(shown), "value": pgettext("outcome", case.outcome)})
    if shown.satisfaction:
        found.append({"label": opinion_label(shown), "value": pgettext("satisfaction", shown.satisfaction)})
    return found


def tasks_of(shown: CaseView) -> list[dict[str, Any]]:
    asks = {entry.facts.get("unit"): entry.texts.get("ask", "") for entry in shown.entries if entry.move == "task"}
    running = {
        clock.unit.pk: clock for clock in shown.clocks if clock.stage == "task" and clock.unit and not clock.finished_at
    }
    return [
        {"unit": common.named(task["unit"]), "ask": asks.get(task["unit_id"], ""),
         **_part(task, running.get(task["unit_id"]))}
        for task in shown.tasks
    ]  # fmt: skip


def _part(task: Mapping[str, Any], clock: ClockView | None) -> dict[str, str]:
    """How a part of an assisting unit stands, and by when it is owed."""
    ended = {"back": gettext("taken back"), "led": gettext("leads now"), "refused": gettext("refuses its part")}
    if task["how"] in ended:
        return {"light": "done" if task["done"] else "late", "words": ended[task["how"]]}
    if task["done"]:
        return {"light": "done", "words": gettext("has answered")}
    if clock is None or clock.due_at is None:
        return {"light": "wait", "words": gettext("waiting")}
    due = timezone.localtime(clock.due_at).strftime("%m-%d %H:%M")
    return {"light": LIGHTS.get(clock.light, clock.light), "words": gettext("due %(moment)s") % {"moment": due}}


def links_of(shown: CaseView) -> list[dict[str, str]]:
    """The main case, and those merged into this one."""
    links = []
    if shown.main is not None:
        links.append({"url": f"/desk/{shown.main.pk}/", "number": shown.main.number, "words": gettext("the main case")})
    links.extend(
        {
            "url": f"/desk/{case.pk}/",
            "number": case.number,
            "words": " ".join(
                part
                for part in ("" if case.confidential else case.requester.masked_name, common.word("state", case.state))
                if part
            ),
        }
        for case in shown.secondaries[:20]
    )
    return links
