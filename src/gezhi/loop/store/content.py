"""The content in force (matters, limits, codes, calendar, catalogue) as one object, read once and kept for seconds.

Rights and cases are never kept between requests; content is, because it changes a few times a year. An edit in this
process shows at once, in another within `FRESH` seconds.
"""

import threading
import time as wall
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gezhi.kernel.calendar import OFFICE_HOURS, Calendar, DayRow, Periods, Season, from_rows
from gezhi.loop.duties.rules import TownDuty as TownLine
from gezhi.loop.models import (
    CalendarDay,
    CatalogueItem,
    CatalogueVersion,
    CodeItem,
    FormQuestion,
    Limit,
    Matter,
    OfficeHours,
    PublicRule,
    ReplyCheck,
    Rung,
    StandardReply,
    TownDuty,
)
from gezhi.loop.public.rules.showing import Rule as Showing
from gezhi.loop.public.rules.showing import rule_for
from gezhi.loop.rules.catalogue import Duty
from gezhi.loop.rules.channels import ChannelRule, channel_rule
from gezhi.loop.rules.clocks import LimitRow
from gezhi.loop.rules.limits import LimitRule, pick
from gezhi.loop.rules.questions import Question
from gezhi.loop.store import below

FRESH = 10.0
READ = (
    CalendarDay, CatalogueItem, CatalogueVersion, CodeItem, FormQuestion, Limit, Matter, OfficeHours, PublicRule,
    ReplyCheck, Rung, StandardReply, TownDuty,
)  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What the loop reads of its packs; never changed once built."""

    matters: Mapping[str, Matter]
    limits: Sequence[LimitRule]
    parts: Mapping[tuple[str, str], Limit]  # by stage and label: what the parts of a staged limit are called
    codes: Mapping[str, Mapping[str, CodeItem]]
    rungs: Sequence[Rung]
    calendar: Calendar
    edition: int | None
    edition_name: str
    duties: Sequence[Duty]
    questions: Mapping[str, Sequence[Question]]  # by matter, those of the versions in force
    town_duties: Sequence[TownLine]  # the office's own list alone, where there is one
    wording: Mapping[str, Question]  # by code, those of earlier versions too: old answers keep their words
    replies: Mapping[str, StandardReply]  # ready texts by code, the expired ones too
    checks: Mapping[str, ReplyCheck]
    showings: Sequence[Showing] = ()  # what comes before the public, by matter
    read_at: float = field(default_factory=wall.monotonic)
    today: date = field(default_factory=timezone.localdate)
    mark: tuple[Any, ...] = ()
    _areas: dict[str, str] = field(default_factory=dict)

    def matter_path(self, code: str) -> str:
        """The code with its ancestors, dotted, as permissions see it."""
        parts: list[str] = []
        while code and code not in parts:
            parts.append(code)
            row = self.matters.get(code)
            code = row.parent if row else ""
        return ".".join(reversed(parts))

    def retired(self, code: str, day: date | None = None) -> bool:
        """Whether a matter, or one above it, is no longer in use on a day; without one, on the present day."""
        rows = [self.matters[part] for part in self.matter_path(code).split(".") if part in self.matters]
        return any(row.valid_to is not None and row.valid_to < (day or self.today) for row in rows)

    @property
    def matters_in_use(self) -> dict[str, Matter]:
        """The matters that a new case may have."""
        return {code: row for code, row in self.matters.items() if not self.retired(code)}

    def area_path(self, code: str) -> str:
        """The path of an area, looked up once while this content is kept."""
        if code and code not in self._areas:
            self._areas[code] = below.area_path(code)
        return self._areas.get(code, "")

    def limits_for(
        self, stage: str, *, matter: str, area: str, kind: str, urgency: int, channel: str = ""
    ) -> list[LimitRow]:
        near = [rule for size in range(len(matter) + 1) for rule in self._limits_at.get((stage, matter[:size]), ())]
        return pick(near, stage, matter=matter, area=area, kind=kind, urgency=urgency, channel=channel)

    @cached_property
    def _limits_at(self) -> Mapping[tuple[str, str], Sequence[LimitRule]]:
        table: dict[tuple[str, str], list[LimitRule]] = {}
        for rule in self.limits:
            table.setdefault((rule.stage, rule.matter), []).append(rule)
        return table

    def channel_rule(self, channel: str) -> ChannelRule:
        """What holds for answers to what came in by a channel."""
        item = self.codes.get("channel", {}).get(channel)
        return channel_rule(channel, item.extra if item is not None else {})

    def showing(self, matter: str) -> Showing:
        """How cases of a matter come before the public."""
        return rule_for(self.showings, self.matter_path(matter))

    def questions_for(self, matter: str) -> list[Question]:
        """What a matter and the matters above it ask, the general first."""
        return [one for code in self.matter_path(matter).split(".") for one in self.questions.get(code, ())]

    def knows(self, list_name: str, code: str) -> bool:
        return code in self.codes.get(list_name, {})

    @cached_property
    def duties_by_matter(self) -> Mapping[str, Sequence[Duty]]:
        table: dict[str, list[Duty]] = {}
        for duty in self.duties:
            table.setdefault(duty.matter, []).append(duty)
        return table


_lock = threading.Lock()
_kept: Content | None = None


def content() -> Content:
    """The content in force."""
    global _kept  # noqa: PLW0603 - one object per process, replaced as a whole
    kept = _kept
    if kept is None or wall.monotonic() - kept.read_at > FRESH:
        with _lock:
            if _kept is kept:  # else another thread has just read it
                _kept = _reread(kept)
            kept = _kept or _read()
    return kept


def _reread(before: Content | None) -> Content:
    """The same content again where no table of it was written to meanwhile, which one statement tells."""
    mark = _mark()
    if before is not None and before.mark == mark:
        return replace(before, read_at=wall.monotonic(), today=timezone.localdate())
    fresh = replace(_read(), mark=mark)
    if before is not None and before.calendar == fresh.calendar:
        fresh = replace(fresh, calendar=before.calendar)  # it remembers the dates it has worked out
    return fresh


def _mark() -> tuple[Any, ...]:
    """What changes with every write: how many rows each table has, and the sum of the writers' transactions."""
    parts = [f'SELECT count(*), sum(xmin::text::bigint) FROM "{model._meta.db_table}"' for model in READ]  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return tuple(cursor.fetchall())


