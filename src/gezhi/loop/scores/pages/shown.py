"""Figures in words: rates with two decimals, intervals, counts, and the addresses of the cases behind them."""

import re
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.kit.text import pick
from gezhi.loop.models import ScoreRow, ScoreRun
from gezhi.loop.pages import common
from gezhi.loop.scores.rules.definition import Definition, Indicator
from gezhi.loop.scores.rules.engine import Result
from gezhi.loop.scores.rules.intervals import rounded
from gezhi.loop.scores.service.reading import GroupScore, UnitScore
from gezhi.loop.scores.service.running import fraction

ADDRESS = "/desk/scores/"
FEW = 30  # below so many cases a figure says that they are few


def number(value: Fraction | None) -> str:
    """Points with two decimals.

    >>> number(Fraction(200, 3)), number(None)
    ('66.67', '—')
    """
    return "—" if value is None else str(rounded(value))


def figure_words(value: Fraction | None, unit: str) -> str:
    """A figure in its unit.

    >>> figure_words(Fraction(2, 3), "percent"), figure_words(Fraction(3), "count"), figure_words(None, "percent")
    ('66.67 %', '3', '—')
    """
    if value is None:
        return "—"
    if unit == "percent":
        return f"{rounded(100 * value)} %"
    return str(value) if value.denominator == 1 else str(rounded(value))


def period_words(run: ScoreRun) -> str:
    """The days of a period, with the hour at which they end where it is not midnight."""
    days = f"{run.first:%Y-%m-%d} – {run.last:%Y-%m-%d}"
    return days if run.cutoff == "24:00" else f"{days} · {gettext('days end at %(hour)s') % {'hour': run.cutoff}}"


def state_chip(run: ScoreRun) -> dict[str, str]:
    light = {"published": "done", "draft": "due", "failed": "late"}.get(run.state, "wait")
    return {"light": light, "words": pgettext("score-state", run.state)}


