"""A case as it is shown to people of the office, by their rights."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.clock import light, share
from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Step
from gezhi.loop.rules.catalogue import duty_for
from gezhi.loop.rules.clocks import Running, kernel_clock
from gezhi.loop.rules.instructions import LIVE
from gezhi.loop.rules.joint import FITS
from gezhi.loop.rules.moves import DECISIONS, HOME_MOVES, Move, moves_from
from gezhi.loop.rules.redact import without
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.service import behalf
from gezhi.loop.service.rights import paths_for
from gezhi.loop.service.undoing import until
from gezhi.loop.store import below
from gezhi.loop.store import reading as store
from gezhi.loop.store.content import Content, content
from gezhi.loop.store.rows import running_of, snapshot_of
from gezhi.loop.store.visible import RATING, get_visible, may
from gezhi.trust.rules import Actor, within
from gezhi.trust.service import identity_of, open_text, record, require, reveal, verb

DESK_ROLES = "case.dispatch"
OPINIONS = ("callback", "rate")  # steps that say what the requester thinks of the answer


@dataclass(slots=True)
class Entry:
    """One line of the timeline."""

    no: int
    move: str
    source: str
    target: str
    actor_kind: str
    actor: str
    unit: Any
    acted_at: datetime
    facts: dict[str, Any]
    texts: dict[str, str]
    named: dict[str, Any]
    files: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class ClockView:
    stage: str
    label: str
    light: str
    share: float
    started_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    paused: bool
    amount: int
    unit_of: str
    unit: Any
    source: str
    verified: bool
    round: int


@dataclass(slots=True)
class CaseView:
    """Everything that the case page and the API show; `offers` are the moves this reader may make now."""

    case: Case
    story: dict[str, Any]
    requester: str  # the masked name, where this reader may know even that
    entries: list[Entry]
    clocks: list[ClockView]
    offers: list[str]
    snap: Snapshot
    tasks: list[dict[str, Any]]
    secondaries: list[Case]
    main: Case | None
    files: list[Any]
    matter: Any
    area: Any
    desk_reader: bool
    may_reveal: bool
    reveals: list[dict[str, Any]]
    duty: Any = None
    roles: dict[str, Any] = field(default_factory=dict)  # the roles that were called upon, by code
    complained: Any = None  # the unit complained about, where this reader may know that there is one
    satisfaction: str = ""  # what the requester thinks of the answer, where this reader may know that
    solved: str = ""
    undone: frozenset[int] = frozenset()  # numbers of the steps that were taken back
    undo_until: datetime | None = None  # until when this reader may take the last move back


def view(case_id: UUID | str, *, actor: Actor, now: datetime) -> CaseView:
    """The case for a person of the office; 404 where it may not be read."""
    case = get_visible(actor, case_id)
    kept = content()
    rows = store.clocks(case)
    snap = snapshot_of(case, rows)
    steps = store.steps(case)
    files = store.files(case)
    desk_reader = _is_desk(actor, case)
    hide, rated = hidden(actor, case), may_see_rating(actor, case)
    units = store.units_named(steps, snap)
    people = store.people_named(steps)
    story = open_text(case.requester, case.story)
    known = name_of(case) if hide else None
    if known is not None:
        story = {name: without(value, known) if isinstance(value, str) else value for name, value in story.items()}
        story.pop("answers", None)
        files = []
    return CaseView(
        case=case, story=story, snap=snap, requester="" if hide else case.requester.masked_name,
        entries=[_told(_entry(case, step, units, people, files, known=known), rated=rated) for step in steps],
        clocks=[clock_view(running_of(row), kept, now, units) for row in rows],
        offers=offers(case, snap, actor),
        tasks=[
            {"unit": units.get(task.unit), "unit_id": task.unit, "done": task.done, "how": task.how}
            for task in snap.tasks
        ],
        secondaries=store.secondaries(case), main=case.main,
        files=files, matter=kept.matters.get(case.matter), area=below.areas().filter(pk=case.area).first(),
        desk_reader=desk_reader, may_reveal=may_reveal(actor, case), reveals=store.reveals(case),
        duty=duty_for(kept.duties_by_matter, kept.matter_path(case.matter), case.area) if case.matter else None,
        roles=below.named(below.roles(), (call.role for call in snap.called)),
        complained=None if case.confidential and _complained(actor, case) else case.complained,
        satisfaction=case.satisfaction if rated else "", solved=case.solved if rated else "",
        undone=frozenset(step.facts["of"] for step in steps if step.move == "undo"),
        undo_until=until(steps[-1] if steps else None, actor=actor, now=now),
    )  # fmt: skip


def name_of(case: Case) -> str:
    """The name that the case knows, so that it can be taken out of what people wrote; empty where it knows none."""
    if case.requester.wrapped_key is None:
        return ""
    return identity_of(case.requester).get("name", "")


def _is_desk(actor: Actor, case: Case) -> bool:
    """People of the dispatch desk: those who may dispatch or receive for the desk that took the case."""
    return any(may(actor, verb_, case, paths=[case.desk.path]) for verb_ in (DESK_ROLES, "case.accept"))


def hidden(actor: Actor, case: Case) -> bool:
    """Whether this reader must not learn who asked: of a confidential case only its desk may, and in no case the unit
    that is complained about.
    """
    return (case.confidential and not _is_desk(actor, case)) or _complained(actor, case)


def may_see_rating(actor: Actor, case: Case) -> bool:
    """Whether this reader may know what the requester thinks of the answer, and who asked: the desk of the case, who
    supervises or scores for it, but not the unit that was judged.
    """
    return any(may(actor, verb_, case, paths=[case.desk.path]) for verb_ in RATING)


def offers(case: Case, snap: Snapshot, actor: Actor) -> list[str]:
    """Names of the moves that this actor may make from the present state, in the order of the table."""
    names = []
    for row in moves_from(snap.state):
        if row.name in HOME_MOVES or not _fits(row, snap, actor):
            continue
        if actor.kind == "citizen":
            if "requester" in row.who:
                names.append(row.name)
            continue
        paths = paths_for(row, case, snap, {})
        if paths and may(actor, f"case.{row.name}", case, paths=paths):
            names.append(row.name)
    return names


def _fits(row: Move, snap: Snapshot, actor: Actor) -> bool:  # noqa: PLR0911 - a line for each reason
    """Whether a move makes sense now: taking over needs an import, deciding needs something asked by another."""
    if "imported" in row.guards or "not-dormant" in row.guards:
        return snap.dormant == ("imported" in row.guards)
    fit = _fits_instruction(row, snap, actor)
    if fit is not None:
        return fit
    kind = DECISIONS.get(row.name)
    if kind is not None:
        return snap.pending is not None and snap.pending.kind == kind and snap.pending.by != actor.key
    if "nothing-pending" in row.guards:
        return snap.pending is None
    if set(row.guards) & set(FITS):
        return all(FITS[name](snap) for name in row.guards if name in FITS)
    if "decider" in row.who:
        return snap.returner != actor.key
    if "another-signs" in row.guards:
        return actor.key not in snap.passed
    return "by-person" not in row.guards or bool(snap.repeats) == ("is-repeat" in row.guards)


INSTRUCTION = {f"instruction-{state}": (state,) for state in ("asked", "waiting", "answered")}


def _fits_instruction(row: Move, snap: Snapshot, actor: Actor) -> bool | None:
    """Whether a move on a leader's instruction makes sense now; None for all other moves."""
    state = snap.instruction.state if snap.instruction else ""
    if "instruction-none" in row.guards:
        return state not in LIVE
    wanted = next((INSTRUCTION[name] for name in row.guards if name in INSTRUCTION), None)
    if wanted is None:
        return None
    own = "decider" in row.who and snap.instruction is not None and snap.instruction.by == actor.key
    return state in wanted and not own


