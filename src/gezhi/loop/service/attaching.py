"""Photos and papers on a case: judged, kept on disk, then named by a row in the act's transaction."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import Attachment, Case
from gezhi.loop.store import cases as store
from gezhi.loop.store.visible import readable
from gezhi.trust.rules import Actor
from gezhi.trust.service import open_text, record, seal_text, verb

MOST_PER_CASE = 60


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in."""

    name: str
    file: IO[bytes]
    size: int | None = None


@verb("case.attach")
def attach(
    case_id: UUID | str,
    files: Sequence[Incoming],
    *,
    actor: Actor,
    now: datetime,
    step: UUID | str | None = None,
    public: bool = True,
) -> list[Attachment]:
    """Put files on a case, with the step they came with where there is one.

    Raises files-too-many, the refusals of a file, and case-not-found. Whoever may read the case may add to it.
    """
    case = store.locked(case_id)
    if case is None or not readable(actor, case):
        raise Refused("case-not-found", status=404)
    if len(files) > uploads.MOST_FILES:
        raise Refused("files-too-many", status=422, most=uploads.MOST_FILES)
    if Attachment.objects.filter(case=case).count() + len(files) > MOST_PER_CASE:
        raise Refused("files-too-many", status=422, most=MOST_PER_CASE)
    rows = [_row(case, incoming, step, public=public, now=now) for incoming in files]
    Attachment.objects.bulk_create(rows)
    body = {"files": [row.digest for row in rows], "kinds": [row.kind for row in rows]}
    record("case.attach", "case", case.pk, actor=actor, body=body)
    return rows


def _row(case: Case, incoming: Incoming, step: UUID | str | None, *, public: bool, now: datetime) -> Attachment:
    judged = uploads.judge(incoming.file, incoming.size)
    original = ""
    if judged.original:
        sealed = seal_text(case.requester, {"file": base64.b64encode(judged.original).decode()})
        original = uploads.keep(sealed)
    return Attachment(
        case=case, step_id=step, digest=uploads.keep(judged.data), original=original, kind=judged.kind,
        size=len(judged.data), name=seal_text(case.requester, {"name": incoming.name[:200]}),
        taken_at=judged.taken_at, lon=judged.lon, lat=judged.lat, created_at=now, public=public,
    )  # fmt: skip


def name_of(file: Attachment, case: Case) -> str:
    """The sender's name of a file."""
    texts: dict[str, Any] = open_text(case.requester, file.name) if file.name else {}
    return str(texts.get("name", ""))


def content_of(file: Attachment) -> tuple[bytes, str]:
    """The bytes to serve and their media type, judged anew."""
    data = uploads.read(file.digest)
    return data, uploads.kind_of(data[:16])[1]
