"""Drafts of the call screen: kept sealed while somebody types, brought back after a crash, gone with the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.kernel.ids import uuid7
from gezhi.loop.intake import store
from gezhi.loop.models import Draft
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text, require, seal_text, wrapped_key

VERB = "case.create"
SIZE, NAMES = 64_000, 300  # characters and fields of a draft: far more than any form of the desk holds
TELLING = (  # without a word in these nothing is lost
    "text", "reply", "phone", "name", "behalf_name", "behalf_phone", "place", "object", "occurred",
)  # fmt: skip
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft opened: its fields by name as the form had them, the form's key, since when and until when."""

    id: UUID
    key: str
    fields: dict[str, list[str]]
    began_at: datetime
    saved_at: datetime
    pasted: bool


def user_of(actor: Actor) -> int:
    """The person who types; drafts belong to people, not to machines."""
    if actor.kind != "user":
        require(actor, VERB)
        raise Refused("draft-not-found", status=404)
    return int(actor.id)


@transaction.atomic
def save(typed: Fields, *, key: str, draft: str = "", call: UUID | None = None, actor: Actor, now: datetime) -> Draft:
    """Keep what is typed. No act on a case and no record: a draft is the sheet of paper on the desk of one person.

    Refuses draft-too-large (422) and draft-not-found, where the draft of a paste is no longer open.
    """
    user = user_of(actor)
    require(actor, VERB)
    kept = {name: list(values) for name, values in typed.items() if any(values)}
    if len(kept) > NAMES or sum(len(value) for values in kept.values() for value in values) > SIZE:
        raise Refused("draft-too-large", status=422, limit=SIZE)
    row = store.draft(draft, user, locked=True) if draft else store.of_key(user, key, locked=True)
    if row is None and draft:
        raise Refused("draft-not-found", status=404)
    if row is None:
        row = new(user, key, kept, now=now, call=call)
        if store.insert(row):
            return row
        row = store.of_key(user, key, locked=True) or row
    if row.state == "open":
        row.sealed, row.saved_at = seal_text(row, {"fields": kept}), now
        row.save(update_fields=["sealed", "saved_at"])
    return row


def new(user: int, key: str, kept: Mapping[str, Any], *, now: datetime, call: UUID | None = None) -> Draft:
    """A draft that is not in the database yet, sealed under a key of its own."""
    row = Draft(id=uuid7(), user_id=user, key=key, call_id=call, began_at=now, saved_at=now)
    row.wrapped_key = wrapped_key(row.id)
    row.sealed = seal_text(row, {"fields": dict(kept)})
    return row


def opened(row: Draft) -> Typed:
    """What a draft holds."""
    told = open_text(row, row.sealed) if row.sealed is not None and row.wrapped_key is not None else {}
    return Typed(row.pk, row.key, told.get("fields", {}), row.began_at, row.saved_at, row.paste_id is not None)


def restored(*, draft: str = "", form: str = "", call: UUID | None = None, actor: Actor, now: datetime) -> Typed | None:
    """The draft asked for, that of a form by its key, or the newest of the call on the line; never another call's.

    Refuses draft-not-found (404), where a draft is asked for that is no longer open.
    """
    user, since = user_of(actor), now - store.window("typed", store.TYPED)
    row = store.draft(draft, user) if draft else None
    if row is None and draft:
        raise Refused("draft-not-found", status=404)
    if row is None and form:
        row = store.of_key(user, form)
        row = row if row is not None and row.state == "open" and row.paste_id is None else None
    elif row is None and call is not None:
        row = store.newest(user, call, since)
    return opened(row) if row is not None else None


def unfinished(beside: Sequence[str], *, actor: Actor, now: datetime, most: int = 3) -> list[Typed]:
    """Drafts of other calls that this person has not finished, the newest first; sheets without a word are none."""
    rows = store.unfinished(user_of(actor), beside, now - store.window("typed", store.TYPED))
    told = [opened(row) for row in rows]
    return [one for one in told if any(said(one, name) for name in TELLING)][:most]


def said(typed: Typed, name: str) -> str:
    """What a field of a draft holds."""
    return " ".join(typed.fields.get(name, ())).strip()


def forget(key: str, *, actor: Actor, now: datetime) -> None:
    """The draft of a form that was sent or thrown away; parts of a paste stay until they are settled.

    An empty row stays for a day: a save that was on its way must not bring back what is done with.
    """
    user = user_of(actor)
    if not store.insert(Draft(id=uuid7(), user_id=user, key=key, state="dropped", began_at=now, saved_at=now)):
        store.empty(user, key)


def sweep(now: datetime) -> int:
    """Drop what nobody came back to; files of dropped pictures go with the nightly sweep of files."""
    typed = store.drop_typed(now - store.window("typed", store.TYPED))
    return typed + store.drop_pastes(now - store.window("pasted", store.PASTED))