def forget() -> None:
    """Read anew at the next use; called by every verb that edits content."""
    global _kept  # noqa: PLW0603 - see content()
    _kept = None


def _winning(rows: Iterable[Any], key: str) -> dict[str, Any]:
    """One row per key: the pack `local` wins over every other."""
    table: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: (row.pack == "local", row.pk)):
        table[getattr(row, key)] = row
    return table


def _read() -> Content:
    codes: dict[str, dict[str, CodeItem]] = {}
    ordered = sorted(CodeItem.objects.filter(active=True), key=lambda r: (r.pack == "local", r.position, r.pk))
    for item in ordered:
        codes.setdefault(item.list, {})[item.code] = item
    items = list(CatalogueItem.objects.filter(edition__in_force=True).select_related("edition"))
    edition = items[0].edition if items else None
    asked, wording = _questions()
    return Content(
        matters=_winning(Matter.objects.filter(active=True), "code"),
        limits=[_rule(row) for row in Limit.objects.filter(active=True)],
        parts=_parts(),
        codes=codes,
        rungs=list(Rung.objects.filter(active=True).order_by("share", "level")),
        calendar=_calendar(),
        edition=edition.pk if edition else None,
        edition_name=edition.name if edition else "",
        duties=[_duty(item) for item in items],
        questions=asked,
        town_duties=_town_duties(),
        wording=wording,
        replies=_winning(StandardReply.objects.filter(active=True), "code"),
        checks=_winning(ReplyCheck.objects.filter(active=True), "code"),
        showings=[_showing(row) for row in PublicRule.objects.filter(active=True)],
    )


