"""What a record of a platform becomes: a case, a due, a state, a step; the same record again changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Partner, PartnerCase, Piece
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.adapters import Done
from gezhi.loop.partners.kinds import opening
from gezhi.loop.partners.kinds.upstream import dues, store
from gezhi.loop.partners.kinds.upstream.ferry.words import rated
from gezhi.loop.rules.words import KINDS, OPEN, OUTCOMES
from gezhi.loop.service.moving import move
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import keyed_hash, open_text

CAN_WITHDRAW = ("received", "accepted", "dispatched", "handling", "waiting", "suspended", "returned")
CAN_REDO = ("verifying", "closed")
ABOUT = {"退回": "return", "退单": "return", "延期": "postpone", "挂账": "hangup", "挂起": "hangup"}


@dataclass(frozen=True, slots=True)
class One:
    """One record at its case."""

    partner: Partner
    body: Mapping[str, Any]
    link: PartnerCase
    actor: Actor
    now: datetime

    @property
    def words(self) -> str:
        return str(self.body.get("words") or "")

    def move(self, name: str, **data: Any) -> None:
        move(self.link.case_id, name, data, actor=self.actor, now=self.now)

    def add(self, words: str) -> None:
        self.move("supplement", words=words)


Taker = Callable[[One], None]


def accept(partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
    """Make of a record what it asks for. Raises partner-number-unknown (404) where its case has not come yet."""
    if piece.kind == "reply":
        return answered_by_unit(partner, piece, body, actor=actor, now=now)
    link = partners.case_of(partner, opening.number_in(body))
    if piece.kind == "order" and link is None:
        return _open(partner, piece, body, actor=actor, now=now)
    link = link or opening.linked(partner, body)
    take = TAKERS.get(piece.kind)
    if take is None:
        raise Refused("piece-kind", status=422, kind=piece.kind)
    newer = store.newest(partner, link.case_id) <= str(body.get("at") or "~")
    told = body if newer else {"number": body["number"]}  # one that was held up on its way says nothing new
    done = opening.keep_state(partner, told, now=now)
    link.refresh_from_db()
    take(One(partner, body, link, actor, now))
    dues.align(link, actor=actor, now=now)
    facts = {**done.facts, **({"at": body["at"]} if body.get("at") else {})}
    if piece.kind in ("order", "supplement"):
        facts["words"] = _digest(body.get("text") or body.get("words"))
    return Done(done.case, facts)


def _open(partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
    """A case of theirs; a matter that nobody mapped is left to the desk, and kept by its name among the unmatched."""
    said, kept = dict(body), content()
    named = str(said.pop("unmatched", ""))
    if said.get("matter") and said["matter"] not in kept.matters:
        named = named or str(said.pop("matter"))
    if said.get("area") and not kept.area_path(str(said["area"])):
        said["place"] = " ".join(str(one) for one in (said.pop("area"), said.get("place")) if one)
    if said.get("kind") not in KINDS:
        said.pop("kind", None)
    done = opening.open_case(partner, piece, said, actor=actor, now=now)
    link = partners.link_of(partner, done.case)
    assert link is not None, "it was made just now"
    dues.align(link, actor=actor, now=now)
    facts = {**done.facts, "words": _digest(said.get("text"))}
    more = {"unmatched": named, "at": str(body.get("at") or "")}
    return Done(done.case, {**facts, **{name: value for name, value in more.items() if value}})


def _order(one: One) -> None:
    """A case that is here already comes again: new words of it are added, all else stands beside ours."""
    words = str(one.body.get("text") or "")
    digest = _digest(words)
    first = open_text(one.link.case.requester, one.link.case.story).get("text", "")
    if words and digest != _digest(first) and not store.words_known(one.partner, one.link.case_id, digest):
        one.add(words)


def _supplement(one: One) -> None:
    one.add(_words(one.body, "supplement"))


def _chase(one: One) -> None:
    one.move("chase", **({"words": one.words} if one.words else {}))


def _supervise(one: One) -> None:
    one.move("supervise", reason=one.words or gettext("Supervised by %(partner)s.") % {"partner": one.partner.name_zh})


def _withdraw(one: One) -> None:
    """Withdrawn while nothing is answered; later their wish is told to who works at it."""
    words = one.words or gettext("Withdrawn by %(partner)s.") % {"partner": one.partner.name_zh}
    if one.link.case.state in CAN_WITHDRAW:
        one.move("withdraw", reason=words)
    elif one.link.case.state in OPEN:
        one.add(words)


def _redo(one: One) -> None:
    reason = one.words or gettext("Sent back by %(partner)s.") % {"partner": one.partner.name_zh}
    if one.link.case.state in CAN_REDO:
        one.move("redo", reason=reason)
    elif one.link.case.state == "declined":
        one.move("reopen", reason=reason)
    else:
        one.add(reason)


def _appeal(one: One) -> None:
    """A citizen's objection from the other site; against what has not ended it is told to who works at it."""
    reason = _words(one.body, "appeal")
    if one.link.case.state in ("closed", "declined"):
        one.move("appeal", reason=reason)
    else:
        one.add(reason)


