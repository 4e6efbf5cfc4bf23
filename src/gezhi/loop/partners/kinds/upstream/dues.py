"""Keeps the clock of a partner's due where the partner says that it ends; our own limits run beside it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from gezhi.loop.models import Case, PartnerCase
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.rules.dues import due_ops, rest_ops
from gezhi.loop.partners.service.keeping import system_actor
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.service.acts import Draft, advance
from gezhi.loop.service.moving import Ground, not_before
from gezhi.loop.store import cases
from gezhi.loop.store.rows import snapshot_of
from gezhi.trust.rules import Actor
from gezhi.trust.service import unchanged, verb


def align(link: PartnerCase, *, actor: Actor, now: datetime) -> None:
    """Their due as a clock of the case; nothing happens where it runs as they say, or the case is answered."""
    code, key = link.partner.code, link.partner_id
    _step(link, lambda snap, case: due_ops(snap, key, code, link.due_at, case.received_at), actor=actor, now=now)


def align_case(case: str, *, now: datetime) -> None:
    """The dues of every platform that has this case."""
    for link in partners.linked(case).filter(partner__kind="upstream").exclude(due_at=None):
        align(link, actor=system_actor(link.partner), now=now)


def rest(link: PartnerCase, *, actor: Actor, now: datetime) -> None:
    """They agreed to the hang-up: their due rests until the case goes on."""
    _step(link, lambda snap, _: rest_ops(snap, link.partner_id), actor=actor, now=now)


@verb("case.move")
def _step(
    link: PartnerCase, ops_of: Callable[[Snapshot, Case], Sequence[dict[str, Any]]], *, actor: Actor, now: datetime
) -> None:
    case = cases.locked(link.case_id)
    assert case is not None, "a link keeps its case"
    rows = cases.open_clocks(case)
    snap = snapshot_of(case, rows)
    ops = ops_of(snap, case)
    if not ops:
        unchanged()
        return
    now, _ = not_before(Ground(case, rows, snap), now)
    facts = {"partner": link.partner.code, "clocks": list(ops)}
    advance(case, snap, Draft("recalculate", snap.state, facts, {}), actor=actor, now=now, rows=rows)
