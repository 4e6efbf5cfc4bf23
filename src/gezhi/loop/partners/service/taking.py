"""What comes from a partner: kept once under its key, made into what it asks for, or left with the reason why not."""

import json
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store
from gezhi.loop.partners.adapters import Arrived, Later, adapter_of
from gezhi.loop.partners.rules.looking import is_time
from gezhi.loop.partners.service.keeping import EDIT, system_actor
from gezhi.loop.store.locks import alone, held
from gezhi.trust.rules import Actor
from gezhi.trust.rules.chain import canonical_json
from gezhi.trust.service import keyed_hash, open_text, record, require, seal_text, unchanged, verb

LONGEST = 120  # characters of a key
LOOK = 50.0  # seconds for one look at a partner; what it still has is taken by the next
# codes that say why, never what people wrote
AWAY = (Later, OSError, OperationalError, InterfaceError)  # the partner or our own database: asked again later
ODD = "piece-fault"
TELLING = ("field", "number", "matter", "area", "unit", "kind", "state", "most")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a piece that came in, now or before."""

    piece: Piece
    repeated: bool


def take_in(partner: Partner, key: str, kind: str, body: Mapping[str, Any], *, now: datetime) -> Taken:
    """Take one piece: the same again is answered as before, other content under its key is refused (piece-conflict).

    A piece that cannot be made into what it asks for is kept with the code of its refusal, to be worked again once
    what was wrong is mended: nothing that was sent to us is lost, and nothing is made twice.
    """
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise Refused("piece-key", status=422, length=len(key), most=LONGEST)
    digest = keyed_hash("piece", canonical_json({"kind": kind, "body": plain(dict(body))})) or b""
    kept = _keep(partner, key, kind, body, digest, actor=system_actor(partner), now=now)
    if not kept.repeated or kept.piece.state == "waiting":
        work(kept.piece.pk, now=now)
        kept.piece.refresh_from_db()
    return kept


@verb("partner.take")
def _keep(
    partner: Partner, key: str, kind: str, body: Mapping[str, Any], digest: bytes, *, actor: Actor, now: datetime
) -> Taken:
    alone(f"piece.{partner.pk}.in.{key}")
    before = store.piece(partner, "in", key)
    if before is not None:
        if before.digest is not None and bytes(before.digest) != digest:
            raise Refused("piece-conflict", key=key)
        unchanged()
        return Taken(before, repeated=True)
    row = Piece(
        partner=partner, direction="in", key=key, kind=kind[:30], state="waiting", at=now, digest=digest,
        sealed=seal_text(partner.keeper, {"body": json.dumps(plain(dict(body)), ensure_ascii=False)}),
    )  # fmt: skip
    store.save_piece(row)
    record("partner.take", "piece", row.pk, actor=actor, body={"partner": partner.code, "kind": row.kind})
    return Taken(row, repeated=False)


def work(key: int, *, now: datetime) -> None:
    """Make of a kept piece what it asks for, whole or not at all; a refusal is noted with it."""
    try:
        with transaction.atomic():
            row = store.piece_locked(key)
            if row is None or row.state == "done" or row.sealed is None:
                return
            body = json.loads(open_text(row.partner.keeper, row.sealed)["body"])
            adapter = adapter_of(row.partner.kind)
            done = adapter.accept(row.partner, row, body, actor=system_actor(row.partner), now=now)
            row.state, row.fault, row.done_at = "done", "", now
            row.case_id, row.facts = done.case, dict(done.facts)
            row.sealed = None  # it stands with the case now, under its requester's key
            store.save_piece(row, "state", "fault", "done_at", "case", "facts", "sealed")
    except Refused as refused:
        _left(key, refused.code, plain(refused.facts))
    except Later as later:
        _left(key, later.code, {})
    except (OSError, OperationalError, InterfaceError):
        raise
    except Exception:  # one piece that ails us in a way nobody knew must keep no other from being worked
        logger.exception("piece %s cannot be worked", key)
        _left(key, ODD, {})


def _left(key: int, code: str, facts: Any) -> None:
    with transaction.atomic():
        row = store.piece_locked(key)
        if row is not None and row.state != "done":
            row.state, row.fault, row.tries = "refused", code[:80], row.tries + 1
            row.facts = {name: str(facts[name])[:40] for name in TELLING if name in facts}
            store.save_piece(row, "state", "fault", "tries", "facts")


@verb(EDIT)
def work_again(key: int, *, actor: Actor, now: datetime) -> Piece:
    """Work a piece that was refused once more, after what was wrong is mended."""
    require(actor, EDIT)
    row = store.piece_locked(key)
    if row is None or row.direction != "in" or row.state != "refused" or row.sealed is None:
        raise Refused("piece-not-left", status=404, piece=key)
    row.state = "waiting"
    store.save_piece(row, "state")
    record("partner.again", "piece", key, actor=actor, body={"partner": row.partner.code})
    work(key, now=now)
    row.refresh_from_db()
    return row


def fetch_from(
    partner: Partner, *, now: datetime, when_due: bool = False, clock: Callable[[], float] = monotonic
) -> int:
    """Ask a partner for what it has; how many pieces were new. One that is away is asked again later, less often.

    Nobody asks a partner whom somebody else is asking, however long that takes.
    """
    with held(f"look.{partner.pk}") as free:
        if not free:
            return 0
        partner.refresh_from_db(fields=["looked_at", "silent_since", "wishes"])
        every = timedelta(minutes=max(1, int(partner.wishes.get("every") or 5)))
        asked = max(filter(None, (partner.looked_at, store.tried_at(partner))), default=None)
        if when_due and not is_time(asked, partner.silent_since, every, now):
            return 0
        fresh, became = _look(partner, now, clock)
        partner.silent_since = partner.silent_since or now if became == "away" else None
        if became == "whole":  # some ask for what changed since then, so that it moves only when nothing was left
            partner.looked_at = now
        store.save(partner, "silent_since", "looked_at")
        store.tried(partner, now if became == "away" else None)
    return fresh


def _look(partner: Partner, now: datetime, clock: Callable[[], float]) -> tuple[int, str]:
    """How many pieces were new, and whether it was a `whole` look, a `part` of one, or the partner was `away`."""
    fresh, until = 0, clock() + LOOK
    try:
        with closing(_arrivals(partner, now)) as arrived:
            for one in arrived:
                fresh += _taken(partner, one, now=now)
                if fresh and clock() >= until:  # however slow it is, every look gets further than the one before
                    return fresh, "part"
    except AWAY as fault:
        logger.warning("partner %s is not reached: %s", partner.code, fault)
        return fresh, "away"
    except Exception:  # what ails one partner must keep no other from being asked
        logger.exception("partner %s cannot be asked", partner.code)
        return fresh, "away"
    return fresh, "whole"


def _arrivals(partner: Partner, now: datetime) -> Generator[Arrived, None, None]:
    yield from adapter_of(partner.kind).fetch(partner, now=now)


def _taken(partner: Partner, one: Arrived, *, now: datetime) -> bool:
    """One piece; one that cannot even be kept leaves its key with the reason, so that it holds up no other."""
    try:
        return not take_in(partner, one.key, one.kind, one.body, now=now).repeated
    except AWAY:
        raise
    except Refused as refused:
        if refused.code not in ("piece-conflict", "piece-key"):
            raise
        logger.warning("a piece of partner %s is refused: %s", partner.code, refused.code)
    except Exception:
        logger.exception("a piece of partner %s cannot be kept", partner.code)
        row = Piece(partner=partner, direction="in", key=one.key, kind=one.kind[:30], state="refused", fault=ODD,
                    tries=1, at=now)  # fmt: skip
        store.add([row])
    return False


def fetch_all(now: datetime) -> int:
    """Ask every active partner whose time has come, by its wish `every` in minutes (5)."""
    return sum(fetch_from(partner, now=now, when_due=True) for partner in store.partners(active=True))
