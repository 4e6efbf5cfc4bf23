"""The guards of the workflow: when a move that the state allows is refused all the same, and with which code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.rules import instructions
from gezhi.loop.rules.channels import ChannelRule
from gezhi.loop.rules.clocks import beside
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.rules.words import CRITICAL


@dataclass(frozen=True, slots=True)
class Other:
    """What a guard must know of another case: the main one of a merge, or the secondaries of this one."""

    id: str
    state: str
    main: str = ""
    dormant: bool = False
    erased: bool = False
    later: bool = False  # came in after this case


@dataclass(frozen=True, slots=True)
class Hangup:
    """How long a case may be hung up: days until the next review, days in all (none: no limit); since when."""

    days: int | None = None
    most: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a guard may look at, gathered before; `data` holds codes, `texts` the words that came along."""

    case_id: str
    snap: Snapshot
    actor: str
    now: datetime
    data: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    imported: bool = False
    return_until: datetime | None = None
    main: Other | None = None
    secondaries: int = 0
    colleague: bool = True
    rating_days: int = 30
    postpone_limit: int = 2
    refuser: str = ""  # who declined the case, or answered it at once, before the appeal
    objection: str = ""  # what stands against closing without a call-back
    rule: ChannelRule = field(default_factory=ChannelRule)
    signs: bool = True  # whether the actor has the role that the channel wants for further sign-offs
    leader: bool = False  # whether the actor instructs in his own name
    today: date | None = None  # the date on the wall, where a guard asks for it
    hangup: Hangup | None = None
    barred: Refused | None = None  # what the list of township duties says against the units that were named
    cited: bool = True  # the case that was cited holds a precedent


LONGEST = 365  # units by which a limit may be put off at once
FARTHEST = 1096  # days ahead that somebody may set a day: three years, far above any limit and below what a clock holds
Guard = Callable[[Situation], None]


def has_matter(s: Situation) -> None:
    if not (s.data.get("matter") or s.snap.matter):
        raise Refused("matter-missing", status=422)


def not_dormant(s: Situation) -> None:
    if s.snap.dormant:
        raise Refused("imported-not-adopted")


def imported(s: Situation) -> None:
    if not s.imported or not s.snap.dormant:
        raise Refused("not-imported")


def untouched_import(s: Situation) -> None:
    if not s.imported or s.snap.last > 2 or (s.snap.state == "received" and not s.snap.dormant):
        raise Refused("import-worked-on")


def return_once(s: Situation) -> None:
    if s.snap.lead in s.snap.returned:
        raise Refused("return-used", round=s.snap.round)


def return_not_final(s: Situation) -> None:
    if s.snap.final:
        raise Refused("return-final", round=s.snap.round)


def return_in_time(s: Situation) -> None:
    if s.return_until is not None and s.now > s.return_until:
        raise Refused("return-too-late", until=s.return_until)


def ruling_has_unit(s: Situation) -> None:
    if s.data.get("ruling") == "uphold" and not s.data.get("unit"):
        raise Refused("ruling-needs-unit", status=422)
    if s.data.get("ruling") == "uphold" and s.data.get("unit") == s.snap.lead:
        raise Refused("ruling-same-unit", status=422)
    formal = len(s.snap.returned) >= 2
    if formal and s.actor == s.snap.dispatched_by:  # the second return is judged by somebody else
        raise Refused("ruling-own-dispatch")


def task_new(s: Situation) -> None:
    unit = s.data.get("unit")
    if unit == s.snap.lead:
        raise Refused("task-for-lead", status=422)
    if any(task.unit == unit and task.runs for task in s.snap.tasks):
        raise Refused("task-already-open")


def task_open(s: Situation) -> None:
    if not any(task.unit == s.data.get("unit") and task.runs for task in s.snap.tasks):
        raise Refused("task-not-open")


def tasks_done(s: Situation) -> None:
    waiting = sum(1 for task in s.snap.tasks if not task.done)
    if waiting:
        raise Refused("tasks-open", count=waiting)


def nothing_pending(s: Situation) -> None:
    if s.snap.pending:
        raise Refused("pending-first", kind=s.snap.pending.kind)


def _pending(kind: str) -> Guard:
    def guard(s: Situation) -> None:
        if s.snap.pending is None or s.snap.pending.kind != kind:
            raise Refused("nothing-asked", kind=kind)
        if s.snap.pending.by == s.actor:
            raise Refused("own-request", kind=kind)
        if kind == "postpone" and s.data.get("approve") and not 1 <= int(s.data.get("amount") or 0) <= LONGEST:
            raise Refused("amount-out-of-range", status=422, low=1, high=LONGEST)

    return guard


