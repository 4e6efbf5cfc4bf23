"""Ready texts and hints as the office wants them: each edit is a version, what came with the packs stays below."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kit.text import clean
from gezhi.loop.models import ReplyCheck, StandardReply
from gezhi.loop.replies import store
from gezhi.loop.replies.rules.check import RULES
from gezhi.loop.replies.rules.patterns import LONGEST
from gezhi.loop.replies.rules.texts import KINDS
from gezhi.loop.store import below
from gezhi.loop.store import content as kept
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

VERB = "reply.edit"
CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
WORDS = {"title_zh": 120, "title_en": 160, "text_zh": 2_000, "text_en": 3_000, "basis_zh": 300, "basis_en": 400}
DAYS = ("review_on", "valid_from", "valid_to")


@verb("reply.edit")
def put_text(code: str, given: Mapping[str, str], *, actor: Actor, now: datetime) -> StandardReply:
    """A new version of a ready text. Refuses reply-malformed (422) with the field, matter-unknown, unit-unknown."""
    require(actor, VERB)
    if not CODE.fullmatch(code):
        raise Refused("reply-malformed", status=422, field="code", value=code[:40])
    values = {name: _words(given, name, most) for name, most in WORDS.items()}
    for name in ("title_zh", "text_zh"):
        if not values[name]:
            raise Refused("field-missing", status=422, field=name, move="reply.edit")
    kind, matter, owner = given.get("kind", "reply"), given.get("matter", ""), given.get("owner", "")
    if kind not in KINDS:
        raise Refused("reply-malformed", status=422, field="kind", value=kind[:40])
    if matter and matter not in kept.content().matters:
        raise Refused("matter-unknown", status=422, matter=matter[:40])
    if not below.units().filter(code=owner, active=True).exists():
        raise Refused("unit-unknown", status=422, field="owner", unit=owner[:40])
    days = {name: _day(given, name) for name in DAYS}
    if days["review_on"] is None:
        raise Refused("field-missing", status=422, field="review_on", move="reply.edit")
    row = StandardReply(
        code=code, kind=kind, matter=matter, owner=owner, source=_words(given, "source", 200), **values, **days,
        verified=given.get("verified") == "1", edited_at=now, edited_by=actor.key,
    )  # fmt: skip
    _unchanged("replies", code, given)
    store.put_text(row)
    record("reply.edit", "reply", code, actor=actor, body={"version": row.version, "kind": kind, "owner": owner})
    kept.forget()
    return row


@verb("reply.edit")
def take_back(code: str, *, actor: Actor, now: datetime) -> None:
    """Put the office's own version out of force; that of the pack holds again. Refuses reply-unknown (404)."""
    del now
    require(actor, VERB)
    if not store.take_back(code):
        raise Refused("reply-unknown", status=404, reply=code[:40])
    record("reply.edit", "reply", code, actor=actor, body={"taken_back": True})
    kept.forget()


@verb("reply.edit")
def put_check(code: str, given: Mapping[str, str], *, actor: Actor, now: datetime) -> ReplyCheck:
    """The office's own form of a hint: other patterns or amount, or switched off. Refuses reply-malformed (422)."""
    del now
    require(actor, VERB)
    before = kept.content().checks.get(code)
    if before is None or before.rule not in RULES:
        raise Refused("reply-unknown", status=404, reply=code[:40])
    values: dict[str, Any] = {
        name: _words(given, name, LONGEST) for name in ("pattern_zh", "pattern_en", "unless_zh", "unless_en")
    }
    amount = given.get("amount", "").strip()
    if amount and not (amount.isdecimal() and len(amount) < 5):
        raise Refused("reply-malformed", status=422, field="amount", value=amount[:40])
    same = {name: getattr(before, name) for name in ("rule", "title_zh", "title_en", "hint_zh", "hint_en", "outcomes")}
    row = ReplyCheck(
        code=code, amount=int(amount) if amount else None, off=given.get("off") == "1",
        verified=given.get("verified") == "1", source=_words(given, "source", 200), **same, **values,
    )  # fmt: skip
    _unchanged("checks", code, given)
    store.put_check(row)
    record("reply.check", "reply_check", code, actor=actor, body={"version": row.version, "off": row.off})
    kept.forget()
    return row


def standing(row: StandardReply | ReplyCheck | None) -> str:
    """The version in force, as a form remembers what it was opened on; empty where there is none."""
    return f"{row.pack} {row.version}" if row is not None else ""


def _unchanged(table: str, code: str, given: Mapping[str, str]) -> None:
    """One at a time makes the next version, and nobody's is put aside unseen. Refuses reply-changed (409)."""
    alone(f"replies:{code}")
    kept.forget()
    now = standing(getattr(kept.content(), table).get(code))
    if given.get("seen", now) != now:
        raise Refused("reply-changed", reply=code, version=now or "–")


def _words(given: Mapping[str, str], name: str, most: int) -> str:
    said = clean(given.get(name, ""))
    if len(said) > most:
        raise Refused("text-too-long", status=422, field=name, limit=most, length=len(said))
    return said


def _day(given: Mapping[str, str], name: str) -> date | None:
    said = given.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise Refused("reply-malformed", status=422, field=name, value=said[:40]) from error
