"""The sender takes an answer over into the case, with words and photos of his choice, or sends it back."""

import base64
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.links import rules, store
from gezhi.loop.links.service.standing import visible_link
from gezhi.loop.models import Link, LinkFile, LinkNote, Step
from gezhi.loop.rules.fields import text as checked_text
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.service.carrying import carry
from gezhi.trust.rules import Actor
from gezhi.trust.service import once, open_text, record, seal_text, verb


@verb("link.approve")
def approve(
    key: UUID | str,
    words: str,
    files: Iterable[str] = (),
    *,
    actor: Actor,
    now: datetime,
    public: bool = False,
    form: str = "",
) -> Link:
    """Take the answer into the case as a note with the photos chosen; only now it is part of the case.

    Refuses link-not-there (404), not-allowed (403), link-moved, link-file-unknown (422), and what a note refuses.
    """
    link = visible_link(key, "link.approve", actor=actor)
    wanted = sorted(set(files))
    if (
        once(
            actor,
            f"link:{link.pk}:{form}" if form else "",
            "link.approve",
            {},
            content=[str(link.pk), words, wanted, public],
        )
        is not None
    ):
        return link
    rules.need("approve", link.state)
    rows = {str(row.pk): row for row in store.files_of(link)}
    if not set(wanted) <= set(rows):
        raise Refused("link-file-unknown", status=422, field="files")
    step = _into_case(link, words, [rows[name] for name in rows if name in wanted], public=public, actor=actor, now=now)
    was = link.state
    link.state, link.step, link.ended_at = "approved", step, now
    link.decided_by_id, link.decided_at = int(actor.id), now
    link.save()
    body = {"case": str(link.case_id), "step": step, "was": was, "files": len(wanted), "public": public}
    record("link.approve", "link", link.pk, actor=actor, body=body)
    store.drop([link])  # those taken over are the case's now; the nightly sweep takes the others off the disk
    return link


def _into_case(link: Link, words: str, files: Sequence[LinkFile], *, public: bool, actor: Actor, now: datetime) -> int:
    """The note with its files; a move takes nine at once, the rest is hung on the same step."""
    data = {"note": words, "shown": "1"} if public else {"note": words}
    coming = [_incoming(link, row) for row in files]
    first, rest = coming[: uploads.MOST_FILES], coming[uploads.MOST_FILES :]
    done = carry(link.case_id, "note", data, first, actor=actor, now=now)
    step = Step.objects.filter(case_id=link.case_id, no=done.last).values_list("pk", flat=True).first()
    while rest:
        part, rest = rest[: uploads.MOST_FILES], rest[uploads.MOST_FILES :]
        attach(link.case_id, part, actor=actor, now=now, step=step, public=public)
    return done.last


def _incoming(link: Link, row: LinkFile) -> Incoming:
    """The file as the person sent it: judged once more on its way into the case, it becomes the same picture."""
    requester = link.case.requester
    data = uploads.read(row.digest)
    if row.original:
        data = base64.b64decode(open_text(requester, uploads.read(row.original))["file"])
    name = str(open_text(requester, row.name).get("name", ""))
    return Incoming(name=name, file=io.BytesIO(data), size=len(data))


@verb("link.back")
def back(key: UUID | str, words: str, due: date | None = None, *, actor: Actor, now: datetime) -> Link:
    """Send an answer back with what is still missing, and another day where the old one is over.

    Refuses link-not-there (404), not-allowed (403), link-moved, link-reason (422), link-due-past (422).
    """
    link = visible_link(key, "link.back", actor=actor)
    rules.need("back", link.state)
    said = checked_text("words", words.strip())
    if not said:
        raise Refused("link-reason", status=422, field="words")
    if due is not None:
        link.due_at = rules.end_of(due, now, settings.TIME_ZONE)
    elif link.due_at <= now:
        raise Refused("link-due-past", status=422, field="due")
    LinkNote.objects.create(link=link, kind="back", words=seal_text(link.case.requester, {"words": said}), at=now)
    link.state, link.valid_until, link.ended_at = "sent_back", link.due_at + rules.GRACE, None
    link.decided_by_id, link.decided_at = int(actor.id), now
    link.save()
    record("link.back", "link", link.pk, actor=actor, body={"case": str(link.case_id), "due": link.due_at.isoformat()})
    return link
