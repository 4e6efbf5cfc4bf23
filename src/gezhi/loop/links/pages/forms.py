"""The fields of the sender's forms, and the photos to tick."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from gezhi.loop.links import rules, service
from gezhi.loop.links.service.answering import SAID
from gezhi.loop.links.service.sending import NAME_LIMIT
from gezhi.loop.models import Case, Link
from gezhi.loop.pages import common
from gezhi.loop.rules.words import TEXT_LIMIT

USUAL = timedelta(days=3)


def new_fields(case: Case, typed: Mapping[str, Any], moment: datetime) -> dict[str, common.Field]:
    """The form of a new link, empty or as it was typed."""
    get = typed.get
    today = timezone.localtime(moment).date()
    story = get("story") if typed else service.default_story(case)
    return {
        "name": common.field("name", gettext("Who is it?"), value=get("name", ""), required=True, max=NAME_LIMIT,
                             autocomplete="off"),
        "office": common.field("office", gettext("What is the person?"), value=get("office", ""), max=NAME_LIMIT,
                               autocomplete="off", help=gettext("Secretary of a village, a firm. Lists show it.")),
        "phone": common.field("phone", gettext("Mobile phone"), "tel", get("phone", ""), required=True, max=40,
                              autocomplete="off", help=gettext("Its last four digits open the link.")),
        "ask": common.field("ask", gettext("What is asked?"), "textarea", get("ask", ""), required=True, rows=3,
                            max=TEXT_LIMIT, help=gettext("The requester's name and phone are taken out of it.")),
        "due": common.field("due", gettext("By which day?"), "date", get("due", "") or due_day(case, moment),
                            required=True, min=today.isoformat(), narrow=True,
                            max=(today + timedelta(days=rules.MOST_DAYS)).isoformat()),
        "story": common.field("story", gettext("What the person reads of the request"), "textarea", story, rows=5,
                              max=TEXT_LIMIT, help=gettext("Take out whatever else tells who asked.")),
        "gateway": common.field("gateway", gettext("Send it as a text message too"), "checkbox", get("gateway") == "1"),
    }  # fmt: skip


def due_day(case: Case, moment: datetime) -> str:
    """Three days from now, or the day before the answer of the unit is due where that comes first."""
    day = timezone.localtime(moment + USUAL).date()
    if case.due_stage == "handle" and case.due_at is not None and case.due_at > moment:
        before = timezone.localtime(case.due_at).date() - timedelta(days=1)
        day = min(day, max(before, timezone.localtime(moment).date()))
    return day.isoformat()


def photo_boxes(rows: Iterable[Any], base: str, ticked: Sequence[str] | None, name: str) -> list[dict[str, Any]]:
    """Photos and papers to tick; all are ticked where nothing was chosen yet (None)."""
    return [
        {"name": name, "value": str(row.pk), "url": f"{base}{row.pk}/", "image": row.kind == "image",
         "on": ticked is None or str(row.pk) in ticked,
         "label": (gettext("Photo %(n)d") if row.kind == "image" else gettext("File %(n)d")) % {"n": place}}
        for place, row in enumerate(rows, 1)
    ]  # fmt: skip


def decision_fields(notes: Sequence[Mapping[str, Any]], typed: Mapping[str, Any], act: str) -> dict[str, common.Field]:
    """What is taken into the case, what is sent back, another day."""
    day = typed.get("due", "")
    note = typed.get("note", "") if act == "approve" else composed(notes)
    return {
        "note": common.field("note", gettext("What goes into the case"), "textarea", note, required=True, rows=5,
                             max=TEXT_LIMIT, help=gettext("The person's own words; change them where needed.")),
        "public": common.field("public", gettext("The citizen may read it"), "checkbox", typed.get("public") == "1"),
        "back": common.field("back", gettext("What is still missing?"), "textarea", typed.get("back", ""), rows=3,
                             required=True, max=SAID),
        "back_due": common.field("due", gettext("Another day"), "date", day if act == "back" else "", id="back-due",
                                 narrow=True),
        "renew_due": common.field("due", gettext("Another day"), "date", day if act == "renew" else "", id="renew-due",
                                  narrow=True),
    }  # fmt: skip


def composed(notes: Sequence[Mapping[str, Any]]) -> str:
    """The person's words as a note of the case, without a name: the name is forgotten, the case is not."""
    said = [str(note["words"]) for note in notes if note["kind"] != "back" and note["words"]]
    last = next((note["kind"] for note in reversed(notes) if note["kind"] in rules.OUTCOMES), "")
    head = gettext("Answered by link: %(outcome)s") % {"outcome": pgettext("link-note", last)} if last else ""
    return "\n".join(part for part in (head, *said) if part)


def facts_of(link: Link) -> list[dict[str, Any]]:
    """When what happened, as rows."""
    rows = (
        (pgettext("link", "Sent"), link.sent_at),
        (pgettext("link", "Opened"), link.opened_at),
        (pgettext("link", "Signed for"), link.signed_at),
        (pgettext("link", "Answered"), link.finished_at),
        (pgettext("link", "Due"), link.due_at),
        (gettext("Opens until"), link.valid_until),
    )
    return [{"label": label, "at": at} for label, at in rows if at is not None]