def postpone_before_due(s: Situation) -> None:
    runs = [c for c in s.snap.clocks if c.stage == "handle" and c.open and not c.paused and not beside(c)]
    due = [c.due_at for c in runs if c.due_at]
    if due and s.now > max(due):
        raise Refused("postpone-too-late", due=max(due))
    if not 1 <= int(s.data.get("amount") or 0) <= LONGEST:
        raise Refused("amount-out-of-range", status=422, low=1, high=LONGEST)


def postpone_count(s: Situation) -> None:
    if s.snap.postponed >= s.postpone_limit:
        raise Refused("postpone-used", limit=s.postpone_limit)


def colleague(s: Situation) -> None:
    if not s.colleague:
        raise Refused("not-a-colleague")


def refusal_has_basis(s: Situation) -> None:
    if s.data.get("outcome") in ("refused", "policy_limit", "not_ours") and not s.texts.get("basis"):
        raise Refused("basis-missing", status=422)


def critical(s: Situation) -> None:
    if s.snap.urgency < CRITICAL:
        raise Refused("phone-not-critical", urgency=s.snap.urgency)


def phoned(s: Situation) -> None:
    """A critical case is not answered before the unit was reached by telephone and the call was logged."""
    if s.snap.urgency >= CRITICAL and not s.snap.phoned and not s.snap.dormant:
        raise Refused("phone-missing")


def callback_answered(s: Situation) -> None:
    if s.data.get("contacted") and not s.data.get("satisfaction"):
        raise Refused("callback-needs-answer", status=422)


def closable(s: Situation) -> None:
    if s.objection:
        raise Refused(s.objection, field="skipped")


def rate_once(s: Situation) -> None:
    if s.snap.rated_round == s.snap.round:
        raise Refused("rated-already", round=s.snap.round)


def rate_in_time(s: Situation) -> None:
    if s.snap.dormant:
        raise Refused("rating-closed")
    if s.snap.closed_at and s.now > s.snap.closed_at + timedelta(days=s.rating_days):
        raise Refused("rating-too-late", days=s.rating_days)


def redo_in_time(s: Situation) -> None:
    if s.snap.closed_at and s.now > s.snap.closed_at + timedelta(days=s.rating_days):
        raise Refused("redo-too-late", days=s.rating_days)


def main_open(s: Situation) -> None:
    if s.main is None or s.main.id == s.case_id:
        raise Refused("main-not-found", status=422)
    if s.main.dormant:  # an import that nobody took over answers nobody, and may be taken back
        raise Refused("imported-not-adopted")
    if s.main.main or s.main.state in ("merged", "void", "withdrawn", "closed", "declined"):
        raise Refused("main-not-open", state=s.main.state)
    if s.main.erased:  # an answer written there could be sealed for nobody
        raise Refused("main-erased")


def no_secondaries(s: Situation) -> None:
    if s.secondaries:
        raise Refused("has-secondaries", count=s.secondaries)


def main_answered(s: Situation) -> None:
    if s.main is None or s.main.id != s.snap.main:
        raise Refused("main-not-found", status=422)


def supervised(s: Situation) -> None:
    if not s.snap.supervised:
        raise Refused("not-supervised")
    if s.snap.watch == "accepted":
        raise Refused("supervision-accepted")


def changes_something(s: Situation) -> None:
    fields = ("matter", "kind", "urgency", "area")
    if all(s.data.get(name) in (None, "", getattr(s.snap, name)) for name in fields):
        raise Refused("nothing-changed", status=422)


def by_person(s: Situation) -> None:
    """What only a named person may confirm: a suggestion of the product never becomes a fact by itself."""
    if not s.actor.startswith("user:"):
        raise Refused("repeat-by-person", status=403)


def not_repeat(s: Situation) -> None:
    if s.snap.repeats:
        raise Refused("repeat-marked")


def is_repeat(s: Situation) -> None:
    if not s.snap.repeats:
        raise Refused("repeat-not-marked")


def earlier_answered(s: Situation) -> None:
    if s.main is None or s.main.id == s.case_id:
        raise Refused("repeat-not-found", status=422, field="earlier")
    if s.main.state not in ("closed", "declined", "verifying") or s.main.main:
        raise Refused("repeat-not-answered", field="earlier", state=s.main.state)
    if s.main.later:
        raise Refused("repeat-later", field="earlier")


def no_sign_off(s: Situation) -> None:
    """Where an answer needs a second sign-off nobody gives it alone."""
    if s.rule.sign_offs:
        raise Refused("channel-needs-review", channel=s.rule.channel)


