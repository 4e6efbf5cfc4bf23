"""One part of a paste becomes a case: with its pictures, in the act that opens it; nothing of it stays behind."""

import base64
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.intake import store
from gezhi.loop.intake.service.typing import user_of
from gezhi.loop.models import Draft, Picture
from gezhi.loop.service.acts import Moved
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, open_text, verb


@verb("case.create")
def finish(draft_id: UUID | str, act: Callable[[], Moved], *, actor: Actor, now: datetime) -> Moved:
    """Run the act that makes a case of a draft, hang its pictures on that case, and settle the draft; all or nothing.

    A draft that is settled already changes nothing more: the act itself answers what became of it by its key.
    """
    row = store.draft(draft_id, user_of(actor), locked=True)
    done = act()
    if row is None:
        return done
    pictures = store.pictures_of_draft(row)
    if pictures:
        requester = store.requester_of(done.case)
        attach(done.case, [incoming(one) for one in pictures], actor=citizen_actor(requester, kind="citizen"), now=now)
        store.forget_pictures(pictures)
    settle(row, "kept", done.case)
    return done


def settle(row: Draft, state: str, case: str | None = None) -> None:
    """Done with: the key goes, and with the last open part of its paste the words of that too."""
    row.state, row.case_id = state, UUID(case) if case else None
    row.wrapped_key = row.sealed = None
    row.save(update_fields=["state", "case", "wrapped_key", "sealed"])
    if row.paste_id is not None:
        store.shred_done(row.paste_id)


def incoming(picture: Picture) -> Incoming:
    """The picture as it came, to be judged like every other file of a case."""
    data = original(picture)
    name = open_text(picture.paste, picture.name).get("name", "")
    return Incoming(name=str(name), file=io.BytesIO(data), size=len(data))


def original(picture: Picture) -> bytes:
    """The bytes as they came."""
    if picture.paste.wrapped_key is None:
        raise Refused("file-not-found", status=404)
    return base64.b64decode(open_text(picture.paste, uploads.read(picture.original))["file"])


def first_place(pictures: Sequence[Picture]) -> tuple[float, float] | None:
    """Where the first picture that knows it was taken."""
    return next(((one.lon, one.lat) for one in pictures if one.lon is not None and one.lat is not None), None)
