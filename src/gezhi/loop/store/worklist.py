"""The worklist: a page of cases, the counts of its tabs and filters, in a fixed small number of statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gezhi.kit.text import query_text
from gezhi.loop.marks.store import lowered
from gezhi.loop.models import Case, CaseClock, CaseText
from gezhi.loop.rules.instructions import LIVE
from gezhi.loop.rules.tabs import BY_NAME, Tab
from gezhi.loop.store.below import units_under
from gezhi.loop.store.lines import Line, lines, streamed
from gezhi.loop.store.visible import READ, called_upon, desk_of, rating_of, visible
from gezhi.trust.rules import Actor

PAGE = 50
INTAKE = "to_accept"
MOST = 10_000  # counts above this are shown as "10,000+"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader wants to see; empty means everything."""

    tab: str = "open"
    words: str = ""
    light: str = ""
    matter: str = ""
    area: str = ""
    channel: str = ""
    kind: str = ""
    unit: int | None = None
    urgency: int | None = None
    batch: int | None = None
    dormant: bool = False
    page: int = 1
    order: str = "due"  # due | newest | oldest | urgent


@dataclass(slots=True)
class Page:
    """One page: its lines; whether more follow; the cases whose number was typed, if any."""

    rows: list[Line]
    more: bool
    exact: list[Line] = field(default_factory=list)


ORDERS: Mapping[str, tuple[Any, ...]] = {
    "due": (F("due_at").asc(nulls_last=True), "pk"),
    "newest": ("-received_at", "pk"),
    "oldest": ("received_at", "pk"),
    "urgent": ("-urgency", F("due_at").asc(nulls_last=True), "pk"),
}


def page(actor: Actor, wish: Wish, now: datetime, size: int = PAGE, *, verb: str = READ) -> Page:
    """One page of cases: one statement, two when a number was typed; of those on which the verb may be used."""
    rows = narrowed(scope(actor, verb), actor, wish, now)
    if wish.tab == INTAKE and wish.order == "due":  # numbers marked as nuisance come later, never not at all
        rows = lowered(rows, now)
    start = (max(wish.page, 1) - 1) * size
    order = ("lowered", *_order(wish)) if "lowered" in rows.query.annotations else _order(wish)
    found = lines(rows.order_by(*order)[start : start + size + 1])
    exact = lines(of_number(actor, wish.words, verb)) if looks_like_number(wish.words) else []
    known = {case.pk for case in exact}
    return Page([case for case in found[:size] if case.pk not in known], len(found) > size, exact)


def pieces(actor: Actor, wish: Wish, now: datetime, *, verb: str, most: int, chunk: int) -> Iterator[list[Line]]:
    """All cases of a wish in the order shown, a piece at a time, at most so many; a typed number comes first."""
    exact = lines(of_number(actor, wish.words, verb)) if looks_like_number(wish.words) else []
    if exact:
        yield exact
    known = {case.pk for case in exact}
    rows = narrowed(scope(actor, verb), actor, wish, now).order_by(*_order(wish))[: most - len(exact)]
    for piece in streamed(rows, chunk):
        yield [case for case in piece if case.pk not in known]


def keys(actor: Actor, wish: Wish, now: datetime, most: int) -> list[UUID]:
    """The cases of a wish in the order shown, at most so many."""
    rows = narrowed(visible(actor), actor, wish, now).order_by(*_order(wish))
    return list(rows.values_list("pk", flat=True)[:most])


def _order(wish: Wish) -> tuple[Any, ...]:
    return ORDERS["newest"] if wish.tab == "ended" and wish.order == "due" else ORDERS[wish.order]


def scope(actor: Actor, verb: str) -> QuerySet[Case]:
    """The cases that somebody may read and use this verb on."""
    return visible(actor) if verb == READ else visible(actor) & visible(actor, verb)


def count(actor: Actor, wish: Wish, now: datetime, *, verb: str, most: int) -> int:
    """How many cases a wish finds, counted to `most` + 1."""
    exact = [case.pk for case in of_number(actor, wish.words, verb)] if looks_like_number(wish.words) else []
    rows = narrowed(scope(actor, verb), actor, wish, now).exclude(pk__in=exact).order_by()
    return len(exact) + rows.values("pk")[: most + 1].count()


def narrowed(rows: QuerySet[Case], actor: Actor, wish: Wish, now: datetime) -> QuerySet[Case]:
    """The cases of a tab and its filters."""
    tab = BY_NAME.get(wish.tab, BY_NAME["open"])
    rows = rows.filter(dormant=wish.dormant) if wish.batch is None else rows.filter(batch=wish.batch)
    rows = special(rows.filter(state__in=tab.states), tab, actor)
    same = {
        name: getattr(wish, name) for name in ("channel", "kind", "urgency") if getattr(wish, name) not in ("", None)
    }
    rows = rows.filter(**same)
    if wish.unit is not None:
        rows = rows.filter(lead=wish.unit)
    if wish.matter:
        rows = rows.filter(matter__startswith=wish.matter)
    if wish.area:
        rows = rows.filter(area__startswith=wish.area)
    if wish.words:
        rows = rows.filter(pk__in=CaseText.objects.filter(search=raw_query(wish.words)).values("case"))
        rows = rows.filter(Q(confidential=False) | desk_of(actor))  # what is hidden must not be found out by guessing
    return lit(rows, wish.light, now)


