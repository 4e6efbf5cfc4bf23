"""The lines of a list of cases: what they say, and their markup, formatted at once since fifty stand on a page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from gezhi.kit.templatetags.gezhi import chip, clockchip
from gezhi.loop.pages import common
from gezhi.loop.rules.instructions import LIVE
from gezhi.loop.rules.redact import redact
from gezhi.loop.rules.words import ENDED, URGENCY_WORDS
from gezhi.loop.store.content import Content
from gezhi.loop.store.lines import Line
from gezhi.trust.service import open_text

UNDISPATCHED = ("received", "accepted")  # after dispatch the desk has decided
LINE = (
    '<li id="c-{}"><label class="pick"><input type="checkbox" name="case" value="{}"><span class="sr">{}</span></label>'
    '<div><a class="t" href="{}">{}<span class="flags">{}</span></a><div class="s dots">{}</div></div>'
    '<div class="u"><div{}>{}</div><div class="muted">{}</div></div><div class="c">{}</div></li>'
)


def rendered(rows: Iterable[Mapping[str, Any]], moment: datetime) -> SafeString:
    """The items of the list; a template takes ten times as long for them."""
    context = {"now": moment}
    return SafeString("\n".join(
        LINE.format(
            escape(row["number"]), row["id"], escape(row["pick"]), escape(row["url"]), escape(row["title"]),
            "".join(chip(flag["light"], flag["words"]) for flag in row["flags"]),
            "".join(f"<span>{escape(fact)}</span>" for fact in row["facts"]),
            "" if row["led"] else ' class="muted"', escape(row["lead_line"]), escape(row["second"]),
            clockchip(context, row["clock"]),
        )
        for row in rows
    ))  # fmt: skip


def row_of(case: Line, kept: Content, names: Mapping[str, Mapping[Any, str]], moment: datetime) -> dict[str, Any]:
    """One case for a list; what a confidential person or one who complains of a unit wrote, without personal data."""
    story = open_text(case.requester, case.story)
    title, place = str(story.get("title", "")), str(story.get("place", ""))
    if case.confidential or case.complained_id:
        title, place = redact(title), "" if case.confidential else redact(place)
    notes = []
    if case.round > 1:
        notes.append(gettext("round %(n)s") % {"n": case.round})
    if case.chases:
        notes.append(ngettext("chased once", "chased %(n)s times", case.chases) % {"n": case.chases})
    if case.dormant:
        notes.append(gettext("imported, not taken over"))
    flags = flags_of(case)
    if case.pk in names.get("marked", ()):
        flags.append({"light": "wait", "words": gettext("Marked number")})
    area = names["area"].get(case.area, "")
    where, matter = " ".join(part for part in (area, place) if part), common.matter_name(kept, case.matter)
    state, lead = pgettext("state", case.state), common.named(case.lead)
    return {
        "id": case.pk, "number": case.number, "url": f"/desk/{case.pk}/", "title": title or gettext("(erased)"),
        "pick": gettext("Select %(number)s") % {"number": case.number}, "place": where, "lead": lead, "led": bool(lead),
        "facts": [fact for fact in (case.number, where, matter, *notes) if fact], "flags": flags,
        "clock": _clock(case, moment), "lead_line": gettext("Lead %(unit)s") % {"unit": lead} if lead else state,
        "second": _second(case, names["unit"], state), "state_words": state,
    }  # fmt: skip


def flags_of(case: Line) -> list[dict[str, str]]:
    """What is out of the ordinary about a case, beside its title."""
    flags = []
    if case.supervised and case.state not in ENDED:
        flags.append({"light": "late", "words": gettext("Supervised")})
    if case.urgency > 2 and case.state not in ENDED:  # urgent and critical
        flags.append({"light": "late", "words": urgency_word(case.urgency)})
    if case.confidential:
        flags.append({"light": "wait", "words": gettext("Confidential")})
    if case.alike and case.state in UNDISPATCHED:  # only what is surely alike was kept
        flags.append({"light": "due", "words": gettext("Possible duplicate")})
    if case.more.get("repeats"):
        flags.append({"light": "wait", "words": gettext("Repeat")})
    if case.more.get("instruction", {}).get("state") in LIVE:
        flags.append({"light": "late", "words": gettext("Leader's instruction")})
    if case.more.get("called") and case.state not in ENDED:
        flags.append({"light": "late", "words": gettext("Escalated")})
    return flags


def _clock(case: Line, moment: datetime) -> dict[str, Any] | None:
    if case.state in ENDED:
        return None
    return common.row_clock(case, moment)


def _second(case: Line, units: Mapping[int, str], state: str) -> str:
    """Who else: assisting units, else the person who has it, else the state."""
    assisting = [units[task[1]] for task in case.more.get("tasks", ()) if not task[2] and task[1] in units]
    if assisting:
        return gettext("Assisting %(units)s") % {"units": gettext(", ").join(assisting)}
    if case.state in ENDED or not case.owner:
        return state if case.lead else ""
    return case.owner


def urgency_word(urgency: int) -> str:
    return pgettext("urgency", URGENCY_WORDS.get(urgency, "normal"))
