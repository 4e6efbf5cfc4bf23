"""Queries of shifts, of who works them, and of handovers."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from gezhi.loop.calls import store
from gezhi.loop.models import Case, Handover, OnDuty, Ringback, Shift
from gezhi.loop.rules.words import OPEN, URGENT
from gezhi.loop.store import below

WEEK = timedelta(days=7)
LISTED = 200


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def shifts(*, every: bool = False) -> list[Shift]:
    rows = Shift.objects.all() if every else Shift.objects.filter(active=True)
    return list(rows.order_by("-active", "starts", "pk"))


def shift(key: int) -> Shift | None:
    return Shift.objects.filter(pk=key).first()


def held_shift(key: int) -> Shift | None:
    """A shift, held, so that one at a time changes who works it or what it hands over."""
    return Shift.objects.select_for_update().filter(pk=key).first()


def hold_roster() -> None:
    """Hold every shift, in order, for what changes more than one."""
    list(Shift.objects.select_for_update().order_by("pk").values_list("pk"))


def any_shift() -> bool:
    return Shift.objects.exists()


def person(user: int) -> bool:
    return below.users().filter(pk=user, is_active=True).exists()


def known_people(keys: Sequence[int]) -> int:
    return below.users().filter(pk__in=keys, is_active=True).count()


def people() -> list[Any]:
    """Who can stand on a roster."""
    return list(below.users().filter(is_active=True).select_related("unit").order_by("display_name", "pk")[:500])


def week(first: date) -> list[OnDuty]:
    rows = OnDuty.objects.filter(day__gte=first, day__lt=first + WEEK).select_related("user", "shift")
    return list(rows.order_by("day", "shift", "-leader", "user__display_name"))


def on_duty_now(day: date, shift_id: int) -> tuple[list[int], int | None]:
    rows = list(OnDuty.objects.select_for_update().filter(day=day, shift=shift_id))
    return sorted(row.user_id for row in rows), next((row.user_id for row in rows if row.leader), None)


def replace_on_duty(day: date, shift_id: int, users: Sequence[int], leader: int | None) -> None:
    OnDuty.objects.filter(day=day, shift=shift_id).delete()
    OnDuty.objects.bulk_create(
        [OnDuty(day=day, shift_id=shift_id, user_id=user, leader=user == leader) for user in users]
    )


def copy(source: date, target: date) -> int:
    rows = [row for row in week(source) if row.shift.active]
    made = [
        OnDuty(day=row.day + (target - source), shift_id=row.shift_id, user_id=row.user_id, leader=row.leader)
        for row in rows
        if row.user.is_active
    ]
    OnDuty.objects.bulk_create(made)
    return len(made)


def worked(first: date, last: date) -> list[tuple[date, Shift]]:
    """The shifts on which somebody stands, by day."""
    rows = OnDuty.objects.filter(day__gte=first, day__lte=last).select_related("shift").order_by("day", "shift")
    return list(dict.fromkeys((row.day, row.shift) for row in rows))


def led_by(user: int, days: Iterable[date]) -> set[tuple[date, int]]:
    """The shifts of some days that somebody leads."""
    rows = OnDuty.objects.filter(user=user, day__in=set(days), leader=True)
    return set(rows.values_list("day", "shift"))


def was_worked(shift_id: int, today: date) -> bool:
    """Whether figures or handovers rest on the times of a shift."""
    worked = OnDuty.objects.filter(shift=shift_id, day__lt=today).exists()
    return worked or Handover.objects.filter(shift=shift_id).exists()


def move_on_duty(source: Shift, target: Shift, first: date) -> None:
    """From a day on, people stand on another shift instead."""
    OnDuty.objects.filter(shift=source, day__gte=first).update(shift=target)


def handover(day: date, shift_id: int, *, locked: bool = False) -> Handover | None:
    rows = Handover.objects.select_for_update() if locked else Handover.objects.all()
    return rows.filter(day=day, shift=shift_id).first()


def handover_by_key(key: int, *, locked: bool = False) -> Handover | None:
    rows = Handover.objects.select_for_update() if locked else Handover.objects.all()
    return rows.filter(pk=key).first()


def handover_read(key: int) -> Handover | None:
    return Handover.objects.select_related("shift", "written_by", "taken_by").filter(pk=key).first()


def handovers(since: date, most: int = 60) -> list[Handover]:
    rows = Handover.objects.filter(day__gte=since).select_related("shift", "written_by", "taken_by")
    return list(rows.order_by("-day", "-written_at")[:most])


def what_is_open(now: datetime) -> dict[str, Any]:
    """Keys of urgent cases and of missed calls that are open, and how many callers wait."""
    urgent = Case.objects.filter(state__in=OPEN, dormant=False, urgency__gte=URGENT).order_by(
        "-urgency", "due_at", "pk"
    )
    missed = Ringback.objects.filter(state="open").order_by("missed_at")
    return {
        "urgent": [str(key) for key in urgent.values_list("pk", flat=True)[:LISTED]],
        "missed": [str(key) for key in missed.values_list("pk", flat=True)[:LISTED]],
        "waiting": store.live(now).filter(state="ringing", direction="in").count(),
    }  # fmt: skip
