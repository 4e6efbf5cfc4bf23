"""What a case is at a moment, and how one step changes it: the stored state is nothing but the fold of the steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.kernel.values import replace
from gezhi.loop.rules.channels import reviewed
from gezhi.loop.rules.clocks import Running, run
from gezhi.loop.rules.instructions import Instruction, instructed
from gezhi.loop.rules.moves import ASKS, BACK, BY_NAME, DECISIONS
from gezhi.loop.rules.succession import succeeded
from gezhi.loop.rules.words import UNHAPPY

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a case as recorded: codes, ids and times, never a word that a person said."""

    no: int
    move: str
    source: str
    target: str
    actor: str
    acted_at: datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class Pending:
    """Something asked for that another person must decide."""

    kind: str
    by: str
    no: int
    amount: int = 0  # how much longer was asked for, in units of `unit_of`
    unit_of: str = ""


@dataclass(frozen=True)
class Task:
    """An assisting unit's part; `done` once nobody waits for it.

    `how` is empty for an answer and while the unit works at it; else refused (still waits for the lead), again
    (asked for once more after a refusal), back (taken back) or led (the unit took over the whole case).
    """

    no: int
    unit: int
    done: bool = False
    how: str = ""

    @property
    def runs(self) -> bool:
        """Whether the unit has this to do now."""
        return not self.done and self.how != "refused"


@dataclass(frozen=True, slots=True)
class Called:
    """A role that was called upon: because of a clock, until that ends, or of a hang-up, until the case goes on."""

    role: str
    no: int
    at: datetime
    clock: str = ""


@dataclass(frozen=True)
class Snapshot:
    """The whole state of a case that its steps decide."""

    state: str = ""
    last: int = 0
    round: int = 0
    channel: str = ""
    matter: str = ""
    kind: str = ""
    urgency: int = 1
    area: str = ""
    lead: int | None = None
    owner: str = ""
    signed: bool = False
    dispatched_by: str = ""
    dispatched_at: datetime | None = None
    returner: str = ""
    returned: tuple[int, ...] = ()
    final: bool = False
    phoned: bool = False  # the unit in charge was reached by telephone in this round
    passed: tuple[str, ...] = ()  # who has passed the answer while it waits for more sign-offs
    public: bool = False  # a public reply stands beside the unit's answer
    pending: Pending | None = None
    tasks: tuple[Task, ...] = ()
    called: tuple[Called, ...] = ()
    postponed: int = 0
    redos: int = 0
    chases: int = 0
    appealed: int = 0  # the round that an appeal began
    supervised: bool = False
    instruction: Instruction | None = None  # what a leader wrote on this case, or is asked to write
    watch: str = ""  # how the newest supervision stands: asked, answered or accepted
    allowed: tuple[int, ...] = ()  # units to which the list of township duties was set aside for
    dormant: bool = False
    main: str = ""
    repeats: str = ""  # the answered case that a person confirmed this to repeat
    outcome: str = ""
    satisfaction: str = ""
    solved: str = ""
    rated_round: int = 0
    first_unit: int | None = None
    closed_at: datetime | None = None
    clocks: tuple[Running, ...] = field(default=())


def _classify(snap: Snapshot, facts: Facts) -> Snapshot:
    return replace(
        snap,
        matter=facts.get("matter", snap.matter),
        kind=facts.get("kind", snap.kind),
        urgency=facts.get("urgency", snap.urgency),
        area=facts.get("area", snap.area),
    )


def _add_tasks(snap: Snapshot, units: Iterable[int], no: int) -> Snapshot:
    known = {task.unit for task in snap.tasks if not task.done} | {snap.lead}
    fresh = tuple(Task(no, unit) for unit in dict.fromkeys(units) if unit not in known)
    return replace(snap, tasks=snap.tasks + fresh)


def _end_task(snap: Snapshot, unit: int | None, *, done: bool = True, how: str = "") -> Snapshot:
    """The open part of a unit comes to an end, or is refused."""
    tasks = tuple(
        replace(task, done=done, how=how) if task.unit == unit and not task.done else task for task in snap.tasks
    )
    return replace(snap, tasks=tasks)


def _ask_task(snap: Snapshot, unit: int, no: int) -> Snapshot:
    """A part for a unit; one that was refused is asked for again."""
    again = any(task.unit == unit and task.how == "refused" and not task.done for task in snap.tasks)
    if not again:
        return _add_tasks(snap, (unit,), no)
    left = tuple(task for task in snap.tasks if task.unit != unit or task.done)
    return replace(snap, tasks=(*left, Task(no, unit, how="again")))


def _change_lead(snap: Snapshot, facts: Facts, step: Step) -> Snapshot:
    """Another unit leads; the one before assists where that was chosen. The first unit stays what it was."""
    before = snap.lead
    snap = _to_unit(_end_task(snap, facts["unit"], how="led"), {"unit": facts["unit"]}, step)
    kept = (before,) if facts.get("keep") and before is not None else ()
    return _add_tasks(snap, (*kept, *facts.get("assisting", ())), step.no)


