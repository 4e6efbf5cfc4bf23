"""What the person does: signs for the work, notes how it goes, says that it is done or why it cannot be."""

import base64
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.links import rules, store
from gezhi.loop.links.service.opening import own
from gezhi.loop.models import Link, LinkFile, LinkNote
from gezhi.loop.notices.service import tell_one
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.service.attaching import Incoming
from gezhi.trust.rules import Actor
from gezhi.trust.service import once, record, seal_text, unchanged, verb

SAID = 2000  # characters of one note: a phone, not a desk


@verb("link.sign")
def sign(key: UUID | str, *, actor: Actor, now: datetime) -> Link:
    """The person takes the work on; signing twice is signing once. Refuses link-not-found (404), link-moved."""
    link = own(key, actor=actor, now=now)
    if link.signed_at is not None:
        unchanged()
        return link
    rules.need("sign", link.state)
    link.state, link.signed_at = "signed", now
    link.save(update_fields=["state", "signed_at"])
    record("link.sign", "link", link.pk, actor=actor, body={"case": str(link.case_id)})
    return link


@verb("link.note")
def note(
    key: UUID | str, words: str, files: Sequence[Incoming] = (), *, actor: Actor, now: datetime, form: str = ""
) -> Link:
    """Words and photos on the way. Refuses link-moved, link-empty, link-notes-many, the refusals of a file."""
    link = own(key, actor=actor, now=now)
    if _again(link, "note", words, actor, form):
        return link
    rules.need("note", link.state)
    _write(link, "note", words, files, actor=actor, now=now)
    return link


@verb("link.finish")
def finish(
    key: UUID | str,
    outcome: str,
    words: str,
    files: Sequence[Incoming] = (),
    *,
    actor: Actor,
    now: datetime,
    form: str = "",
) -> Link:
    """Done, or cannot be done and why; it waits for the sender then. Refuses link-outcome, link-reason, as `note`."""
    if outcome not in rules.OUTCOMES:
        raise Refused("link-outcome", status=422, field="outcome")
    link = own(key, actor=actor, now=now)
    if _again(link, outcome, words, actor, form):
        return link
    rules.need("finish", link.state)
    if outcome == "cannot" and not words.strip():
        raise Refused("link-reason", status=422, field="words")
    _write(link, outcome, words, files, actor=actor, now=now)
    link.state, link.finished_at = outcome, now
    link.save(update_fields=["state", "finished_at"])
    tell_one(link.sent_by_id, "link", link.case, origin=f"l{link.pk}.{now:%Y%m%dT%H%M%S%f}", at=now)
    return link


def _again(link: Link, kind: str, words: str, actor: Actor, form: str) -> bool:
    """Whether this form has come before; the same key with other words is refused."""
    return once(actor, form, f"link.{kind}", {}, content=[str(link.pk), kind, words]) is not None


def _write(link: Link, kind: str, words: str, files: Sequence[Incoming], *, actor: Actor, now: datetime) -> LinkNote:
    said = checked_text("words", words.strip())
    if len(said) > SAID:
        raise Refused("text-too-long", status=422, field="words", limit=SAID, length=len(said))
    if not said and not files:
        raise Refused("link-empty", status=422, field="words")
    if store.count_notes(link) >= rules.MOST_NOTES and kind == "note":
        raise Refused("link-notes-many", most=rules.MOST_NOTES)
    if len(files) > uploads.MOST_FILES:
        raise Refused("files-too-many", status=422, field="files", most=uploads.MOST_FILES)
    if store.files_of(link).count() + len(files) > rules.MOST_FILES:
        raise Refused("files-too-many", status=422, field="files", most=rules.MOST_FILES)
    requester = link.case.requester
    row = LinkNote.objects.create(link=link, kind=kind, words=seal_text(requester, {"words": said}), at=now)
    kept = LinkFile.objects.bulk_create([_file(row, link, incoming, now) for incoming in files])
    name = "link.note" if kind == "note" else "link.finish"
    body = {"case": str(link.case_id), "kind": kind, "files": [file.digest for file in kept]}
    record(name, "link", link.pk, actor=actor, body=body)
    return row


def _file(row: LinkNote, link: Link, incoming: Incoming, now: datetime) -> LinkFile:
    """A file as the case would keep it: judged by its bytes, an image made anew, its original sealed."""
    requester = link.case.requester
    judged = uploads.judge(incoming.file, incoming.size)
    original = ""
    if judged.original:
        original = uploads.keep(seal_text(requester, {"file": base64.b64encode(judged.original).decode()}))
    return LinkFile(
        case_id=link.case_id, note=row, digest=uploads.keep(judged.data), original=original, kind=judged.kind,
        size=len(judged.data), name=seal_text(requester, {"name": incoming.name[:200]}), taken_at=judged.taken_at,
        lon=judged.lon, lat=judged.lat, created_at=now,
    )  # fmt: skip
