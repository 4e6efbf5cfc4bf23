"""The draw of call-backs on stored cases: the plan is content, the lot a keyed hash of case and month."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from gezhi.loop.oversight.rules import AGAIN, DEFAULT_TRIES, LOTS, OUTSIDE, TRIES, Traits, Tried, drawn
from gezhi.loop.store.content import Content
from gezhi.trust.service import keyed_hash

PLAN = "callback_plan"


class Drawable(Protocol):
    """What of a case decides on its call-back."""

    @property
    def pk(self) -> UUID: ...

    kind: str
    urgency: int
    redos: int
    supervised: bool
    received_at: datetime


def plan_of(kept: Content) -> dict[str, int]:
    """The plan of the packs: shares in per cent, the number of tries, whether the others may be closed."""
    rows: Mapping[str, object] = kept.codes.get(PLAN, {})
    return {code: int(getattr(row, "extra", {}).get("amount", 0)) for code, row in rows.items()}


def sample_of(case: Drawable, kept: Content) -> str:
    """`rule`, `random` or nothing; the same whenever it is asked, since the month is that of receipt."""
    month = kept.calendar.local_date(case.received_at).strftime("%Y-%m")

    def lot(rule: str) -> int:
        mark = keyed_hash("callback", f"{case.pk}:{month}:{rule}") or b""
        return int.from_bytes(mark[:8]) % LOTS

    return drawn(Traits(case.kind, case.urgency, case.redos, case.supervised), plan_of(kept), lot)


def tries_of(kept: Content) -> int:
    """After how many calls in vain a case may be closed."""
    return plan_of(kept).get(TRIES) or DEFAULT_TRIES


def again_at(done: Tried, kept: Content) -> datetime | None:
    """From when somebody who was not reached is called again, in working hours; None where the plan names no pause."""
    hours = plan_of(kept).get(AGAIN)
    return kept.calendar.add(done.last, hours, "workhour") if hours and done.last is not None else None


def objection(cause: str, case: Drawable, done: Tried, kept: Content) -> str:
    """The refusal that stands against closing a case without a call-back for this cause; empty where none does."""
    if cause == "unreachable" and done.count < tries_of(kept):
        return "callback-tries-left"
    if cause == OUTSIDE and (sample_of(case, kept) or not plan_of(kept).get(OUTSIDE)):
        return "callback-due"
    return ""
