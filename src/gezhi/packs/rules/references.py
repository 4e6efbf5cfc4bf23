"""What rows of a pack say about each other: parents, matters and units that exist, English, amounts that make sense."""

import re
from collections.abc import Iterator, Mapping

from gezhi.kernel.errors import Refused
from gezhi.kernel.numbers import Pattern
from gezhi.loop.rules.questions import HALTING, bounds_fit
from gezhi.packs.rules.findings import Findings
from gezhi.packs.rules.reading import AREA, Row, Sheet
from gezhi.packs.rules.spec import QUESTIONS

Sheets = Mapping[str, Sheet]
DEEPEST = 3
ADDRESS = re.compile(r"(?:https?://[^\s\"'<>]+|tel:\+?[0-9\-]{3,20})")
UNIT_CODE = re.compile(r"[A-Za-z0-9_]{1,50}")
WITH_OPTIONS = [kind for kind in QUESTIONS if kind.startswith("choice")]


def references(sheets: Sheets, findings: Findings) -> None:
    """Everything that one row says of another."""
    if "matters" in sheets:
        _tree(sheets["matters"], findings)
    if "units" in sheets:
        _units(sheets["units"], findings)
    for sheet in sheets.values():
        _names(sheet, findings)
        _pointers(sheet, sheets, findings)
        _fixed_codes(sheet, findings)
    _urgencies(sheets, findings)
    for row in _rows(sheets, "questions"):
        _options(sheets["questions"].file, row, findings)
        _stop(sheets["questions"], row, findings)
    for row in _rows(sheets, "number"):
        _pattern(sheets["number"].file, row, findings)


def _rows(sheets: Sheets, name: str) -> Iterator[Row]:
    yield from sheets[name].rows if name in sheets else ()


def _tree(sheet: Sheet, findings: Findings) -> None:
    """A matter stands one level below its parent and its code begins with the parent's."""
    levels = {row["code"]: row["level"] for row in sheet.rows}
    for row in sheet.rows:
        code, parent = row["code"], row["parent"]
        if not code.isalnum() or not code.isascii():
            findings.error("matter-code", sheet.file, row.line, "code", value=code)
        if parent and parent not in levels:
            findings.error("parent-unknown", sheet.file, row.line, "parent", value=parent)
        elif row["level"] != levels.get(parent, 0) + 1 or row["level"] > DEEPEST:
            findings.error("parent-level", sheet.file, row.line, "level", value=row["level"], parent=parent or "-")
        elif parent and (not code.startswith(parent) or code == parent):
            findings.error("matter-path", sheet.file, row.line, "code", value=code, parent=parent)


def _units(sheet: Sheet, findings: Findings) -> None:
    codes = {row["code"] for row in sheet.rows}
    tops = [row for row in sheet.rows if not row["parent"]]
    for row in sheet.rows:
        if not UNIT_CODE.fullmatch(row["code"]):
            findings.error("unit-code", sheet.file, row.line, "code", value=row["code"])
        if row["parent"] and row["parent"] not in codes:
            findings.error("parent-unknown", sheet.file, row.line, "parent", value=row["parent"])
    for row in tops[1:]:
        findings.error("unit-second-top", sheet.file, row.line, "parent", value=row["code"], first=tops[0]["code"])


def _names(sheet: Sheet, findings: Findings) -> None:
    """English that is missing is counted, one finding for a column: people see Chinese instead."""
    columns = sheet.table.by_name
    for name in sheet.table.names:
        english = f"{name}_en"
        if english not in columns:
            continue
        bare = [row.line for row in sheet.rows if row[f"{name}_zh"] and not row[english]]
        if bare:
            findings.warn("english-missing", sheet.file, bare[0], english, count=len(bare), of=len(sheet.rows))


