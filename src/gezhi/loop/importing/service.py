"""Verbs of the import: run a file, try it first, run a batch in the background, undo it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.channels import names
from gezhi.loop.importing import mappings, store
from gezhi.loop.importing.access import desk_for, desk_of
from gezhi.loop.importing.bundles import Frame, bundle_of, channel_of, channel_word
from gezhi.loop.importing.columns import Mapping as Columns
from gezhi.loop.importing.dues import has_dues, summed
from gezhi.loop.importing.matching import Matcher, Tally
from gezhi.loop.importing.rejected import keeper_of, sealed_rejects
from gezhi.loop.importing.rules import Draft, Judge, Plan, Reject
from gezhi.loop.importing.running import SHOWN_REJECTS, Options, Outcome, Verdicts, judge, read, survey
from gezhi.loop.importing.updating import update_all
from gezhi.loop.models import Batch
from gezhi.loop.service.acts import digest
from gezhi.loop.store.content import content
from gezhi.loop.store.numbers import past_numbers
from gezhi.trust.rules import Actor
from gezhi.trust.service import new_requesters, publish_many, record, record_many, unchanged, verb

Progress = Callable[[Plan, int], None]
Chunks = Iterable[tuple[Columns, list[Draft | Reject]]]
SHOWN_GONE = 1_000
COUNTS = ("read", "created", "already", "updated", "rejected")


def import_file(
    path: Path, *, name: str, options: Options, actor: Actor, now: datetime, progress: Progress | None = None
) -> Outcome:
    """Import a file as one batch. What cannot be read at all is refused before anything is written.

    Raises Refused: sheet-…, import-no-known-column, import-mode-unknown, not-allowed (403), no-units.
    """
    batch = open_batch(path, name=name, options=options, actor=actor, now=now)
    return run_batch(batch.pk, path, actor=actor, now=now, progress=progress)


def try_file(path: Path, *, options: Options, actor: Actor, now: datetime, progress: Progress | None = None) -> Outcome:
    """What an import would do, without writing anything."""
    desk_for(actor)
    outcome = Outcome()
    sheets = survey(path, options, alive=partial(progress, outcome, 0) if progress else lambda: None)
    outcome.headers = {sheet.name: list(sheet.header) for sheet in sheets}
    total = sum(sheet.rows for sheet in sheets if sheet.usable)
    judging, matcher, tally = Judge(options.mode), Matcher(content()), Tally()
    for _, rows in read(path, options, now=now):
        found = judge(judging, rows, options.source, None)
        for draft, _ in found.create:
            tally.note(draft, matcher)
        _count(outcome, found, len(rows))
        if progress:
            progress(outcome, total)
    outcome.matched, outcome.missing = tally.summed(), tally.missing()
    return outcome


@verb("import.run")
def open_batch(
    path: Path, *, name: str, options: Options, actor: Actor, now: datetime, state: str = "waiting"
) -> Batch:
    """Look at a file and note it as a batch that waits to be run."""
    desk = desk_for(actor)
    Judge(options.mode)
    sheets = survey(path, options, rows=state != "draft")
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    batch = Batch(
        created_at=now, created_by_id=int(actor.id) if actor.kind == "user" else None, desk=desk,
        file_name=name[-200:], digest=whole, source=options.source, mode=options.mode,
        start_clocks=options.start_clocks, state=state,
        total=sum(sheet.rows for sheet in sheets if sheet.usable) if state != "draft" else None,
        mapping={"headers": {sheet.name: list(sheet.header) for sheet in sheets}, **kept_options(options)},
    )  # fmt: skip
    store.save_batch(batch)
    record("import.begun", "batch", batch.pk, actor=actor, body={"digest": whole, "mode": options.mode})
    return batch


def kept_options(options: Options) -> dict[str, Any]:
    """What a batch keeps of the way in which its file is read, beside its own columns."""
    use = options.saved.as_dict() if options.saved else {}
    zone = mappings.checked_zone(options.zone)
    return {"wishes": dict(options.wishes), "zone": zone, "use": use, "whole": options.whole}


def options_of(batch: Batch) -> Options:
    kept = batch.mapping
    saved = mappings.saved_of(kept["use"]) if kept.get("use") else None
    return Options(
        kept.get("wishes", {}), batch.mode, batch.start_clocks, batch.source, saved, kept.get("zone", ""),
        bool(kept.get("whole")),
    )  # fmt: skip


def run_batch(
    batch_id: int, path: Path | None, *, actor: Actor, now: datetime, progress: Progress | None = None,
    chunks: Chunks | None = None,
) -> Outcome:  # fmt: skip
    """Run a batch to its end, chunk by chunk, each chunk whole or not at all; `chunks` come instead of a file.

    A run that was broken off is run again from the start: what it had written counts as created, nothing is made
    twice. Raises Refused: batch-unknown (404), batch-not-waiting, and what reading the file refuses.
    """
    batch = _claim(batch_id)
    outcome = Outcome(batch=batch.pk, headers=batch.mapping["headers"])
    try:
        options, desk = options_of(batch), desk_of(batch, actor)
        channels = names.known()
        judging, matcher, keeper = Judge(options.mode), Matcher(content()), keeper_of(batch)
        for columns, rows in (chunks or ()) if path is None else read(path, options, now=now):
            frame = Frame(
                batch=batch.pk, file=batch.file_name, source=options.source, desk=desk.pk,
                start_clocks=options.start_clocks,
                labels=columns.saved(), matcher=matcher, kept=content(), actor=actor, now=now, channels=channels,
            )  # fmt: skip
            found = write_chunk(judging, rows, frame, actor=actor, now=now)
            _note_channels(found, frame)
            store.add_rejects(sealed_rejects(batch, keeper, found.rejects))
            _count(outcome, found, len(rows))
            _note(batch, outcome, "running")
            if progress:
                progress(outcome, batch.total or 0)
    except Refused as refused:
        batch.error = str(refused)[:300]
        _note(batch, outcome, "failed")
        raise
    if outcome.created > store.CHUNK:
        store.count_cases()
    if options.whole:  # before the batch is done: what is done is never taken up again
        _gone(batch, judging, outcome)
    finish(batch, outcome, actor=actor, now=now)
    if has_dues(batch):
        outcome.dues = summed(store.given_dues(batch.pk, now))
    return outcome


def _note_channels(found: Verdicts, frame: Frame) -> None:
    """Names of channels in new rows that nobody mapped: the office is asked what they mean."""
    words = Counter(channel_word(row, frame) for row, _ in found.create if not channel_of(row, frame))
    names.note_unknown({word: n for word, n in words.items() if word}, source=frame.source, now=frame.now)


def _gone(batch: Batch, judging: Judge, outcome: Outcome) -> None:
    """Note the open cases of the source that a file of all open ones no longer has; nothing is done to them."""
    for number in store.open_numbers(batch.source):
        if not judging.seen(number):
            outcome.gone += 1
            if len(outcome.gone_numbers) < SHOWN_GONE:
                outcome.gone_numbers.append(number)
    batch.mapping = {**batch.mapping, "gone": outcome.gone, "gone_numbers": outcome.gone_numbers}
    store.save_batch(batch, "mapping")


def _claim(batch_id: int) -> Batch:
    batch = store.batch_of(batch_id)
    if batch is None:
        raise Refused("batch-unknown", status=404, batch=batch_id)
    if batch.state not in ("waiting", "running", "failed"):
        raise Refused("batch-not-waiting", batch=batch_id, state=batch.state)
    store.clear_rejects(batch)
    batch.error = ""
    _note(batch, Outcome(), "running")
    return batch


def _note(batch: Batch, plan: Plan, state: str) -> None:
    """Counts and state, for whoever watches; outside the chunk's transaction on purpose."""
    for name in COUNTS:
        setattr(batch, name, getattr(plan, name))
    batch.state = state
    store.save_batch(batch, *COUNTS, "state", "error")


