"""What one worker did in a month: counts, and every act as a row."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.models import FieldAct
from gezhi.loop.store import below
from gezhi.trust.rules import Actor
from gezhi.trust.service import require

COUNTED = ("fine", "nobody", "problem", "patrol", "before", "after")
MONTHS = 24  # offered


@dataclass(frozen=True, slots=True)
class Month:
    """A month of one worker: `counts` by visit result and kind of act, and the acts in order."""

    user: Any
    first: date
    counts: dict[str, int]
    places: int  # different households and places visited
    unplaced: int  # acts whose position is not known
    late: int  # answers after their due
    acts: list[FieldAct]


def month_of(text: str, today: date) -> date:
    """The first day of a month out of an address, the present one where it is none.

    >>> month_of("2026-03", date(2026, 5, 9)), month_of("x", date(2026, 5, 9)).isoformat()
    (datetime.date(2026, 3, 1), '2026-05-01')
    """
    year, _, month = text.partition("-")
    plain = year.isascii() and year.isdecimal() and month.isascii() and month.isdecimal()
    if plain and len(year) == 4 and len(month) == 2 and 1 <= int(month) <= 12 and int(year) >= 2000:
        return date(int(year), int(month), 1)
    return today.replace(day=1)


def after(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=32)).replace(day=1)


def month(user_id: int, first: date, *, actor: Actor, now: datetime) -> Month:
    """One's own month, or that of a worker for whose unit one plans; others are refused with 404."""
    user = below.users().select_related("unit").filter(pk=user_id).first()
    if user is None or not _may(actor, user, now):
        raise Refused("field-worker-not-found", status=404)
    zone = ZoneInfo(settings.TIME_ZONE)
    start, end = (datetime.combine(day, time(0), zone) for day in (first, after(first)))
    rows = store.acts(user_id, start, end)
    counts: Counter[str] = Counter(row.result if row.kind == "visit" else row.kind for row in rows)
    return Month(
        user, first, {name: counts[name] for name in COUNTED}, len({row.place_id for row in rows if row.place_id}),
        sum(1 for row in rows if not row.source),
        sum(1 for row in rows if row.task is not None and row.made_at > row.task.due_at), rows,
    )  # fmt: skip


def _may(actor: Actor, user: Any, now: datetime) -> bool:
    if actor.kind == "user" and int(actor.id) == user.pk:
        require(actor, store.DO)
        return True
    if not actor.grants_for(store.PLAN):
        return False
    unit = store.unit_of_worker(user.pk, now) or user.unit
    return bool(unit) and any(
        unit.path == grant.unit_path or unit.path.startswith(f"{grant.unit_path}.") or not grant.unit_path
        for grant in actor.grants_for(store.PLAN)
    )
