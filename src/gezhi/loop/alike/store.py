"""Every query of likeness: how common words are, which cases answer the questions, what was found like a case."""

import json
import time as wall
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet
from psycopg.errors import QueryCanceled

from gezhi.loop.alike.rules.probes import Probe
from gezhi.loop.alike.rules.words import Shares, Told, month_marks, stored
from gezhi.loop.models import Case, Distinct, Likeness, Step, WordShares
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import desk_of, visible
from gezhi.trust.rules import Actor

PATIENCE = 150  # milliseconds; whoever types on asks again
HITS = 200  # cases that answer most questions; of these the reader's own are compared
SAMPLE, KEPT = 20_000, 30_000  # cases counted at most; words kept
FRESH = 300.0  # seconds after which another process's count shows here
BRANCH = "SELECT case_id, %s::float8 AS weight FROM loop_casetext WHERE search @@ %s::tsquery"
BEST = "SELECT case_id, sum(weight) FROM ({branches}) hit GROUP BY case_id ORDER BY 2 DESC, 1 DESC LIMIT %s"
COUNT = (
    "SELECT word, ndoc FROM ts_stat(%s) WHERE ndoc > 1 OR word LIKE '~t%%' "
    "ORDER BY word LIKE '~t%%' DESC, ndoc DESC LIMIT %s"
)

_kept: tuple[float, Shares, int] | None = None


# ---- how common words are


def shares() -> tuple[Shares, int]:
    """How common words are, as last counted, and how many cases there were; kept in the process for some minutes."""
    global _kept  # noqa: PLW0603 - one object per process, replaced as a whole
    if _kept is None or wall.monotonic() - _kept[0] > FRESH:
        row = WordShares.objects.first()
        found = Shares(row.cases, row.counts) if row is not None else Shares()
        _kept = (wall.monotonic(), found, row.total if row is not None else 0)
    return _kept[1], _kept[2]


def forget() -> None:
    """Read anew at the next question."""
    global _kept  # noqa: PLW0603 - see shares
    _kept = None


def counted() -> WordShares | None:
    return WordShares.objects.defer("counts").first()


def total() -> int:
    """About how many cases there are, as the database last counted; exactly while there are few."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'loop_casetext'::regclass")
        about = int(cursor.fetchone()[0])
    return about if about > SAMPLE else Case.objects.count()


def count_words(now: datetime) -> WordShares:
    """Count in a sample of the cases how many have each word."""
    cases = total()
    sample = f" TABLESAMPLE SYSTEM ({max(100 * SAMPLE / cases, 0.01):.4f})" if cases > SAMPLE else ""
    query = f"SELECT search FROM loop_casetext{sample} WHERE search <> ''::tsvector"  # noqa: S608 - a number of our own
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [query, KEPT])
        counts = dict(cursor.fetchall())
    months = sum(count for word, count in counts.items() if word.startswith("~t"))  # each case has one month
    values = {"made_at": now, "total": cases, "cases": months, "counts": counts}
    row, _ = WordShares.objects.update_or_create(pk=1, defaults=values)
    forget()
    return row


# ---- candidates


@dataclass(frozen=True, slots=True)
class Hits:
    """Keys of the cases that answer most questions; `late` where there was no time to find them."""

    keys: list[UUID]
    late: bool = False


def rows_in(since: datetime, until: datetime) -> float:
    """About how many cases came in between two moments."""
    known, cases = shares()
    return cases * sum(known.share(mark) for mark in month_marks(since, until)) if cases else 0.0


def hits(probes: Sequence[Probe], since: datetime, until: datetime, *, most: int = HITS) -> Hits:
    """Ask the index; every question names the months too, so that no older case is even touched."""
    if not probes:
        return Hits([])
    months = " | ".join(f"'{mark}'" for mark in month_marks(since, until))
    values: list[Any] = []
    for probe in probes:
        values += [probe.weight, query_of(probe, months)]
    branches = " UNION ALL ".join([BRANCH] * len(probes))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)",
                [f"{PATIENCE}ms"],
            )
            before = cursor.fetchone()[0]
            cursor.execute(BEST.format(branches=branches), [*values, most])
            found = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])  # what follows has its time
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return Hits([], late=True)
    return Hits(found)


def query_of(probe: Probe, months: str) -> str:
    """A question in the language of the index; words are letters, digits and Chinese, so none can end its quotes.

    >>> query_of(Probe(("路灯", "灯不"), 1, 1, ("~g1.2",)), "'~t202603'")
    "'路灯' & '灯不' & ('~g1.2') & ('~t202603')"
    """
    parts = [f"'{word}'" for word in probe.words]
    if probe.near:
        parts.append("(" + " | ".join(f"'{square}'" for square in probe.near) + ")")
    return " & ".join([*parts, f"({months})"])


def readable(actor: Actor) -> QuerySet[Case]:
    """The cases whose words may be compared for somebody: what is confidential only for its own desk."""
    return visible(actor).filter(Q(confidential=False) | desk_of(actor))


def candidates(rows: QuerySet[Case], keys: Sequence[UUID], most: int) -> list[tuple[Case, Told]]:
    """These cases with what they are compared by, in the order of the keys."""
    found = {case.pk: case for case in rows.filter(pk__in=keys).select_related("lead", "requester", "words")}
    ordered = [found[key] for key in keys if key in found][:most]
    return [(case, told_of(case)) for case in ordered]


def told_of(case: Case) -> Told:
    """A stored case as it is compared."""
    kept = content()
    told = stored(case.words.search)
    point = (case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    return Told(
        told.words, told.title, told.place, told.object, told.order, matter=kept.matter_path(case.matter),
        area=case.area, point=point, at=case.received_at,
    )  # fmt: skip


def case_with_words(case_id: UUID | str) -> Case | None:
    rows = Case.objects.select_related("words", "requester", "lead", "desk")
    return rows.filter(pk=case_id, words__isnull=False).first()


def of_person(rows: QuerySet[Case], case: Case) -> QuerySet[Case]:
    """The other cases of whoever reported this one: of the same keyed number, no identity opened."""
    digest = case.requester.phone_hash
    if digest is None:
        return rows.none()
    return rows.filter(requester__phone_hash=digest).exclude(pk=case.pk)


def answered_at(keys: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each case was last answered."""
    rows = Step.objects.filter(case__in=list(keys), move__in=("reply", "answer", "decline", "history", "answered"))
    return dict(rows.order_by("case", "no").values_list("case", "acted_at"))


