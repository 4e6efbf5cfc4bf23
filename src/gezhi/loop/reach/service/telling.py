"""A message to a citizen: whether one is due for what happened, and its words when it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext

from gezhi.kit.senders import parts_of
from gezhi.kit.text import pick
from gezhi.loop.models import Case, Partner, Piece
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.adapters import Note, Told
from gezhi.loop.reach import store, wishes
from gezhi.loop.reach.rules import texts as rules
from gezhi.loop.reach.rules.texts import Telling
from gezhi.loop.service.following import reply_texts
from gezhi.loop.service.receiving import case_token
from gezhi.loop.store import below
from gezhi.loop.store.cases import last_reply
from gezhi.loop.store.content import content

KIND = "citizen.told"
LIST = "telling"
SHOWS_ANSWER = ("verifying", "closed", "declined")
CAUSES = ("erased", "no-wish", "no-address", "stopped", "switched-off")  # why nothing went out after all


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out, or why nothing does."""

    to: str = ""
    subject: str = ""
    text: str = ""
    language: str = ""
    skipped: str = ""
    stop: str = ""  # the page on which the person ends or changes it


def tellings() -> dict[str, Telling]:
    """The texts in force, by code."""
    return {code: rules.telling_of(code, item.extra) for code, item in content().codes.get(LIST, {}).items()}


def worded(way: str) -> bool:
    """Whether there is a text for this way; without one nothing would ever go out."""
    return any(row.way == way and not row.off for row in tellings().values())


def addressed(way: str) -> bool:
    """Whether a link in a real message would open: files may name this machine, what leaves the house may not."""
    return bool(settings.GEZHI_PUBLIC_URL or not (settings.GEZHI_SMS_URL if way == "sms" else settings.GEZHI_MAIL_URL))


def due(partner: Partner, told: Told, way: str) -> list[Note]:
    """The message that an event means for the requester of its case, where it goes out by this partner."""
    if partners.first_of(partner.kind) != partner.pk:
        return []
    row = _chosen(told, way)
    if row is None or not store.wants(told.case, way):
        return []
    facts: dict[str, Any] = {"telling": row.code, "state": str(told.facts.get("state", ""))}
    if isinstance(told.facts.get("step"), int):
        facts["step"] = told.facts["step"]
    return [Note(f"t{told.event}", KIND, told.case, facts)]


def _chosen(told: Told, way: str) -> Telling | None:
    facts = told.facts
    path = content().matter_path(str(facts.get("matter") or ""))
    return rules.choose(
        tellings().values(), way, str(facts.get("move", "")), _end(facts), path
    )  # fmt: skip


def _end(facts: Mapping[str, Any]) -> str:
    """Where a move led; a decision on an extension counts by what was decided."""
    if facts.get("move") == "postpone_decide":
        return "approved" if facts.get("approve") else "refused"
    return str(facts.get("state", ""))


def message(piece: Piece, way: str) -> Message:
    """The words of a queued message as the case stands now."""
    case = store.case_of(piece)
    if case is None or case.requester.wrapped_key is None:
        return Message(skipped="erased")
    wish = wishes.of(case.requester_id)
    if wish is None or wish.way != way:
        return Message(skipped="no-wish")
    row = tellings().get(str(piece.facts.get("telling", "")))
    if row is None or row.off:
        return Message(skipped="switched-off")
    to = wishes.address(case.requester, way)
    if not to:
        return Message(skipped="no-address")
    if wishes.stopped(way, to) is not None:
        return Message(skipped="stopped")
    language = wish.language or settings.LANGUAGE_CODE
    state = str(piece.facts.get("state") or case.state)
    subject, text = written(row, case, state, language, answer=_answered(case, state, piece.facts.get("step")))
    return Message(to, subject, text, language, stop=stop_link(case))


def _answered(case: Case, state: str, step: int | None) -> bool:
    """Whether the answer that stands now is the one of that step: a newer one may not have been reviewed yet."""
    if state not in SHOWS_ANSWER or case.state not in SHOWS_ANSWER:
        return False
    last = last_reply(case) if step is not None else None
    return last is None or step is None or last[0].no <= step


def link(case: Case) -> str:
    return f"{settings.GEZHI_LINK_BASE}/f/{case_token(case.pk)}/"


def stop_link(case: Case) -> str:
    """The page of the case with the form open that says how the person is told."""
    return f"{link(case)}reach/#reach"


def written(row: Telling, case: Case, state: str, language: str, *, answer: bool) -> tuple[str, str]:
    """Subject and text; of a confidential case the answer is read behind the link alone. A letter ends with how to
    stop it.
    """
    with translation.override(language):
        values = {
            "number": case.number, "state": pgettext("citizen-state", state), "office": _office(language),
            "link": link(case),
            "answer": reply_texts(case).get("reply", "") if answer and not case.confidential else "",
        }  # fmt: skip
        ending = _ending(row.way, case)
    subject = " ".join(rules.filled(rules.text_in(row.texts, "subject", language), {**values, "answer": ""}).split())
    text = rules.text_in(row.texts, "text", language)
    if row.way == "sms":
        text = settings.GEZHI_SMS_SIGN + text
    return subject, rules.fitted(text, values, _fits(row.way)) + ending


def _ending(way: str, case: Case) -> str:
    """How to stop it, below a letter; a short message has the link, and no room for more."""
    if way != "mail":
        return ""
    said = gettext("You are told by e-mail because you chose it. Change or stop it here:")
    return f"\n\n{said}\n{stop_link(case)}\n"


def _fits(way: str) -> Callable[[str], bool]:
    most = int(settings.GEZHI_SMS_PARTS)
    return (lambda said: parts_of(said) <= most) if way == "sms" else (lambda said: len(said) <= 20_000)


def _office(language: str) -> str:
    root = below.units().filter(parent=None, active=True).order_by("path").first()
    return pick(root, "name", language) if root is not None else ""


def preview(row: Telling, case: Case, language: str) -> dict[str, Any]:
    """How a text reads for a case: what the page shows before it is saved."""
    subject, text = written(row, case, case.state, language, answer=case.state in SHOWS_ANSWER)
    return {"subject": subject, "text": text, "parts": parts_of(text) if row.way == "sms" else 0,
            "length": len(text)}  # fmt: skip