def _answer(one: One) -> None:
    """Their answer to what we asked: kept with the request; a rest they agreed to rests their due, too."""
    said = str(one.body.get("about") or "")
    about = ABOUT.get(said, said)
    asked = store.ask_of(one.partner, one.link.case_id, about)
    if asked is None:
        raise Refused("upstream-not-asked", status=422, field="about", value=about[:40])
    accepted = one.body.get("accepted")
    if not isinstance(accepted, bool):
        raise Refused("field-missing", status=422, field="accepted", move="answer")
    asked.facts = {**asked.facts, "verdict": "accepted" if accepted else "refused"}
    partners.save_piece(asked, "facts")
    if about == "hangup" and accepted and not one.body.get("due_at"):
        dues.rest(one.link, actor=one.actor, now=one.now)
    if about == "return" and not accepted and one.link.case.state == "declined":
        one.move("reopen", reason=one.words or gettext("The return was refused."))


def _state(one: One) -> None:
    """Their state and due alone."""


def _rate(one: One) -> None:
    rated(one.link.case, one.body, now=one.now)


def _supply(one: One) -> None:
    one.move("supply", words=_words(one.body, "supply"))


TAKERS: Mapping[str, Taker] = {
    "order": _order, "supplement": _supplement, "chase": _chase, "supervise": _supervise, "withdraw": _withdraw,
    "redo": _redo, "answer": _answer, "state": _state, "rate": _rate,
    "supply": _supply, "appeal": _appeal,
}  # fmt: skip


def _words(body: Mapping[str, Any], name: str) -> str:
    words = str(body.get("words") or body.get("text") or "")
    if not words:
        raise Refused("field-missing", status=422, field="words", move=name)
    return words


def _digest(words: Any) -> str:
    """A keyed mark of words, which says nothing of them to whoever has no key."""
    found = keyed_hash("piece-words", "".join(str(words or "").split()))
    return found.hex()[:24] if found else ""


# ---- a platform below ours answers


def answered_by_unit(partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
    """The answer of a town to a case of ours that its unit has: signed and replied by that unit, as it wrote it.

    Raises unit-unknown where the partner names no unit, partner-number-unknown for a case that the unit does not have.
    """
    unit = below.unit_by_code(str(partner.wishes.get("unit") or ""))
    if unit is None:
        raise Refused("unit-unknown", status=422, field="unit", unit=str(partner.wishes.get("unit") or ""))
    number = opening.number_in(body)
    case = store.case_numbered(number, unit.pk)
    if case is None:
        raise Refused("partner-number-unknown", status=404, number=number)
    reply = str(body.get("reply") or "").strip()
    if not reply:
        raise Refused("field-missing", status=422, field="reply", move="reply")
    outcome = str(body.get("outcome") or "answered")
    if outcome not in OUTCOMES:
        raise Refused("field-invalid", status=422, field="outcome", value=outcome[:40])
    words = _digest(f"{outcome} {reply}")
    done = Done(str(case.pk), {"number": case.number, "words": words})
    if store.words_known(partner, case.pk, words) and case.state not in ("dispatched", "handling"):
        return done
    by = replace(actor, unit_id=unit.pk, unit_path=str(unit.path))
    _reply(case, {"outcome": outcome, "reply": reply}, body, by, now)
    return done


def _reply(case: Case, said: Mapping[str, str], body: Mapping[str, Any], by: Actor, now: datetime) -> None:
    if case.state == "dispatched":
        move(case.pk, "sign", {}, actor=by, now=now)
    more = {"basis": str(body["words"])} if body.get("words") else {}
    move(case.pk, "reply", {**said, **more}, actor=by, now=now)