def _count(outcome: Outcome, found: Verdicts, rows: int) -> None:
    outcome.read += rows
    outcome.created += len(found.create) + found.made_before
    outcome.updated += len(found.update) if found.updated is None else found.updated
    outcome.already += found.already
    outcome.rejected += len(found.rejects)
    outcome.rejects.extend(found.rejects[: SHOWN_REJECTS - len(outcome.rejects)])


@verb("import.run")
def write_chunk(judging: Judge, rows: list[Any], frame: Frame, *, actor: Actor, now: datetime) -> Verdicts:
    """Judge and write one chunk in one transaction; imports wait for each other here."""
    store.lock_imports()
    found = judge(judging, rows, frame.source, frame.batch)
    numbers = past_numbers([draft.received_at or now for draft, _ in found.create]) if found.create else []
    bundles = [
        bundle_of(draft, mark, number, frame) for (draft, mark), number in zip(found.create, numbers, strict=True)
    ]
    if bundles:
        new_requesters([bundle.case.requester for bundle in bundles])
        steps = [step for bundle in bundles for step, _ in bundle.steps]
        keys = record_many(
            [(f"case.{step.move}", "case", step.case_id, {"step": step.no, "digest": digest(step)}) for step in steps],
            actor=actor,
        )
        for step, key in zip(steps, keys, strict=True):
            step.record = key
        store.insert(bundles)
        publish_many([event for bundle in bundles for event in bundle.events])
    if found.update:
        done = update_all(found.update, frame, actor=actor, now=now)
        found.updated, found.already = done.updated, found.already + done.same
        found.rejects.extend(done.rejects)
    found.rejects.sort(key=lambda reject: reject.row)
    if not found.create and not found.updated:
        unchanged()
    return found


@verb("import.run")
def finish(batch: Batch, outcome: Outcome, *, actor: Actor, now: datetime) -> None:
    """Close the books of a run."""
    batch.finished_at = now
    _note(batch, outcome, "done")
    store.save_batch(batch, "finished_at")
    record("import.done", "batch", batch.pk, actor=actor, body={name: getattr(outcome, name) for name in COUNTS})
