"""The person's way in: an address that nobody guesses, four digits that who finds it does not know, and what is shown.

An address that was never made, has run out or was taken back answers the same. Guessing slows down by address of the
network; wrong digits are counted on the link, five lock it. A right address is never slowed down: behind one address
of a mobile network stand thousands of people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.links import rules, store
from gezhi.loop.links.service.sending import digits_digest
from gezhi.loop.links.service.standing import place_of, words_of
from gezhi.loop.models import Link, LinkNote
from gezhi.loop.rules.words import ENDED
from gezhi.loop.store.cases import one as one_case
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text, record, token_digest, verb
from gezhi.trust.service.throttling import count_try, hold

FREE, WINDOW = 20, timedelta(days=1)


@dataclass(slots=True)
class HeldLink:
    """What the person sees: the work, the place, the photos chosen, what was written; never who asked."""

    link: Link
    number: str
    unit: Any
    ask: str
    story: str
    place: str
    area: str  # code
    photos: list[Any]
    notes: list[tuple[LinkNote, str]]
    may: frozenset[str]


def find(token: str, where: str, *, now: datetime) -> Link:
    """The link of an address. Refuses link-not-found (404), the same for all that opens nothing; too-many-tries."""
    row = store.by_token(token_digest(token)) if rules.TOKEN.fullmatch(token) else None
    if row is None:
        hold("link", where, now=now)
        count_try("link", where, free=FREE, forget=WINDOW, now=now)
        raise Refused("link-not-found", status=404)
    if not opens(row, now):
        raise Refused("link-not-found", status=404)
    return row


def opens(link: Link, now: datetime) -> bool:
    """Whether this link still opens: in its days, not taken back, with something left to read or to do."""
    if rules.over(link.state, link.valid_until, now) or link.case.requester.wrapped_key is None:
        return False
    return link.state in (*rules.WAITING, "approved") or link.case.state not in ENDED


def holder(link: Link, language: str = "") -> Actor:
    """The person as an actor: known by the link alone, without any right beyond it."""
    return Actor("link", str(link.pk), "", None, "", (), language)


def enter(link: Link, typed: str, *, now: datetime) -> None:
    """Let in who knows the last four digits of the phone. Refuses link-digits (422, left=) and link-locked (403)."""
    left = _try(link.pk, typed, actor=holder(link), now=now)
    if left is None:
        return
    if left <= 0:
        raise Refused("link-locked", status=403)
    raise Refused("link-digits", status=422, field="digits", left=left)


@verb("link.open")
def _try(key: UUID, typed: str, *, actor: Actor, now: datetime) -> int | None:
    """None where the digits are right; else how many tries are left, counted before the refusal undoes anything."""
    link = own(key, actor=actor, now=now)
    if link.tries >= rules.TRIES:
        record("link.locked", "link", key, actor=actor)
        return 0
    kept = bytes(link.digits_hash) if link.digits_hash is not None else b""
    digits = rules.only_digits(typed)[: rules.DIGITS + 1]
    if kept and compare_digest(kept, digits_digest(link.pk, digits)):
        link.tries = 0
        link.opened_at = link.opened_at or now
        link.state = "opened" if link.state == "sent" else link.state
        link.save(update_fields=["tries", "opened_at", "state"])
        record("link.open", "link", key, actor=actor, body={"case": str(link.case_id)})
        return None
    link.tries += 1
    link.save(update_fields=["tries"])
    record("link.miss", "link", key, actor=actor, body={"tries": link.tries})
    return rules.TRIES - link.tries


def own(key: UUID | str, *, actor: Actor, now: datetime) -> Link:
    """The link that this actor holds, locked; any other is as if it were not there."""
    row = store.locked(key) if actor.kind == "link" and actor.id == str(key) else None
    if row is None or not opens(row, now):
        raise Refused("link-not-found", status=404)
    return row


def shown_to(link: Link) -> HeldLink:
    """Everything of the person's page."""
    said = words_of(link)
    case = one_case(link.case_id) or link.case
    chosen = set(link.shown)
    notes = [(row, str(open_text(case.requester, row.words).get("words", ""))) for row in store.notes_of(link)]
    return HeldLink(
        link=link, number=case.number, unit=link.unit, ask=said.get("ask", ""), story=said.get("story", ""),
        place=place_of(case), area=case.area, notes=notes,
        photos=[row for row in store.photos(case) if str(row.pk) in chosen],
        may=frozenset(act for act in ("sign", "note", "finish") if link.state in rules.FROM[act]),
    )  # fmt: skip


def file_for(link: Link, key: UUID) -> Any:
    """One photo that the person may see: chosen by the sender, or sent by the person. Refuses file-not-found (404)."""
    found: Any = next((row for row in shown_to(link).photos if row.pk == key), None)
    found = found or store.files_of(link).filter(pk=key).first()
    if found is None:
        raise Refused("file-not-found", status=404)
    return found
