"""Notices are made from events and lights, read, pruned; wishes are kept; mailboxes that bounce are stopped."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Notice, NoticeWish
from gezhi.loop.notices import store
from gezhi.loop.notices.rules import BOUNCED, KINDS, STAGE_VERBS, WHILE, Heard, heard, mentioned, wanted
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, record, verb

FIRST_LOOK = timedelta(hours=1)
DIGESTS = (NoticeWish.OFF, NoticeWish.HOURLY, NoticeWish.DAILY)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")  # what every mail server takes


def tell(event: Event) -> None:
    """Write a notice for everybody whom a step concerns, the person who made it left out."""
    told = event.payload
    if told["move"] == "undo":
        store.forget_step(UUID(event.subject_id), told["of"])
        return
    case = store.case_of(event.subject_id)
    found = heard(told, case.desk_id) if case is not None else []
    if case is None or not found:
        return
    actor = str(told.get("by", ""))
    for one in found:
        if not _wanted_yet(one, told, case):
            continue  # the case has gone on: nobody is asked for anything any more
        users = [user for user in recipients(one, case, event.published_at) if f"user:{user}" != actor]
        origin = f"e{event.id}.{one.kind}.{one.unit or 0}"
        _write(users, one.kind, case, origin=origin, step=told["step"], at=event.published_at)


def _wanted_yet(one: Heard, told: Mapping[str, Any], case: Case) -> bool:
    """Whether what is asked for has still to be done: the task of that unit, the answer to the supervision."""
    match one.kind:
        case "task":
            return one.unit in _waiting(case)
        case "supervised":
            return bool(case.more.get("watch") == "asked")
        case _:
            return one.kind not in WHILE or _still(one, told, case)


def _still(one: Heard, told: Mapping[str, Any], case: Case) -> bool:
    """Whether the case stands as the step left it: same state and round, same unit, same person."""
    same = (case.state, case.round, case.lead_id) == (told["state"], told["round"], told.get("lead"))
    return same and (one.kind != "handed" or case.owner_id in one.users)


def recipients(one: Heard, case: Case, now: datetime) -> list[int]:
    if one.users:
        return list(one.users)
    if one.owner and case.owner_id:
        return [case.owner_id]
    path = store.paths([one.unit] if one.unit else []).get(one.unit or 0, "")
    kept = content()
    return store.people(one, path, kept.matter_path(case.matter), kept.area_path(case.area), now) if path else []


def _write(
    users: Sequence[int], kind: str, case: Case, *, origin: str, at: datetime, step: int | None = None, stage: str = ""
) -> None:
    keys = wanted(users, kind, store.unwanted(users)) if users else []
    store.add([Notice(user_id=key, kind=kind, case=case, step=step, stage=stage, origin=origin, at=at) for key in keys])


def tell_one(user: int, kind: str, case: Case, *, origin: str, at: datetime) -> None:
    """A notice for one person of what no step tells, within an act; told once by `origin`."""
    _write([user], kind, case, origin=origin, at=at)


def look_at_lights(now: datetime) -> int:
    """Tell of every case whose first clock has turned yellow or red since the last look; once for each turn."""
    with transaction.atomic():
        since = store.mark("lights", now, FIRST_LOOK)
        count, after = 0, None
        while found := store.turned(since, now, after):
            after = found[-1].pk
            count += len(found)
            for case in found:
                _tell_light(case, now)
    return count


def _tell_light(case: Case, now: datetime) -> None:
    if case.due_at is None or case.due_stage not in STAGE_VERBS:
        return
    kind = "late" if case.due_at <= now else "soon"
    origin = f"c{case.pk}.{case.due_stage}.{case.due_at:%Y%m%dT%H%M%S}.{kind}"
    users = [user for one in _of_stage(case) for user in recipients(one, case, now)]
    _write(users, kind, case, origin=origin, at=now, stage=case.due_stage)


def _waiting(case: Case) -> list[int]:
    """The units whose part of the work is open."""
    return [unit for _, unit, done, *_ in case.more.get("tasks", ()) if not done]


def _of_stage(case: Case) -> list[Heard]:
    """Who works against the clock that ends first."""
    stage, verb_ = case.due_stage, STAGE_VERBS[case.due_stage]
    if stage == "task":
        return [Heard("late", verb_, unit=unit) for unit in _waiting(case)]
    at_desk = stage in ("accept", "dispatch", "verify", "adjudicate") or case.lead_id is None
    unit = case.desk_id if at_desk else case.lead_id
    return [Heard("late", verb_, unit=unit, owner=stage in ("contact", "handle"))]


def mentions(name: str, text: str, case: Case, snap: Snapshot) -> dict[str, list[int]]:
    """The people of the case's own units whom a note calls by name, as keys; the words stay sealed."""
    if name != "note" or not ("@" in text or "\uff20" in text):
        return {}
    paths = [case.desk.path, *([case.lead.path] if case.lead else [])]
    paths += below.unit_paths(task.unit for task in snap.tasks if not task.done).values()
    rows = [row for path in dict.fromkeys(paths) for row in
            below.users().filter(is_active=True, unit__path__descends=path)]  # fmt: skip
    names = {name: row.pk for row in rows for name in (row.username, row.display_name)}
    found = mentioned(text, names)
    return {"mentions": found} if found else {}


def prune(before: datetime) -> int:
    """Drop what is older, read or not."""
    return store.prune(before)


# ---- what a person wants


@verb("notice.wish")
def keep_wish(unwanted: Sequence[str], digest: str, address: str, *, actor: Actor, now: datetime) -> NoticeWish:
    """What to hear of, and whether and where by mail. Raises mail-address (422), field-invalid (422)."""
    said = address.strip()
    if digest not in DIGESTS:
        raise Refused("field-invalid", status=422, field="digest", value=digest[:20])
    if said and (len(said) > 200 or not _ADDRESS.fullmatch(said)):
        raise Refused("mail-address", status=422, field="address")
    if digest != NoticeWish.OFF and not said:
        raise Refused("mail-address", status=422, field="address")
    row = store.wish(int(actor.id), lock=True)
    if said.lower() != row.address.lower():
        row.bounced_at, row.bounce = None, ""  # another mailbox is another chance
    row.unwanted = [kind for kind in KINDS if kind in unwanted]
    row.digest, row.address = digest, said
    row.save()
    record("notice.wish", "user", actor.id, actor=actor, body={"digest": digest, "unwanted": row.unwanted})
    return row


@verb("notice.wish")
def confirm_mailbox(*, actor: Actor, now: datetime) -> None:
    """The person says that the mailbox works again: letters go there once more."""
    row = store.wish(int(actor.id), lock=True)
    if row.bounced_at is None:
        raise Refused("mailbox-works")
    row.bounced_at, row.bounce = None, ""
    row.save(update_fields=["bounced_at", "bounce"])
    record("notice.wish", "user", actor.id, actor=actor, body={"mailbox": "confirmed"})


@verb("notice.bounce")
def mark_bounced(user: int, code: str, *, actor: Actor, now: datetime) -> bool:
    """No letter goes to this mailbox until its owner confirms it; the owner is told in the page."""
    row = store.wish(user, lock=True)
    fresh = row.bounced_at is None and bool(row.address)
    if fresh:
        row.bounced_at, row.bounce = now, code[:12]
        row.save(update_fields=["bounced_at", "bounce"])
        store.add([Notice(user_id=user, kind=BOUNCED, origin=f"b{now:%Y%m%dT%H%M%S%f}", at=now)])
    record("notice.bounce", "user", user, actor=actor, body={"code": code[:12], "again": not fresh})
    return fresh