def clock_view(clock: Running, kept: Content, now: datetime, units: dict[int, Any]) -> ClockView:
    kernel = kernel_clock(clock)
    return ClockView(
        stage=clock.stage, label=clock.label, light=light(kernel, kept.calendar, now),
        share=share(kernel, kept.calendar, clock.finished_at or now), started_at=clock.started_at,
        due_at=clock.due_at, finished_at=clock.finished_at, paused=clock.paused, amount=clock.amount,
        unit_of=clock.unit_of, unit=units.get(clock.unit or 0), source=clock.source, verified=clock.verified,
        round=clock.round,
    )  # fmt: skip


def _entry(
    case: Case, step: Step, units: dict[int, Any], people: dict[str, str], files: list[Any], *, known: str | None
) -> Entry:
    """One step in words; `known` is the requester's name where this reader must not learn it, else nothing."""
    texts: dict[str, str] = {}
    if hasattr(step, "text"):
        opened = open_text(case.requester, step.text.sealed)
        texts = {name: str(value) if known is None else without(str(value), known) for name, value in opened.items()}
    facts = {name: value for name, value in step.facts.items() if name not in ("clocks", "back")}
    named = {name: units.get(facts[name]) for name in ("unit", "proposed") if name in facts}
    if "assisting" in facts:
        named["assisting"] = [units.get(unit) for unit in facts["assisting"]]
    if "units" in facts:
        named["units"] = [units.get(unit) for unit in facts["units"]]
    return Entry(
        no=step.no, move=step.move, source=step.source, target=step.target, actor_kind=step.actor_kind,
        actor=people.get(step.actor, ""), unit=units.get(step.unit or 0), acted_at=step.acted_at, facts=facts,
        texts=texts, named=named, files=[file for file in files if file.step_id == step.pk],
    )  # fmt: skip


