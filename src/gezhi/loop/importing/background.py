"""Imports that people start in the page: the file kept aside, the columns settled, the trial, the run, the way back.

A batch goes draft → checking → checked → waiting → running → done (or failed), and then perhaps undoing → undone.
"""

import base64
import contextlib
import os
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit.http import plain
from gezhi.loop.importing import mappings, service, store
from gezhi.loop.importing.access import batch_for, desk_of
from gezhi.loop.importing.columns import fields
from gezhi.loop.importing.rejected import keeper_of, sealed_rejects
from gezhi.loop.importing.rules import MODES, Plan
from gezhi.loop.importing.running import Options, SheetView, survey
from gezhi.loop.importing.undoing import claim, undo_batch
from gezhi.loop.models import Batch
from gezhi.loop.store import below
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_for, open_text, record, seal_text, verb

CHUNK = 1 << 20
QUICK = 1_500_000  # bytes: a file up to this size is tried while the person waits
STALLED = 90  # seconds without progress after which a run may be taken up again
KEPT = 24 * 3600  # seconds for which an upload waits for its person
TRIES = 5  # times that a batch is taken up again where it gets no further
EDITABLE = ("draft", "checked", "failed")


def folder() -> Path:
    """Where uploads wait, readable by the product alone."""
    place = Path(settings.GEZHI_DATA) / "imports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path_of(batch: Batch) -> Path:
    """The file of a batch; Refused("import-file-gone") when it was cleared away."""
    name = str(batch.mapping.get("file", ""))
    path = folder() / name
    if not name or not path.is_file():
        raise Refused("import-file-gone", status=410, batch=batch.pk)
    return path


def keep(file: IO[bytes]) -> Path:
    """An upload on disk, at most as large as may be read."""
    path = folder() / f"{secrets.token_hex(16)}.upload"
    size = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > settings.GEZHI_UPLOAD_BYTES * 8:
                path.unlink()
                raise Refused("sheet-too-large", status=422, what="size", limit=settings.GEZHI_UPLOAD_BYTES * 8)
            target.write(chunk)
    return path


def upload(file: IO[bytes], name: str, options: Options, *, actor: Actor, now: datetime) -> Batch:
    """A new draft of a batch; a small file is tried at once. The file is dropped when it cannot be read."""
    path = keep(file)
    try:
        batch = service.open_batch(path, name=name, options=options, actor=actor, now=now, state="draft")
        batch.mapping = {**batch.mapping, "file": path.name}
        store.save_batch(batch, "mapping")
        look(batch)
        if path.stat().st_size <= QUICK:
            check(batch, actor=actor, now=now)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return batch


def look(batch: Batch) -> None:
    """Keep what the page shows of the sheets; examples are people's words, so they are sealed."""
    views = [asdict(view) for view in survey(path_of(batch), service.options_of(batch), rows=False)]
    sealed = seal_text(keeper_of(batch), {"views": plain(views)})
    batch.mapping = {**batch.mapping, "views": base64.b64encode(sealed).decode()}
    store.save_batch(batch, "mapping")


def views_of(batch: Batch) -> list[SheetView]:
    kept = batch.mapping.get("views")
    if not kept:
        return []
    opened = open_text(keeper_of(batch), base64.b64decode(kept))
    return [SheetView(**{**view, "header": tuple(view["header"])}) for view in opened.get("views", [])]


@verb("import.run")
def settle(
    batch_id: int, wishes: dict[str, str], mode: str, *, start_clocks: bool, zone: str = "", use: str = "",
    actor: Actor, now: datetime,
) -> Batch:  # fmt: skip
    """Take a person's mapping (field → column name, "" for none) and choices for a batch not yet run.

    `use` names a saved mapping; chosen anew, its columns come instead of the wishes.
    """
    batch = batch_for(actor, batch_id, lock=True)
    desk_of(batch, actor)
    if batch.state not in EDITABLE:
        raise Refused("batch-not-waiting", batch=batch_id, state=batch.state)
    if mode not in MODES:
        raise Refused("import-mode-unknown", status=422, mode=mode, known=", ".join(MODES))
    unknown = set(wishes) - set(fields())
    if unknown:
        raise Refused("import-field-unknown", status=422, field=min(unknown), known=", ".join(fields()))
    if use != used(batch):
        wishes = {}
        batch.mapping = {**batch.mapping, "use": mappings.named(use).as_dict() if use else {}}
    batch.mapping = {**batch.mapping, "wishes": wishes, "zone": mappings.checked_zone(zone.strip())}
    batch.mode, batch.start_clocks, batch.state = mode, start_clocks, "draft"
    store.save_batch(batch, "mapping", "mode", "start_clocks", "state")
    record("import.settle", "batch", batch.pk, actor=actor, body={"mode": mode, "fields": sorted(wishes)})
    look(batch)
    return batch


