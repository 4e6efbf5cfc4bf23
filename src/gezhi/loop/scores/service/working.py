"""Runs that the worker works out: asked for in the page, followed there, stopped there, gone on with after a crash."""

import time
from dataclasses import astuple
from datetime import datetime, timedelta

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain
from gezhi.loop.models import ScoreRun
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.definition import Definition
from gezhi.loop.scores.service.appealing import following, take_in
from gezhi.loop.scores.service.running import (
    Progress,
    Wish,
    Worked,
    discard_run,
    prepared,
    recompute,
    stored,
    units_of,
    work_out,
)
from gezhi.loop.store import below
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_for, record, require, unchanged, verb

STALLED = timedelta(minutes=10)  # without a word from its worker; reading the steps of a year is one long statement
BEAT = 1.0  # seconds between two words of it
LISTED = 500  # differences that are kept


class Stopped(Exception):  # noqa: N818 - no fault: somebody has stopped it
    """Nobody wants this run any more."""


@verb("score.run")
def ask_run(wish: Wish, *, actor: Actor, now: datetime) -> ScoreRun:
    """A run for the worker. What is wrong with the wish is refused at once, as by `run_scores`."""
    row = prepared(wish, actor=actor, now=now)
    row.units = [[unit.id, unit.code, unit.path, unit.kind] for unit in store.unit_infos()]
    return _asked(row, actor)


@verb("score.run")
def ask_revision(run_id: int, *, actor: Actor, now: datetime) -> ScoreRun:
    """The next version of a published run, for the worker. Refuses as `revise` does."""
    row, fresh = following(run_id, actor=actor, now=now)
    _asked(row, actor)
    take_in(row, fresh)
    return row


def _asked(row: ScoreRun, actor: Actor) -> ScoreRun:
    row.state, row.task = "working", "run"
    row.save(force_insert=True)
    record("score.ask", "score_run", row.pk, actor=actor, body={"set": row.set, "version": row.version})
    return row


@verb("score.run")
def ask_check(run_id: int, *, actor: Actor, now: datetime) -> ScoreRun:
    """Have the worker prove a run from the steps. Raises score-run-unknown (404), score-busy."""
    del now
    require(actor, "score.run")
    row = store.locked_run(run_id)
    if row is None or row.state == "discarded":
        raise Refused("score-run-unknown", status=404, run=run_id)
    if row.task or row.state in ("working", "failed"):
        raise Refused("score-busy", run=run_id)
    row.task, row.done, row.total, row.beat_at = "check", 0, 0, None
    row.save(update_fields=["task", "done", "total", "beat_at"])
    record("score.check", "score_run", row.pk, actor=actor, body={"digest": row.digest})
    return row


@verb("score.run")
def stop(run_id: int, *, actor: Actor, now: datetime) -> ScoreRun:
    """Stop what the worker does for a run: a check is given up, a run that is not made yet is thrown away."""
    require(actor, "score.run")
    row = store.locked_run(run_id)
    if row is None or row.state == "discarded":
        raise Refused("score-run-unknown", status=404, run=run_id)
    if row.task == "check":
        row.task = ""
        row.save(update_fields=["task"])
        record("score.stop", "score_run", row.pk, actor=actor, body={"task": "check"})
    elif row.state in ("working", "failed"):
        discard_run(run_id, actor=actor, now=now)
    else:
        unchanged()
    return row


# ---- the worker


def work(run_id: int, *, now: datetime) -> None:
    """Work a run out, or prove one; a job that comes twice finds nothing to do."""
    row = store.claim(run_id, STALLED)
    if row is None:
        return
    try:
        store.beat(row.pk, total=store.relevant(row.start, row.end))
        if row.task == "check":
            _prove(row, now)
        else:
            actor = _actor(row, now)
            definition, units = Definition.of(row.definition), units_of(row)
            done = work_out(row, definition, units, _progress(row.pk))
            finish(row.pk, definition, done, actor=actor, now=now)
    except Stopped:
        return
    except Refused as refused:
        _fail(row.pk, refused)
    except Exception:
        _fail(row.pk, Refused("score-broken", run=row.pk))
        raise


def _actor(row: ScoreRun, now: datetime) -> Actor:
    """Whoever asked, with the rights of this moment."""
    asked = below.users().filter(pk=row.created_by_id).first() if row.created_by_id else None
    actor = actor_for(asked, now) if asked is not None else Actor.system("loop")
    require(actor, "score.run")
    return actor


def _progress(run_id: int) -> Progress:
    """Say now and then how far it is; raises Stopped where it was stopped."""
    last = [time.monotonic()]

    def told(number: int) -> None:
        if time.monotonic() - last[0] < BEAT:
            return
        last[0] = time.monotonic()
        if not store.beat(run_id, done=number):
            raise Stopped

    return told


@verb("score.run")
def finish(run_id: int, definition: Definition, done: Worked, *, actor: Actor, now: datetime) -> None:
    """Store what was worked out as a draft, unless it was stopped meanwhile."""
    del now
    row = store.locked_run(run_id)
    if row is None or row.task != "run":
        raise Stopped
    stored(row, definition, units_of(row), done, actor=actor)


def _prove(row: ScoreRun, now: datetime) -> None:
    found = list(recompute(row, _progress(row.pk)))
    values = {"checked_at": now, "differing": len(found), "differences": [astuple(one) for one in found[:LISTED]]}
    ScoreRun.objects.filter(pk=row.pk, task="check").update(task="", **values)


def _fail(run_id: int, refused: Refused) -> None:
    row = store.run(run_id)
    if row is not None and row.task:
        row.state = "failed" if row.task == "run" else row.state
        row.task, row.error = "", {"code": refused.code, "facts": plain(refused.facts)}
        row.save(update_fields=["state", "task", "error"])


def abandoned() -> list[int]:
    """Runs whose process went away at work."""
    return store.silent(STALLED)
