"""Runs as people read them: one's own units by name, the others as a distribution, and the cases of a figure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from statistics import median_low
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, ScoreRow, ScoreRun
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.deductions import gaps
from gezhi.loop.scores.rules.definition import Definition, Group
from gezhi.loop.scores.rules.engine import Counter
from gezhi.loop.scores.rules.events import VOID, Event
from gezhi.loop.scores.rules.formula import quotient
from gezhi.loop.scores.service.running import fraction
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import ANY, Actor, within
from gezhi.trust.service import require

READ = "score.read"
SEEN = ("published", "replaced")  # by everybody who reads scores; the others are seen by those who make them
PARTS = ("counted", "due", "missed", "excluded")


@dataclass(slots=True)
class UnitScore:
    """One unit of a run: its score and its figures in the order of the set."""

    row: ScoreRow
    figures: list[ScoreRow] = field(default_factory=list)
    closed_on: date | None = None  # dissolved in or before the period

    @property
    def score(self) -> Fraction | None:
        return fraction(self.row.value)


@dataclass(slots=True)
class GroupScore:
    """A group of a run; `units` are those that this reader may see by name."""

    group: Group
    whole: UnitScore
    units: list[UnitScore] = field(default_factory=list)
    nothing: list[UnitScore] = field(default_factory=list)  # nothing was due, or too little for a score
    bands: dict[str, int] = field(default_factory=dict)
    scores: list[Fraction] = field(default_factory=list)  # of every unit, without their names
    count: int = 0

    @property
    def spread(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """Lowest, middle and highest score."""
        return (min(self.scores), median_low(self.scores), max(self.scores)) if self.scores else None


@dataclass(slots=True)
class RunView:
    """A run with what is known since."""

    run: ScoreRun
    definition: Definition
    groups: list[GroupScore]
    whole_group: bool  # whether every unit is shown by name
    voided_since: int = 0
    excluded_since: int = 0
    appeals: int = 0


def may_read(actor: Actor) -> list[str] | None:
    """The unit paths whose scores the actor reads by name; None for all."""
    grants = actor.grants_for(READ)
    if any(not grant.unit_path or "." not in grant.unit_path or ANY in grant.verbs for grant in grants):
        return None
    return [grant.unit_path for grant in grants]


def overview(actor: Actor) -> list[ScoreRun]:
    """The runs, the newest first; drafts only for those who make them."""
    require(actor, READ)
    rows = store.runs().select_related("created_by")
    if not actor.grants_for("score.run"):
        rows = rows.filter(state__in=SEEN)
    return list(rows[:200])


def get(run_id: int, actor: Actor) -> ScoreRun:
    """A run that the actor may open. Raises not-allowed (403), score-run-unknown (404)."""
    require(actor, READ)
    run = store.run(run_id)
    if run is None or run.state == "discarded" or (run.state not in SEEN and not actor.grants_for("score.run")):
        raise Refused("score-run-unknown", status=404, run=run_id)
    return run


def view(run_id: int, *, actor: Actor) -> RunView:
    """A run as this reader may see it: in five statements, whatever the number of units."""
    run = get(run_id, actor)
    definition, paths = Definition.of(run.definition), may_read(actor)
    groups = {group.code: group for group in definition.groups or (Group(""),)}
    made: dict[str, GroupScore] = {}
    for one in _units(store.rows_of(run.pk)):
        if one.row.unit is None:
            made[one.row.group] = GroupScore(groups[one.row.group], one)
            continue
        _place(made[one.row.group], one, paths)
    for group in made.values():
        group.units.sort(key=lambda one: -(one.score or 0))
    now_out = {str(row[1]) for row in store.in_force(run.set)} - {
        str(r[1]) for r in run.corrections.get("exclusions", ())
    }
    return RunView(
        run, definition, list(made.values()), paths is None, store.voided_since(run.pk),
        len({event.case for event in _touched(run.pk, now_out)}), store.appeal_counts([run.pk]).get(run.pk, 0),
    )  # fmt: skip


def _touched(run_id: int, cases: set[str]) -> list[Event]:
    return store.events_of(run_id, case__in=cases, outside="") if cases else []


def _units(rows: Iterable[ScoreRow]) -> list[UnitScore]:
    """Rows gathered by unit: the score comes first, its figures follow."""
    made: list[UnitScore] = []
    for row in rows:
        if not row.indicator:
            made.append(UnitScore(row))
        else:
            made[-1].figures.append(row)
    return made


def _place(group: GroupScore, one: UnitScore, paths: list[str] | None) -> None:
    unit = one.row.unit
    assert unit is not None  # the row of the whole group comes before
    group.count += 1
    if one.score is not None:
        group.bands[one.row.band] = group.bands.get(one.row.band, 0) + 1
        group.scores.append(one.score)
    if paths is not None and not any(within(unit.path, path) for path in paths):
        return
    one.closed_on = unit.valid_to if not unit.active else None
    (group.units if one.score is not None else group.nothing).append(one)


@dataclass(slots=True)
class Cases:
    """The cases behind one figure: those that the reader may see, and how many more there are."""

    rows: list[Case]
    hidden: int
    total: int
    excluded: dict[str, str] = field(default_factory=dict)  # case → reason


def cases_of(run: ScoreRun, unit_id: int, indicator: str, part: str, *, actor: Actor, most: int = 200) -> Cases:
    """The cases that a figure counts (`counted`), is taken of (`due`), lost (`missed`) or leaves out (`excluded`)."""
    require(actor, READ)
    paths = may_read(actor)
    path = next((str(u[2]) for u in run.units if u[0] == unit_id), "")
    if not path or (paths is not None and not any(within(path, each) for each in paths)):
        raise Refused("score-unit-unknown", status=404, unit=unit_id)
    ids, reasons = chosen(run, unit_id, indicator, part)
    rows = list(
        visible(actor).filter(pk__in=ids).select_related("lead", "requester").order_by("-received_at", "-pk")[:most]
    )
    seen = visible(actor).filter(pk__in=ids).count() if len(rows) == most else len(rows)
    return Cases(rows, len(ids) - seen, len(ids), reasons)


def chosen(run: ScoreRun, unit_id: int, indicator: str, part: str) -> tuple[set[UUID], dict[str, str]]:
    """Ids of the cases of one part of a figure, and why each of the excluded is left out."""
    definition = Definition.of(run.definition)
    row = next((one for one in definition.indicators if one.code == indicator), None)
    if row is None or part not in PARTS:
        raise Refused("indicator-unknown", status=404, field="indicator", indicator=indicator[:40])
    parts = quotient(row.formula, definition.params_for(row, Group("")))
    top = set(parts[0].weights) if parts else set()
    below = (set(parts[1].weights) if parts else set()) or top
    counter = Counter(definition)
    reasons = {f"x{number}": reason for number, _, _, reason in run.corrections.get("exclusions", ())} | {VOID: VOID}
    found: dict[str, set[str]] = {name: set() for name in PARTS}
    why: dict[str, str] = {}
    counted: list[Event] = []
    for event in store.events_of(run.pk, home=unit_id):
        codes = set(counter.measures(event))
        if not codes & (top | below):
            continue
        if event.outside:
            found["excluded"].add(event.case)
            why[event.case] = reasons.get(event.outside, "")
            continue
        counted.append(event)
        found["counted"] |= {event.case} if codes & top else set()
        found["due"] |= {event.case} if codes & below else set()
    found["missed"] = set(gaps(definition, Group(""), row, counted, counter))
    return {UUID(case) for case in found[part]}, why