def used(batch: Batch) -> str:
    """The name of the saved mapping that was chosen for a batch."""
    return str(batch.mapping.get("use", {}).get("name", ""))


def check(batch: Batch, *, actor: Actor, now: datetime) -> None:
    """Try a batch to its end and note counts and refused rows with it; writes no case."""
    store.clear_rejects(batch)
    _beat(batch, Plan(), 0, "checking")
    try:
        outcome = service.try_file(
            path_of(batch), options=service.options_of(batch), actor=actor, now=now,
            progress=lambda plan, total: _beat(batch, plan, total, "checking"),
        )  # fmt: skip
    except Refused as refused:
        _fail(batch, refused)
        return
    store.add_rejects(sealed_rejects(batch, keeper_of(batch), outcome.rejects))
    words = base64.b64encode(seal_text(keeper_of(batch), {"missing": outcome.missing})).decode()
    batch.mapping = {**batch.mapping, "matched": outcome.matched, "missing": words}
    batch.error = ""
    _beat(batch, outcome, outcome.read, "checked")


def missing_of(batch: Batch) -> dict[str, list[str]]:
    """Names of the sheet that the trial did not find, by field; people's words, so they are sealed."""
    kept = batch.mapping.get("missing")
    return dict(open_text(keeper_of(batch), base64.b64decode(kept)).get("missing", {})) if kept else {}


def _beat(batch: Batch, plan: Plan, total: int, state: str) -> None:
    for name in service.COUNTS:
        setattr(batch, name, getattr(plan, name))
    batch.total, batch.state = total or batch.total, state
    store.save_batch(batch, *service.COUNTS, "total", "state", "mapping", "error")
    _touch(batch)


def _touch(batch: Batch) -> None:
    """The time of the file says when its batch last made progress."""
    with contextlib.suppress(Refused, OSError):
        path_of(batch).touch()


def _fail(batch: Batch, refused: Refused, state: str = "failed") -> None:
    batch.state, batch.error = state, refused.code
    batch.mapping = {**batch.mapping, "facts": plain(refused.facts)}
    store.save_batch(batch, "state", "error", "mapping")


@verb("import.run")
def start(batch_id: int, *, actor: Actor, now: datetime) -> Batch:
    """Let a batch run: the worker takes it from here."""
    batch = batch_for(actor, batch_id, lock=True)
    desk_of(batch, actor)
    if batch.state not in EDITABLE and not (batch.state != "undoing" and stalled(batch, now)):
        raise Refused("batch-not-waiting", batch=batch_id, state=batch.state)
    path_of(batch)
    batch.state = "waiting"
    batch.mapping = {**batch.mapping, "taken_up": (0, 0)}
    store.save_batch(batch, "state", "mapping")
    record("import.start", "batch", batch.pk, actor=actor, body={})
    return batch


def stalled(batch: Batch, now: datetime) -> bool:
    """Whether a run has made no progress for so long that its process must be gone."""
    if batch.state not in ("running", "checking", "undoing"):
        return False
    try:
        path = _mark(batch) if batch.state == "undoing" else path_of(batch)
        return now.timestamp() - path.stat().st_mtime > STALLED
    except (Refused, OSError):
        return True


