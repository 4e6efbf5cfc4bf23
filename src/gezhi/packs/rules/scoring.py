"""Tables of scores in a pack: cells into what the loop keeps, and whether every formula could be worked out."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.scores.rules.definition import (
    Band,
    Definition,
    Group,
    Indicator,
    Measure,
    check,
    check_measure,
    number,
    params_of,
)
from gezhi.packs.rules.findings import Findings
from gezhi.packs.rules.reading import Row, Sheet

SCORES = ("measures", "score_sets", "indicators", "score_groups", "bands")
FIGURE = ("code", "formula", "unit", "better", "full", "marks", "params")
DEFAULTS = {
    "position": 0, "nothing_due": "apart", "shrink": "10", "unit": "percent", "better": "higher", "full": "0",
}  # fmt: skip


def score_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of one of these tables as the loop keeps them."""
    return [values_of(row) for row in sheet.rows]


def values_of(row: Row) -> dict[str, Any]:
    """One row; parameters become names with their numbers as text."""
    values = {name: DEFAULTS.get(name, value) if value in ("", None) else value for name, value in row.values.items()}
    if "params" in values:
        values["params"] = params_of(str(values["params"]))
    return values


def scoring(sheets: Mapping[str, Sheet], findings: Findings) -> None:
    """Name every row of which a formula, a condition or a parameter cannot be read."""
    for sheet in (sheets[name] for name in ("score_sets", "indicators", "score_groups") if name in sheets):
        for row in sheet.rows:
            _try(sheet, row, "params", findings, act=partial(params_of, row["params"]))
    for row in sheets["bands"].rows if "bands" in sheets else ():
        _try(sheets["bands"], row, "least", findings, act=partial(number, row["least"]))
    for row in sheets["measures"].rows if "measures" in sheets else ():
        made = Measure(row["code"], row["event"], row["condition"])
        _try(sheets["measures"], row, "condition", findings, act=partial(check_measure, made))
    if findings.failed or not {"measures", "score_sets", "indicators"} <= set(sheets):
        return
    for row in sheets["indicators"].rows:
        _indicator(sheets, row, findings)


def _indicator(sheets: Mapping[str, Sheet], row: Row, findings: Findings) -> None:
    file = sheets["indicators"].file
    known = {each["code"]: each for each in sheets["score_sets"].rows}
    if row["set"] not in known:
        findings.error("score-set-missing", file, row.line, "set", value=row["set"])
        return
    values = values_of(row)
    groups = [Group(each["code"], params=params_of(each["params"])) for each in sheets["score_groups"].rows
              if not each["sets"] or row["set"] in each["sets"]] if "score_groups" in sheets else []  # fmt: skip
    made = Definition(
        row["set"], [Measure(each["code"], each["event"], each["condition"]) for each in sheets["measures"].rows],
        [Indicator(**{name: values[name] for name in FIGURE})],
        groups, [Band("", "0")], params_of(known[row["set"]]["params"]),
    )  # fmt: skip
    _try(sheets["indicators"], row, "formula", findings, act=lambda: check(made))


def _try(sheet: Sheet, row: Row, column: str, findings: Findings, *, act: Callable[[], object]) -> None:
    try:
        act()
    except Refused as refused:
        findings.error("score-broken", sheet.file, row.line, column, reason=str(refused))
