"""Photos that come in pieces: what arrived is on the disk before its row says so, and the phone goes on from there."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.rules import parts as rules
from gezhi.loop.field.service.steps import person
from gezhi.loop.models import FieldPart
from gezhi.loop.service.attaching import Incoming
from gezhi.trust.rules import Actor


@dataclass(frozen=True, slots=True)
class Whole:
    """A photo that has arrived in full."""

    row: FieldPart

    def incoming(self) -> Incoming:
        """As if it had come with the form."""
        return Incoming(self.row.name, io.BytesIO(path_of(self.row.pk).read_bytes()), self.row.length)


def path_of(key: UUID) -> Path:
    """Where the bytes of a photo on its way lie."""
    return Path(settings.GEZHI_FILES) / "parts" / str(key)


def offset(key: str, *, actor: Actor) -> int:
    """How many bytes of a photo have arrived; 0 for one that nobody has begun. Somebody else's counts as unknown."""
    row = store.part(rules.key_of(key), person(actor))
    return _there(row) if row is not None else 0


@transaction.atomic
def put(key: str, at: int, length: int, data: bytes, *, name: str = "", actor: Actor, now: datetime) -> int:
    """Keep one piece; returns how many bytes have arrived. No act and no record: nothing is said with it yet.

    Refuses field-offset (409, with where to go on), field-piece-large, field-piece-past, file-too-large,
    field-parts-many, disk-full.
    """
    own, user = rules.key_of(key), person(actor)
    row = store.part(own, user, lock=True) or _begun(own, user, length, name, now)
    got = _there(row)
    rules.check_piece(got, row.length, at, len(data))
    _append(path_of(own), got, data)
    row.got, row.touched_at = got + len(data), now
    row.save(update_fields=["got", "touched_at"])
    return row.got


def _begun(own: UUID, user: int, length: int, name: str, now: datetime) -> FieldPart:
    rules.check_length(length, int(settings.GEZHI_UPLOAD_BYTES))
    if store.on_their_way(user) >= rules.MOST_OPEN:
        raise Refused("field-parts-many", most=rules.MOST_OPEN)
    row = FieldPart(id=own, user_id=user, length=length, name=Path(name).name[:80], touched_at=now)
    if not store.begin_part(row):
        known = store.part(own, user, lock=True)
        if known is None:  # another person's key
            raise Refused("key-reused", key=str(own), act="field.part")
        return known
    return row


def _there(row: FieldPart) -> int:
    """How much there is on the disk of what the row knows: a restored backup may have less."""
    if row.act is not None:  # it hangs on a case
        return row.length
    path = path_of(row.pk)
    return min(row.got, path.stat().st_size) if path.exists() else 0


def _append(path: Path, got: int, data: bytes) -> None:
    """Write after what counts; what a broken request left behind it is cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("r+b" if path.exists() else "w+b") as out:
            out.truncate(got)
            out.seek(got)
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Refused("disk-full", status=507) from error


def files_of(keys: Sequence[str], user: int) -> list[Whole]:
    """The photos that an act names, each arrived in full; refuses those that are not, naming where they stand."""
    wanted = [rules.key_of(key) for key in dict.fromkeys(keys)]
    rows = {row.pk: row for row in store.parts(wanted, user)}
    for key in wanted:
        row = rows.get(key)
        if row is None or row.act is not None:
            raise Refused("field-part-missing", part=str(key))
        if _there(row) < row.length:
            raise Refused("field-part-unfinished", part=str(key), offset=_there(row))
    return [Whole(rows[key]) for key in wanted]


def used(photos: Sequence[Whole], act: UUID, now: datetime) -> None:
    """They hang on the case now; their pieces go once that is certain."""
    for photo in photos:
        photo.row.act, photo.row.touched_at = act, now
        photo.row.save(update_fields=["act", "touched_at"])
        path = path_of(photo.row.pk)
        transaction.on_commit(lambda path=path: path.unlink(missing_ok=True))  # type: ignore[misc]  # bound at once


def sweep(now: datetime) -> int:
    """Drop photos that nobody went on with for a week, and the rows of those that were used; how many."""
    count = 0
    while rows := store.stale_parts(now - timedelta(days=rules.KEPT_DAYS)):
        for row in rows:
            path_of(row.pk).unlink(missing_ok=True)
            row.delete()
        count += len(rows)
    return count