def work(batch_id: int, what: str, user: int | None, *, now: datetime) -> None:
    """What the worker does: check, run or undo a batch, with the rights of the person who asked for it."""
    batch = store.batch_of(batch_id)
    if batch is None:
        return
    asked = below.users().filter(pk=user).first() if user else None
    try:
        actor = actor_for(asked, now) if asked is not None else Actor.system("loop")
    except Refused as refused:  # whoever asked has been shut out meanwhile
        _fail(batch, refused, "done" if what == "undo" else "failed")
        return
    if what == "check":
        check(batch, actor=actor, now=now)
    elif what == "undo":
        _undo(batch, actor=actor, now=now)
    else:
        run(batch, actor=actor, now=now)


def run(batch: Batch, *, actor: Actor, now: datetime) -> None:
    """Run a batch that waits; a refusal stands on its page, and a job that comes twice finds nothing to do."""
    if batch.state not in ("waiting", "running", "failed"):
        return
    try:
        service.run_batch(batch.pk, path_of(batch), actor=actor, now=now, progress=lambda _plan, _total: _touch(batch))
    except Refused as refused:
        _fail(store.batch_of(batch.pk) or batch, refused)
        return
    forget(batch)


def abandoned(now: datetime) -> list[Batch]:
    """Batches whose process went away at work; taken up again, they skip what is there already.

    What the command line imports has no file here and is not ours to take up, however long it is silent.
    """
    return [
        batch
        for batch in store.busy_batches()
        if (batch.state == "undoing" or batch.mapping.get("file")) and stalled(batch, now)
    ]


def _reached(batch: Batch) -> int:
    """How far a batch has got: rows read on its way in, cases still to be voided on its way back."""
    return store.cases_left(batch) if batch.state == "undoing" else batch.read


def given_up(batch: Batch) -> bool:
    """Whether a batch has broken off so often at the same row that a person must look; it then says so on its page."""
    done, times = batch.mapping.get("taken_up", (0, 0))
    if times < TRIES or _reached(batch) != done:
        return False
    _fail(
        batch,
        Refused("import-broken-off", times=times, row=batch.read),
        "done" if batch.state == "undoing" else "failed",
    )
    return True


def again(batch: Batch) -> tuple[str, int | None]:
    """What a batch taken up again has before it, and for whom."""
    before, times = batch.mapping.get("taken_up", (0, 0))
    done = _reached(batch)
    batch.mapping = {**batch.mapping, "taken_up": [done, times + 1 if done == before else 1]}
    store.save_batch(batch, "mapping")
    if batch.state == "undoing":
        return "undo", batch.mapping.get("undo_for")
    return "check" if batch.state == "checking" else "run", batch.created_by_id


def undo(batch_id: int, *, actor: Actor) -> Batch:
    """Let a batch be taken back by the worker."""
    batch = claim(batch_id, actor)
    batch.state, batch.error = "undoing", ""
    batch.mapping = {**batch.mapping, "undo_for": int(actor.id) if actor.kind == "user" else None, "taken_up": (0, 0)}
    _mark(batch).touch(mode=0o600)
    store.save_batch(batch, "state", "error", "mapping")
    return batch


def _mark(batch: Batch) -> Path:
    """The file whose time says when the way back last made progress; the sheet itself is gone by then."""
    return folder() / f"undo-{batch.pk}.upload"


def _undo(batch: Batch, *, actor: Actor, now: datetime) -> None:
    """Take a batch back; a job that comes twice finds nothing to do, a refusal stands on the page."""
    if batch.state != "undoing":
        return
    mark = _mark(batch)
    mark.touch(mode=0o600)
    try:
        undo_batch(batch.pk, actor=actor, now=now, progress=lambda _batch: mark.touch())
    except Refused as refused:
        _fail(batch, refused, "done")
    mark.unlink(missing_ok=True)


def forget(batch: Batch) -> None:
    """Drop the file of a batch that needs it no more."""
    with contextlib.suppress(Refused):
        path_of(batch).unlink(missing_ok=True)


def sweep(now: datetime) -> int:
    """Drop uploads that nobody came back for; how many."""
    old = [path for path in folder().glob("*.upload") if now.timestamp() - path.stat().st_mtime > KEPT]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def progress_of(batch: Batch) -> dict[str, Any]:
    """Rows done, rows in all, and the share in per cent."""
    total = batch.total or 0
    return {"read": batch.read, "total": total, "percent": min(100, batch.read * 100 // total) if total else 0}
