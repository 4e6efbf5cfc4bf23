"""Working out a set for a period, publishing it, proving it from the steps, trying another formula beside it."""

import hashlib
from collections import Counter as Count
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.loop.models import ScoreRow, ScoreRun
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.corrections import corrected
from gezhi.loop.scores.rules.days import calendar_of, kept_days
from gezhi.loop.scores.rules.definition import Band, Definition, Group, Indicator, Measure, check, params_of
from gezhi.loop.scores.rules.engine import Homes, Result, UnitInfo, score
from gezhi.loop.scores.rules.events import Event, Window, events_of
from gezhi.loop.scores.rules.formula import Value
from gezhi.loop.scores.rules.period import period
from gezhi.loop.store.cases import canonical
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

MEND = (15, "workday")  # within which a poor rating is put right, where no limit says otherwise
Progress = Callable[[int], None]
ROW = ("unit_id", "group", "indicator", "value", "raw", "full", "marks", "counts", "digests", "low", "high", "shrunk",
       "band", "rank", "excluded", "outside", "due")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be worked out."""

    set: str
    first: date
    last: date
    cutoff: str = "24:00"
    moved: str = "keep"
    group: str = ""
    ranks: bool = False


def definition_for(code: str, on: date) -> Definition:
    """A set as it is in force on a day. Refuses score-set-unknown, and what `check` refuses."""
    row = next((row for row in store.sets(on) if row.code == code), None)
    if row is None:
        raise Refused("score-set-unknown", status=404, set=code[:40])
    limits = content().limits_for("rectify", matter="", area="", kind="", urgency=1)
    mend = (int(limits[0].amount), str(limits[0].unit_of)) if limits else MEND
    names = ("code", "name_zh", "name_en")
    made = Definition(
        **_of(row, *names, "params", "nothing_due", "shrink"), version=f"{row.pack}@{row.version}", mend=mend,
        measures=[Measure(**_of(m, *names, "event", "condition")) for m in store.measures(on)],
        indicators=[Indicator(**_of(i, *names, "formula", "unit", "better", "full", "marks", "params", "source",
                                    "verified")) for i in store.indicators(code, on)],
        groups=[Group(**_of(g, *names, "kinds", "units", "params")) for g in store.groups(code, on)],
        bands=[Band(**_of(b, *names, "least", "verified")) for b in store.bands(code, on)],
    )  # fmt: skip
    check(made)
    used = {measure.code for measures in made.by_event.values() for measure in measures}
    return replace(made, measures=[measure for measure in made.measures if measure.code in used])


def _of(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


# ---- working out


@dataclass(slots=True)
class Worked:
    """Everything that a run would store."""

    events: list[Event]
    results: list[Result]
    cases: int
    outside: dict[str, int]


def window_of(row: ScoreRun, definition: Definition) -> Window:
    """The period, by the working days that were kept with the run."""
    amount, unit = definition.mend
    calendar = calendar_of(row.calendar) if row.calendar else content().calendar
    return Window(row.start, row.end, lambda moment: calendar.add(moment, int(amount), unit))


def _quiet(number: int) -> None:
    """Nobody looks on."""


def work_out(row: ScoreRun, definition: Definition, units: Sequence[UnitInfo], progress: Progress = _quiet) -> Worked:
    """Read the steps of the period and count; one statement, whatever the number of cases."""
    window = window_of(row, definition)
    found: list[Event] = []
    outside: Count[str] = Count()
    cases = 0
    wanted = set(definition.by_event)
    same: dict[frozenset[str], frozenset[str]] = {}  # few sets of facts differ: kept once, not for each of millions
    for number, told in enumerate(store.histories(window.start, window.end), 1):
        progress(number)
        if told.past or told.dormant:
            touched = any(window.start <= moment.act.at for moment in told.moments)
            outside["imported"] += 1 if touched else 0
            continue
        fresh = [event for event in events_of(told, window) if event.kind in wanted]
        cases += 1 if fresh else 0
        outside["void"] += 1 if fresh and told.state == "void" else 0
        found += [event._replace(facts=same.setdefault(event.facts, event.facts)) for event in fresh]
    events = list(corrected(found, row.corrections))
    return Worked(events, score(definition, events, units, row.group), cases, {k: n for k, n in outside.items() if n})


@verb("score.run")
def run_scores(wish: Wish, *, actor: Actor, now: datetime) -> ScoreRun:
    """Work a set out for a period and keep it as a draft.

    Raises Refused: score-set-unknown (404), score-period…, score-cutoff, formula-… (422).
    """
    row = prepared(wish, actor=actor, now=now)
    return keep(row, Definition.of(row.definition), store.unit_infos(), actor=actor)


def prepared(wish: Wish, *, actor: Actor, now: datetime) -> ScoreRun:
    """A run with everything that decides its figures, not yet worked out. Refuses as `run_scores` does."""
    require(actor, "score.run")
    calendar = content().calendar
    span = period(wish.first, wish.last, cutoff=wish.cutoff, moved=wish.moved, works=calendar.is_workday,
                  zone=ZoneInfo(settings.TIME_ZONE), now=now)  # fmt: skip
    definition = definition_for(wish.set, wish.last)
    if wish.group and wish.group not in {group.code for group in definition.groups}:
        raise Refused("score-group-unknown", status=422, field="group", group=wish.group[:40])
    return ScoreRun(
        created_at=now, created_by_id=person(actor), set=wish.set, group=wish.group, first=wish.first, last=wish.last,
        cutoff=wish.cutoff, moved=wish.moved, start=span.start, end=span.end, ranks=wish.ranks,
        definition=definition.as_dict(), corrections={"exclusions": store.in_force(wish.set)},
        calendar=kept_days(calendar, span.start - store.MENDING, span.end),
    )  # fmt: skip


def keep(row: ScoreRun, definition: Definition, units: Sequence[UnitInfo], *, actor: Actor) -> ScoreRun:
    """Work a run out and store it, with its record."""
    return stored(row, definition, units, work_out(row, definition, units), actor=actor)


def stored(row: ScoreRun, definition: Definition, units: Sequence[UnitInfo], done: Worked, *, actor: Actor) -> ScoreRun:
    """A run with what was worked out, as a draft, with its record."""
    row.state, row.task = "draft", ""
    row.units = [[unit.id, unit.code, unit.path, unit.kind] for unit in units]
    row.cases, row.events, row.outside = done.cases, len(done.events), done.outside
    made = rows_for(done.results)
    row.digest = digest_of(made)
    homes = Homes(definition, units)
    store.save_run(row, made, ((event, homes.home(event.unit)) for event in done.events))
    body = {"set": row.set, "version": row.version, "digest": row.digest, "cases": row.cases, "events": row.events}
    record("score.run", "score_run", row.pk, actor=actor, body=body)
    return row


def person(actor: Actor) -> int | None:
    return int(actor.id) if actor.kind == "user" else None


def rows_for(results: Iterable[Result]) -> list[ScoreRow]:
    """Results as rows, fractions exact."""
    made: list[ScoreRow] = []
    for result in results:
        shared = {"unit_id": result.unit or None, "group": result.group}
        made.append(ScoreRow(
            **shared, value=text(result.score), raw=text(result.raw_score), full=text(result.full), band=result.band,
            rank=result.rank, excluded=result.excluded, outside=result.outside, due=result.due,
        ))  # fmt: skip
        made += [
            ScoreRow(
                **shared, indicator=figure.indicator, value=text(figure.value), raw=text(figure.raw),
                full=text(figure.full), marks=text(figure.marks), shrunk=text(figure.shrunk), low=figure.low,
                high=figure.high, counts={code: list(pair) for code, pair in sorted(figure.counts.items())},
                digests={code: result.digests[code] for code in sorted(figure.counts) if code in result.digests},
            )
            for figure in result.figures
        ]  # fmt: skip
    return made


def text(value: Value) -> str:
    """A fraction as text, empty where nothing was due."""
    return "" if value is None else str(value)


def fraction(said: str) -> Value:
    return Fraction(said) if said else None


def plain(row: ScoreRow) -> dict[str, Any]:
    """A row as the digest sees it."""
    return {name: getattr(row, name) for name in ROW}


def digest_of(rows: Iterable[ScoreRow]) -> str:
    """SHA-256 over every figure of a run."""
    return hashlib.sha256("\n".join(canonical(plain(row)) for row in rows).encode()).hexdigest()


# ---- publishing


@verb("score.publish")
def publish_run(run_id: int, *, actor: Actor, now: datetime) -> ScoreRun:
    """Make a draft the figure that counts; the version before it is replaced, and stays readable."""
    require(actor, "score.publish")
    same = store.held_like(run_id)
    row = _draft(run_id)
    other = next((one for one in same if one.state == "published" and one.pk != row.previous_id), None)
    if other is not None:
        raise Refused("score-published-already", run=other.pk)
    row.state, row.published_at, row.published_by_id = "published", now, person(actor)
    row.save(update_fields=["state", "published_at", "published_by"])
    if row.previous_id:
        ScoreRun.objects.filter(pk=row.previous_id, state="published").update(state="replaced")
    body = {"set": row.set, "version": row.version, "digest": row.digest}
    record("score.publish", "score_run", row.pk, actor=actor, body=body)
    return row


@verb("score.run")
def discard_run(run_id: int, *, actor: Actor, now: datetime) -> None:
    """Throw a draft away, or stop one that is being worked out; a published run cannot be."""
    del now
    require(actor, "score.run")
    row = _draft(run_id, "draft", "working", "failed")
    row.state, row.task = "discarded", ""
    row.save(update_fields=["state", "task"])
    store.throw_away(row)
    record("score.discard", "score_run", row.pk, actor=actor, body={"digest": row.digest})


def _draft(run_id: int, *states: str) -> ScoreRun:
    row = store.locked_run(run_id)
    if row is None or row.state == "discarded":
        raise Refused("score-run-unknown", status=404, run=run_id)
    if row.state not in (states or ("draft",)):
        raise Refused("score-busy" if row.state in ("working", "failed") else "score-run-published", run=run_id)
    return row


# ---- proving


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that the steps no longer give."""

    unit: int | None
    indicator: str
    column: str
    stored: str
    found: str


