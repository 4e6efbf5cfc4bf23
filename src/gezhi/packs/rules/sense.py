"""Whether the content of a pack makes sense as a whole: a limit for every stage, a duty and words for every matter."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import time

from gezhi.kernel.calendar import Periods, Season, from_rows
from gezhi.kernel.errors import Refused
from gezhi.loop.rules.clocks import LimitRow
from gezhi.loop.rules.limits import LimitRule, pick
from gezhi.packs.rules.findings import Findings
from gezhi.packs.rules.reading import AREA, Row, Sheet
from gezhi.packs.rules.scoring import scoring
from gezhi.packs.rules.spec import LIMIT_STAGES, SPECIAL_STAGES

Sheets = Mapping[str, Sheet]
FEW_KEYWORDS = 5
HOURS = {"minute": 1 / 60, "hour": 1, "workhour": 3, "workday": 24, "day": 24}  # about, on the wall clock
URGENT = (3, 4)


def sense(sheets: Sheets, findings: Findings) -> None:
    """Everything that no single row shows."""
    if "limits" in sheets:
        _stages(sheets["limits"], findings)
        _slower_when_urgent(sheets["limits"], findings)
    if "catalogue" in sheets and "matters" in sheets:
        _duties(sheets["catalogue"], sheets["matters"], findings)
    if "keywords" in sheets and "matters" in sheets:
        _keywords(sheets["keywords"], sheets["matters"], findings)
    if "office_hours" in sheets:
        _hours(sheets["office_hours"], findings)
    scoring(sheets, findings)
    for sheet in sheets.values():
        unverified = sum(1 for row in sheet.rows if row.values.get("verified") is False)
        if unverified:
            findings.note("unverified", sheet.file, column="verified", count=unverified, of=len(sheet.rows))


def leaves(matters: Sheet) -> list[Row]:
    """Matters that have none below them."""
    parents = {row["parent"] for row in matters.rows}
    return [row for row in matters.rows if row["code"] not in parents]


def rules_of(limits: Sheet) -> list[LimitRule]:
    """The rows as the loop weighs them."""
    return [
        LimitRule(
            stage=row["stage"],
            amount=row["amount"],
            unit_of=row["unit"],
            label=row["label"],
            matter=row["matter"],
            area=row["area"],
            kind=row["kind"],
            urgency=row["urgency"],
            channel=row["channel"],
            source=row["source"],
            verified=row["verified"],
        )
        for row in limits.rows
    ]


def _stages(limits: Sheet, findings: Findings) -> None:
    """Each stage needs a row that fits every case, or some clock never starts."""
    general = {
        row["stage"]
        for row in limits.rows
        if not (row["matter"] or row["area"] or row["kind"] or row["channel"] or row["urgency"] is not None)
    }
    for stage in LIMIT_STAGES:
        if stage not in general and stage not in SPECIAL_STAGES:
            findings.error("limit-general", limits.file, column="stage", stage=stage)


def _slower_when_urgent(limits: Sheet, findings: Findings) -> None:
    """The row of a matter or channel beats the general one; saying nothing of urgency it may slow an urgent case."""
    rules = rules_of(limits)
    lines = {(row["stage"], row["matter"], row["kind"], row["channel"]): row.line for row in limits.rows}
    own_rows = {(r.stage, r.matter, r.kind, r.channel) for r in rules if r.matter or r.channel}
    for stage, matter, kind, channel in sorted(own_rows):
        for urgency in URGENT:
            same = (stage, matter, kind, channel, urgency)
            said = [r for r in rules if (r.stage, r.matter, r.kind, r.channel, r.urgency) == same]
            own = _wall(pick(rules, stage, matter=matter, area="", kind=kind, urgency=urgency, channel=channel))
            general = _wall(pick(rules, stage, matter="", area="", kind=kind, urgency=urgency))
            if not said and own > general:
                line = lines[stage, matter, kind, channel]
                findings.warn("limit-slow", limits.file, line, "urgency", matter=matter or channel, stage=stage,
                              urgency=urgency, kind=kind or "-")  # fmt: skip


def _wall(rows: list[LimitRow]) -> float:
    return min((int(row.amount) * HOURS[row.unit_of] for row in rows), default=0)


def _duties(catalogue: Sheet, matters: Sheet, findings: Findings) -> None:
    """Each matter finds a unit, its own or that of a matter above it, even where the place is not known."""
    parents = {row["code"]: row["parent"] for row in matters.rows}
    everywhere = {row["matter"] for row in catalogue.rows if not row["area"]}
    for leaf in leaves(matters):
        code = leaf["code"]
        while code and code not in everywhere:
            code = parents.get(code, "")
        if not code:
            findings.error("duty-missing", catalogue.file, column="matter", value=leaf["code"], name=leaf["name_zh"])
    for row in catalogue.rows:
        others = [unit for unit in (*row["assisting"], row["fallback"]) if unit and unit != AREA]
        if row["lead"] == AREA and not others:
            findings.error("area-alone", catalogue.file, row.line, "assisting", value=row["matter"])
        if row["lead"] in row["assisting"]:
            findings.error("assists-itself", catalogue.file, row.line, "assisting", value=row["lead"])


def _keywords(keywords: Sheet, matters: Sheet, findings: Findings) -> None:
    counts = Counter(row["matter_code"] for row in keywords.rows)
    few = [leaf for leaf in leaves(matters) if counts[leaf["code"]] < FEW_KEYWORDS]
    if few:
        findings.warn("keywords-few", keywords.file, column="matter_code", count=len(few), least=FEW_KEYWORDS,
                      value=few[0]["code"], name=few[0]["name_zh"])  # fmt: skip


def periods(text: str) -> Periods:
    """Office periods of a day.

    >>> periods("08:30-12:00,14:00-17:30")[1][0]
    datetime.time(14, 0)
    """
    pairs = (part.split("-") for part in text.split(","))
    return tuple((time.fromisoformat(start.strip()), time.fromisoformat(end.strip())) for start, end in pairs)


def seasons(sheet: Sheet) -> Iterator[Season]:
    """The office hours; raises ValueError or Refused where a text is no time."""
    for row in sheet.rows:
        start, end = (tuple(int(part) for part in row[name].split("-")) for name in ("start", "end"))
        yield Season((start[0], start[1]), (end[0], end[1]), periods(row["periods"]))


def _hours(sheet: Sheet, findings: Findings) -> None:
    try:
        from_rows([], hours=tuple(seasons(sheet)))
    except (ValueError, IndexError) as error:
        findings.error("hours-broken", sheet.file, reason=str(error))
    except Refused as refused:
        findings.error("hours-broken", sheet.file, reason=str(refused))
