"""Reports of a period: the office's rule of periods, the figures with what they are compared with, the file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from gezhi.kernel.errors import Refused
from gezhi.kit.documents import Missing
from gezhi.kit.text import pick
from gezhi.loop.calls.use import within
from gezhi.loop.documents.rules import periods
from gezhi.loop.documents.rules.kinds import PERIOD_KIND
from gezhi.loop.documents.rules.report import (
    Periods,
    Tally,
    Words,
    figures_of,
    most_frequent,
    risen,
    rolled,
    shares,
    units_of,
)
from gezhi.loop.documents.service.templates import kind_of
from gezhi.loop.documents.service.values import day, government
from gezhi.loop.documents.store import counting
from gezhi.loop.store import below
from gezhi.loop.store.content import Content, content
from gezhi.trust.rules import Actor
from gezhi.trust.rules.tree import in_order
from gezhi.trust.service import declare_setting, office_setting, require

MAKE = "report.make"
AREA = 9  # digits of a town or street, to which areas are added up
declare_setting("report_cutoff", "24:00", periods.CUTOFFS)
declare_setting("report_week_starts", "1", periods.WEEKDAYS)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one period."""

    kind: str
    name: str
    span: periods.Span
    rule: periods.Rule
    before: periods.Span | None  # None where it cannot be compared
    year: periods.Span | None
    began: datetime | None
    values: Mapping[str, Any] = field(default_factory=dict)


def rule() -> periods.Rule:
    """How this office cuts its periods."""
    return periods.Rule(
        str(office_setting("report_cutoff")), int(office_setting("report_week_starts")), ZoneInfo(settings.TIME_ZONE)
    )


def may_report(actor: Actor) -> None:
    """Reports are of the whole government: the right must reach its root. Raises not-allowed (403)."""
    root = below.units().filter(parent=None).order_by("path").values_list("path", flat=True).first()
    require(actor, MAKE, unit_paths=[root] if root else [])


def report(kind: str, name: str, *, actor: Actor, now: datetime, language: str = "zh-hans") -> Report:
    """The figures of a period that has ended; in a constant number of statements.

    Refuses not-allowed (403), document-kind-unknown (404), report-period, report-not-ended (422).
    """
    may_report(actor)
    if kind_of(kind).about != PERIOD_KIND:
        raise Refused("document-kind-unknown", status=404, kind=kind)
    law = rule()
    span = periods.named(kind, name, law) if name else periods.last_ended(kind, now, law)
    if span.until > now:
        raise Refused(
            "report-not-ended", status=422, field="period", until=f"{timezone.localtime(span.until):%Y-%m-%d %H:%M}"
        )
    began = counting.began()
    earlier = [periods.before(kind, span, law), periods.year_before(kind, span, law)]
    whole = [one if one and began and one.first >= law.day_of(began) else None for one in earlier]
    with translation.override(language):
        values = worked_out(span, whole[0], whole[1], language)
    return Report(kind, periods.name_of(kind, span), span, law, whole[0], whole[1], began, values)


def worked_out(
    span: periods.Span, before: periods.Span | None, year: periods.Span | None, language: str
) -> dict[str, Any]:
    """Every figure of the period and its lists, as a template sees them."""
    found = tallies(span, before, year)
    words = Words("—", gettext("no comparison"), gettext(" points"), gettext("not said"))
    kept = content()
    named = names(found, kept, language)
    first = {code: kept.matter_path(code).partition(".")[0] for code in named["matter"] if code}
    towns = {code: code[:AREA] for code in named["area"]}
    for tally in (found.now, found.before, found.year):
        rolled(tally, "matter", "first", first)
        rolled(tally, "area", "town", towns)
    made = figures_of(found, words)
    for name, by in (("channels", "channel"), ("kinds", "kind"), ("matters", "first"), ("areas", "town")):
        made[name] = shares(found, by, named[by], words)
    made["top"] = most_frequent(found, named["matter"], words)
    made["rises"] = risen(found, named["matter"], words)
    made["units"] = units_of(found.now, unit_order(found.now, language), words)
    return made


