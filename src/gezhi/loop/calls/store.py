"""Every query of the telephone part."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from gezhi.loop.calls.rules.rota import Span
from gezhi.loop.models import Call, CallEvent, Case, Dial, Extension, Ringback, RingbackTry
from gezhi.loop.store import below

WITH = ("requester", "agent__unit", "case__desk", "case__complained")
LONGEST = {"ringing": timedelta(hours=1), "talking": timedelta(hours=4)}  # after that the end was lost on its way


# ---- the event that comes in


def lock(key: bytes) -> None:
    """One transaction at a time for a call or for a number; a keyed or plain hash tells which."""
    number = int.from_bytes(key[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (number,))


def by_call_id(call_id: str) -> Call | None:
    """The call, held: it is written whole afterwards, and a case bound to it meanwhile must not be written over."""
    rows = Call.objects.select_for_update(of=("self",)).select_related("requester")
    return rows.filter(call_id=call_id).first()


def events(call: Call) -> list[CallEvent]:
    return list(CallEvent.objects.filter(call=call).order_by("at", "pk"))


def insert(call: Call) -> None:
    call.save(force_insert=True)


def save(call: Call) -> None:
    call.save()


def insert_event(event: CallEvent) -> None:
    event.save(force_insert=True)


def drop_event(event: CallEvent) -> None:
    event.delete()


def agent_named(name: str) -> Any | None:
    """The person of an extension, else of a user name; an extension wins where both fit."""
    if not name:
        return None
    rows = below.users().filter(is_active=True)
    mine = Extension.objects.filter(number=name).values("user")
    found = list(
        rows.filter(Q(pk__in=mine) | Q(username=name.lower())).annotate(own=Count("pk", filter=Q(pk__in=mine)))
    )
    return max(found, key=lambda user: user.own, default=None)


def any_extension() -> bool:
    return Extension.objects.exists()


def any_call() -> bool:
    return Call.objects.exists()


# ---- what a desk shows

_SHOWN = """
SELECT c.id, c.state, c.direction, c.earlier, c.began_at, c.case_id, r.id, r.wrapped_key, r.identity_ct
FROM loop_call c JOIN trust_user u ON u.id = c.shown_to_id AND u.is_active
LEFT JOIN trust_requester r ON r.id = c.requester_id
WHERE c.shown_to_id = %s AND c.shown_until > %s ORDER BY c.began_at DESC LIMIT 1
"""


def shown_to(user: int, now: datetime) -> tuple[Any, ...] | None:
    """The newest call that rings for somebody, in one statement through one index."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, (user, now))
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def live(now: datetime) -> QuerySet[Call]:
    """Calls that ring or are spoken, the longest first; one whose end was never told counts no more after a while."""
    ringing = Q(state="ringing", began_at__gt=now - LONGEST["ringing"])
    talking = Q(state="talking", began_at__gt=now - LONGEST["talking"])
    return Call.objects.filter(ringing | talking).select_related(*WITH).order_by("began_at")


def calls() -> QuerySet[Call]:
    return Call.objects.select_related(*WITH).order_by("-began_at")


def call(key: UUID | str, *, locked: bool = False) -> Call | None:
    rows = Call.objects.select_related(*WITH)
    rows = rows.select_for_update(of=("self",)) if locked else rows
    return rows.filter(pk=key).first()


def of_case(case: UUID) -> list[Call]:
    return list(Call.objects.filter(case=case).select_related(*WITH).order_by("began_at"))


# ---- agents


def extensions() -> list[Extension]:
    return list(Extension.objects.select_related("user", "user__unit").order_by("number"))


def extension_of(user: int) -> str:
    return Extension.objects.filter(user=user).values_list("number", flat=True).first() or ""


def put_extension(user: int, number: str) -> None:
    """Give, change or (empty) take away; calls of a telephone that nobody knew find their person."""
    if not number:
        Extension.objects.filter(user=user).delete()
        return
    Extension.objects.update_or_create(user_id=user, defaults={"number": number})
    Call.objects.filter(agent=None, agent_name=number).update(agent=user)


def holder_of(number: str) -> int | None:
    return Extension.objects.filter(number=number).values_list("user", flat=True).first()


def unknown_agents(since: datetime) -> list[tuple[str, int]]:
    """Telephones that belong to nobody here, and how many calls each had."""
    rows = Call.objects.filter(agent=None, began_at__gte=since).exclude(agent_name="")
    return list(rows.values_list("agent_name").annotate(n=Count("pk")).order_by("-n", "agent_name")[:50])


# ---- missed calls


def ringbacks(*states: str) -> QuerySet[Ringback]:
    rows = Ringback.objects.select_related("call__requester", "call__case__desk", "call__case__complained", "by_call")
    return rows.filter(state__in=states).order_by("missed_at", "pk") if states else rows.order_by("-missed_at", "pk")


def ringback(key: UUID | str, *, locked: bool = False) -> Ringback | None:
    rows = Ringback.objects.select_related("call", "call__requester", "call__case")
    rows = rows.select_for_update(of=("self",)) if locked else rows
    return rows.filter(pk=key).first()


def has_ringback(call: Call) -> bool:
    return Ringback.objects.filter(call=call).exists()


def open_ringback(phone_hash: bytes) -> Ringback | None:
    """The number's missed call that nobody has settled."""
    rows = Ringback.objects.select_for_update(of=("self",)).select_related("call")
    return rows.filter(state="open", call__requester__phone_hash=phone_hash).order_by("missed_at").first()


def answered_since(phone_hash: bytes, since: datetime) -> Call | None:
    """The first answered call of a number from a moment on."""
    rows = Call.objects.filter(requester__phone_hash=phone_hash, began_at__gte=since, state__in=("talking", "ended"))
    return rows.order_by("began_at").first()


