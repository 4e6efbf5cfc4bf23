"""What a case is after another unit has taken the place of one that is no more."""

from typing import TYPE_CHECKING

from gezhi.kernel.values import replace

if TYPE_CHECKING:
    from gezhi.loop.rules.snapshot import Snapshot


def succeeded(snap: "Snapshot", former: int, unit: int) -> "Snapshot":
    """Another unit takes the place of one that is no more; what both were to do it does once."""
    twice = {task.unit for task in snap.tasks if not task.done} | {snap.lead if snap.lead != former else unit}
    tasks = tuple(
        replace(task, done=True) if task.unit == former and not task.done and unit in twice
        else replace(task, unit=unit) if task.unit == former
        else task
        for task in snap.tasks
    )  # fmt: skip
    if snap.lead == former:
        snap = replace(snap, lead=unit, owner="")
    return replace(snap, tasks=tasks)