def _questions() -> tuple[dict[str, list[Question]], dict[str, Question]]:
    """The questions in force by matter, and every question ever asked by its code."""
    rows = list(FormQuestion.objects.all())
    asked: dict[str, list[Question]] = {}
    winning = _winning((row for row in rows if row.active), "code")
    for row in sorted(winning.values(), key=lambda row: (row.position, row.code)):
        asked.setdefault(row.matter, []).append(_question(row))
    past = _winning((row for row in rows if not row.active), "code")
    return asked, {code: _question(row) for code, row in {**past, **winning}.items()}


def _parts() -> dict[tuple[str, str], Limit]:
    """One row for each label, the retired ones too: a clock that was started keeps its name."""
    rows = Limit.objects.exclude(label="").order_by("stage", "label", "active", "label_zh", "pk")
    return {(row.stage, row.label): row for row in rows}


def _town_duties() -> list[TownLine]:
    rows = list(TownDuty.objects.filter(active=True).order_by("position", "pk"))
    own = [row for row in rows if row.pack == "local"] or rows
    return [
        TownLine(
            code=row.code, kind=row.kind, name_zh=row.name_zh, name_en=row.name_en, matter=row.matter,
            keywords=tuple(row.keywords), unit=row.unit, lead=row.lead, basis_zh=row.basis_zh, basis_en=row.basis_en,
            source=row.source, verified=row.verified,
        )
        for row in own
    ]  # fmt: skip


def _question(row: FormQuestion) -> Question:
    extra = row.extra
    return Question(
        code=row.code, matter=row.matter, kind=row.type, required=row.required, text_zh=row.text_zh,
        text_en=row.text_en, options=tuple(extra.get("options", ())), stop=extra.get("stop", {}),
        only=extra.get("only", {}), least=str(extra.get("least", "")), most=str(extra.get("most", "")),
    )  # fmt: skip


def _showing(row: PublicRule) -> Showing:
    return Showing(
        matter=row.matter, mode=row.mode, since=row.since, days=row.days or 0, verified=row.verified,
        local=row.pack == "local", source=row.source,
    )  # fmt: skip


def _rule(row: Limit) -> LimitRule:
    return LimitRule(
        stage=row.stage, label=row.label, matter=row.matter, area=row.area, kind=row.kind, urgency=row.urgency,
        channel=row.channel,
        local=row.pack == "local", amount=row.amount, unit_of=row.unit_of, source=row.source, verified=row.verified,
    )  # fmt: skip


def _duty(item: CatalogueItem) -> Duty:
    return Duty(
        no=item.no, matter=item.matter, area=item.area, lead=item.lead, assisting=tuple(item.assisting),
        fallback=item.fallback, basis_zh=item.basis_zh, basis_en=item.basis_en, verified=item.verified,
    )  # fmt: skip


def periods_of(text: str) -> Periods:
    """Office periods from text.

    >>> periods_of("08:30-12:00,14:00-17:30")[1][0]
    datetime.time(14, 0)
    """
    pairs = (part.strip().split("-") for part in text.split(",") if part.strip())
    return tuple((time.fromisoformat(start.strip()), time.fromisoformat(end.strip())) for start, end in pairs)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def season_of(start: str, end: str, periods: str) -> Season:
    """One season of office hours from its three texts; raises ValueError where one cannot be read."""
    return Season(_month_day(start), _month_day(end), periods_of(periods))


def _calendar() -> Calendar:
    days = [
        DayRow(row.day, row.kind, row.name_zh, row.name_en, verified=row.verified) for row in CalendarDay.objects.all()
    ]
    rows = list(OfficeHours.objects.filter(active=True))
    local = [row for row in rows if row.pack == "local"] or rows
    seasons = tuple(season_of(r.start, r.end, r.periods) for r in local)
    return from_rows(days, zone=settings.TIME_ZONE, hours=seasons or OFFICE_HOURS)