def tallies(span: periods.Span, before: periods.Span | None, year: periods.Span | None) -> Periods:
    """The events of the period and of those that it is compared with, in one statement, and their calls."""
    spans = [one for one in (span, before, year) if one is not None]
    made = [Tally() for _ in spans]
    rows = list(counting.counted([(one.since, one.until) for one in spans]))
    there, limit = counting.telephone(), within()
    for number, (one, tally) in enumerate(zip(spans, made, strict=True)):
        tally.add(row for row in rows if row.window == number)
        if there:
            tally.add(counting.calls(one.since, one.until, limit))
    rest = iter(made[1:])
    return Periods(made[0], next(rest) if before else None, next(rest) if year else None, there)


def names(found: Periods, kept: Content, language: str) -> dict[str, dict[str, str]]:
    """The names of everything that received is broken down by."""
    keys = {by: {key for tally in (found.now, found.before, found.year) if tally for key in tally.keys(by)}
            for by in ("channel", "kind", "matter", "area")}  # fmt: skip
    towns = {code[:AREA] for code in keys["area"]}
    areas = {
        code: pick(row, "name", language) for code, row in below.named(below.areas(), towns | keys["area"]).items()
    }
    matters = {code: matter_name(kept, code, language) for code in keys["matter"]}
    firsts = {part: pick(row, "name", language) for part, row in kept.matters.items()}
    channels = kept.codes.get("channel", {})
    return {
        "channel": {key: pick(channels[key], "name", language) for key in keys["channel"] if key in channels},
        "kind": {code: pgettext("kind", code) for code in keys["kind"] if code},
        "matter": matters, "first": firsts, "area": {code: areas.get(code, code) for code in keys["area"]},
        "town": {code: areas.get(code, code) for code in towns},
    }  # fmt: skip


def matter_name(kept: Content, code: str, language: str) -> str:
    """A matter by its last two levels."""
    parts = [
        pick(kept.matters[part], "name", language) for part in kept.matter_path(code).split(".") if part in kept.matters
    ]
    return " › ".join(parts[-2:]) or code


def unit_order(tally: Tally, language: str) -> list[tuple[str, str, str]]:
    """The units with something in the period, as the tree has them: key, code, name."""
    keys = {int(key) for key in tally.keys("unit") if key}
    rows = [unit for unit in in_order(below.units()) if unit.pk in keys]
    return [(str(row.pk), row.code, pick(row, "name", language)) for row in rows]


def values_of_report(found: Report, *, actor: Actor, now: datetime, language: str = "zh-hans") -> dict[str, Any]:
    """The report with its head, as a template sees it."""
    with translation.override(language):
        return {
            "office": government(language), "made": {"on": day(now, language), "by": actor.name},
            "period": head(found), **found.values,
        }  # fmt: skip


def head(found: Report) -> dict[str, Any]:
    """The words about the period."""
    none = Missing(gettext("no comparison"))
    before = periods.name_of(found.kind, found.before) if found.before else none
    year = periods.name_of(found.kind, found.year) if found.year else none
    note = ""
    if found.began and not (found.before and found.year):
        note = gettext("Records begin on %(day)s; what lies before cannot be compared.") % {
            "day": f"{timezone.localtime(found.began):%Y-%m-%d}"
        }
    return {
        "kind": found.kind, "first": found.span.first.isoformat(),
        "name": f"{found.span.first} – {found.span.last}" if found.kind == "weekly" else found.name,
        "since": moment(found.span.since), "until": moment(found.span.until), "before": before, "last_year": year,
        "note": note,
    }  # fmt: skip


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def as_json(values: Mapping[str, Any]) -> bytes:
    """The values as plain data: numbers as numbers, null where there is none."""
    return json.dumps(_plain(values), ensure_ascii=False, indent=1).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Missing):
        return None
    return float(value) if isinstance(value, float) else value
