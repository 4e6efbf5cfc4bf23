"""What the end of a main case means for those merged into it: every requester still gets an answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.loop.models import Case
from gezhi.loop.rules.guards import Situation
from gezhi.loop.rules.moves import BY_NAME, Move
from gezhi.loop.rules.plan import clock_ops
from gezhi.loop.rules.snapshot import Step, apply
from gezhi.loop.service.acts import Draft, advance
from gezhi.loop.service.receiving import limits_of
from gezhi.loop.store import cases as store
from gezhi.loop.store.content import content
from gezhi.loop.store.rows import snapshot_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text

ANSWERS = ("verifying", "closed", "declined")
LEAVES = ("void", "withdrawn")


def answer_secondaries(case: Case, row: Move, target: str, *, actor: Actor, now: datetime) -> None:
    """When the main case is answered so are its secondaries; when it is taken away they stand on their own again."""
    if target == row.sources[0] or (target not in ANSWERS and target not in LEAVES) or "=" in row.targets:
        return
    if target in LEAVES or case.requester.wrapped_key is None:  # the words of an erased person's case answer nobody
        release([case.pk], now=now)
        return
    waiting = list(store.merged_into([case.pk]).select_for_update(of=("self",)))
    if not waiting:
        return
    system = Actor.system("loop")
    texts = reply_texts(case)
    for secondary in waiting:
        facts = {"main": str(case.pk), "outcome": case.outcome or "answered"}
        _follow(secondary, "answered", facts, texts, actor=system, now=now)


def release(mains: Iterable[UUID], *, now: datetime) -> int:
    """Let the cases merged into these stand on their own again, since these will answer nobody; how many there were."""
    waiting = list(store.merged_into(mains).select_for_update(of=("self",)))
    for secondary in waiting:
        _follow(secondary, "split", {}, {"reason": "main-ended"}, actor=Actor.system("loop"), now=now)
    return len(waiting)


def reply_texts(case: Case) -> dict[str, str]:
    """The newest answer of a case in the words for the public, which is what everybody outside the office gets."""
    found = store.last_reply(case)
    if found is None:
        return {}
    later = [open_text(case.requester, row.sealed) for row in store.passed_with_words(case, found[0].no)]
    said = outward([*later, open_text(case.requester, found[1].sealed)])
    return {"reply": said} if said else {}


def outward(texts: Iterable[Mapping[str, Any]]) -> str:
    """What the citizen reads of an answer: the newest public reply, else the reply itself; newest words first.

    >>> outward([{"note": "agreed"}, {"reply": "inside", "public_reply": "outside"}]), outward([{"reply": "inside"}])
    ('outside', 'inside')
    """
    told = list(texts)
    found = [str(text[name]) for name in ("public_reply", "reply") for text in told if text.get(name)]
    return found[0] if found else ""


def _follow(
    case: Case, name: str, facts: dict[str, Any], texts: dict[str, str], *, actor: Actor, now: datetime
) -> None:
    rows = store.open_clocks(case)
    snap = snapshot_of(case, rows)
    row = BY_NAME[name]
    target = row.targets[0]
    kept = content()
    after = apply(snap, Step(snap.last + 1, name, snap.state, target, actor.key, now, facts))
    situation = Situation(str(case.pk), snap, actor.key, now, facts)
    ops = clock_ops(row, target, situation, after, limits=limits_of(kept), calendar=kept.calendar)
    if ops:
        facts = {**facts, "clocks": ops}
    sealed_texts = texts if case.requester.wrapped_key is not None else {}
    advance(case, snap, Draft(name, target, facts, sealed_texts), actor=actor, now=now, rows=rows)
