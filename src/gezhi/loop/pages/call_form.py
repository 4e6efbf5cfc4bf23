"""The form of the call screen: its fields with their keys, and what the keyboard can do there."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.loop.intake.service import ending
from gezhi.loop.pages import asking, behalf, common
from gezhi.loop.pages.forms import area_options, matter_options, unit_options
from gezhi.loop.rules.words import CONFIDENTIALITY, KINDS, TEXT_LIMIT, URGENCIES, URGENCY_WORDS
from gezhi.loop.store.content import content

HOTLINE = "hotline"
BY_ITSELF = ("web", "app", "api", "import")  # channels that nobody enters by hand
ABOUT_OFFICES = ("complaint", "report")  # kinds that may be about an office or its people


def errors_in(typed: QueryDict, refused: Refused | None) -> list[dict[str, str]]:
    """Why the call was not kept; a caller who does not know an answer keeps nobody from ending the call."""
    if refused is not None and refused.code == "question-stops":
        return [{"name": "stop_reason", "text": sentence(refused)}]
    if refused is not None and refused.facts.get("field") == "answers":
        return asking.problems(typed.get("matter", ""), typed, whole=False)
    return common.errors_of(refused)


def stopped(refused: Refused | None, typed: QueryDict) -> dict[str, Any] | None:
    """What an answer sends elsewhere, with the field in which the desk says why it is taken all the same."""
    found = asking.stopped(refused)
    if found is None:
        return None
    reason = common.field("stop_reason", gettext("Taken all the same, because"), value=typed.get("stop_reason", ""),
                          max=500, required=True)  # fmt: skip
    return {**found, "reason": reason}


def channel_of(typed: str) -> str:
    """A channel that a clerk may choose; empty where it is none."""
    return typed if typed in content().codes.get("channel", {}) and typed not in BY_ITSELF else ""


def channel_options(chosen: str) -> list[common.Field]:
    """How it may have come in: by telephone, over the counter, in a letter, by the mayor's mailbox …"""
    kept = content()
    codes = [code for code in kept.codes.get("channel", {}) if code not in BY_ITSELF and code != chosen]
    at = 0 if chosen == HOTLINE else len(codes)
    names = [(code, common.code_name(kept, "channel", code)) for code in (*codes[:at], chosen, *codes[at:])]
    return common.choices(names, chosen)


def fields_of(typed: Any, channel: str = HOTLINE) -> dict[str, common.Field]:
    """The fields of the form, with their keys; `channel` is how it came in where nobody has chosen otherwise."""
    kept = content()
    get = typed.get
    secret = [(code, pgettext("confidentiality", code)) for code in CONFIDENTIALITY]
    urgent = [(n, pgettext("urgency", URGENCY_WORDS[n])) for n in URGENCIES]
    return {
        "channel": common.field("channel", gettext("Source"), "select",
                                options=channel_options(channel_of(get("channel", "")) or channel)),
        "phone": common.field("phone", gettext("Number"), "tel", get("phone", "")),
        "name": common.field("name", gettext("Caller"), value=get("name", "")),
        "confidential": common.field("confidential", gettext("Confidentiality"), "seg",
                                     options=common.choices(secret, get("confidential", "normal"))),
        **meant(typed),
        "kind": common.field("kind", gettext("Kind"), "seg",
                             options=kind_options(get("kind", ""))),
        "complained": common.field("complained", gettext("Complained about"), "unit",
                                   options=unit_options([get("complained", "")])),
        "place": common.field("place", gettext("Place"), value=get("place", ""), key="Alt+P"),
        "area": common.field("area", gettext("Area"), "area", options=area_options(get("area", "")), bare=True,
                             placeholder=gettext("Area")),
        "text": common.field("text", gettext("Content"), "textarea", get("text", ""), key="Alt+T", rows=4,
            max=TEXT_LIMIT),
        "object": common.field("object", pgettext("call", "Object"), value=get("object", "")),
        "occurred": common.field("occurred", gettext("When it happened"), value=get("occurred", "")),
        "urgency": common.field("urgency", gettext("Urgency"), "seg",
            options=marked(common.choices(urgent, get("urgency", "1")))),
        "matter": common.field("matter", gettext("Matter"), "matter", key="Alt+M",
                               options=matter_options(kept, get("matter", ""))),
        "unit": common.field("unit", gettext("Unit"), "unit", key="Alt+U", options=unit_options([get("unit", "")])),
        "reply": common.field("reply", pgettext("noun", "Answer"), "textarea", get("reply", ""), key="Alt+R", rows=4,
                              max=TEXT_LIMIT),
    }  # fmt: skip


