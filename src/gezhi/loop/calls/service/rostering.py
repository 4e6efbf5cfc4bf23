"""Shifts, who works them, telephones of people, and the handover from one shift to the next."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.calls import roster as store
from gezhi.loop.calls import store as calls
from gezhi.loop.calls.rules.rota import LATE, Span, is_late, monday, span
from gezhi.loop.models import Handover, Shift
from gezhi.loop.rules.redact import PERSONAL
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, unchanged, verb

WORDS = 4000
MANY = 40  # people of one shift


# ---- shifts and telephones


@verb("shift.edit")
def put_shift(
    key: int | None, *, name_zh: str, name_en: str, starts: time, ends: time, active: bool, actor: Actor, now: datetime
) -> Shift:
    """Make a shift or change it. One that was worked keeps its times: other times are a new shift from today on."""
    require(actor, "shift.edit")
    row = store.held_shift(key) if key else Shift()
    if row is None:
        raise Refused("shift-unknown", status=404)
    if not name_zh.strip():
        raise Refused("field-missing", status=422, field="name_zh", move="shift")
    today = now.astimezone(store.zone()).date()
    if row.pk and (row.starts, row.ends) != (starts, ends) and store.was_worked(row.pk, today):
        row = _followed(row, starts, ends, today)
    row.name_zh, row.name_en, row.starts, row.ends = name_zh.strip()[:40], name_en.strip()[:60], starts, ends
    row.active = active
    row.save()
    body = {"starts": starts.isoformat("minutes"), "ends": ends.isoformat("minutes"), "active": active}
    record("shift.edit", "shift", row.pk, actor=actor, body=body)
    return row


def _followed(before: Shift, starts: time, ends: time, today: date) -> Shift:
    """The shift that takes the place of one, with other times; figures of past days stay as they were."""
    before.active = False
    before.save(update_fields=["active"])
    row = Shift(starts=starts, ends=ends, since=today)
    row.save()
    store.move_on_duty(before, row, today)
    return row


@verb("shift.edit")
def put_extension(user: int, number: str, *, actor: Actor, now: datetime) -> None:
    """Say which telephone a person has; empty: none any more. Calls of it that nobody knew become his."""
    require(actor, "shift.edit")
    number = number.strip()
    if len(number) > 40 or (number and not (number.isascii() and number.isalnum())):
        raise Refused("field-invalid", status=422, field="extension", value=number[:40])
    if not store.person(user):
        raise Refused("user-unknown", status=404, field="user")
    holder = calls.holder_of(number) if number else None
    if holder is not None and holder != user:
        raise Refused("extension-taken", status=409, field="extension", number=number)
    if calls.extension_of(user) == number:
        unchanged()
        return
    try:
        with transaction.atomic():
            calls.put_extension(user, number)
    except IntegrityError as error:  # somebody else was given it in this moment
        raise Refused("extension-taken", status=409, field="extension", number=number) from error
    record("shift.extension", "user", user, actor=actor, body={"extension": number})


# ---- who works when


@verb("shift.edit")
def put_on_duty(
    day: date, shift: int, people: Sequence[int], leader: int | None, *, actor: Actor, now: datetime
) -> None:
    """Who works a shift of a day, and who leads it; what stood there before is replaced."""
    require(actor, "shift.edit")
    if store.held_shift(shift) is None:
        raise Refused("shift-unknown", status=404)
    wanted = sorted({*people, *([leader] if leader else [])})
    if len(wanted) > MANY or store.known_people(wanted) != len(wanted):
        raise Refused("user-unknown", status=404, field="people")
    if store.on_duty_now(day, shift) == (wanted, leader):
        unchanged()
        return
    store.replace_on_duty(day, shift, wanted, leader)
    record("shift.roster", "shift", shift, actor=actor,
           body={"day": day.isoformat(), "people": wanted, "leader": leader})  # fmt: skip


@verb("shift.edit")
def copy_week(source: date, target: date, *, actor: Actor, now: datetime) -> int:
    """Copy a week onto another that is empty; a week in which somebody stands already is left alone."""
    require(actor, "shift.edit")
    source, target = monday(source), monday(target)
    if source == target:
        raise Refused("week-same", status=422, field="to")
    store.hold_roster()
    if store.week(target):
        raise Refused("week-taken", day=target.isoformat())
    count = store.copy(source, target)
    if not count:
        raise Refused("week-empty", day=source.isoformat())
    record("shift.roster", "week", target.isoformat(), actor=actor, body={"from": source.isoformat(), "rows": count})
    return count


def span_of(shift: Shift, day: date) -> Span:
    """When a shift of a day runs."""
    return span(shift.pk, shift.starts, shift.ends, day, settings.TIME_ZONE)


# ---- handover


@verb("shift.handover")
def hand_over(day: date, shift: int, words: str, *, actor: Actor, now: datetime) -> Handover:
    """Write what the next shift must know; what is open is added by itself. Rewritten until somebody has taken it over.

    Who wrote it rewrites it, or who leads the shift; others are refused handover-other. Refuses handover-personal where
    the words hold a telephone or identity number: such things stand in the case.
    """
    require(actor, "shift.handover")
    row = store.held_shift(shift)
    if row is None:
        raise Refused("shift-unknown", status=404)
    if now < span_of(row, day).since:
        raise Refused("handover-early", status=422, field="words")
    words = _checked(words)
    note = store.handover(day, shift, locked=True) or Handover(day=day, shift=row)
    if note.taken_at is not None:
        raise Refused("handover-taken")
    own = note.written_by_id == int(actor.id)
    if note.pk and not own and (day, shift) not in store.led_by(int(actor.id), [day]):
        raise Refused("handover-other")
    if note.pk and note.words == words and own:
        unchanged()
        return note
    note.words, note.written_at, note.written_by_id, note.open = words, now, int(actor.id), store.what_is_open(now)
    note.save()
    counts = {name: len(value) if isinstance(value, list) else value for name, value in note.open.items()}
    record("shift.handover", "shift", shift, actor=actor, body={"day": day.isoformat(), **counts})
    return note


def _checked(words: str) -> str:
    words = words.strip()
    if not words:
        raise Refused("field-missing", status=422, field="words", move="handover")
    if len(words) > WORDS:
        raise Refused("text-too-long", status=422, field="words", limit=WORDS, length=len(words))
    if PERSONAL.search(words) or "\x00" in words:
        raise Refused("handover-personal", status=422, field="words")
    return words


@verb("shift.handover")
def take_over(handover: int, *, actor: Actor, now: datetime) -> Handover:
    """Take a handover over, by name; never one's own, and once."""
    require(actor, "shift.handover")
    note = store.handover_by_key(handover, locked=True)
    if note is None:
        raise Refused("handover-unknown", status=404)
    if note.taken_at is not None:
        if note.taken_by_id == int(actor.id):
            unchanged()
            return note
        raise Refused("handover-taken")
    if note.written_by_id == int(actor.id):
        raise Refused("handover-own")
    note.taken_at, note.taken_by_id = now, int(actor.id)
    note.save(update_fields=["taken_at", "taken_by"])
    record("shift.taken", "shift", note.shift_id, actor=actor, body={"day": note.day.isoformat()})
    return note


def due_handovers(now: datetime) -> list[dict[str, Any]]:
    """Shifts of yesterday and today with people on them that run or have ended, and where their handover stands."""
    today = now.astimezone(store.zone()).date()
    notes = {(one.day, one.shift_id): one for one in store.handovers(today - timedelta(days=2))}
    found = []
    for day, shift in store.worked(today - timedelta(days=1), today):
        one = span_of(shift, day)
        note = notes.pop((day, shift.pk), None)
        if one.since > now and note is None:
            continue
        found.append(_due(day, shift, one, note, now))
    left = (note for note in notes.values() if note.taken_at is None)
    found.extend(_due(note.day, note.shift, span_of(note.shift, note.day), note, now) for note in left)
    return sorted(found, key=lambda row: row["until"], reverse=True)


def _due(day: date, shift: Shift, one: Span, note: Handover | None, now: datetime) -> dict[str, Any]:
    if note is not None and note.taken_at is not None:
        state = "taken"
    elif is_late(one, now):
        state = "late" if note is None else "untaken"
    elif note is not None:
        state = "written"
    else:
        state = "due" if now >= one.until - LATE else "running"
    return {"day": day, "shift": shift, "until": one.until, "note": note, "state": state}