def work_of(run: ScoreRun) -> dict[str, Any]:
    """What the worker has before it and how far it is; nothing where nothing is."""
    if not run.task:
        return {"progress": None}
    percent = min(100, run.done * 100 // run.total) if run.total else 0
    words = (
        gettext("Being worked out again from the steps") if run.task == "check" else pgettext("score-state", "working")
    )
    return {
        "progress": {"percent": percent, "done": f"{run.done:,}", "total": f"{run.total:,}", "words": words},
        "progress_url": f"{ADDRESS}{run.pk}/", "stop_url": f"{ADDRESS}{run.pk}/stop/",
    }  # fmt: skip


def check_of(run: ScoreRun) -> dict[str, Any]:
    """When a run was last proved from the steps, and what differed."""
    codes = {unit[0]: unit[1] for unit in run.units}
    rows = [{"unit": codes.get(unit, ""), "indicator": indicator, "column": column, "stored": stored[:40],
             "found": found[:40]} for unit, indicator, column, stored, found in run.differences]  # fmt: skip
    return {"checked_at": run.checked_at, "differing": run.differing, "differences": rows}


def columns(definition: Definition) -> list[dict[str, Any]]:
    """The indicators as heads of columns: name, formula, points, whether verified."""
    return [
        {"code": one.code, "name": pick(one, "name", common.language()) or one.code, "formula": one.formula,
         "full": one.full, "side": one.full == "0" and not one.marks, "verified": one.verified, "source": one.source}
        for one in definition.indicators
    ]  # fmt: skip


def group_of(run: ScoreRun, group: GroupScore, definition: Definition) -> dict[str, Any]:
    """A group with its units for the page."""
    bands = {band.code: pick(band, "name", common.language()) for band in definition.bands}
    low, middle, high = group.spread or (None, None, None)
    return {
        "code": group.group.code,
        "name": pick(group.group, "name", common.language()) or group.group.code or gettext("All units"),
        "whole": line(run, group.whole, definition, bands),
        "units": [line(run, one, definition, bands) for one in group.units],
        "nothing": [line(run, one, definition, bands) for one in group.nothing],
        "bands": [{"name": bands.get(code, code), "count": n} for code, n in sorted(group.bands.items()) if code],
        "count": group.count, "low": number(low), "middle": number(middle), "high": number(high),
        "params": "; ".join(f"{name} = {value}" for name, value in group.group.params.items()),
    }  # fmt: skip


def line(run: ScoreRun, one: UnitScore, definition: Definition, bands: dict[str, str]) -> dict[str, Any]:
    """One unit: score, class, place, what was left out, and its figures."""
    row, full = one.row, fraction(one.row.full)
    score, raw = fraction(row.value), fraction(row.raw)
    return {
        "id": row.unit_id, "name": common.named(row.unit) if row.unit_id else gettext("The group together"),
        "score": number(score), "share": round(100 * score / full) if score is not None and full else 0,
        "full": number(full), "band": bands.get(row.band, ""), "rank": row.rank if run.ranks else None,
        "excluded": row.excluded, "outside": row.outside, "raw": number(raw) if row.excluded and raw != score else "",
        "closed_on": one.closed_on, "due": row.due,
        "cells": [cell(run, row.unit_id, each, indicator) for each, indicator in
                  zip(one.figures, definition.indicators, strict=True)],
    }  # fmt: skip


def cell(run: ScoreRun, unit: int | None, row: ScoreRow, indicator: Indicator) -> dict[str, Any]:
    """One figure with its interval, its shrunk rate and the address of its cases."""
    value, raw = fraction(row.value), fraction(row.raw)
    most = max((pair[0] for pair in row.counts.values()), default=0)
    interval = f"{100 * row.low:.1f}–{100 * row.high:.1f} %" if row.low is not None and row.high is not None else ""
    shrunk = figure_words(fraction(row.shrunk), indicator.unit) if row.shrunk else ""
    return {
        "words": figure_words(value, indicator.unit), "interval": interval, "shrunk": shrunk if most < FEW else "",
        "few": 0 < most < FEW, "cases": most, "raw": figure_words(raw, indicator.unit) if raw != value else "",
        "url": f"{ADDRESS}{run.pk}/cases/?unit={unit}&indicator={row.indicator}" if unit and row.counts else "",
    }  # fmt: skip


def compared(run: ScoreRun, stored: list[UnitScore], results: list[Result]) -> list[dict[str, Any]]:
    """Published and other score side by side, with the difference."""
    other = {(result.unit or None, result.group): result.score for result in results}
    rows = []
    for one in stored:
        before, after = one.score, other.get((one.row.unit_id, one.row.group))
        gap = after - before if before is not None and after is not None else None
        rows.append({
            "name": common.named(one.row.unit), "before": number(before), "after": number(after),
            "gap": ("+" if gap is not None and gap > 0 else "") + number(gap),
            "light": "" if not gap else "done" if gap > 0 else "late",
        })  # fmt: skip
    return rows


NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
SIGNS = {"*": "×", "/": "÷"}


def in_words(definition: Definition, formula: str) -> str:
    """A formula with the names of its measures in place of their codes; parameters keep their letters."""
    names = {one.code: pick(one, "name", common.language()) or one.code for one in definition.measures}
    text = NAME.sub(lambda found: names.get(found[0], found[0]), formula)
    return "".join(SIGNS.get(sign, sign) for sign in text)


def measures_in_words(definition: Definition) -> list[dict[str, str]]:
    """What formulas may count, by code and by name."""
    return [{"code": one.code, "name": pick(one, "name", common.language())} for one in definition.measures]


def params_in_words(definition: Definition) -> str:
    """Where each parameter weighs: in the formula of an indicator, in its points, or in how they are given."""
    said = []
    for name in definition.params:
        where = []
        for one in definition.indicators:
            called = pick(one, "name", common.language()) or one.code
            if name in NAME.findall(one.formula):
                where.append(gettext("the formula of “%(name)s”") % {"name": called})
            if name in NAME.findall(f"{one.full} {one.marks}"):
                where.append(gettext("the points of “%(name)s”") % {"name": called})
        if where:
            said.append(gettext("%(param)s: %(where)s") % {"param": name, "where": gettext(", ").join(where)})
    return gettext("; ").join(said)
