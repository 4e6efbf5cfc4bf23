"""Queries of retention: what each rule reaches, plans with their items, and what one plan has that another has not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Case as Cases
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from gezhi.loop.models import (
    Attachment,
    Batch,
    BatchReject,
    Call,
    CallEvent,
    Case,
    Handover,
    Link,
    LinkFile,
    NoCase,
    RetentionHold,
    RetentionItem,
    RetentionPlan,
)
from gezhi.loop.retention import holds
from gezhi.loop.retention.rules import KEEP, OF_CASES, Rule, in_order, reach
from gezhi.loop.rules.words import ENDED, OPEN

LOCK = 0x6765_7A68_7265_74  # one run at a time, whoever starts it
TEXT = CharField()


# ---- what is due


def due(what: str, rules: Sequence[Rule], as_of: datetime, now: datetime) -> Any:
    """Rows with `rule`, `subject` and `held` of one class of data; None where nothing is ever done with it."""
    mine = in_order(rules, what)
    if not any(rule.do != KEEP for rule in mine):
        return None
    if what in OF_CASES:
        return _cases(what, mine, as_of, now)
    rows, since = _OTHERS[what]()
    rule = mine[0]  # what has no kind and no matter has one rule
    if rule.do == KEEP:
        return None
    before = reach(as_of, rule, settings.TIME_ZONE)
    named = {"rule": Value(rule.code, TEXT), "subject": Cast("pk", TEXT), "held": Value("", TEXT)}
    return rows.filter(**{f"{since}__lt": before}).annotate(**named)


def _cases(what: str, rules: Sequence[Rule], as_of: datetime, now: datetime) -> QuerySet[Case]:
    asleep = Q(dormant=True, state__in=OPEN)
    ended = Coalesce("closed_at", "main__closed_at", Cases(When(asleep, then=F("received_at"))))
    which = Cases(*[When(_meant(rule), then=Value(rule.code)) for rule in rules], default=Value(""), output_field=TEXT)
    reached = Q(pk__in=[])
    for rule in rules:
        if rule.do != KEEP:
            reached |= Q(rule=rule.code, ended__lt=reach(as_of, rule, settings.TIME_ZONE))
    why = [When(condition(now), then=Value(reason)) for reason, condition in holds.reasons().items()]
    rows = Case.objects.filter(Q(state__in=ENDED) | asleep).filter(_LEFT[what]())
    rows = rows.annotate(rule=which, ended=ended).filter(reached)
    return rows.annotate(subject=Cast("pk", TEXT), held=Cases(*why, default=Value(""), output_field=TEXT))


def _meant(rule: Rule) -> Q:
    """The cases that a rule means, as `Rule.fits` says it of one."""
    asleep = Q(dormant=True, state__in=OPEN)
    if "dormant" in rule.states:
        meant = asleep
    else:
        meant = ~asleep & (Q(state__in=rule.states) if rule.states else Q(state__in=ENDED))
    if rule.kinds:
        meant &= Q(kind__in=rule.kinds)
    if rule.channels:
        meant &= Q(channel__in=rule.channels)
    branches = Q()
    for code in rule.matters:
        branches |= Q(matter__startswith=code)
    return meant & branches if rule.matters else meant


def _of(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(case=OuterRef("pk"))))


def _identity_left() -> Q:
    empty = Q(requester__identity_ct=None, requester__phone_hash=None, requester__id_hash=None)
    return Q(requester__erased_at=None) & ~(empty & Q(requester__masked_name=""))


def _texts_left() -> Q:
    """Not redacted yet, or only before it was opened and ended once more."""
    done = RetentionItem.objects.filter(subject=Cast(OuterRef("pk"), TEXT), what="texts", result="done")
    return Q(requester__erased_at=None) & ~Q(Exists(done.filter(done_at__gte=Coalesce(
        OuterRef("closed_at"), OuterRef("received_at")))))  # fmt: skip


def _recordings_left() -> Q:
    events = CallEvent.objects.filter(call=OuterRef("pk")).exclude(sealed=None)
    return _of(Call.objects.filter(Q(recorded=True) | Q(Exists(events))))


_LEFT: dict[str, Callable[[], Q]] = {
    "case": lambda: Q(requester__erased_at=None),
    "identity": _identity_left,
    "texts": _texts_left,
    "files": lambda: _of(Attachment.objects.all()) | _of(LinkFile.objects.all()),
    "originals": lambda: _of(Attachment.objects.exclude(original="")) | _of(LinkFile.objects.exclude(original="")),
    "recordings": _recordings_left,
    "point": lambda: ~Q(lon=None) | _of(Attachment.objects.exclude(lon=None)) | _of(LinkFile.objects.exclude(lon=None)),
}


def _calls() -> tuple[QuerySet[Any], str]:
    """Calls without a case; one that nobody has rung back is not over."""
    rows = Call.objects.filter(case=None, requester__erased_at=None, state__in=("ended", "missed", "not_reached"))
    return rows.exclude(ringback__state="open"), "began_at"


def _no_cases() -> tuple[QuerySet[Any], str]:
    return NoCase.objects.exclude(requester=None).filter(requester__erased_at=None), "ended_at"


def _rejects() -> tuple[QuerySet[Any], str]:
    left = BatchReject.objects.filter(batch=OuterRef("pk"))
    return Batch.objects.filter(Exists(left), state__in=("done", "failed", "undone")), "created_at"


def _handovers() -> tuple[QuerySet[Any], str]:
    return Handover.objects.exclude(words=""), "written_at"


def _links() -> tuple[QuerySet[Any], str]:
    """The night forgets them by the same rule; a list names what it has left, and nothing of a case that is held."""
    held = RetentionHold.objects.filter(case=OuterRef("case"), lifted_at=None)
    return Link.objects.exclude(wrapped_key=None).exclude(Exists(held)), "ended_at"


_OTHERS = {"calls": _calls, "no_cases": _no_cases, "rejects": _rejects, "handovers": _handovers, "links": _links}


# ---- plans


def fill(plan: RetentionPlan, what: str, rows: QuerySet[Any]) -> int:
    """The rows of one class into a plan, in one statement."""
    sql, params = rows.order_by().values_list("rule", "subject", "held").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loop_retentionitem (plan_id, rule, what, subject, held, result) "  # noqa: S608 - Django's own
            f"SELECT %s, t.r, %s, t.s, t.h, '' FROM ({sql}) AS t(r, s, h) ORDER BY t.r, t.s",
            [plan.pk, what, *params],
        )
        return int(cursor.rowcount)


def counts(plan: RetentionPlan) -> dict[str, dict[str, Any]]:
    """For each rule how many are due, and how many stay for which reason."""
    found: dict[str, dict[str, Any]] = {}
    rows = RetentionItem.objects.filter(plan=plan).values_list("rule", "held").annotate(n=Count("pk")).order_by()
    for rule, held, n in rows:
        one = found.setdefault(rule, {"due": 0, "held": {}})
        if held:
            one["held"][held] = n
        else:
            one["due"] = n
    return found


def outcomes(plan: RetentionPlan) -> dict[str, dict[str, int]]:
    """For each rule how many are done, were held or gone when their turn came; "" is what is still to do."""
    found: dict[str, dict[str, int]] = {}
    rows = RetentionItem.objects.filter(plan=plan, held="").values_list("rule", "result").annotate(n=Count("pk"))
    for rule, result, n in rows.order_by():
        found.setdefault(rule, {})[result] = n
    return found


_APART = """
SELECT rule, count(*) FROM loop_retentionitem i WHERE plan_id = %s AND NOT EXISTS (
  SELECT 1 FROM loop_retentionitem o WHERE o.plan_id = %s AND o.subject = i.subject AND o.what = i.what
  AND o.rule = i.rule AND (o.held = '') = (i.held = '')) GROUP BY rule
