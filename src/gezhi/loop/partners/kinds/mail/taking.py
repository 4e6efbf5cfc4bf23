"""What a letter becomes: a case, words on the case that it answers, a mailbox that is stopped, or work for a person."""

import base64
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import Case, Partner, Piece
from gezhi.loop.partners.adapters import Done
from gezhi.loop.partners.kinds.mail import store
from gezhi.loop.partners.kinds.mail.rules import marks
from gezhi.loop.partners.kinds.mail.rules.quoting import new_words
from gezhi.loop.partners.kinds.mail.rules.reading import mark_hash
from gezhi.loop.partners.kinds.mail.signing import own_address, signed
from gezhi.loop.reach import wishes
from gezhi.loop.rules.words import TEXT_LIMIT, TITLE_LIMIT
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.service.carrying import carry
from gezhi.loop.service.receiving import Report, receive
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, identity_of

HOUR, MOST = timedelta(hours=1), 20
Body = Mapping[str, Any]


def take(partner: Partner, piece: Piece, body: Body, *, actor: Actor, now: datetime) -> Done:
    """Raises the Refused that says why a letter waits for a person: mail-… ."""
    if body["fault"]:
        raise Refused(str(body["fault"]))
    own = own_address(partner)
    if marks.cases_in([body["id"]], signed) or (body["from"] and body["from"] == own.lower()):
        raise Refused("mail-own")
    if body["bounced"]:
        return _came_back(body, now=now)
    if body["auto"]:
        raise Refused("mail-automatic", kind=body["auto"])
    if not body["from"]:
        raise Refused("mail-no-sender")
    most = int(partner.wishes.get("most") or MOST)
    older = bool(body.get("older"))  # from before this mailbox was ours: nobody awaits our answer to it any more
    if not older and store.letters_since(partner, store.hashed(body["from"]), now - HOUR) > most:
        raise Refused("mail-too-many", most=most)
    if not older:
        wishes.lift("mail", body["from"])  # who writes can be written to again
    case = case_meant(partner, body)
    if case is None:
        return open_case(partner, piece, body, actor=actor, now=now)
    return _answer(case, piece, body, now=now)


def case_meant(partner: Partner, body: Body) -> Case | None:
    """The case that a letter belongs to; raises mail-other-sender where somebody else than its reporter wrote it."""
    case = _signed_case(body) or store.case_of_letters(partner, [mark_hash(ref) for ref in body["refs"]])
    if case is not None and known_address(case) != body["from"]:
        raise Refused("mail-other-sender", number=case.number)
    return case


def _signed_case(body: Body) -> Case | None:
    for key in marks.cases_in([*body["refs"], *body["to"]], signed):
        case = store.case_by_key(key)
        if case is not None:
            return case
    number, mark = marks.number_in(body["subject"])
    case = store.case_by_number(number) if number else None
    return case if case is not None and signed(case.pk) == mark else None


def known_address(case: Case) -> str:
    """The address that the requester of a case gave or wrote from."""
    return "" if case.requester.wrapped_key is None else identity_of(case.requester).get("email", "").strip().lower()


def open_case(partner: Partner, piece: Piece, body: Body, *, actor: Actor, now: datetime) -> Done:
    """A case out of a letter; the sender's address is sealed with the requester, and is written to from now on."""
    title = marks.own_title(body["subject"])[:TITLE_LIMIT]
    words = new_words(body["text"]) or title
    if not words:
        raise Refused("mail-empty")
    files, left = _files(body)
    report = Report(
        text=_with_left(words, left), title=title, channel=partner.channel, name=body["name"],
        source=partner.source or partner.code, desk=partner.desk_id, email=body["from"],
        reach="mail" if body["from"] and not body.get("older") else "",
    )  # fmt: skip
    done = receive(report, actor=actor, now=now, key=f"piece:{piece.pk}")
    case = store.case_by_key(done.moved.case)
    assert case is not None
    if files:
        attach(case.pk, files, actor=citizen_actor(str(case.requester_id), kind="citizen"), now=now)
    return Done(str(case.pk), {"number": case.number, "files": len(files), "left": [one["why"] for one in left]})


def _answer(case: Case, piece: Piece, body: Body, *, now: datetime) -> Done:
    """What the reporter says further: the material that was asked for where the case waits for it, else more words."""
    person = citizen_actor(str(case.requester_id), kind="citizen")
    return add_words(case, piece, body, actor=person, now=now)


def add_words(case: Case, piece: Piece, body: Body, *, actor: Actor, now: datetime) -> Done:
    files, left = _files(body)
    words = new_words(body["text"]) or marks.own_title(body["subject"])
    if not words and files:
        words = gettext("(files only)")
    if not words:
        raise Refused("mail-empty")
    name = "supply" if case.state == "waiting" else "supplement"
    carry(case.pk, name, {"words": _with_left(words, left)}, files, actor=actor, now=now, key=f"piece:{piece.pk}")
    facts = {"number": case.number, "move": name, "files": len(files), "left": [one["why"] for one in left]}
    return Done(str(case.pk), facts)


def _came_back(body: Body, *, now: datetime) -> Done:
    """A letter of ours that came back: believed only with our own mark in it, and for the address of that case."""
    for key in marks.cases_in(body["told"], signed):
        case = store.case_by_key(key)
        code = dict(body["bounced"]).get(known_address(case)) if case is not None else None
        if case is not None and code is not None:
            wishes.stop("mail", known_address(case), code, case, now)
            return Done(str(case.pk), {"number": case.number, "bounced": code})
    raise Refused("mail-bounce-unknown")


def _files(body: Body) -> tuple[list[Incoming], list[dict[str, str]]]:
    """The files that may be kept, and those that may not, with the code of why."""
    taken: list[Incoming] = []
    left = [dict(one) for one in body["left"]]
    for one in body["files"]:
        data = base64.b64decode(one["data"])
        why = "files-too-many" if len(taken) >= uploads.MOST_FILES else _fault(data)
        if why:
            left.append({"name": one["name"], "why": why})
        else:
            taken.append(Incoming(one["name"], io.BytesIO(data), len(data)))
    return taken, left


def _fault(data: bytes) -> str:
    """Why a file may not be kept; nothing where it may."""
    try:
        uploads.judge(io.BytesIO(data), len(data))
    except Refused as refused:
        return refused.code
    return ""


def _with_left(words: str, left: list[dict[str, str]]) -> str:
    """The words, cut where they are too long, and a line for each file that was not taken: who works it should know."""
    line = gettext("[Not taken: %(name)s. %(why)s]")
    lines = [line % {"name": one["name"] or "–", "why": pgettext("file-left", one["why"])} for one in left]
    below = "\n".join(lines[:20])
    return f"{words[: TEXT_LIMIT - len(below) - 2]}\n\n{below}".strip() if below else words[:TEXT_LIMIT]