def _pointers(sheet: Sheet, sheets: Sheets, findings: Findings) -> None:
    matters = {row["code"] for row in _rows(sheets, "matters")}
    units = {row["code"] for row in _rows(sheets, "units")}
    for name, column in sheet.table.by_name.items():
        for row in sheet.rows if column.kind in ("matter", "unit", "units") else ():
            given = row[name] if column.kind == "units" else [row[name]]
            known, code = (matters, "matter-unknown") if column.kind == "matter" else (units, "unit-unknown")
            for each in given:
                if each and known and each not in known and each != AREA:
                    findings.error(code, sheet.file, row.line, name, value=each)


def _fixed_codes(sheet: Sheet, findings: Findings) -> None:
    """Lists on which rules rely have just these codes."""
    if not sheet.table.codes:
        return
    given = {row["code"]: row.line for row in sheet.rows}
    for code, line in given.items():
        if code not in sheet.table.codes:
            findings.error("code-unknown", sheet.file, line, "code", value=code, known=", ".join(sheet.table.codes))
    for code in sheet.table.codes:
        if code not in given:
            findings.error("code-missing", sheet.file, column="code", value=code)


def _urgencies(sheets: Sheets, findings: Findings) -> None:
    for name in ("limits", "escalation"):
        for row in _rows(sheets, name):
            if row["urgency"] not in (None, 1, 2, 3, 4):
                findings.error("value-choice", sheets[name].file, row.line, "urgency", value=row["urgency"],
                               known="1, 2, 3, 4")  # fmt: skip


def options(text: str) -> list[dict[str, str]]:
    """Options from `code=Chinese=English; …`.

    >>> options("yes=是=Yes; no=否")
    [{'code': 'yes', 'zh': '是', 'en': 'Yes'}, {'code': 'no', 'zh': '否', 'en': ''}]
    """
    parts = [[word.strip() for word in part.split("=")] for part in text.split(";") if part.strip()]
    return [{"code": p[0], "zh": p[1] if len(p) > 1 else "", "en": p[2] if len(p) > 2 else ""} for p in parts]


def _options(file: str, row: Row, findings: Findings) -> None:
    given = options(row["options"])
    codes = [option["code"] for option in given]
    if row["type"] in WITH_OPTIONS and len(given) < 2:
        findings.error("options-few", file, row.line, "options")
    if given and row["type"] not in WITH_OPTIONS:
        findings.error("options-not-asked", file, row.line, "options", type=row["type"])
    if len(set(codes)) != len(codes) or not all(option["code"] and option["zh"] for option in given):
        findings.error("options-broken", file, row.line, "options")
    if any(not option["en"] for option in given):
        findings.warn("english-missing", file, row.line, "options", count=1, of=len(given))
    if row["stop_on"] and row["stop_on"] not in codes:
        findings.error("stop-unknown", file, row.line, "stop_on", value=row["stop_on"], known=", ".join(codes))
    if bool(row["stop_on"]) != bool(row["stop_zh"]):
        findings.error("stop-half", file, row.line, "stop_zh")
    if not bounds_fit(row["type"], row["least"], row["most"]):
        findings.error("bounds-broken", file, row.line, "least", type=row["type"])


def _stop(sheet: Sheet, row: Row, findings: Findings) -> None:
    """Where a stop leads can be followed; a condition names an answer of another question of the sheet."""
    if row["stop_kind"] in HALTING and not row["stop_on"]:
        findings.error("stop-half", sheet.file, row.line, "stop_on")
    if row["stop_to"] and not ADDRESS.fullmatch(row["stop_to"]):
        findings.error("stop-address", sheet.file, row.line, "stop_to", value=row["stop_to"])
    if not row["ask_if"]:
        return
    code, _, answer = row["ask_if"].partition("=")
    above = next((one for one in sheet.rows if one["code"] == code and one is not row), None)
    if above is None or answer not in [option["code"] for option in options(above["options"])]:
        findings.error("condition-unknown", sheet.file, row.line, "ask_if", value=row["ask_if"])


def _pattern(file: str, row: Row, findings: Findings) -> None:
    try:
        Pattern(row["name_zh"])
    except Refused as refused:
        findings.error("number-pattern", file, row.line, "name_zh", reason=str(refused))