"""


def apart(one: int, other: int) -> dict[str, int]:
    """For each rule how many stand in one plan and not, or not so, in another."""
    with connection.cursor() as cursor:
        cursor.execute(_APART, [one, other])
        return dict(cursor.fetchall())


def plans() -> QuerySet[RetentionPlan]:
    return RetentionPlan.objects.select_related("made_by", "decided_by", "previous").order_by("-pk")


def plan(key: int, *, locked: bool = False) -> RetentionPlan | None:
    rows = RetentionPlan.objects.select_for_update(of=("self",)) if locked else plans()
    return rows.filter(pk=key).first()


def waiting(*states: str) -> list[RetentionPlan]:
    return list(plans().filter(state__in=states).order_by("pk"))


def insert_plan(**values: Any) -> RetentionPlan:
    return RetentionPlan.objects.create(**values)


def save_plan(row: RetentionPlan, *names: str) -> None:
    row.save(update_fields=names)


def empty(row: RetentionPlan) -> None:
    """Forget what was counted, to count anew."""
    RetentionItem.objects.filter(plan=row).delete()


def items(row: RetentionPlan, rule: str = "") -> QuerySet[RetentionItem]:
    rows = RetentionItem.objects.filter(plan=row)
    return (rows.filter(rule=rule) if rule else rows).order_by("pk")


def next_items(row: RetentionPlan, acting: Sequence[str], size: int) -> list[RetentionItem]:
    """The next that nothing was done with, of rules by which something may be done."""
    rows = RetentionItem.objects.filter(plan=row, done_at=None, held="", rule__in=list(acting)).order_by("pk")
    return list(rows[:size])


def close_items(rows: Iterable[RetentionItem]) -> None:
    RetentionItem.objects.bulk_update(rows, ["result", "done_at"])


def numbers(subjects: Iterable[str]) -> dict[str, str]:
    """The numbers of cases by their keys in text, one statement."""
    rows = Case.objects.filter(pk__in=list(subjects)).values_list("pk", "number")
    return {str(key): number for key, number in rows}


def every_number(row: RetentionPlan, rule: str) -> Iterator[tuple[str, str, str]]:
    """Subject, number and reason of all items of a rule; for the command, which prints them all."""
    part: list[RetentionItem] = []
    for item in items(row, rule).iterator(chunk_size=2000):
        part.append(item)
        if len(part) == 2000:
            yield from _numbered(part)
            part = []
    yield from _numbered(part)


def _numbered(part: Sequence[RetentionItem]) -> Iterator[tuple[str, str, str]]:
    known = numbers(item.subject for item in part if item.what in OF_CASES)
    for item in part:
        yield item.subject, known.get(item.subject, item.subject), item.held


def forgotten_calls(row: RetentionPlan) -> Iterator[tuple[str, datetime]]:
    """Calls whose recordings a plan has forgotten, as the telephone system names them."""
    done = RetentionItem.objects.filter(plan=row, result="done")
    of_cases = done.filter(what__in=("recordings", "case"), subject=Cast(OuterRef("case"), TEXT))
    alone = done.filter(what="calls", subject=Cast(OuterRef("pk"), TEXT))
    rows = Call.objects.filter(Q(Exists(of_cases)) | Q(Exists(alone))).order_by("began_at")
    return rows.values_list("call_id", "began_at").iterator(chunk_size=2000)


def claimed() -> bool:
    """Whether this session may run; another that runs keeps the lock until it ends or is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def let_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


# ---- holds


def open_holds(now: datetime) -> QuerySet[RetentionHold]:
    rows = RetentionHold.objects.filter(lifted_at=None).filter(Q(until=None) | Q(until__gte=holds.today(now)))
    return rows.select_related("case", "case__requester", "put_by").order_by("-put_at")


def hold(key: UUID | str) -> RetentionHold | None:
    return RetentionHold.objects.select_related("case").filter(pk=key).first()
