"""Scores over HTTP, mounted at /api/v1/loop/scores."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from gezhi.loop import tasks
from gezhi.loop.models import ScoreRow, ScoreRun
from gezhi.loop.scores import service
from gezhi.loop.scores.rules.intervals import rounded
from gezhi.loop.scores.service.reading import UnitScore, get, may_read
from gezhi.loop.scores.service.running import fraction
from gezhi.trust.rules import within
from gezhi.trust.service import actor_from_request, require

router = Router(tags=["scores"])
KEY = 2**31 - 1


class RunIn(Schema):
    set: str = Field(max_length=40, description="Code of the set of indicators")
    first: date
    last: date
    cutoff: str = Field("24:00", max_length=5, description="Hour at which each day ends")
    moved: str = Field("keep", max_length=10, description="keep, before or after: a cut-off on a day off")
    group: str = Field("", max_length=40)
    ranks: bool = False


class RunOut(Schema):
    id: int
    set: str
    group: str
    start: datetime
    end: datetime
    state: str
    version: int
    cases: int
    events: int
    outside: dict[str, int] = Field(description="Cases that stand outside, by reason")
    digest: str
    task: str = Field(description="What the worker has before it: run, check or nothing")
    done: int = Field(description="Cases read by the worker")
    total: int
    checked_at: datetime | None = Field(None, description="When it was last proved from the steps")
    differing: int = Field(description="Figures that the steps no longer gave at that check")


class FigureOut(Schema):
    indicator: str = Field(description="Code; empty for the score of the unit")
    value: str = Field(description="Exact fraction; empty where nothing was due")
    shown: str = Field(description="The same with four decimals")
    without_exclusions: str
    full: str
    marks: str
    counts: dict[str, list[int]] = Field(description="Measure: counted, before exclusions")
    digests: dict[str, str] = Field(description="Measure: SHA-256 of the sorted case ids")
    low: float | None = None
    high: float | None = None
    shrunk: str


class UnitOut(Schema):
    unit: str = Field(description="Code; empty for the whole group")
    group: str
    band: str
    rank: int | None = None
    excluded: int
    outside: int
    due: bool
    figures: list[FigureOut]


class DeductionOut(Schema):
    unit: str
    indicator: str
    number: str
    points: str


class DifferenceOut(Schema):
    unit: int | None = None
    indicator: str
    column: str
    stored: str
    found: str


class WhatIf(Schema):
    params: str = Field("", max_length=300, description="a=1;w1=0.5")
    formulas: dict[str, str] = Field({}, description="Indicator: formula")


@router.get("/runs", response=list[RunOut], summary="Runs, the newest first")
def runs(request: HttpRequest) -> Any:
    return service.overview(actor_from_request(request))


@router.post("/runs", response={202: RunOut}, summary="Have a set worked out for a period; a draft when done")
def make(request: HttpRequest, body: RunIn) -> Any:
    row = service.ask_run(service.Wish(**body.dict()), actor=actor_from_request(request), now=timezone.now())
    return _deferred(row)


def _deferred(row: ScoreRun) -> Any:
    tasks.score_run.defer(run=row.pk)
    return Status(202, row)


@router.get("/runs/{run_id}/state", response=RunOut, summary="A run and how far its work is")
def state(request: HttpRequest, run_id: int) -> Any:
    return get(_key(run_id), actor_from_request(request))


@router.post("/runs/{run_id}/stop", response=RunOut, summary="Stop the work; an unfinished run is thrown away")
def stop(request: HttpRequest, run_id: int) -> Any:
    return service.stop(_key(run_id), actor=actor_from_request(request), now=timezone.now())


@router.post("/runs/{run_id}/check", response={202: RunOut}, summary="Have a run proved from the steps")
def check(request: HttpRequest, run_id: int) -> Any:
    return _deferred(service.ask_check(_key(run_id), actor=actor_from_request(request), now=timezone.now()))


@router.get("/runs/{run_id}", response=list[UnitOut], summary="Scores and figures that the reader may see by name")
def one(request: HttpRequest, run_id: int) -> Any:
    shown = service.view(_key(run_id), actor=actor_from_request(request))
    return [_unit(each) for group in shown.groups for each in (group.whole, *group.units, *group.nothing)]


@router.post("/runs/{run_id}/publish", response=RunOut, summary="Make a draft the figure that counts")
def publish(request: HttpRequest, run_id: int) -> Any:
    return service.publish_run(_key(run_id), actor=actor_from_request(request), now=timezone.now())


@router.post(
    "/runs/{run_id}/revise", response={202: RunOut}, summary="Have the next version made,, with appeals and exclusions"
)
def revise(request: HttpRequest, run_id: int) -> Any:
    return _deferred(service.ask_revision(_key(run_id), actor=actor_from_request(request), now=timezone.now()))


@router.get("/runs/{run_id}/deductions", response=list[DeductionOut], summary="One row for each deduction")
def deductions(request: HttpRequest, run_id: int, language: Query[str] = "zh-hans") -> Any:
    actor = actor_from_request(request)
    run = get(_key(run_id), actor)
    rows = service.deduction_rows(run, language=language[:10], units=service.readable(run, actor))
    return [{"unit": r.code, "indicator": r.indicator, "number": r.number, "points": str(r.points)} for r in rows]


@router.get("/runs/{run_id}/differences", response=list[DifferenceOut], summary="What the last check found to differ")
def differences(request: HttpRequest, run_id: int) -> Any:
    actor = actor_from_request(request)
    run = get(_key(run_id), actor)
    units = service.readable(run, actor)
    found = (dict(zip(DifferenceOut.model_fields, each, strict=True)) for each in run.differences)
    return [each for each in found if units is None or each["unit"] in units]


@router.post("/runs/{run_id}/what-if", response=list[UnitOut], summary="Another formula on the same cases, not stored")
def what_if(request: HttpRequest, run_id: int, body: WhatIf) -> Any:
    actor = actor_from_request(request)
    require(actor, "score.run")
    run = get(_key(run_id), actor)
    results = service.what_if(run, params=body.params, formulas=body.formulas)
    units, paths = {unit[0]: unit for unit in run.units}, may_read(actor)
    found = []
    for result in results:
        path = units[result.unit][2] if result.unit else ""
        if result.unit and paths is not None and not any(within(path, each) for each in paths):
            continue
        made = service.rows_for([result])
        shown = _unit(UnitScore(made[0], made[1:]), units[result.unit][1] if result.unit else "")
        found.append(shown)
    return found


def _key(run_id: int) -> int:
    """A number that the database can look for."""
    return run_id if 0 < run_id <= KEY else 0


def _unit(each: UnitScore, code: str = "") -> dict[str, Any]:
    row = each.row
    return {
        "unit": code or (row.unit.code if row.unit_id and row.unit else ""), "group": row.group, "band": row.band,
        "rank": row.rank, "excluded": row.excluded, "outside": row.outside, "due": row.due,
        "figures": [_figure(one) for one in (row, *each.figures)],
    }  # fmt: skip


def _figure(row: ScoreRow) -> dict[str, Any]:
    exact = fraction(row.value)
    return {
        "indicator": row.indicator, "value": row.value, "shown": "" if exact is None else str(rounded(exact, 4)),
        "without_exclusions": row.raw, "full": row.full, "marks": row.marks, "counts": row.counts,
        "digests": row.digests, "low": row.low, "high": row.high, "shrunk": row.shrunk,
    }  # fmt: skip
