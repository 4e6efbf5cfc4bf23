"""Imports over HTTP, mounted at /api/v1/loop/imports."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from gezhi.kit.http import plain
from gezhi.loop import tasks
from gezhi.loop.importing import background, mappings
from gezhi.loop.importing.access import batch_for
from gezhi.loop.importing.rejected import opened, reason
from gezhi.loop.importing.running import Options
from gezhi.loop.importing.undoing import undo_batch
from gezhi.loop.models import Batch
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_from_request, require

router = Router(tags=["imports"])
SHOWN = 200


class Wish(Schema):
    mapping: str = Field("", max_length=80, description="Name of a mapping, saved here or brought by a pack")
    zone: str = Field("", max_length=40, description="Where the file's clocks hang, such as America/New_York")
    mode: str = Field("", description="Known numbers with other content: reject (usual), skip or update")
    start_clocks: bool = Field(False, description="Start the clocks of open cases at once")
    source: str = Field("", max_length=40, description="Whose numbers they are; without one, of `import`")


class RejectOut(Schema):
    sheet: str
    row: int
    code: str
    reason: str
    facts: dict[str, Any]


class BatchOut(Schema):
    id: int
    state: str = Field(description="draft, checking, checked, waiting, running, done, failed, undoing or undone")
    file_name: str
    mode: str
    start_clocks: bool
    source: str
    total: int | None
    read: int
    created: int
    already: int
    updated: int
    rejected: int
    created_at: datetime
    finished_at: datetime | None
    rejects: list[RejectOut] = Field(description="The first two hundred")


class UndoneOut(Schema):
    batch: int
    undone: int
    kept: int
    numbers: list[str]


@router.post("", response={202: BatchOut}, summary="Send a spreadsheet")
def send(request: HttpRequest, wish: Form[Wish], file: File[UploadedFile]) -> Any:
    """Reads and tries the file; nothing is imported until POST …/start. Large files are tried in the background."""
    actor = actor_from_request(request)
    saved = mappings.named(wish.mapping) if wish.mapping else None
    options = Options.of(
        saved, wishes={}, mode=wish.mode, source=wish.source, start_clocks=wish.start_clocks, zone=wish.zone
    )
    batch = background.upload(file, file.name or "", options, actor=actor, now=timezone.now())
    if batch.state == "draft":
        _defer(batch, "check", actor)
    return Status(202, batch_out(batch))


@router.get("/{int:batch_id}", response=BatchOut, summary="How far an import is, and what it refused")
def detail(request: HttpRequest, batch_id: int) -> Any:
    return batch_out(_visible(actor_from_request(request), batch_id))


@router.post("/{int:batch_id}/start", response={202: BatchOut}, summary="Import what was tried")
def start(request: HttpRequest, batch_id: int) -> Any:
    """The worker runs it; look at GET until its state is `done`."""
    actor = actor_from_request(request)
    _visible(actor, batch_id)
    batch = background.start(batch_id, actor=actor, now=timezone.now())
    _defer(batch, "run", actor)
    return Status(202, batch_out(batch))


@router.post("/{int:batch_id}/undo", response=UndoneOut, summary="Take a whole import back")
def undo(request: HttpRequest, batch_id: int) -> Any:
    """Untouched cases are voided, those worked on stay and are named."""
    actor = actor_from_request(request)
    _visible(actor, batch_id)
    done = undo_batch(batch_id, actor=actor, now=timezone.now())
    return {"batch": done.batch, "undone": done.undone, "kept": done.kept, "numbers": done.numbers}


def _visible(actor: Actor, batch_id: int) -> Batch:
    """A batch of one's own, or of a desk whose batches one may take back."""
    if not actor.grants_for("import.undo"):
        require(actor, "import.run", unit_paths=[actor.unit_path] if actor.unit_path else [])
    return batch_for(actor, batch_id)


def _defer(batch: Batch, what: str, actor: Actor) -> None:
    tasks.import_batch.defer(batch=batch.pk, what=what, user=int(actor.id) if actor.kind == "user" else None)


def batch_out(batch: Batch) -> dict[str, Any]:
    names = [name for name in BatchOut.model_fields if name not in ("id", "rejects")]
    rejects = [
        {"sheet": each.sheet, "row": each.row, "code": each.code, "reason": reason(each), "facts": plain(each.facts)}
        for each in opened(batch, SHOWN)
    ]
    return {"id": batch.pk, **{name: getattr(batch, name) for name in names}, "rejects": rejects}