def _to_unit(snap: Snapshot, facts: Facts, step: Step) -> Snapshot:
    lead = facts["unit"]
    snap = replace(snap, lead=lead, owner="", signed=False, phoned=False, first_unit=snap.first_unit or lead)
    asked = snap.pending if snap.pending and snap.pending.kind == "void" else None  # what the unit before asked is over
    snap = replace(snap, dispatched_at=step.acted_at, pending=asked)
    return _add_tasks(snap, facts.get("assisting", ()), step.no)


def _new_round(snap: Snapshot) -> Snapshot:
    snap = replace(snap, round=snap.round + 1, returned=(), final=False, phoned=False)
    return replace(snap, postponed=0, pending=None, closed_at=None)


def _redo(snap: Snapshot) -> Snapshot:
    redos = snap.redos + 1
    twice = redos >= 2 and not snap.supervised  # supervised by that alone
    snap = replace(_new_round(snap), redos=redos, supervised=snap.supervised or twice)
    snap = replace(snap, watch="asked") if twice else snap
    return replace(snap, signed=False, owner="", tasks=(), main="")


def _call(snap: Snapshot, step: Step) -> Snapshot:
    clock = step.facts.get("clock", "")
    known = {(call.role, call.clock) for call in snap.called}
    fresh = (Called(role, step.no, step.acted_at, clock) for role in step.facts.get("roles", ()))
    return replace(snap, called=snap.called + tuple(call for call in fresh if (call.role, clock) not in known))


def _still_called(snap: Snapshot) -> tuple[Called, ...]:
    """The calls that are not over."""
    running = {clock.key for clock in snap.clocks if clock.open}
    return tuple(c for c in snap.called if (c.clock in running if c.clock else snap.state == "suspended"))


def _rated(snap: Snapshot, facts: Facts) -> Snapshot:
    snap = replace(
        snap,
        satisfaction=facts.get("satisfaction", snap.satisfaction),
        solved=facts.get("solved", snap.solved),
    )
    return _redo(snap) if snap.state in ("dispatched", "accepted") else snap


def _effect(snap: Snapshot, step: Step) -> Snapshot:  # noqa: C901, PLR0911 - a line for each move is clearest
    """What intake, dispatch and the unit's own moves do; the rest is in `_later`."""
    facts = step.facts
    match step.move:
        case "receive":
            snap = replace(_classify(snap, facts), round=1, channel=facts.get("channel", ""))
            return replace(snap, dormant=bool(facts.get("dormant")), lead=facts.get("unit"))
        case "adopt":
            return replace(snap, dormant=False)
        case "history":
            return replace(
                _classify(snap, facts),
                lead=facts.get("unit", snap.lead),
                outcome=facts.get("outcome", ""),
                satisfaction=facts.get("satisfaction", ""),
                solved=facts.get("solved", ""),
            )
        case "answer":
            return replace(_classify(snap, facts), outcome=facts.get("outcome", "answered"))
        case "accept" | "correct" | "refresh":
            return _classify(snap, facts)
        case "decline":
            return replace(snap, outcome="refused")
        case "dispatch":
            return replace(_to_unit(_classify(snap, facts), facts, step), dispatched_by=step.actor)
        case "sign":
            return replace(snap, signed=True, owner=step.actor if step.actor.startswith("user:") else "")
        case "return":
            return replace(snap, returned=(*snap.returned, snap.lead or 0), returner=step.actor)
        case "adjudicate":
            snap = replace(snap, final=len(snap.returned) >= 2, dispatched_by=step.actor)
            return _to_unit(snap, facts, step) if facts.get("unit") else snap
        case "phone":
            return replace(snap, phoned=snap.phoned or bool(facts["answered"]))
        case _:
            return _later(snap, step)


def _later(snap: Snapshot, step: Step) -> Snapshot:  # noqa: C901, PLR0911, PLR0912 - a line for each move is clearest
    """What changes of the person, answers, call-backs, merges and supervision do."""
    facts = step.facts
    match step.move:
        case "undo":
            return restored(snap, facts["back"])
        case "transfer":
            return replace(snap, owner=facts["user"])
        case "reply" | "review_pass" | "review_back":
            passed, public = reviewed(snap.passed, step, public=snap.public)
            return replace(snap, outcome=facts.get("outcome", snap.outcome), passed=passed, public=public)
        case "callback" | "rate":
            rated = snap.round if facts.get("satisfaction") else snap.rated_round
            return _rated(replace(snap, rated_round=rated), facts)
        case "redo":
            return _redo(snap)
        case "reopen" | "appeal":
            snap = replace(_new_round(snap), outcome="", lead=None, owner="", signed=False, tasks=(), main="")
            return replace(snap, appealed=snap.round) if step.move == "appeal" else snap
        case "merge":
            return replace(snap, main=facts["main"], tasks=())
        case "split":
            return replace(snap, main="", lead=None, owner="", signed=False)
        case "answered":
            return replace(snap, outcome=facts.get("outcome", ""))
        case "chase":
            return replace(snap, chases=snap.chases + 1)
        case "repeat_mark":
            return replace(snap, repeats=facts["earlier"])
        case "repeat_clear":
            return replace(snap, repeats="")
        case "escalate":
            return _call(snap, step)
        case "succeed":
            return succeeded(snap, facts["former"], facts["unit"])
        case "postpone_decide":
            return replace(snap, postponed=snap.postponed + (1 if facts.get("approve") else 0))
        case _:
            return _jointly(snap, step)