# ---- what was found when a case came in


def keep(case: Case, now: datetime, others: list[list[Any]]) -> None:
    """What is like a case; nothing is kept of one that is like no other."""
    if not others:
        Likeness.objects.filter(case=case).delete()
        return
    values = {"made_at": now, "best": others[0][1], "others": json.loads(json.dumps(others, default=str))}
    Likeness.objects.update_or_create(case=case, defaults=values)


def kept(case_id: UUID) -> Likeness | None:
    return Likeness.objects.filter(case=case_id).first()


def seen(actor: Actor, keys: Iterable[UUID | str]) -> set[UUID]:
    """Those of these cases that somebody may have compared with another."""
    return set(readable(actor).filter(pk__in=list(keys)).values_list("pk", flat=True))


def seen_of(row: Likeness, actor: Actor) -> int:
    """How many of the cases found like one somebody may read."""
    return len(seen(actor, [key for key, *_ in row.others]))


# ---- repeats counted


def repeats(actor: Actor, since: datetime, until: datetime) -> list[tuple[str, int, int]]:
    """By matter: cases received in a period, and how many of them a person confirmed as repeats."""
    rows = visible(actor).filter(received_at__gte=since, received_at__lt=until, dormant=False)
    marked = Count("pk", filter=Q(more__has_key="repeats"))
    found = rows.order_by("matter").values_list("matter").annotate(n=Count("pk"), repeats=marked)
    return [(matter, n, again) for matter, n, again in found]


def _amount(name: str, most: int) -> int | None:
    """A figure of the packs: code list `similar`; none where none stands there that makes sense."""
    item = content().codes.get("similar", {}).get(name)
    said = str((item.extra or {}).get("amount", "")) if item is not None else ""
    return int(said) if said.isdecimal() and 0 < int(said) <= most else None


def window(name: str, default: timedelta) -> timedelta:
    """How far back is looked, in days of the packs."""
    days = _amount(name, 3_660)
    return default if days is None else timedelta(days=days)


def threshold(name: str, default: float) -> float:
    """From which likeness on, in per cent of the packs."""
    share = _amount(name, 100)
    return default if share is None else share / 100


# ---- pairs that differ


def differing(case: UUID) -> list[Distinct]:
    """What a person found to differ from a case, the newest first."""
    rows = Distinct.objects.filter(Q(one=case) | Q(two=case), undone_at=None).select_related("one", "two", "said_by")
    return list(rows.order_by("-said_at", "-pk"))


def held_pair(first: UUID, second: UUID) -> Distinct | None:
    one, two = sorted((first, second))
    return Distinct.objects.select_for_update().filter(one=one, two=two, undone_at=None).first()


def insert_pair(first: UUID, second: UUID, **values: Any) -> bool:
    """Say once that two cases differ; false where somebody has said so in this moment."""
    one, two = sorted((first, second))
    try:
        with transaction.atomic():
            Distinct.objects.create(one_id=one, two_id=two, **values)
    except IntegrityError:
        return False
    return True


def no_longer_like(first: UUID, second: UUID) -> None:
    """Take two cases out of what was found like each other."""
    for case, other in ((first, second), (second, first)):
        row = Likeness.objects.select_for_update().filter(case=case).first()
        left = [each for each in row.others if each[0] != str(other)] if row is not None else []
        if row is not None and not left:
            row.delete()
        elif row is not None and len(left) < len(row.others):
            row.others, row.best = left, left[0][1]
            row.save(update_fields=["others", "best"])
