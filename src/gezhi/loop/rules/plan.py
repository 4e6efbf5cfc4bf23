"""What a move will do in a given situation: where the case goes, and which operations its clocks receive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gezhi.kernel.calendar import Calendar
from gezhi.kernel.values import replace
from gezhi.loop.rules import again
from gezhi.loop.rules.clocks import LimitRow, Planner, beside, hours_until, run
from gezhi.loop.rules.guards import GUARDS, Situation
from gezhi.loop.rules.joint import JOINT
from gezhi.loop.rules.moves import Move
from gezhi.loop.rules.snapshot import Snapshot, unhappy
from gezhi.loop.rules.words import CRITICAL, ENDED

Limits = Callable[[Snapshot, str], Sequence[LimitRow]]
TASKING = ("dispatch", "adjudicate", "change_lead")
REDONE = ("callback", "rate", "redo")
AGAIN = ("phone", "sign", "contact", "handle")  # what a new round with the same unit starts

EVERY = {**GUARDS, **JOINT, **again.GUARDS}
HELD = ("handling", "waiting", "suspended")  # signed by the unit in charge


def check(move: Move, situation: Situation) -> None:
    """Run the guards of a move; raises the Refused of the first that objects."""
    if "decider" in move.who:
        GUARDS["decider"](situation)
    for name in move.guards:
        EVERY[name](situation)


def target_of(move: Move, s: Situation) -> str:  # noqa: PLR0911 - one line for each move that has a choice
    """The next state, where the table leaves a choice decided by the data."""
    snap = s.snap
    back = "dispatched" if snap.lead is not None else "accepted"
    match move.name:
        case "adjudicate":
            return "handling" if s.data["ruling"] == "reject" and snap.signed else "dispatched"
        case "review_pass":
            return "replied" if len(snap.passed) < s.rule.sign_offs else "verifying"
        case "hangup_decide":
            return "suspended" if s.data.get("approve") else "handling"
        case "hangup_review":
            return "suspended" if s.data.get("keep") else "handling"
        case "void_decide":
            return "void" if s.data.get("approve") else snap.state
        case "callback":
            if not s.data.get("contacted"):
                return "verifying"
            return "dispatched" if unhappy(s.data) else "closed"
        case "rate":
            return back if unhappy(s.data) else "closed"
        case "redo":
            return back
        case _:
            return snap.state if move.targets == ("=",) else move.targets[0]


def clock_ops(
    move: Move, target: str, s: Situation, after: Snapshot, *, limits: Limits, calendar: Calendar
) -> list[dict[str, Any]]:
    """The clock operations of a move; `after` is the snapshot once the move's facts are applied, clocks aside."""
    planner = Planner(s.snap.clocks, calendar, s.now, after.round, s.snap.last + 1)
    ops: list[dict[str, Any]] = []

    def add(fresh: list[dict[str, Any]]) -> None:
        nonlocal planner
        for op in fresh:
            if op["op"] == "start":  # unique in the case: stage, step, place in the step
                op["clock"] = f"{op['stage']}.{planner.step}.{len(ops) + 1}"
            ops.append(op)
        planner = replace(planner, clocks=run(planner.clocks, fresh, s.now))

    for entry in _entries(move, target, s):
        name, _, argument = entry.partition(":")
        add(_one(name, argument, _Plan(target, s, after, limits, planner)))
    again = _restarts(move, target)
    if again:
        add(planner.stop())
        add(planner.start([row for stage in again for row in limits(after, stage)]))
    if move.name == "change_lead":
        add(planner.stop("task", unit=after.lead))  # its part is now the whole
    if move.name in TASKING:
        add(_task_clocks(s, after, limits, planner))
    if after.watch == "asked" and s.snap.watch != "asked" and move.name in REDONE:  # sent back twice
        add(planner.start(limits(after, "supervise")[:1]))
    if target in ENDED:  # who supervises goes on without a limit
        add(planner.stop("supervise"))
    return ops