def special(rows: QuerySet[Case], tab: Tab, actor: Actor) -> QuerySet[Case]:  # noqa: PLR0911 - a line for each tab
    match tab.special:
        case "mine":
            return rows.filter(owner=int(actor.id)) if actor.kind == "user" else rows.none()
        case "assisting":
            tasks = CaseClock.objects.filter(stage="task", finished_at=None, unit__in=units_under(actor.unit_path))
            return rows.filter(pk__in=tasks.values("case"))
        case "pending":
            return rows.filter(more__has_key="pending")
        case "called":
            return rows.filter(called_upon(actor), more__has_key="called")
        case "instructed":
            return rows.filter(more__has_key="instruction", more__instruction__state__in=LIVE)
        case "supervised":
            return rows.filter(supervised=True)
        case _:
            return rows


def lit(rows: QuerySet[Case], light: str, now: datetime) -> QuerySet[Case]:
    """Cases by the light of their clock."""
    match light:
        case "late":
            return rows.filter(due_at__lt=now)
        case "soon":
            return rows.filter(soon_at__lte=now, due_at__gte=now)
        case "today":
            return rows.filter(due_at__gte=now, due_at__lt=midnight(now))
        case "paused":
            return rows.filter(paused=True)
        case _:
            return rows


def midnight(now: datetime) -> datetime:
    """When the present day of the office ends."""
    return timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), time.min))


def raw_query(words: str) -> SearchQuery:
    return SearchQuery(query_text(words) or "'-'", config="simple", search_type="raw")


def rated(actor: Actor, keys: Sequence[UUID]) -> set[UUID]:
    """Those of these cases of whose rating the actor may know."""
    return set(Case.objects.filter(rating_of(actor), pk__in=keys).values_list("pk", flat=True))


def looks_like_number(words: str) -> bool:
    """Whether what was typed may be a number of ours or of another system.

    >>> looks_like_number("LJ-20260302-0001"), looks_like_number("37042"), looks_like_number("路灯")
    (True, True, False)
    """
    typed = words.strip()
    return 3 <= len(typed) <= 80 and typed.isascii() and any(c.isdigit() for c in typed) and " " not in typed


def of_number(actor: Actor, words: str, verb: str = READ) -> QuerySet[Case]:
    """Cases with this number, ours or external, whatever filter is set; ten at most."""
    typed = words.strip()
    rows = scope(actor, verb).filter(Q(number=typed.upper()) | Q(number=typed) | Q(external_number=typed))
    return rows.order_by("-received_at")[:10]


def tab_counts(actor: Actor, tabs: Sequence[Tab]) -> dict[str, int]:
    """How many cases each tab holds, counted to MOST + 1, in one statement."""
    query, params = _counting(actor, tuple(tabs))
    if not query:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return dict(cursor.fetchall())


@lru_cache(maxsize=256)  # the same for a person until his posts change, and dear to put together
def _counting(actor: Actor, tabs: tuple[Tab, ...]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for tab in tabs:
        if tab.name == "ended":
            continue  # closed cases are never counted: there may be millions
        rows = special(visible(actor).filter(state__in=tab.states, dormant=False), tab, actor).order_by()
        sql, values = rows.values("pk")[: MOST + 1].query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({sql}) t")  # noqa: S608 - made by the ORM
        params += [tab.name, *values]
    return " UNION ALL ".join(parts), params


FACETS = ("matter", "area", "channel", "light")
MASKS = {0b01111: "matter", 0b10111: "area", 0b11011: "channel", 0b11101: "light", 0b11110: "light"}


def facets(actor: Actor, wish: Wish, now: datetime) -> dict[str, dict[str, int]]:
    """Counts by first-level matter, area, channel and light over the first MOST cases of the tab, in one statement."""
    rows = narrowed(visible(actor), actor, wish, now).order_by()
    sql, params = rows.values("matter", "area", "channel", "due_at", "soon_at", "paused")[:MOST].query.sql_with_params()
    light = "CASE WHEN t.paused THEN 'paused' WHEN t.due_at < %s THEN 'late' WHEN t.soon_at <= %s THEN 'soon' END"
    today = "CASE WHEN t.due_at >= %s AND t.due_at < %s THEN 'today' END"
    columns = f"left(t.matter, 2) AS m, left(t.area, 9) AS a, t.channel AS c, {light} AS l, {today} AS d"
    query = (  # the inner text is made by the ORM, values stay parameters
        f"SELECT grouping(m, a, c, l, d), coalesce(m, a, c, l, d), count(*) FROM (SELECT {columns} FROM ({sql}) t) u "  # noqa: S608 - our own columns and a query Django built
        "GROUP BY GROUPING SETS ((m), (a), (c), (l), (d))"
    )
    table: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    with connection.cursor() as cursor:
        cursor.execute(query, [now, now, now, midnight(now), *params])
        for mask, value, count in cursor.fetchall():
            name = MASKS[mask]
            if value:
                table[name][value] = count
    return table
