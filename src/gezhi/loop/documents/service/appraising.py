"""Letters of appraisal: a published run of scores with every deduction, as a workbook, a text or a PDF."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from gezhi.kernel.errors import Refused
from gezhi.kit.documents.numbers import Said, percent, rounded
from gezhi.kit.text import pick
from gezhi.loop.documents.rules import periods
from gezhi.loop.documents.rules.appraisal import INDICATORS
from gezhi.loop.documents.service.reporting import rule
from gezhi.loop.documents.service.values import day, government
from gezhi.loop.models import ScoreRow, ScoreRun
from gezhi.loop.scores import service as scores
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.definition import Definition, Indicator
from gezhi.loop.scores.service.reading import get
from gezhi.loop.scores.service.running import fraction
from gezhi.trust.rules import Actor

PUBLISHED = ("published",)


def newest(period: str, code: str, actor: Actor) -> ScoreRun:
    """The published run of a period, or by its number (`#12`); the newest published one where nothing is named.

    Refuses score-run-unknown (404), appraisal-not-published (409).
    """
    if period.startswith("#"):
        number = period[1:]
        run = get(int(number) if number.isdecimal() and len(number) < 10 else 0, actor)
        if run.state not in PUBLISHED:
            raise Refused("appraisal-not-published", run=run.pk)
        return run
    rows = [row for row in scores.overview(actor) if row.state in PUBLISHED and (not code or row.set == code)]
    if period:
        days = period_days(period)
        rows = [row for row in rows if (row.first, row.last) == days]
    if not rows:
        raise Refused("appraisal-none", status=404, period=period[:30] or "-")
    return get(rows[0].pk, actor)


def period_days(name: str) -> tuple[date, date]:
    """A month, or two days as 2026-03-01..2026-03-31."""
    first, _, last = name.partition("..")
    if last:
        try:
            return date.fromisoformat(first), date.fromisoformat(last)
        except ValueError as error:
            raise Refused("report-period", status=422, field="period", value=name[:30]) from error
    span = periods.named("monthly", name, rule())
    return span.first, span.last


def values_of_run(run: ScoreRun, *, actor: Actor, now: datetime, language: str = "zh-hans") -> dict[str, Any]:
    """A run as a template sees it: the units that the actor reads by name, and their deductions."""
    with translation.override(language):
        definition, allowed = Definition.of(run.definition), scores.readable(run, actor)
        lost = scores.deduction_rows(run, language=language, units=allowed)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in lost:
            sums[row.code] += row.points
        units = unit_rows(run, definition, allowed, sums, language)
        heads = [pick(one, "name", language) or one.code for one in definition.indicators]
        return {
            "office": government(language), "made": {"on": day(now, language), "by": actor.name},
            "run": about(run, definition, units, len(lost), language), "heads": numbered(heads),
            "units": units,
            "indicators": [{"name": name, "formula": one.formula, "full": one.full}
                           for name, one in zip(heads, definition.indicators, strict=True)],
            "deductions": [{"unit": row.unit, "code": row.code, "indicator": row.indicator, "case": row.number,
                            "points": marks(row.points)} for row in lost],
        }  # fmt: skip


def numbered(values: list[Any]) -> dict[str, Any]:
    """Values by the number of their column, empty where there are fewer."""
    return {f"i{n + 1}": values[n] if n < len(values) else "" for n in range(INDICATORS)}


def about(run: ScoreRun, definition: Definition, units: list[Any], lost: int, language: str) -> dict[str, Any]:
    groups = {one.code: pick(one, "name", language) for one in definition.groups}
    return {
        "name": pick(definition, "name", language) or run.set, "first": run.first.isoformat(),
        "last": run.last.isoformat(), "cutoff": run.cutoff, "version": definition.version,
        "published": day(run.published_at, language), "cases": run.cases,
        "units": sum(1 for one in units if one["score"] != ""), "deductions": lost, "group": groups.get(run.group, ""),
    }  # fmt: skip


def unit_rows(
    run: ScoreRun, definition: Definition, allowed: set[int] | None, lost: dict[str, Decimal], language: str
) -> list[dict[str, Any]]:
    """One row for each unit of the run, in the order of its rows; without a score what it had to do is said."""
    groups = {one.code: pick(one, "name", language) for one in definition.groups}
    bands = {one.code: pick(one, "name", language) for one in definition.bands}
    kinds = {one.code: one for one in definition.indicators}
    made: list[dict[str, Any]] = []
    figures: dict[int | None, list[Any]] = defaultdict(list)
    for row in store.rows_of(run.pk):
        if row.unit is None or (allowed is not None and row.unit_id not in allowed):
            continue
        if row.indicator:
            figures[row.unit_id].append(indicator_value(row, kinds[row.indicator]))
            continue
        made.append({
            "key": row.unit_id, "name": pick(row.unit, "name", language), "code": row.unit.code,
            "group": groups.get(row.group, ""), "score": exact(row.value), "full": exact(row.full),
            "lost": marks(lost.get(row.unit.code, Decimal(0))), "band": bands.get(row.band, ""),
            "rank": row.rank if run.ranks and row.rank else "", "note": "" if row.value else nothing(row),
        })  # fmt: skip
    return [row | numbered(figures[row["key"]]) for row in made]


def nothing(row: ScoreRow) -> str:
    return gettext("too little for a score") if row.due else gettext("nothing was due")


def indicator_value(row: ScoreRow, indicator: Indicator) -> Any:
    """The value of an indicator: a share in per cent, else a count."""
    value = fraction(row.value)
    if value is None:
        return "—"
    return percent(value) if indicator.unit == "percent" else exact(row.value)


def exact(said: str) -> Any:
    """Points with two decimals, as they were published; empty where there is no score."""
    value = fraction(said)
    return "" if value is None else Said(value, str(rounded(value, 2)), "0.00")


def marks(points: Decimal) -> Said:
    """Points deducted, to the four decimals in which they are shared out."""
    return Said(float(points), f"{points.normalize():f}", "0.0000")