def meant(typed: Any) -> dict[str, common.Field]:
    """For whom of the family somebody calls, in the words of the desk."""
    made = behalf.fields(typed)
    made["behalf"] |= {"blank": pgettext("call", "For himself or herself"), "key": "Alt+L", "help": ""}
    return made


def kind_options(chosen: str) -> list[common.Field]:
    """The kinds; those that may be about an office show the field that names it."""
    options = common.choices([(kind, pgettext("kind", kind)) for kind in KINDS], chosen)
    for option in options:
        if option["value"] in ABOUT_OFFICES:
            option["shows"] = "complained"
    return marked(options)


def marked(options: list[common.Field]) -> list[common.Field]:
    """Choices with the digit that picks each while one of them has the focus."""
    for number, option in enumerate(options, 1):
        option["mark"] = str(number)
    return options


def causes() -> list[dict[str, str]]:
    """Why a call brings no case, each with the digit that picks it once F8 was pressed."""
    listed = content().codes.get(ending.LIST, {})
    return [
        {"value": f"none:{code}", "key": str(number),
         "label": common.named(listed[code]) if code in listed else pgettext("no-case", code)}
        for number, code in enumerate(ending.causes(), 1)
    ]  # fmt: skip


def moment_of(text: str, latest: datetime) -> datetime | None:
    """When the call began, as the form carried it along; nothing where it is no moment of the past."""
    try:
        began = datetime.fromisoformat(text)
    except ValueError:
        return None
    return began if began.tzinfo is not None and began <= latest else None


def keys(*, dispatches: bool) -> list[dict[str, Any]]:
    """What the keyboard can do on a call."""
    rows = [
        ("F4", gettext("Dispatch") if dispatches else gettext("To the dispatchers")),
        ("F2", gettext("Answer at once")), ("F6", gettext("Add to a case")),
        ("F8", gettext("No case: then 1, 2 or 3")), ("F9", gettext("Keep for later")),
        ("Alt C", gettext("Source")), ("Alt 0", gettext("Number")), ("Alt N", gettext("Caller")),
        ("Alt L", pgettext("call", "For whom")),
        ("Alt A", gettext("Cases to add to: then arrows")), ("Alt K", gettext("Kind: then a digit")),
        ("Alt P", gettext("Place")), ("Alt T", gettext("Content")), ("Alt O", pgettext("call", "Object")),
        ("Alt J", gettext("Urgency: then a digit")),
        ("Alt M", gettext("Matter")), ("Alt Q", gettext("Questions of the matter")), ("Alt U", gettext("Unit")),
        ("Alt R", pgettext("noun", "Answer")), ("Alt S", gettext("Ready texts: type, arrows, Enter")),
        ("Alt 1–3", gettext("take over a suggestion")),
        ("Alt 4–6", gettext("take over a ready answer; once more takes it back")),
        ("Alt 7", gettext("show ready answers whole")),
        ("Alt G", gettext("Take up the unfinished call")), ("Alt X", gettext("Throw the draft away: then Enter")),
        ("Alt B", gettext("Another call: an empty form")),
    ]  # fmt: skip
    return [{"title": "", "rows": [{"keys": [key], "text": text} for key, text in rows]}]
