"""What goes to a partner: queued once, carried out in order, tried again, given up, sent once more by a person."""

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store
from gezhi.loop.partners.adapters import Alone, Later, Note, NotYet, Told, Unsure, adapter_of
from gezhi.loop.partners.rules.trying import LEASE, UNSURE, again_at, lease_of
from gezhi.loop.partners.service.keeping import EDIT
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, record, require, verb

AT_ONCE = 20  # pieces leased together
logger = logging.getLogger(__name__)


def hear(event: Event) -> None:
    """Queue what an event means for each partner; a second delivery of the event finds it queued."""
    partners = list(store.partners(active=True))
    if not partners:
        return
    told = Told(event.id, event.topic, event.subject_id, {**store.codes_of(event.subject_id), **event.payload})
    for partner in partners:
        queue(partner, adapter_of(partner.kind).hears(partner, told), now=event.published_at)


def queue(partner: Partner, notes: Any, *, now: datetime) -> None:
    """Put pieces on their way, once each."""
    rows: list[Note] = list(notes)
    if rows:
        store.add(
            Piece(
                partner=partner, direction="out", key=one.key, kind=one.kind, case_id=one.case, facts=dict(one.facts),
                state="waiting", next_at=now, at=now,
            )
            for one in rows
        )  # fmt: skip


def deliver(now: datetime, *, most: int = 500) -> int:
    """Carry out what is due; how many were taken. A partner that is away is not tried twice in one round."""
    begun, sent, away = monotonic(), 0, set[int]()
    while sent < most:
        moment = now + timedelta(seconds=monotonic() - begun)  # a slow server makes a round long
        with transaction.atomic():
            rows = store.take(moment, moment + LEASE, AT_ONCE, away)
        if not rows:
            break
        for row in rows:
            moment = now + timedelta(seconds=monotonic() - begun)
            if not store.held(row, moment + lease_of(row.partner.kind)):
                continue  # its lease ran out while others were sent, and another worker has it
            if row.partner_id in away:
                _put_back(row, moment)
            elif _carry(row, moment):
                sent += 1
            elif row.fault and row.state in ("waiting", "done") and store.ALONE not in row.facts:
                away.add(row.partner_id)
    return sent


def _carry(row: Piece, now: datetime) -> bool:
    partner = row.partner
    try:
        done = adapter_of(partner.kind).send(partner, row, now=now)
    except Refused as refused:
        _give_up(row, refused)
        return False
    except NotYet as early:
        row.next_at, row.fault = early.until, ""
        store.save_piece(row, "next_at", "fault")
        return False
    except Unsure as fault:
        _unsure(row, fault.code, now)
        return False
    except (Later, OSError) as fault:
        _not_yet(row, getattr(fault, "code", "") or type(fault).__name__, now, alone=isinstance(fault, Alone))
        return False
    except Exception as fault:
        if row.tries == 0:  # a day of tries needs no more than one traceback
            logger.exception("piece %s for %s could not be sent", row.pk, partner.code)
        _not_yet(row, type(fault).__name__, now, alone=True)
        return False
    row.state, row.done_at, row.fault, row.next_at = "done", now, "", None
    row.facts = {name: said for name, said in row.facts.items() if name != store.ALONE} | dict(done.facts)
    store.save_piece(row, "state", "done_at", "fault", "next_at", "facts")
    if partner.silent_since is not None:
        partner.silent_since = None
        store.save(partner, "silent_since")
        store.wake(partner, now)
    return True


def _not_yet(row: Piece, code: str, now: datetime, *, alone: bool) -> None:
    row.tries += 1
    row.fault, row.next_at = code[:80], again_at(row.tries, now)
    row.state = "waiting" if row.next_at else "dead"
    row.facts = {name: said for name, said in row.facts.items() if name != store.ALONE}
    if alone:
        row.facts[store.ALONE] = 1
    else:
        _silent(row.partner, now)
    store.save_piece(row, "tries", "fault", "next_at", "state", "facts")
    if row.state == "dead":
        logger.error("piece %s for %s is given up: %s", row.pk, row.partner.code, row.fault)


def _unsure(row: Piece, code: str, now: datetime) -> None:
    """What may have been taken goes out once more; then it is done, and what is kept of it says that nobody knows."""
    again = "unsure" in row.facts
    row.facts, row.fault, row.tries = {**row.facts, "unsure": code[:80]}, code[:80], row.tries + 1
    row.state, row.next_at, row.done_at = ("done", None, now) if again else ("waiting", now + UNSURE, None)
    store.save_piece(row, "facts", "fault", "tries", "state", "next_at", "done_at")
    _silent(row.partner, now)


def _silent(partner: Partner, now: datetime) -> None:
    if partner.silent_since is None:
        partner.silent_since = now
        store.save(partner, "silent_since")


def _give_up(row: Piece, refused: Refused) -> None:
    row.state, row.fault, row.next_at, row.tries = "dead", refused.code[:80], None, row.tries + 1
    if "http" in refused.facts:
        row.facts = {**row.facts, "http": str(refused.facts["http"])}
    store.save_piece(row, "state", "fault", "next_at", "tries", "facts")
    logger.error("piece %s for %s is refused there: %s", row.pk, row.partner.code, row.fault)


def _put_back(row: Piece, now: datetime) -> None:
    """A piece leased beside one whose partner did not answer waits as long as that one, and loses no try."""
    row.next_at = again_at(1, now)
    store.save_piece(row, "next_at")


@verb(EDIT)
def retry(key: int, *, actor: Actor, now: datetime) -> Piece:
    """Send a piece that was given up once more, from the first try."""
    require(actor, EDIT)
    row = store.piece_locked(key)
    if row is None or row.direction != "out" or row.state != "dead":
        raise Refused("piece-not-left", status=404, piece=key)
    row.state, row.tries, row.next_at = "waiting", 0, now
    row.facts = {name: said for name, said in row.facts.items() if name not in ("unsure", store.ALONE)}
    store.save_piece(row, "state", "tries", "next_at", "facts")
    record("partner.again", "piece", key, actor=actor, body={"partner": row.partner.code})
    return row