def _told(entry: Entry, *, rated: bool) -> Entry:
    """The line as the unit that was judged may read it: that there was a call-back, and what is to be done again."""
    if rated or entry.move not in OPINIONS:
        return entry
    texts = {name: text for name, text in entry.texts.items() if name == "for_unit"}
    return replace(entry, actor="", unit=None, facts={}, texts=texts, named={}, files=[])


def may_reveal(actor: Actor, case: Case) -> bool:
    if case.anonymous or case.requester.erased_at is not None or _complained(actor, case):
        return False
    if case.confidential:
        return bool(may(actor, "case.reveal", case, paths=[case.desk.path]))
    lead = [case.lead.path] if case.lead else []
    return bool(may(actor, "case.reveal", case, paths=[case.desk.path, *lead]))


def _complained(actor: Actor, case: Case) -> bool:
    """The unit complained about never learns who complained, whatever role its people hold."""
    if case.complained is None or actor.kind != "user":
        return False
    paths = [actor.unit_path, *(grant.unit_path for grant in actor.grants)]
    return any(path and within(path, case.complained.path) for path in paths)


@verb("case.reveal")
def reveal_requester(
    case_id: UUID | str,
    *,
    actor: Actor,
    now: datetime,
    purpose: str = "first_contact",
    fields: tuple[str, ...] = ("name", "phone"),
) -> dict[str, str]:
    """Show who asked, for a purpose; in the ledger and on the list that the requester can read.

    Raises reveal-confidential where only the dispatch desk may know, reveal-complained for the unit complained about.
    """
    case = get_visible(actor, case_id)
    if _complained(actor, case):
        raise Refused("reveal-complained", status=403)
    if case.confidential and not may(actor, "case.reveal", case, paths=[case.desk.path]):
        raise Refused("reveal-confidential", status=403)
    kept = content()
    lead = [case.lead.path] if case.lead else []
    require(
        actor, "case.reveal", unit_paths=[case.desk.path, *lead], matter=kept.matter_path(case.matter),
        area_path=kept.area_path(case.area),
    )  # fmt: skip
    known = reveal(case.requester, actor=actor, now=now, purpose=purpose, case_id=case.pk, fields=list(fields))
    return {**known, **behalf.opened(case, actor=actor, now=now, purpose=purpose)}


@verb("case.export")
def note_export(count: int, *, actor: Actor, now: datetime) -> None:
    """Somebody took a list out of the system; the ledger knows how long it was."""
    del now
    require(actor, "case.export")
    record("case.export", "list", "worklist", actor=actor, body={"rows": count})
