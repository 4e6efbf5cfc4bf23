"""Letters that no rule could decide on: read by a person of the desk, made into a case, added to one, or laid aside."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store as pieces
from gezhi.loop.partners.adapters import Done
from gezhi.loop.partners.kinds.mail import store, taking
from gezhi.loop.store import below
from gezhi.loop.store.visible import readable, visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text, record, require, verb

VERB = "mail.decide"
HOWS = ("open", "add", "drop")


def waiting(actor: Actor, *, most: int = 200) -> list[Piece]:
    """The letters that this person may decide on, the newest first."""
    intake = below.intake_unit()
    mine = [row.pk for row in store.mailboxes() if _may(actor, row, intake)]
    return list(store.partner_letters(("refused",)).filter(partner__in=mine)[:most])


def shown(actor: Actor, rows: Iterable[Piece]) -> list[dict[str, Any]]:
    """What is kept of each letter, without the number of a case that this person may not read."""
    kept = [dict(row.facts) for row in rows]
    numbers = {str(one["number"]) for one in kept if one.get("number")}
    known = set(visible(actor).filter(number__in=numbers).values_list("number", flat=True)) if numbers else set()
    return [{name: said for name, said in one.items() if name != "number" or said in known} for one in kept]


def _may(actor: Actor, partner: Partner, intake: Any) -> bool:
    desk = partner.desk or intake
    try:
        require(actor, VERB, unit_paths=[desk.path if desk is not None else ""])
    except Refused:
        return False
    return True


def _held(key: int, actor: Actor, *, lock: bool = False) -> Piece:
    """What one may not decide on is as if it were not there."""
    row = store.letter(key, lock=lock)
    if row is None or row.sealed is None or not _may(actor, row.partner, below.intake_unit()):
        raise Refused("mail-not-left", status=404, piece=key)
    return row


def _body(row: Piece) -> dict[str, Any]:
    assert row.sealed is not None
    body: dict[str, Any] = json.loads(open_text(row.partner.keeper, row.sealed)["body"])
    return body


@verb(VERB)
def read(key: int, *, actor: Actor, now: datetime) -> tuple[Piece, Mapping[str, Any]]:
    """A letter opened for a person, which the ledger says. Raises mail-not-left (404)."""
    del now
    row = _held(key, actor)
    record("mail.read", "piece", row.pk, actor=actor, body={"partner": row.partner.code})
    return row, _body(row)


@verb(VERB)
def decide(key: int, how: str, number: str = "", *, actor: Actor, now: datetime) -> Piece:
    """`open` a case of it, `add` it to the case of a number, or `drop` it: its words are forgotten here then.

    Raises mail-not-left (404), mail-case-unknown, field-invalid (422), mail-empty and what receiving and moving refuse.
    """
    row = _held(key, actor, lock=True)
    if how not in HOWS:
        raise Refused("field-invalid", status=422, field="how", value=how[:20])
    done = Done(facts={"dropped": row.fault}) if how == "drop" else _made(row, how, number, actor=actor, now=now)
    row.state, row.done_at, row.case_id, row.facts, row.sealed = "done", now, done.case, dict(done.facts), None
    pieces.save_piece(row, "state", "done_at", "case", "facts", "sealed")
    record("mail.decide", "piece", row.pk, actor=actor, body={"how": how, "case": done.case})
    return row


def _made(row: Piece, how: str, number: str, *, actor: Actor, now: datetime) -> Done:
    body = _body(row)
    if body["fault"]:
        raise Refused(str(body["fault"]))
    if how == "open":
        return taking.open_case(row.partner, row, body, actor=actor, now=now)
    case = store.case_by_number(number.strip()[:60]) if number.strip() else None
    if case is None or not readable(actor, case):
        raise Refused("mail-case-unknown", status=422, field="number", number=number[:40])
    return taking.add_words(case, row, body, actor=actor, now=now)
