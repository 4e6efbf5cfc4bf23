"""The kind `mail`: a mailbox whose letters become cases; what goes out to citizens by mail goes through it."""

import imaplib
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store as pieces
from gezhi.loop.partners.adapters import Arrived, Ask, Done, Later, Note, Told
from gezhi.loop.partners.kinds.mail import posting, store, taking
from gezhi.loop.partners.kinds.mail.boxes import DONE, FAILED, Box
from gezhi.loop.partners.kinds.mail.boxes.imap import Imap, secure
from gezhi.loop.partners.kinds.mail.boxes.maildir import Maildir
from gezhi.loop.partners.kinds.mail.rules import reading
from gezhi.loop.partners.service.keeping import BOX_SINCE, secrets_of
from gezhi.loop.reach.rules.addresses import mail_address
from gezhi.loop.reach.service.telling import due
from gezhi.trust.rules import Actor

MEGABYTE, LARGEST, AT_ONCE = 2**20, 25, 100
SKEW = timedelta(minutes=5)  # by which clocks of two machines may differ
_FOLDER = re.compile(r"[A-Za-z0-9 ._/%-]{0,80}")
logger = logging.getLogger(__name__)


class Mail:
    """A mailbox by IMAP or a maildir; without one it only sends."""

    kind = "mail"
    asks = (
        Ask("box"),
        Ask("user"),
        Ask("password", "secret"),
        Ask("address"),
        Ask("plus", "yes"),
        Ask("most", "number"),
        Ask("largest", "number"),
        Ask("every", "number"),
        Ask("older", "yes"),
    )

    def checked(self, partner: Partner, secrets: Mapping[str, str]) -> None:
        """Raises mail-wish (422), naming the wish; mail-open-line where the password would travel in the clear."""
        own = str(partner.wishes.get("address") or "")
        if own and not mail_address(own):
            raise Refused("mail-wish", status=422, field="address")
        box = str(partner.wishes.get("box") or "")
        where = urlsplit(box)
        if where.scheme in ("imap", "imaps"):
            folder = _FOLDER.fullmatch(where.path) is not None
            if not where.hostname or where.username or not folder or not partner.wishes.get("user"):
                raise Refused("mail-wish", status=422, field="box" if partner.wishes.get("user") else "user")
            if not secure(where):
                raise Refused("mail-open-line", status=422, field="box")
            if not secrets.get("password") or not secrets["password"].isprintable():
                raise Refused("mail-wish", status=422, field="password")
        elif box and not (where.scheme == "maildir" and Path(where.path).is_absolute()):
            raise Refused("mail-wish", status=422, field="box")

    def hears(self, partner: Partner, told: Told) -> Iterable[Note]:
        return due(partner, told, "mail")

    def send(self, partner: Partner, piece: Piece, *, now: datetime) -> Done:
        return posting.send(partner, piece, now=now)

    def fetch(self, partner: Partner, *, now: datetime) -> Iterable[Arrived]:
        """Each letter that lies there; it is moved once it is taken, and left unread until then."""
        if not partner.wishes.get("box"):
            return
        box = box_of(partner)
        try:
            yield from self._letters(partner, box)
        except imaplib.IMAP4.error as fault:
            raise Later("imap") from fault
        finally:
            box.close()

    def _letters(self, partner: Partner, box: Box) -> Iterator[Arrived]:
        largest = int(partner.wishes.get("largest") or LARGEST) * MEGABYTE
        stuck: OSError | None = None
        since = connected(partner)
        for lying in box.letters(largest, AT_ONCE, None if partner.wishes.get("older") else since):
            body = reading.read(lying.raw) if lying.whole else reading.too_large(lying.raw)
            if lying.at < since:
                body["older"] = True
            key = reading.key_of(body, store.hashed(body["from"]))
            row = pieces.piece(partner, "in", key)
            if row is None or row.state == "waiting":
                yield Arrived(key, "mail.letter", body)
                row = pieces.piece(partner, "in", key)
            if row is not None and row.state != "waiting":
                try:
                    box.move(lying.name, DONE if row.state == "done" else FAILED)
                except OSError as fault:  # it is taken, wherever it lies: the others are not kept waiting for it
                    stuck = fault
        if stuck is not None:
            raise stuck

    def accept(self, partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
        if piece.kind != "mail.letter":
            raise Refused("piece-kind", status=422, kind=piece.kind)
        return taking.take(partner, piece, body, actor=actor, now=now)


def connected(partner: Partner) -> datetime:
    """Since when this mailbox is ours to answer for: the letters before it are its archive."""
    said = str(partner.wishes.get(BOX_SINCE) or "")
    return (datetime.fromisoformat(said) if said else partner.created_at) - SKEW


def box_of(partner: Partner) -> Box:
    where = urlsplit(str(partner.wishes["box"]))
    if where.scheme == "maildir":
        return Maildir(Path(where.path))
    return Imap(where, str(partner.wishes.get("user") or ""), secrets_of(partner).get("password", ""))