def another_signs(s: Situation) -> None:
    if s.actor in s.snap.passed:
        raise Refused("sign-off-own", count=len(s.snap.passed), needed=s.rule.sign_offs + 1)


def signing_role(s: Situation) -> None:
    if s.snap.passed and not s.signs:
        raise Refused("sign-off-role", role=s.rule.sign_role)


def public_reply(s: Situation) -> None:
    """Before the last sign-off the words for the public must be there, where the channel wants words of their own."""
    last = len(s.snap.passed) >= s.rule.sign_offs
    if last and s.rule.public_reply and not (s.snap.public or s.texts.get("public_reply")):
        raise Refused("public-reply-missing", status=422, field="public_reply")


def instruction_none(s: Situation) -> None:
    if s.snap.instruction is not None and s.snap.instruction.state in instructions.LIVE:
        raise Refused("instruction-running", instruction=s.snap.instruction.state)


def _instruction(*states: str) -> Guard:
    def guard(s: Situation) -> None:
        found = s.snap.instruction
        if found is None or found.state not in states:
            raise Refused("instruction-not-there", instruction=found.state if found else "none")
        if "asked" in states and found.by == s.actor:
            raise Refused("own-request", kind="instruction")
        unit = s.data.get("unit")
        if "waiting" in states and found.units and unit not in found.left:
            raise Refused("instruction-other-unit")

    return guard


def instruction_named(s: Situation) -> None:
    """Who writes down another's instruction says whose it is and on which paper."""
    for name in ("leader", "paper"):
        if not s.leader and not s.texts.get(name):
            raise Refused("instruction-unnamed", status=422, field=name)


def not_far(s: Situation, field: str) -> None:
    """A slip in the year must not become a clock that nobody lives to see."""
    if s.today is None or not s.data.get(field):
        return
    day = date.fromisoformat(str(s.data[field]))
    if (day - s.today).days > FARTHEST:
        raise Refused("day-far", status=422, field=field, day=day.isoformat(), days=FARTHEST)


def instruction_day(s: Situation) -> None:
    not_far(s, "due")
    if s.today is not None and str(s.data.get("due")) < s.today.isoformat():
        raise Refused("instruction-day-past", status=422, field="due")


def instruction_over(s: Situation) -> None:
    """A case does not end, and no answer goes out, while somebody has still to act on a leader's instruction."""
    found = s.snap.instruction
    if found is not None and found.state in instructions.OPEN and s.data.get("approve", True):
        raise Refused("instruction-open", instruction=found.state)


def decider(s: Situation) -> None:
    """Who asked or returned may not be the one who decides."""
    if s.snap.state == "returned" and s.actor == s.snap.returner:
        raise Refused("own-return")


GUARDS: Mapping[str, Guard] = {
    "has-matter": has_matter,
    "not-dormant": not_dormant,
    "imported": imported,
    "untouched-import": untouched_import,
    "return-once": return_once,
    "return-not-final": return_not_final,
    "return-in-time": return_in_time,
    "ruling-has-unit": ruling_has_unit,
    "task-new": task_new,
    "task-open": task_open,
    "tasks-done": tasks_done,
    "nothing-pending": nothing_pending,
    "pending-postpone": _pending("postpone"),
    "pending-hangup": _pending("hangup"),
    "pending-void": _pending("void"),
    "postpone-before-due": postpone_before_due,
    "postpone-count": postpone_count,
    "colleague": colleague,
    "refusal-has-basis": refusal_has_basis,
    "critical": critical,
    "phoned": phoned,
    "callback-answered": callback_answered,
    "closable": closable,
    "rate-once": rate_once,
    "rate-in-time": rate_in_time,
    "redo-in-time": redo_in_time,
    "main-open": main_open,
    "no-secondaries": no_secondaries,
    "main-answered": main_answered,
    "supervised": supervised,
    "changes-something": changes_something,
    "by-person": by_person,
    "not-repeat": not_repeat,
    "is-repeat": is_repeat,
    "earlier-answered": earlier_answered,
    "no-sign-off": no_sign_off,
    "another-signs": another_signs,
    "signing-role": signing_role,
    "public-reply": public_reply,
    "instruction-none": instruction_none,
    "instruction-asked": _instruction("asked"),
    "instruction-waiting": _instruction("waiting"),
    "instruction-answered": _instruction("answered"),
    "instruction-named": instruction_named,
    "instruction-day": instruction_day,
    "instruction-over": instruction_over,
    "decider": decider,
}
