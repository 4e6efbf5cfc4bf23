"""Handing a piece of work to somebody without an account: the link made, its address told once, made anew."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from gezhi.kernel.codes import phone as parse_phone
from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.loop.links import rules, store
from gezhi.loop.links.service.standing import (
    case_for,
    default_story,
    hide_requester,
    person_of,
    photos_for,
    senders_unit,
    visible_link,
)
from gezhi.loop.models import Case, Link
from gezhi.loop.rules.fields import text as checked_text
from gezhi.trust.rules import Actor
from gezhi.trust.service import keyed_hash, once, record, remember, seal_text, token_digest, verb, wrapped_key

NAME_LIMIT = 60
OPEN_LINKS = 20  # of one case at once


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of whom by when; `story` is what the person reads of the request, None the redacted words of it."""

    name: str
    phone: str
    ask: str
    due: date
    story: str | None = None
    files: tuple[str, ...] = ()
    office: str = ""  # what the person is: secretary of a village, a firm


@dataclass(frozen=True, slots=True)
class Sent:
    """A link with the token of its address, which is told once and kept nowhere; none where a form came twice."""

    link: Link
    token: str = field(default="", repr=False)


@verb("link.send")
def send(case_id: UUID | str, wish: Wish, *, actor: Actor, now: datetime, key: str = "") -> Sent:
    """Ask somebody without an account to do one thing for a case.

    Refuses case-not-found (404), not-allowed (403), link-not-now, link-many, field-missing, text-too-long, link-phone,
    link-due-past, day-far, link-file-unknown (422), requester-erased.
    """
    case = case_for(actor, case_id)
    said = {name: value for name, value in asdict(wish).items() if name != "files"}
    before = once(actor, f"link:{case.pk}:{key}" if key else "", "link.send", content=[said, *wish.files])
    if before is not None:
        known = store.one(before["link"])
        if known is None:
            raise Refused("link-not-there", status=404)
        return Sent(known)
    unit = senders_unit(case, actor)
    if sum(row.ended_at is None for row in store.of_case(case)) >= OPEN_LINKS:
        raise Refused("link-many", most=OPEN_LINKS)
    link, token = _made(case, wish, [str(row.pk) for row in photos_for(actor, case)], now)
    link.unit, link.sent_by_id, link.sent_at = unit, int(actor.id), now
    link.save(force_insert=True)
    body = {"case": str(case.pk), "unit": unit.pk, "due": link.due_at.isoformat(), "photos": len(link.shown)}
    record("link.send", "link", link.pk, actor=actor, body=body)
    remember(actor, f"link:{case.pk}:{key}" if key else "", {"link": str(link.pk)})
    return Sent(link, token)


def _made(case: Case, wish: Wish, photos: list[str], now: datetime) -> tuple[Link, str]:
    """A link that is not in the database yet, checked and sealed."""
    name, ask = _said("name", wish.name, NAME_LIMIT), _said("ask", wish.ask)
    story = default_story(case) if wish.story is None else hide_requester(case, _text("story", wish.story), strict=True)
    phone, digits = _phone(wish.phone)
    due = rules.end_of(wish.due, now, settings.TIME_ZONE)
    key, token = uuid7(), new_token()
    link = Link(
        id=key, case=case, token_hash=token_digest(token), wrapped_key=wrapped_key(key), due_at=due,
        valid_until=due + rules.GRACE, shown=rules.chosen(wish.files, photos),
        digits_hash=digits_digest(key, digits),
        words=seal_text(case.requester, {
            "ask": hide_requester(case, ask, strict=case.confidential), "story": story,
        }),
    )  # fmt: skip
    office = _most("office", _text("office", wish.office), NAME_LIMIT)
    link.person = seal_text(link, {"name": name, "phone": phone, "office": office})
    return link, token


def new_token() -> str:
    """128 random bits for an address."""
    return secrets.token_urlsafe(16)


def digits_digest(key: UUID, digits: str) -> bytes:
    """What is kept of the four digits: under a key of the installation and for this link alone, since there are only
    ten thousand of them.
    """
    return keyed_hash("link-digits", f"{key}:{digits}") or b""


def _phone(typed: str) -> tuple[str, str]:
    try:
        known = parse_phone(typed)
    except Refused as refused:
        raise Refused("link-phone", status=422, field="phone") from refused
    return typed.strip(), rules.last_digits(known.e164)


def _text(name: str, value: str) -> str:
    return checked_text(name, value.strip())


def _said(name: str, value: str, most: int = 0) -> str:
    said = _text(name, value)
    if not said:
        raise Refused("field-missing", status=422, field=name, move="link")
    return _most(name, said, most) if most else said


def _most(name: str, said: str, most: int) -> str:
    if len(said) > most:
        raise Refused("text-too-long", status=422, field=name, limit=most, length=len(said))
    return said


@verb("link.send")
def renew(key: UUID | str, due: date | None = None, *, actor: Actor, now: datetime) -> Sent:
    """A new address for the same work: the old one opens nothing any more, wrong tries are forgotten.

    For an address that was lost, typed wrong five times, or has run out; then a new day is needed.
    Refuses link-not-there (404), not-allowed (403), link-moved, link-forgotten, link-due-past (422).
    """
    link = visible_link(key, "link.send", actor=actor)
    rules.need("renew", link.state)
    if link.wrapped_key is None:
        raise Refused("link-forgotten")
    senders_unit(link.case, actor)  # somebody must still be able to take the answer over
    if due is not None:
        link.due_at = rules.end_of(due, now, settings.TIME_ZONE)
    elif link.due_at <= now:
        raise Refused("link-due-past", status=422, field="due")
    token = new_token()
    link.token_hash, link.tries, link.valid_until, link.ended_at = (
        token_digest(token), 0, link.due_at + rules.GRACE, None,
    )  # fmt: skip
    if link.state == "expired":
        link.state = "signed" if link.signed_at else "sent"
    link.save()
    record("link.renew", "link", link.pk, actor=actor, body={"due": link.due_at.isoformat()})
    return Sent(link, token)


@verb("link.send")
def contact(key: UUID | str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Show name and phone of the person to who may decide on the answer; in the ledger. Refuses link-forgotten."""
    del now
    link = visible_link(key, "link.send", actor=actor, lock=False)
    known = person_of(link)
    if not known:
        raise Refused("link-forgotten")
    record("link.contact", "link", link.pk, actor=actor)
    return known
