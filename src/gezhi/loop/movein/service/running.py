"""Moving a whole system in: frames first, then its requests as a batch of the import, then pictures and addresses."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.importing import store as batches
from gezhi.loop.importing.access import desk_for
from gezhi.loop.importing.columns import Mapping as Columns
from gezhi.loop.importing.rules import Draft, Judge, Past, Reject, headline
from gezhi.loop.importing.running import Outcome, judge
from gezhi.loop.importing.service import run_batch
from gezhi.loop.importing.values import OLDEST, name_of, phone_of
from gezhi.loop.models import Batch, Case, OldAddress
from gezhi.loop.movein import store
from gezhi.loop.movein.rules.addresses import key_of
from gezhi.loop.movein.rules.records import CUT, NOT_FOUND, REFUSED, Losses, Old
from gezhi.loop.movein.service import framing
from gezhi.loop.movein.service.reading import Found
from gezhi.loop.rules.words import TEXT_LIMIT, TITLE_LIMIT
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, identity_of, record, token_digest, unchanged, verb

AHEAD = timedelta(days=1)
MOST = 60  # files of a case


@dataclass(frozen=True, slots=True)
class Wish:
    """How a system is moved in."""

    matters: Mapping[str, str] = field(default_factory=dict)  # category → matter, from a file
    mode: str = "reject"
    start_clocks: bool = False
    pictures: bool = True
    trial: bool = False
    source: str = ""  # whose numbers they are; the system's name where none is given


@dataclass(slots=True)
class Moved:
    """What came of it."""

    outcome: Outcome
    losses: Losses
    frames: framing.Frames
    steps: int = 0
    pictures: int = 0
    addresses: int = 0


def move_in(found: Found, wish: Wish, losses: Losses, *, actor: Actor, now: datetime) -> Moved:
    """Bring a system in; with `trial` nothing is written. What is there already is not made twice.

    Raises Refused: not-allowed (403), no-units, matter-unknown, import-mode-unknown, and what reading refuses.
    """
    desk = desk_for(actor)
    Judge(wish.mode)
    trial, held = wish.trial, found.categories
    frames = framing.settle(found.system, held, wish.matters, losses, trial=trial, actor=actor, now=now)
    framing.routes(found.system, held, frames, losses, trial=trial, actor=actor, now=now)
    framing.ready_texts(found.texts, frames, losses, owner=desk.code, trial=trial, actor=actor, now=now)
    moved = Moved(Outcome(), losses, frames)
    chunks = _Chunks(found, wish, moved, actor=actor, now=now)
    if wish.trial:
        _try(chunks, wish, moved)
        return moved
    batch = _open(found, wish, desk, actor=actor, now=now)
    moved.outcome = run_batch(batch.pk, None, actor=actor, now=now, chunks=chunks.pairs())
    return moved


def source_of(found: Found, wish: Wish) -> str:
    return (wish.source or found.system)[:40]


@verb("import.run")
def _open(found: Found, wish: Wish, desk: Any, *, actor: Actor, now: datetime) -> Batch:
    """The batch of a system, as the import page shows it."""
    batch = Batch(
        created_at=now, created_by_id=int(actor.id) if actor.kind == "user" else None, desk=desk,
        file_name=found.system, digest="", source=source_of(found, wish), mode=wish.mode,
        start_clocks=wish.start_clocks, state="waiting", mapping={"headers": {found.system: ["number"]}},
    )  # fmt: skip
    batches.save_batch(batch)
    record("import.begun", "batch", batch.pk, actor=actor, body={"system": found.system, "mode": wish.mode})
    return batch


def _try(chunks: "_Chunks", wish: Wish, moved: Moved) -> None:
    judging, outcome = Judge(wish.mode), moved.outcome
    source = source_of(chunks.found, wish)
    for rows in chunks.drafts():
        verdicts = judge(judging, rows, source, None)
        outcome.read += len(rows)
        outcome.created += len(verdicts.create)
        outcome.updated += len(verdicts.update)
        outcome.already += verdicts.already
        outcome.rejected += len(verdicts.rejects)
        outcome.rejects.extend(verdicts.rejects)


class _Chunks:
    """Drafts in chunks; when the next one is asked for, the one before is written, and what belongs to it follows."""

    def __init__(self, found: Found, wish: Wish, moved: Moved, *, actor: Actor, now: datetime) -> None:
        self.found, self.wish, self.moved, self.actor, self.now = found, wish, moved, actor, now
        self.olds: list[Old] = []

    def pairs(self) -> Iterator[tuple[Columns, list[Draft | Reject]]]:
        for rows in self.drafts():
            yield Columns((), {}), rows
            self._follow()

    def drafts(self) -> Iterator[list[Draft | Reject]]:
        rows = iter(self.found.olds)
        at = 0
        while chunk := list(islice(rows, batches.CHUNK)):
            self.olds = [one for one in chunk if isinstance(one, Old)]
            made = [self._draft(at + place, one) for place, one in enumerate(chunk, 1)]
            at += len(chunk)
            self.moved.steps += sum(len(one.past) for one in made if isinstance(one, Draft))
            if self.wish.trial:
                self.moved.pictures += sum(len(one.photos) for one in self.olds)
                self.moved.addresses += sum(len(one.addresses) for one in self.olds)
            yield made

    def _draft(self, row: int, old: Old | Refused) -> Draft | Reject:
        system = self.found.system
        if isinstance(old, Refused):
            return Reject(row, system, old.code, dict(old.facts), (str(old.facts.get("number", "")),))
        try:
            return draft_of(row, system, old, self.moved, self.now)
        except Refused as refused:
            return Reject(row, system, refused.code, dict(refused.facts), (old.number,))

    def _follow(self) -> None:
        """Addresses, mail addresses and pictures of the chunk that has just been written."""
        cases = store.numbered(source_of(self.found, self.wish), [one.number for one in self.olds])
        kept = [(one, cases[one.number]) for one in self.olds if one.number in cases]
        _beside(kept, self.found.system, self.moved, actor=self.actor, now=self.now)
        if self.wish.pictures:
            held = store.with_files(case.pk for _, case in kept)
            for one, case in kept:
                if one.photos and case.pk not in held:
                    self._pictures(one, case)
        else:
            self.moved.losses.note("attachment", "*", count=sum(len(one.photos) for one, _ in kept))

    def _pictures(self, old: Old, case: Case) -> None:
        got = [one for place in old.photos[:MOST] if (one := self._picture(place)) is not None]
        if len(old.photos) > MOST:
            self.moved.losses.note("attachment", "*", CUT, len(old.photos) - MOST)
        while got:
            attach(case.pk, got[: uploads.MOST_FILES], actor=self.actor, now=self.now)
            self.moved.pictures += len(got[: uploads.MOST_FILES])
            got = got[uploads.MOST_FILES :]

    def _picture(self, place: str) -> Incoming | None:
        """One file, judged before it is attached, so that a bad one does not keep the others out."""
        try:
            data = self.found.picture(place)
            uploads.judge(io.BytesIO(data), len(data))
        except Refused as refused:
            why = REFUSED if refused.code.startswith("file-") else NOT_FOUND
            self.moved.losses.note("attachment", refused.code, why)
            return None
        return Incoming(place.partition("?")[0].rpartition("/")[2][:100], io.BytesIO(data), len(data))


def draft_of(row: int, system: str, old: Old, moved: Moved, now: datetime) -> Draft:
    """The draft of an old request. Refuses import-text-empty, import-time-impossible, import-time-future (422)."""
    losses = moved.losses
    if not old.text and not old.title and not old.category:
        raise Refused("import-text-empty", status=422)
    received = old.received_at or now
    if received.year < OLDEST:
        raise Refused("import-time-impossible", status=422, value=received.isoformat())
    if received > now + AHEAD:
        raise Refused("import-time-future", status=422, value=received.isoformat())
    if old.closed_at is not None and old.closed_at < received:
        losses.note(system, "closed_at", CUT)
    code = moved.frames.matter(old.category)
    text = _cut(old.text or old.title or " › ".join(old.category), TEXT_LIMIT, system, "text", losses)
    phone = phone_of(old.phone)
    if old.phone and not phone:
        losses.note(system, "phone", REFUSED)
    return Draft(
        row=row, sheet=system, text=text, title=(old.title or headline(text))[:TITLE_LIMIT], number=old.number[:80],
        received_at=received, requester_name=name_of(old.name), phone=phone, place=old.place[:300],
        unit=old.unit[:300], matter=(code,) if code else old.category[-2:], kind=old.kind, urgency=old.urgency,
        state="closed" if old.closed else "open", closed_at=max(old.closed_at, received) if old.closed_at else None,
        reply=_cut(old.reply, TEXT_LIMIT, system, "reply", losses), solved=old.solved, due_at=old.due_at, lon=old.lon,
        lat=old.lat, extras={name: value[:2_000] for name, value in old.words.items()}, cells=(old.number,),
        past=tuple(Past(one.at, _cut(one.text, TEXT_LIMIT, system, "history", losses), one.shown) for one in old.past),
    )  # fmt: skip


def _cut(text: str, most: int, record_: str, name: str, losses: Losses) -> str:
    if len(text) > most:
        losses.note(record_, name, CUT)
    return text[:most]


@verb("import.run")
def _beside(kept: list[tuple[Old, Case]], system: str, moved: Moved, *, actor: Actor, now: datetime) -> None:
    """Where old addresses lead now, and mail addresses, sealed with the rest of the identity."""
    known = store.addressed(case.pk for _, case in kept)
    rows = [
        OldAddress(system=system, digest=digest, case=case, secret=address.secret)
        for old, case in kept
        for address in old.addresses
        if (digest := token_digest(key_of(system, address.path))) not in known.get(case.pk, ())
    ]
    store.keep_addresses(rows)
    moved.addresses += len(rows)
    mails = 0
    for old, case in kept:
        if old.email and case.requester.wrapped_key is not None and not identity_of(case.requester).get("email"):
            amend(case.requester_id, actor=actor, now=now, email=old.email[:200])
            mails += 1
    if rows:
        record("import.addresses", "system", system, actor=actor, body={"addresses": len(rows)})
    elif not mails:
        unchanged()