def _entries(move: Move, target: str, s: Situation) -> Sequence[str]:
    """The clock column; a pass of the review after which others have still to sign changes no clock."""
    return () if move.name == "review_pass" and target == s.snap.state else move.clocks


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the entries of the clock column look at."""

    target: str
    s: Situation
    after: Snapshot
    limits: Limits
    planner: Planner

    @property
    def leaves(self) -> bool:
        return self.target != self.s.snap.state


def _one(name: str, argument: str, plan: _Plan) -> list[dict[str, Any]]:  # noqa: PLR0911 - a line for each operation
    """One entry of the clock column as operations."""
    s, planner = plan.s, plan.planner
    match name:
        case "start":
            return _start(argument, plan)
        case "stop":
            return _stop(argument, plan)
        case "finish":
            return planner.stop() if plan.leaves else []
        case "pause":
            return planner.pause(argument) if plan.leaves else []
        case "resume":
            return planner.resume() if plan.leaves else []
        case "extend" if s.data.get("approve"):
            return planner.extend(int(s.data["amount"]), s.data.get("unit_of") or "workday")
        case _:
            return []


def _start(stage: str, plan: _Plan) -> list[dict[str, Any]]:  # noqa: PLR0911 - a line for each exception
    if stage == "instruct":
        return _start_instruction(plan)
    if stage == "task":
        return plan.planner.start(plan.limits(plan.after, "task")[:1], unit=plan.s.data["unit"])
    if stage == "supervise":
        return _start_supervision(plan)
    if stage == "sign" and plan.target != "dispatched":
        return []  # the unit had signed before it returned the case
    if stage == "accept" and plan.after.dormant:
        return []  # an imported old case runs no clock until somebody takes it over
    if stage == "phone" and (plan.after.phoned or plan.target not in ("dispatched", *HELD)):
        return []  # nobody to call yet, or reached before
    if any(clock.open and clock.stage == stage and not beside(clock) for clock in plan.planner.clocks):
        return []  # the handling clock goes on through returns and rulings
    return plan.planner.start(plan.limits(plan.after, stage))


def _start_instruction(plan: _Plan) -> list[dict[str, Any]]:
    """The clock of a leader's instruction runs until the end of the day that he set."""
    assert plan.after.instruction is not None, "the move has just written it"
    hours = hours_until(plan.s.now, plan.after.instruction.due, plan.planner.calendar)
    return plan.planner.start([LimitRow("instruct", "", hours, "hour", "", verified=True)])


def _start_supervision(plan: _Plan) -> list[dict[str, Any]]:
    """Until the end of the day that was set; without a day the limit of the packs, where there is one."""
    day, planner = plan.s.data.get("due"), plan.planner
    if not day:
        return planner.start(plan.limits(plan.after, "supervise")[:1])
    hours = hours_until(plan.s.now, day, planner.calendar)
    return planner.start([LimitRow("supervise", "", hours, "hour", "", verified=True)])


def _stop(stage: str, plan: _Plan) -> list[dict[str, Any]]:
    instruction = plan.after.instruction
    if stage == "instruct" and "due" not in plan.s.data and instruction is not None and instruction.left:
        return []  # another unit has still to feed back
    if stage == "task":
        return plan.planner.stop("task", unit=plan.s.data["unit"])
    if stage == "contact" and plan.s.data.get("reached") == "unreached":
        return []
    if stage == "phone" and plan.after.urgency >= CRITICAL and not plan.after.phoned:
        return []  # nobody answered: the next try is due
    if stage == "verify" and plan.target == "verifying":
        return []
    return plan.planner.stop(stage)


def _restarts(move: Move, target: str) -> tuple[str, ...]:
    if move.name not in REDONE:
        return ()
    if target == "dispatched":
        return AGAIN
    return ("dispatch",) if target == "accepted" else ()


def _task_clocks(s: Situation, after: Snapshot, limits: Limits, planner: Planner) -> list[dict[str, Any]]:
    """Each assisting unit that is new gets its own clock."""
    known = {task.unit for task in s.snap.tasks if not task.done} | {after.lead}
    kept = [s.snap.lead] if s.data.get("keep") else []
    units = [unit for unit in dict.fromkeys([*kept, *(s.data.get("assisting") or ())]) if unit not in known]
    return [op for unit in units for op in planner.start(limits(after, "task")[:1], unit=unit)]