def tries(keys: Iterable[UUID]) -> dict[UUID, list[RingbackTry]]:
    found: dict[UUID, list[RingbackTry]] = {}
    for one in RingbackTry.objects.filter(ringback__in=list(keys)).select_related("user").order_by("no"):
        found.setdefault(one.ringback_id, []).append(one)
    return found


def open_ringbacks() -> int:
    """How many missed calls nobody has settled."""
    return Ringback.objects.filter(state="open").count()


# ---- calls asked for


def dial(key: UUID | str, *, locked: bool = False) -> Dial | None:
    rows = Dial.objects.select_related("requester")
    rows = rows.select_for_update(of=("self",)) if locked else rows
    return rows.filter(pk=key).first()


def last_dials(keys: Sequence[UUID]) -> dict[UUID, Dial]:
    """The newest call asked for of each ringback."""
    found: dict[UUID, Dial] = {}
    for one in Dial.objects.filter(ringback__in=keys).order_by("asked_at"):
        if one.ringback_id is not None:
            found[one.ringback_id] = one
    return found


def requester_of(case: UUID) -> UUID:
    """Whose case it is."""
    return Case.objects.values_list("requester", flat=True).get(pk=case)


def person_of(call: Call) -> Any:
    """On whose list an opening is written: that of the case, so that its link shows it, else that of the call."""
    return below.requesters().get(pk=requester_of(call.case_id)) if call.case_id is not None else call.requester


# ---- figures

_SHIFTED = """
FROM loop_call c
LEFT JOIN LATERAL (
  SELECT s.day, s.shift FROM unnest(%(days)s::date[], %(shifts)s::bigint[], %(since)s::timestamptz[],
    %(until)s::timestamptz[]) AS s(day, shift, since, until)
  WHERE c.began_at >= s.since AND c.began_at < s.until ORDER BY s.since DESC LIMIT 1
) w ON true
WHERE c.direction = 'in' AND c.began_at >= %(first)s AND c.began_at < %(last)s
"""
_FIGURES = f"""
SELECT w.day, w.shift, c.agent_id, CASE WHEN c.agent_id IS NULL THEN c.agent_name ELSE '' END,
  count(*) AS offered,
  count(*) FILTER (WHERE c.state IN ('talking', 'ended')) AS answered,
  count(*) FILTER (WHERE c.state IN ('talking', 'ended') AND c.wait_s <= %(within)s) AS fast,
  count(*) FILTER (WHERE c.state = 'missed') AS missed,
  count(*) FILTER (WHERE c.state = 'ringing') AS ringing,
  coalesce(sum(c.talk_s) FILTER (WHERE c.state = 'ended'), 0) AS talk,
  count(c.talk_s) FILTER (WHERE c.state = 'ended') AS talked
{_SHIFTED}
GROUP BY 1, 2, 3, 4 ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST, 4
"""
_CELL = f"""
SELECT c.id {_SHIFTED}
AND w.day IS NOT DISTINCT FROM %(day)s AND w.shift IS NOT DISTINCT FROM %(shift)s
AND c.agent_id IS NOT DISTINCT FROM %(agent)s AND (c.agent_id IS NOT NULL OR c.agent_name = %(name)s)
"""  # noqa: S608 - put together from constants of this file
COLUMNS = ("day", "shift", "agent", "name", "offered", "answered", "fast", "missed", "ringing", "talk", "talked")


def _period(spans: Sequence[Span], first: datetime, last: datetime) -> dict[str, Any]:
    return {
        "days": [one.day for one in spans], "shifts": [one.shift for one in spans],
        "since": [one.since for one in spans], "until": [one.until for one in spans], "first": first, "last": last,
    }  # fmt: skip


def figures(spans: Sequence[Span], first: datetime, last: datetime, within: int) -> list[dict[str, Any]]:
    """Calls that came in, counted by shift and agent, in one statement; those outside of shifts have none."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {**_period(spans, first, last), "within": within})
        return [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def behind(what: str, first: datetime, last: datetime, within: int) -> QuerySet[Call]:
    """The calls behind a number of a whole period: offered, answered, fast or missed."""
    rows = calls().filter(direction="in", began_at__gte=first, began_at__lt=last)
    match what:
        case "answered":
            return rows.filter(state__in=("talking", "ended"))
        case "fast":
            return rows.filter(state__in=("talking", "ended"), wait_s__lte=within)
        case "missed":
            return rows.filter(state="missed")
        case _:
            return rows


def in_cell(spans: Sequence[Span], first: datetime, last: datetime, cell: Mapping[str, Any]) -> list[UUID]:
    """The calls that one row of the figures counts: the same day, shift and agent; `cell` holds those and the name."""
    with connection.cursor() as cursor:
        cursor.execute(_CELL, {**_period(spans, first, last), **cell})
        return [row[0] for row in cursor.fetchall()]


# ---- erasing


def forget(requester_id: str) -> list[UUID]:
    """Empty what was sealed of a person's calls, and let go the hashes; returns other requesters of those calls."""
    rows = Call.objects.filter(Q(requester__id=requester_id) | Q(case__requester__id=requester_id))
    CallEvent.objects.filter(call__in=rows.values("pk")).update(sealed=None, digest=None)
    others = rows.exclude(requester__id=requester_id).filter(requester__erased_at=None)
    found = list(others.values_list("requester", flat=True).distinct())
    rows.update(recorded=False, shown_to=None, shown_until=None)
    Ringback.objects.filter(call__in=rows.values("pk"), state="open").update(
        state="void", settled_at=F("last_missed_at")
    )
    return found


def dials_of(requester_id: str) -> list[UUID]:
    return list(Dial.objects.filter(requester__id=requester_id).values_list("pk", flat=True))
