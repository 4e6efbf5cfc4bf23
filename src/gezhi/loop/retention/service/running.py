"""Carrying a released plan out: in batches, each one transaction, so that a killed run goes on where it stood."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, transaction

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import RetentionItem, RetentionPlan
from gezhi.loop.retention import store
from gezhi.loop.retention.service import deeds
from gezhi.loop.retention.service.planning import count_plan, rules_of
from gezhi.loop.store import erasing
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, record_many, unchanged, verb

logger = logging.getLogger(__name__)
BATCH = 100
_FAULTS = (Refused, DatabaseError, LookupError, OSError, TypeError, ValueError)  # what one damaged thing may raise


def work(*, now: Callable[[], datetime]) -> int:
    """What the worker does: count what was asked for, carry out what was released; how many things were done.

    Whoever comes second while another is at it finds the lock taken and goes away.
    """
    actor, done = Actor.system("loop"), 0
    if not store.claimed():
        return 0
    try:
        for row in store.waiting("counting"):
            count_plan(row.pk, actor=actor, now=now())
        for row in store.waiting("released"):
            done += _whole(row, actor=actor, now=now)
    finally:
        store.let_go()
    return done


def run_plan(key: int, *, actor: Actor, now: Callable[[], datetime]) -> int:
    """Carry one released plan out to its end. Refuses retention-unknown, retention-state, retention-running."""
    row = store.plan(key)
    if row is None:
        raise Refused("retention-unknown", status=404, plan=key)
    if row.state != "released":
        raise Refused("retention-state", state=row.state)
    if not store.claimed():
        raise Refused("retention-running")
    try:
        return _whole(row, actor=actor, now=now)
    finally:
        store.let_go()


def _whole(row: RetentionPlan, *, actor: Actor, now: Callable[[], datetime]) -> int:
    done = 0
    while part := _part(row.pk, actor=actor, now=now):
        done += part
    return done


def _part(key: int, *, actor: Actor, now: Callable[[], datetime]) -> int:
    """A batch; where one of its things cannot be done, each alone, so that the others do not wait for it for ever."""
    try:
        return do_batch(key, actor=actor, now=now())
    except _FAULTS:
        logger.exception("retention list %s: a batch failed and is done one by one", key)
    done = 0
    while done < BATCH:
        try:
            if not do_batch(key, actor=actor, now=now(), size=1):
                break
        except _FAULTS:
            logger.exception("retention list %s: a thing cannot be done and is left", key)
            if not set_aside(key, actor=actor, now=now()):
                raise
        done += 1
    return done


@verb("retention.run")
def set_aside(key: int, *, actor: Actor, now: datetime) -> bool:
    """The next thing of a plan could not be done: it is left as it is, and a later list names it again."""
    row = store.plan(key, locked=True)
    items = store.next_items(row, [rule.code for rule in rules_of(row) if rule.acts], 1) if row is not None else []
    if row is None or row.state != "released" or not items:
        unchanged()
        return False
    items[0].result, items[0].done_at = "failed", now
    store.close_items(items)
    body = {"rule": items[0].rule, "what": items[0].what, "subject": items[0].subject}
    record("retention.failed", "retention_plan", row.pk, actor=actor, body=body)
    return True


@verb("retention.run")
def do_batch(key: int, *, actor: Actor, now: datetime, size: int = 0) -> int:
    """The next things of a plan; what has changed since it was counted is left alone. 0 at the end."""
    row = store.plan(key, locked=True)
    if row is None or row.state != "released":
        unchanged()
        return 0
    if row.started_at is None:
        row.started_at = now
        store.save_plan(row, "started_at")
    rules = rules_of(row)
    items = store.next_items(row, [rule.code for rule in rules if rule.acts], size or BATCH)
    if not items:
        row.state, row.finished_at = "done", now
        store.save_plan(row, "state", "finished_at")
        record("retention.done", "retention_plan", row.pk, actor=actor, body={"outcomes": store.outcomes(row)})
        return 0
    for what in dict.fromkeys(item.what for item in items):
        _do(row, what, [item for item in items if item.what == what], actor=actor, now=now)
    store.close_items(items)
    return len(items)


def _do(row: RetentionPlan, what: str, items: list[RetentionItem], *, actor: Actor, now: datetime) -> None:
    """One class of data: asked once more whether it is still due and free, then done."""
    rows = store.due(what, rules_of(row), row.as_of, now)
    keys = [item.subject for item in items]
    still = {} if rows is None else {
        subject: (rule, held) for subject, rule, held in rows.filter(pk__in=keys).values_list("subject", "rule", "held")
    }  # fmt: skip
    free = []
    for item in items:
        rule, held = still.get(item.subject, ("", ""))
        item.done_at = now
        item.result = "gone" if rule != item.rule else "held" if held else "done"
        if item.result == "done":
            free.append(item)
    if not free:
        unchanged()
        return
    digests = deeds.DO[what]([item.subject for item in free], actor, now)
    if digests:
        transaction.on_commit(lambda: _remove(digests))  # what a crash leaves behind, the nightly sweep removes
    kind = deeds.SUBJECTS.get(what, "case")
    record_many(
        [(f"retention.{what}", kind, item.subject, {"rule": item.rule, "plan": row.pk}) for item in free], actor=actor
    )


def _remove(digests: set[str]) -> None:
    for digest in erasing.unnamed(digests):
        uploads.remove(digest)
