"""The due that a partner holds us to: a clock beside our own limits, of which the earlier one governs the case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gezhi.loop.rules.clocks import BESIDE, Running, given
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.rules.words import OPEN

ANSWERED = ("verifying",)  # our answer is out: their due is met


def label_of(partner: int) -> str:
    return f"{BESIDE}{partner}"


def clock_of(snap: Snapshot, partner: int) -> Running | None:
    """The clock that runs for a partner's due."""
    label = label_of(partner)
    return next((clock for clock in snap.clocks if clock.open and clock.label == label), None)


def due_ops(
    snap: Snapshot, partner: int, code: str, due_at: datetime | None, since: datetime
) -> Sequence[dict[str, Any]]:
    """What brings the clock of a partner's due to where the partner says that it ends.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    >>> [op["op"] for op in due_ops(Snapshot(state="received", last=1), 7, "city", noon, noon)]
    ['start']
    >>> due_ops(Snapshot(state="verifying", last=9), 7, "city", noon, noon)
    []
    """
    clock = clock_of(snap, partner)
    if due_at is None or snap.state not in OPEN or snap.state in ANSWERED:
        return []
    if clock is None:
        start = given(f"handle.{snap.last + 1}.1", due_at, since, code)
        return [{**start, "label": label_of(partner), "round": max(1, snap.round)}]
    return [] if clock.due_at == due_at else [{"op": "set", "clock": clock.key, "due": due_at.isoformat()}]


def rest_ops(snap: Snapshot, partner: int) -> Sequence[dict[str, Any]]:
    """The partner agreed that the case rests: its due rests with it, and goes on when the case does."""
    clock = clock_of(snap, partner)
    if clock is None or clock.paused or snap.state != "suspended":
        return []
    return [{"op": "pause", "clock": clock.key, "reason": "hangup"}]
