"""A plan: asked for by one person, counted by the worker, released or refused by another."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import RetentionPlan
from gezhi.loop.retention import store
from gezhi.loop.retention.rules import DEEDS, Rule, reach
from gezhi.loop.retention.service.ruling import LISTS, rules_in_force
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, verb

ANSWERED = ("released", "done")
FRESH_DAYS = 30  # a list older than that is counted anew before anything is destroyed by it


def person(actor: Actor) -> int | None:
    return int(actor.id) if actor.kind == "user" else None


@verb("retention.propose")
def ask_plan(*, actor: Actor, now: datetime) -> RetentionPlan:
    """A new dry run. It destroys nothing; the worker counts it, and takes the place of one not yet released."""
    require(actor, "retention.propose")
    for old in store.waiting("counting", "proposed"):
        old.state = "replaced"
        store.save_plan(old, "state")
    rules = rules_in_force()
    row = store.insert_plan(
        as_of=now, made_at=now, made_by_id=person(actor), state="counting", rules=[_kept(rule, now) for rule in rules],
        previous=store.plans().filter(state__in=("proposed", "replaced", "refused", *ANSWERED)).first(),
    )  # fmt: skip
    record("retention.propose", "retention_plan", row.pk, actor=actor, body={"rules": [rule.code for rule in rules]})
    return row


def _kept(rule: Rule, now: datetime) -> dict[str, Any]:
    before = None if rule.do == "keep" else reach(now, rule, settings.TIME_ZONE).isoformat()
    return {**rule.plain(), "before": before}


def rules_of(row: RetentionPlan) -> list[Rule]:
    """The rules of a plan as they were when it was made."""
    found = []
    for kept in row.rules:
        values: dict[str, Any] = {name: value for name, value in kept.items() if name != "before"}
        values |= {name: tuple(values[name]) for name in LISTS}
        found.append(Rule(**values))
    return found


@verb("retention.propose")
def count_plan(key: int, *, actor: Actor, now: datetime) -> RetentionPlan:
    """Work out what a plan holds, one statement for each class of data; counting again begins anew."""
    row = _plan(key)
    if row.state != "counting":
        raise Refused("retention-state", state=row.state)
    store.empty(row)
    rules = rules_of(row)
    for what in DEEDS:
        rows = store.due(what, rules, row.as_of, now)
        if rows is not None:
            store.fill(row, what, rows)
    row.counts, row.state = store.counts(row), "proposed"
    store.save_plan(row, "counts", "state")
    due = {rule: one["due"] for rule, one in row.counts.items()}
    record("retention.count", "retention_plan", row.pk, actor=actor, body={"due": due})
    return row


def make_plan(*, actor: Actor, now: datetime) -> RetentionPlan:
    """Ask and count at once: for the command, and where one waits for it."""
    row = ask_plan(actor=actor, now=now)
    return count_plan(row.pk, actor=actor, now=now)


@verb("retention.release")
def decide_plan(key: int, *, release: bool, actor: Actor, now: datetime) -> RetentionPlan:
    """Release a plan to be carried out, or refuse it. Never by who made it, and never by a command.

    Refuses retention-own, retention-person, retention-state, retention-old, retention-empty, retention-busy.
    """
    require(actor, "retention.release")
    row = _plan(key)
    if row.state != "proposed":
        raise Refused("retention-state", state=row.state)
    if release:
        _may_release(row, actor, now)
    row.state = "released" if release else "refused"
    row.decided_at, row.decided_by_id = now, person(actor)
    try:
        with transaction.atomic():
            store.save_plan(row, "state", "decided_at", "decided_by")
    except IntegrityError as error:
        raise Refused("retention-busy") from error
    record("retention.release", "retention_plan", row.pk, actor=actor, body={"release": release})
    return row


def _may_release(row: RetentionPlan, actor: Actor, now: datetime) -> None:
    if actor.kind != "user":
        raise Refused("retention-person")
    if row.made_by_id == person(actor):
        raise Refused("retention-own")
    if (now - row.as_of).days > FRESH_DAYS:
        raise Refused("retention-old", days=(now - row.as_of).days, most=FRESH_DAYS)
    acting = {rule.code for rule in rules_of(row) if rule.acts}
    if not any(one["due"] for rule, one in row.counts.items() if rule in acting):
        raise Refused("retention-empty")


def _plan(key: int) -> RetentionPlan:
    row = store.plan(key, locked=True)
    if row is None:
        raise Refused("retention-unknown", status=404, plan=key)
    return row


def described(row: RetentionPlan) -> list[dict[str, Any]]:
    """A plan rule by rule: due, held by reason, new and gone since the one before, done so far."""
    new = store.apart(row.pk, row.previous_id) if row.previous_id else {}
    gone = store.apart(row.previous_id, row.pk) if row.previous_id else {}
    done = store.outcomes(row)
    told = []
    for rule, kept in zip(rules_of(row), row.rules, strict=True):
        one = row.counts.get(rule.code, {"due": 0, "held": {}})
        told.append({
            "rule": rule, "before": kept["before"], "due": one["due"], "held": one["held"],
            "new": new.get(rule.code, 0), "gone": gone.get(rule.code, 0), "done": done.get(rule.code, {}),
        })  # fmt: skip
    return told


@verb("retention.read")
def note_calls(key: int, count: int, *, actor: Actor, now: datetime) -> None:
    """Somebody took the list of forgotten recordings, for the telephone system to delete its own."""
    del now
    require(actor, "retention.read")
    record("retention.calls", "retention_plan", key, actor=actor, body={"rows": count})
