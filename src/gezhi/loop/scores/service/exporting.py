"""A run as sheets: figures, then one row for each deduction, whose sum is what the score lacks of the full marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from gezhi.kit.sheets import write_csv, write_xlsx
from gezhi.kit.text import pick
from gezhi.loop.models import ScoreRun
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.deductions import deductions
from gezhi.loop.scores.rules.definition import Definition
from gezhi.loop.scores.rules.intervals import rounded
from gezhi.loop.scores.service.reading import get, may_read
from gezhi.loop.scores.service.running import fraction, units_of
from gezhi.loop.store import below
from gezhi.trust.rules import Actor, within
from gezhi.trust.service import record, verb

HEAD = {
    "zh": ["单位", "代码", "分组", "指标", "值", "满分", "得分", "分子分母", "95%区间下限", "95%区间上限", "收缩值",
           "未剔除时",
           "剔除件数", "作废件数", "等次", "名次"],
    "en": ["Unit", "Code", "Group", "Indicator", "Value", "Full marks", "Points", "Counts", "95 % from", "95 % to",
           "Shrunk", "Without exclusions", "Excluded", "Void", "Class", "Rank"],
}  # fmt: skip
LOST = {
    "zh": ["单位", "代码", "指标", "工单编号", "扣分"],
    "en": ["Unit", "Code", "Indicator", "Case", "Points deducted"],
}  # fmt: skip
SHEETS = {"zh": ("得分", "扣分明细"), "en": ("Scores", "Deductions")}


@dataclass(frozen=True, slots=True)
class Lost:
    """One deduction as a letter of appraisal lists it."""

    unit: str
    code: str
    indicator: str
    number: str
    points: Decimal


def deduction_rows(run: ScoreRun, *, language: str = "zh-hans", units: set[int] | None = None) -> list[Lost]:
    """Every deduction of a run, four decimals: for each unit full marks less its rows is its score, exactly.

    `units` names those wanted. What no single case answers for has no number; what was won is negative.
    """
    definition = Definition.of(run.definition)
    rows = [
        row
        for row in deductions(definition, store.events_of(run.pk), units_of(run), run.group)
        if units is None or row.unit in units
    ]
    numbers = store.numbers(row.case for row in rows if row.case)
    named = {key: (unit.code, pick(unit, "name", language)) for key, unit in
             below.named(below.units(), {row.unit for row in rows}).items()}  # fmt: skip
    titles = {one.code: pick(one, "name", language) for one in definition.indicators}
    return [
        Lost(named[row.unit][1], named[row.unit][0], titles[row.indicator], numbers.get(row.case, ""), row.points)
        for row in rows
    ]


def export_rows(run: ScoreRun, *, language: str, units: set[int] | None = None) -> Iterator[list[Any]]:
    """Scores and figures of a run as lines of a sheet."""
    definition = Definition.of(run.definition)
    kinds = {one.code: one for one in definition.indicators}
    groups = {one.code: pick(one, "name", language) for one in definition.groups}
    bands = {one.code: pick(one, "name", language) for one in definition.bands}
    total = {"zh": "合计", "en": "Score"}[language[:2]]
    for row in store.rows_of(run.pk):
        if row.unit_id is not None and units is not None and row.unit_id not in units:
            continue
        one = kinds.get(row.indicator)
        percent = one is not None and one.unit == "percent"
        counts = "; ".join(f"{code} {now}" for code, (now, _) in row.counts.items())
        yield [
            pick(row.unit, "name", language) if row.unit else groups.get(row.group, ""),
            row.unit.code if row.unit else "", groups.get(row.group, ""), pick(one, "name", language) if one else total,
            shown(row.value, percent=percent), shown(row.full), shown(row.marks if one else row.value), counts,
            bound(row.low), bound(row.high), shown(row.shrunk, percent=percent), shown(row.raw, percent=percent),
            "" if one else row.excluded, "" if one else row.outside, bands.get(row.band, ""),
            row.rank if run.ranks and row.rank and not one else "",
        ]  # fmt: skip


def shown(value: str, *, percent: bool = False) -> float | str:
    """A fraction with four decimals, a share in per cent; empty where nothing was due."""
    exact = fraction(value)
    return "" if exact is None else float(rounded(exact * 100 if percent else exact, 4))


def bound(value: float | None) -> float | str:
    return "" if value is None else round(value * 100, 2)


def readable(run: ScoreRun, actor: Actor) -> set[int] | None:
    """The units of a run that the actor reads by name; None for all."""
    paths = may_read(actor)
    if paths is None:
        return None
    return {unit[0] for unit in run.units if any(within(unit[2], path) for path in paths)}


@verb("score.read")
def export_xlsx(run_id: int, target: Path | IO[bytes], *, language: str, actor: Actor, now: Any) -> int:
    """The workbook of a run with both sheets, in the ledger; returns the number of deductions."""
    del now
    run = get(run_id, actor)
    units, side = readable(run, actor), language[:2] if language[:2] in HEAD else "zh"
    lost = deduction_rows(run, language=language, units=units)
    first, second = SHEETS[side]
    write_xlsx(
        target, (first, HEAD[side], export_rows(run, language=language, units=units)),
        (second, LOST[side], ([row.unit, row.code, row.indicator, row.number, float(row.points)] for row in lost)),
    )  # fmt: skip
    record("score.export", "score_run", run.pk, actor=actor, body={"deductions": len(lost), "format": "xlsx"})
    return len(lost)


@verb("score.read")
def export_csv(run_id: int, target: IO[bytes], *, language: str, actor: Actor, now: Any) -> None:
    """The figures of a run as CSV, in the ledger."""
    del now
    run = get(run_id, actor)
    side = language[:2] if language[:2] in HEAD else "zh"
    write_csv(target, HEAD[side], export_rows(run, language=language, units=readable(run, actor)))
    record("score.export", "score_run", run.pk, actor=actor, body={"format": "csv"})
