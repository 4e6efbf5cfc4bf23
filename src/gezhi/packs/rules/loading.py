"""Sheets of a pack as the tables that the loop takes."""

from collections.abc import Mapping
from typing import Any

from gezhi.packs.rules.expanding import expand
from gezhi.packs.rules.reading import Row, Sheet
from gezhi.packs.rules.references import options
from gezhi.packs.rules.scoring import SCORES, score_rows
from gezhi.packs.rules.spec import COMMON

Tables = dict[str, list[dict[str, Any]]]
PLAIN = ("matters", "keywords", "duties", "escalation", "office_hours", "reply_checks", "public_rules")
CARRIED = tuple(column.name for column in COMMON)


def tables_for(sheets: Mapping[str, Sheet], area_units: Mapping[str, str]) -> Tables:
    """What `load_content` asks for; `area_units` names the unit that serves each area."""
    tables: Tables = {name: [dict(row.values) for row in sheets[name].rows] for name in PLAIN if name in sheets}
    if "limits" in sheets:
        tables["limits"] = [_limit(row) for row in sheets["limits"].rows]
    if "replies" in sheets:
        tables["replies"] = [{**row.values, "kind": row["kind"] or "reply"} for row in sheets["replies"].rows]
    if "questions" in sheets:
        tables["questions"] = [_question(row) for row in sheets["questions"].rows]
    if "catalogue" in sheets:
        tables["catalogue"] = expand(sheets["catalogue"].rows, area_units)
    tables |= {name: score_rows(sheets[name]) for name in SCORES if name in sheets}
    codes = [_code(sheet, row, at) for sheet in sheets.values() if sheet.table.code_list
             for at, row in enumerate(sheet.rows, 1)]  # fmt: skip
    if codes:
        tables["codes"] = codes
    return tables


def _limit(row: Row) -> dict[str, Any]:
    values = dict(row.values)
    values["unit_of"] = values.pop("unit")
    return values


def _question(row: Row) -> dict[str, Any]:
    values = dict(row.values)
    extra: dict[str, Any] = {}
    if given := values.pop("options"):
        extra["options"] = options(given)
    stop = {name: values.pop(name) for name in ("stop_on", "stop_zh", "stop_en")}
    kind, to, only = (values.pop(name) for name in ("stop_kind", "stop_to", "ask_if"))
    if stop["stop_on"]:
        extra["stop"] = {"on": stop["stop_on"], "zh": stop["stop_zh"], "en": stop["stop_en"]}
        extra["stop"] |= {name: given for name, given in (("kind", kind), ("to", to)) if given}
    if only:
        extra["only"] = dict(zip(("code", "on"), only.split("=", 1), strict=True))
    extra |= {name: given for name in ("least", "most") if (given := values.pop(name))}
    return {**values, "extra": extra}


def _code(sheet: Sheet, row: Row, position: int) -> dict[str, Any]:
    extra = {name: row[name] for name in sheet.table.extra if row[name] not in ("", None)}
    carried = {name: row[name] for name in CARRIED}
    names = {name: row[name] for name in ("code", "name_zh", "name_en")}
    return {"list": sheet.table.code_list, "position": position, **names, "extra": extra, **carried}