def units_of(row: ScoreRun) -> list[UnitInfo]:
    """The units as they were when the run was made."""
    return [UnitInfo(*unit) for unit in row.units]


def recompute(row: ScoreRun, progress: Progress = _quiet) -> Iterator[Difference]:
    """Work a run out again from the steps, by its own formulas; yields each figure that differs since."""
    done = work_out(row, Definition.of(row.definition), units_of(row), progress)
    stored = {(one.unit_id, one.group, one.indicator): plain(one) for one in store.rows_of(row.pk)}
    for one in rows_for(done.results):
        fresh = plain(one)
        before = stored.pop((one.unit_id, one.group, one.indicator), {})
        for column in ROW:
            if before.get(column) != fresh[column]:
                yield Difference(one.unit_id, one.indicator, column, str(before.get(column)), str(fresh[column]))
    for unit, _, indicator in stored:
        yield Difference(unit, indicator, "", "row", "")


# ---- what if


def altered(definition: Definition, params: str = "", formulas: Mapping[str, str] | None = None) -> Definition:
    """The definition with other parameters, and other formulas for some indicators; checked like any other."""
    given = params_of(params)
    known = {name for part in (definition.params, *(i.params for i in definition.indicators)) for name in part}
    for name in given:
        if name not in known:
            raise Refused("score-parameter-unknown", status=422, field="params", name=name[:40])
    changed = formulas or {}
    indicators = [
        replace(one, formula=changed.get(one.code) or one.formula, params={**one.params, **_only(given, one.params)})
        for one in definition.indicators
    ]
    groups = [replace(group, params={**group.params, **_only(given, group.params)}) for group in definition.groups]
    made = replace(
        definition,
        indicators=indicators,
        groups=groups,
        params={**definition.params, **_only(given, definition.params)},
    )
    check(made)
    return made


def _only(given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name in known}


def what_if(row: ScoreRun, *, params: str = "", formulas: Mapping[str, str] | None = None) -> list[Result]:
    """The same cases by another formula or other parameters; nothing is stored.

    Formulas may use the measures of the run. Raises what `check` refuses, and score-parameter-unknown.
    """
    definition = altered(Definition.of(row.definition), params, formulas)
    return score(definition, store.events_of(row.pk), units_of(row), row.group)