def _jointly(snap: Snapshot, step: Step) -> Snapshot:  # noqa: PLR0911 - a line for each move is clearest
    """What several units do together, who watches over them, and what a review of a hang-up does."""
    facts = step.facts
    match step.move:
        case "change_lead":
            return _change_lead(snap, facts, step)
        case "duty_allow":
            return replace(snap, allowed=(*(u for u in snap.allowed if u != facts["unit"]), facts["unit"]))
        case "task":
            return _ask_task(snap, facts["unit"], step.no)
        case "task_done":
            return _end_task(snap, facts["unit"])
        case "task_refuse":
            return _end_task(snap, facts["unit"], done=False, how="refused")
        case "task_back":
            return _end_task(snap, facts["unit"], how="back")
        case "supervise" | "supervise_back":
            return replace(snap, supervised=True, watch="asked")
        case "supervise_answer" | "supervise_accept":
            return replace(snap, watch="answered" if step.move == "supervise_answer" else "accepted")
        case "hangup_review":
            return replace(snap, called=tuple(call for call in snap.called if call.clock))
        case _:
            return snap


def restored(snap: Snapshot, back: Facts) -> Snapshot:
    """The snapshot with what an undo puts back, as `kept_of` wrote it down."""
    changed: dict[str, Any] = {name: _read(name, value) for name, value in back.items()}
    return replace(snap, **changed)


def kept_of(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    """What a step changed beside state, number and clocks, with the values before it, fit for the facts of a step."""
    names = [field_.name for field_ in fields(Snapshot) if field_.name not in ("state", "last", "clocks")]
    return {name: _written(getattr(before, name)) for name in names if getattr(before, name) != getattr(after, name)}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if is_dataclass(value):
        return {one.name: _written(getattr(value, one.name)) for one in fields(value)}
    return value


def _read(name: str, value: Any) -> Any:
    match name:
        case "dispatched_at" | "closed_at":
            return datetime.fromisoformat(value) if value else None
        case "pending":
            return Pending(**value) if value else None
        case "tasks":
            return tuple(Task(**task) for task in value)
        case "called":
            return tuple(Called(c["role"], c["no"], datetime.fromisoformat(c["at"]), c["clock"]) for c in value)
        case _:
            return tuple(value) if isinstance(value, list) else value


def apply(snap: Snapshot, step: Step) -> Snapshot:
    """The snapshot after one step.

    Raises Refused("replay-broken") where the step does not follow from the snapshot: a gap in the numbers, another
    state than the one left, or an edge that the table does not know.
    """
    move = BY_NAME.get(step.move)
    allowed = (
        move is not None
        and step.source in move.sources
        and (
            step.target in move.targets
            or ("=" in move.targets and step.target == step.source)
            or ("<" in move.targets and (step.source, step.target) in BACK)
        )
    )
    if step.no != snap.last + 1 or step.source != snap.state or not allowed:
        raise Refused("replay-broken", step=step.no, move=step.move, source=step.source, target=step.target)
    try:
        return _apply(replace(snap, state=step.target, last=step.no), step)
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # facts that no move of this kind records
        raise Refused("replay-broken", step=step.no, move=step.move, source=step.source, target=step.target) from error


def _apply(snap: Snapshot, step: Step) -> Snapshot:
    if step.move in ASKS:
        amount, unit_of = step.facts.get("amount", 0), step.facts.get("unit_of", "")
        snap = replace(snap, pending=Pending(ASKS[step.move], step.actor, step.no, amount, unit_of))
    elif step.move in DECISIONS:
        snap = replace(snap, pending=None)
    snap = _effect(snap, step)
    snap = replace(snap, instruction=instructed(snap.instruction, step))
    if step.target in ("closed", "declined", "withdrawn", "void"):
        snap = replace(snap, closed_at=step.acted_at, pending=None)
    if step.target == "merged":
        snap = replace(snap, pending=None)
    snap = replace(snap, clocks=run(snap.clocks, step.facts.get("clocks", ()), step.acted_at))
    return replace(snap, called=_still_called(snap)) if snap.called else snap


def fold(steps: Iterable[Step]) -> Snapshot:
    """The state that a whole history decides."""
    snap = Snapshot()
    for step in steps:
        snap = apply(snap, step)
    return snap


def unhappy(facts: Facts) -> bool:
    """Whether an answer of the citizen sends the case back.

    >>> unhappy({"satisfaction": "dissatisfied"}), unhappy({"satisfaction": "basic"})
    (True, False)
    """
    return facts.get("satisfaction") in UNHAPPY
