"""Whether somebody spoke with the person, or tried to, while the limit of first contact ran."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

STAGE = "contact"  # the stage of the clock, and the move that is made for it
IN_VAIN = "unreached"  # a try that reached nobody: on record, but the clock runs on


class Made(Protocol):
    """A step as any layer has it."""

    @property
    def no(self) -> int: ...
    @property
    def move(self) -> str: ...
    @property
    def acted_at(self) -> datetime: ...


class Limit(Protocol):
    """A clock as any layer has it."""

    @property
    def stage(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def finished_at(self) -> datetime | None: ...


def tries(clock: Limit, steps: Iterable[Made], undone: Iterable[int] = ()) -> bool:
    """Whether a contact, or a try at one, is on record while the clock ran; one that was taken back is none."""
    back = set(undone)
    return any(
        step.move == STAGE and step.no not in back and clock.started_at <= step.acted_at
        and (clock.finished_at is None or step.acted_at <= clock.finished_at)
        for step in steps
    )  # fmt: skip


def unspoken(clocks: Sequence[Limit], steps: Iterable[Made], undone: Iterable[int] = ()) -> bool:
    """Whether the newest limit of first contact stands or ended without any contact on record; false without one."""
    own = [clock for clock in clocks if clock.stage == STAGE]
    return bool(own) and not tries(max(own, key=lambda clock: clock.started_at), steps, undone)
