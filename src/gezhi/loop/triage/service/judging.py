"""The figures of the model page: what was suggested when a case came in against what people decided in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gezhi.loop.models import TriageDesk, TriageModel
from gezhi.loop.store.content import content
from gezhi.loop.triage import cells, store
from gezhi.loop.triage.rules.judging import Label, Rate, band_of, stability
from gezhi.trust.rules import Actor
from gezhi.trust.service import require

READ = "triage.read"
TARGETS = ("matter", "unit")
MOST = 60  # labels and confusions shown
SPAN = 12  # months
LIST = "drift_band"


@dataclass(frozen=True, slots=True)
class Month:
    """One month of decisions; `drift` compares what was decided with the training, `words` how sure it was."""

    month: date
    decided: int
    spoke: Rate  # said anything
    accuracy: Rate  # the first suggestion was chosen
    among: Rate  # it stood among the three
    filled: Rate  # sure enough to be filled in
    filled_right: Rate
    drift: float | None
    certainty: float | None
    band: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A period of one target."""

    target: str
    first: date
    last: date
    months: Sequence[Month]
    labels: Sequence[Label]
    confusions: Sequence[tuple[str, str, int]]
    whole: Month
    models: Sequence[TriageModel]
    history: Sequence[TriageDesk]
    baseline: str  # training | first_month


def refresh() -> int:
    """Count anew; what the worker does each night, and whoever wants the newest figures."""
    return cells.refill()


def months_back(last: date, count: int) -> date:
    """The first of a month so many months before.

    >>> months_back(date(2026, 2, 1), 3)
    datetime.date(2025, 11, 1)
    """
    at = last.year * 12 + last.month - 1 - count
    return date(at // 12, at % 12 + 1, 1)


def judged(target: str, *, actor: Actor, now: datetime, first: date | None = None, last: date | None = None) -> Judged:
    """Everything of a period, by default the twelve months to the newest decision. Refuses not-allowed."""
    require(actor, READ)
    last = last or cells.last_month(target) or now.date().replace(day=1)
    first = first or months_back(last, SPAN - 1)
    rows, models = cells.cells(target, first, last), list(store.models().filter(target=target)[:30])
    labels = _labels(rows)
    chosen = _nested(cells.by(rows, "chosen", "month"))
    base, baseline = _baseline(models, chosen)
    sure = cells.bands(first, last)
    earliest = sure[min(sure)] if sure else {}
    months = [
        _month(row, base, chosen.get(row["month"], {}), stability(earliest, sure.get(row["month"], {})))
        for row in cells.months(rows)
    ]
    return Judged(
        target, first, last, months, labels, cells.confusions(rows, MOST), _whole(months, last), models,
        cells.desk_history(target), baseline,
    )  # fmt: skip


def _labels(rows: Any) -> list[Label]:
    said, chosen, right = cells.by(rows, "said"), cells.by(rows, "chosen"), cells.hits(rows)
    every = [
        Label(code, chosen.get(code, 0), said.get(code, 0), right.get(code, 0))
        for code in (said.keys() | chosen.keys()) - {""}
    ]
    return sorted(every, key=lambda label: (-label.chosen, -label.said, label.code))


def _nested(counts: Mapping[tuple[date, str], int]) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = {}
    for (month, code), n in counts.items():
        found.setdefault(month, {})[code] = n
    return found


def _baseline(models: Sequence[TriageModel], chosen: Mapping[date, Mapping[str, int]]) -> tuple[Mapping[str, int], str]:
    """What months are held against: what the model on the desk learnt from, else the first month of the period."""
    used = next((model for model in models if model.in_use), None)
    learnt = {code: row["n"] for code, row in used.quality.get("per_class", {}).items()} if used is not None else {}
    known = content().matters
    if learnt and (used is None or used.target != "matter" or set(learnt) <= set(known)):
        return learnt, "training"
    return (chosen[min(chosen)] if chosen else {}), "first_month"


def bands_in_force() -> list[tuple[float, str]]:
    """From which index on a month counts as what."""
    return [(float(item.extra.get("least") or 0), code) for code, item in content().codes.get(LIST, {}).items()]


def _month(
    row: Mapping[str, Any], base: Mapping[str, int], chosen: Mapping[str, int], certainty: float | None
) -> Month:
    drift = stability(base, chosen)
    return Month(
        row["month"], row["decided"], Rate(row["spoke"], row["decided"]), Rate(row["right"], row["decided"]),
        Rate(row["among"], row["decided"]), Rate(row["filled"], row["decided"]),
        Rate(row["filled_right"], row["filled"]), drift, certainty, band_of(drift, bands_in_force()),
    )  # fmt: skip


def _whole(months: Sequence[Month], last: date) -> Month:
    def summed(name: str) -> Rate:
        parts: list[Rate] = [getattr(month, name) for month in months]
        return Rate(sum(part.right for part in parts), sum(part.of for part in parts))

    newest = months[-1] if months else None
    return Month(
        last, sum(month.decided for month in months), summed("spoke"), summed("accuracy"), summed("among"),
        summed("filled"), summed("filled_right"), newest.drift if newest else None,
        newest.certainty if newest else None, newest.band if newest else "",
    )  # fmt: skip


def as_json(found: Judged) -> dict[str, Any]:
    """The figures as plain values, for the command and for whoever checks them."""
    return {
        "target": found.target, "first": found.first.isoformat(), "last": found.last.isoformat(),
        "baseline": found.baseline,
        "months": [
            {"month": one.month.isoformat(), "decided": one.decided, "spoke": one.spoke.right,
             "right": one.accuracy.right, "among": one.among.right, "filled": one.filled.right,
             "filled_right": one.filled_right.right, "drift": one.drift, "certainty": one.certainty,
             "interval": one.accuracy.interval}
            for one in found.months
        ],
        "labels": [
            {"code": one.code, "chosen": one.chosen, "said": one.said, "right": one.right,
             "precision": one.precision.share, "precision_interval": one.precision.interval,
             "recall": one.recall.share, "recall_interval": one.recall.interval}
            for one in found.labels
        ],
        "confusions": [list(one) for one in found.confusions],
    }  # fmt: skip
