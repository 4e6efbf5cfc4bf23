"""The examples of a pack, run with the very rules that the loop runs: words to matter, matter to unit, case to due."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from gezhi.kernel.calendar import OFFICE_HOURS, Calendar, from_rows
from gezhi.kit import public_holidays
from gezhi.loop.rules.catalogue import Duty, duty_for
from gezhi.loop.rules.limits import pick
from gezhi.loop.triage.rules.keywords import Keywords
from gezhi.packs.rules.expanding import expand
from gezhi.packs.rules.findings import Findings
from gezhi.packs.rules.reading import Sheet
from gezhi.packs.rules.sense import rules_of, seasons

Sheets = Mapping[str, Sheet]
ZONE = ZoneInfo("Asia/Shanghai")
FEW = 10
SHOWN = 5


def examples(content: Sheets, given: Sheets, findings: Findings) -> int:
    """Run all examples; returns how many there are."""
    if "matters" in given and "keywords" in content:
        _matters(content, given["matters"], findings)
    if "units" in given and "catalogue" in content and "matters" in content:
        _units(content, given["units"], findings)
    if "due" in given and "limits" in content:
        _due(content, given["due"], findings)
    for name, table in (("matters", "matters"), ("units", "catalogue"), ("due", "limits")):
        if table not in content:
            continue
        count = len(given[name].rows) if name in given else 0
        if count < FEW:
            findings.warn("examples-few", given[name].file if name in given else "manifest.toml", column=name,
                          count=count, least=FEW)  # fmt: skip
    return sum(len(sheet.rows) for sheet in given.values())


def area_units(content: Sheets) -> dict[str, str]:
    """Which unit of the template serves which area."""
    return {row["area"]: row["code"] for row in content["units"].rows if row["area"]} if "units" in content else {}


def _matters(content: Sheets, sheet: Sheet, findings: Findings) -> None:
    words = Keywords((row["matter_code"], row["keyword"], row["weight"]) for row in content["keywords"].rows)
    for row in sheet.rows:
        said = words.suggest([row["text"]], top=max(row["top"] or 1, SHOWN)).candidates
        found = [candidate.label for candidate in said]
        if row["matter"] not in found[: row["top"] or 1]:
            findings.error("example-matter", sheet.file, row.line, "matter", expected=row["matter"],
                           found=", ".join(found) or "-")  # fmt: skip


def _units(content: Sheets, sheet: Sheet, findings: Findings) -> None:
    parents = {row["code"]: row["parent"] for row in content["matters"].rows}
    table: dict[str, list[Duty]] = {}
    for no, duty in enumerate(expand(content["catalogue"].rows, area_units(content)), 1):
        made = Duty(no, duty["matter"], duty["area"], duty["lead"], tuple(duty["assisting"]), duty["fallback"])
        table.setdefault(made.matter, []).append(made)
    for row in sheet.rows:
        path: list[str] = []
        code = row["matter"]
        while code:
            path.insert(0, code)
            code = parents.get(code, "")
        found = duty_for(table, ".".join(path), row["area"])
        if found is None or found.lead != row["lead"] or not set(row["assisting"]) <= set(found.assisting):
            findings.error("example-unit", sheet.file, row.line, "lead", expected=row["lead"],
                           found=f"{found.lead} ({', '.join(found.assisting)})" if found else "-")  # fmt: skip


def _due(content: Sheets, sheet: Sheet, findings: Findings) -> None:
    rules = rules_of(content["limits"])
    for row in sheet.rows:
        try:
            start, due = (datetime.fromisoformat(row[name]).replace(tzinfo=ZONE) for name in ("start", "due"))
        except ValueError:
            findings.error("value-date", sheet.file, row.line, "start", value=f"{row['start']} {row['due']}")
            continue
        held = pick(rules, row["stage"], matter=row["matter"], area="", kind=row["kind"], urgency=row["urgency"],
                    channel=row["channel"])  # fmt: skip
        found = {
            limit.label: calendar(content, start.year).add(start, limit.amount, limit.unit_of).astimezone(ZONE)
            for limit in held
        }
        if found.get(row["label"]) != due:
            shown = ", ".join(f"{label or '-'} {at:%Y-%m-%d %H:%M}" for label, at in sorted(found.items()))
            findings.error("example-due", sheet.file, row.line, "due", expected=row["due"], found=shown or "-")


def calendar(content: Sheets, year: int) -> Calendar:
    """The working calendar of a year with the office hours of the pack."""
    hours = tuple(seasons(content["office_hours"])) if "office_hours" in content else OFFICE_HOURS
    days = [day for each in (year, year + 1) for day in public_holidays.rows(each)]
    return from_rows(days, zone=ZONE.key, hours=hours)
