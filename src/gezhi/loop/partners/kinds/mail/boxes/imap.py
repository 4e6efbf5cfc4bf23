"""A mailbox of a mail server by IMAP: over TLS, unless the server is this machine itself."""

import imaplib
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote

from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.mail.boxes import Lying

WAIT = 30  # seconds for an answer of the server
LONGEST = 240.0  # seconds for all that is asked in one look: a server may send a byte now and then without end
LOCAL = ("localhost", "127.0.0.1", "::1")
BELOW = ("", "INBOX.", "INBOX/")  # where a server lets folders be made: beside the inbox, or below it
TAKEN = "GezhiTaken"  # the keyword of a letter that was taken and could not be moved
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
logger = logging.getLogger(__name__)


def secure(where: SplitResult) -> bool:
    """Whether words and password cannot be read on the way."""
    starttls = parse_qs(where.query).get("tls") == ["starttls"]
    return where.scheme == "imaps" or starttls or where.hostname in LOCAL


@dataclass
class Imap:
    """`imaps://host/folder`, or `imap://host/folder?tls=starttls`; letters are fetched without being marked as read."""

    where: SplitResult
    user: str
    password: str
    _server: imaplib.IMAP4 | None = None
    _watch: Timer | None = None

    def letters(self, largest: int, most: int, after: datetime | None) -> Iterator[Lying]:
        server = self._open()
        folder = unquote(self.where.path.strip("/")) or "INBOX"
        self._asked(server.select(f'"{folder}"'), "imap-folder")
        # the server compares days of its own place, so that the hour is looked at here
        since = [] if after is None else ["SINCE", imaplib.Time2Internaldate(after - timedelta(days=1))[1:12].strip()]
        found = self._asked(server.uid("SEARCH", "UNDELETED", "UNKEYWORD", TAKEN, *since), "imap-search")
        for name in (found[0] or b"").decode("ascii").split():
            one = self._read(server, name, largest, after)
            if one is not None:
                yield one
                most -= 1
            if most <= 0:
                return

    def _read(self, server: imaplib.IMAP4, name: str, largest: int, after: datetime | None) -> Lying | None:
        """One letter; one that the server itself cannot hand out stays where it is, and the next is asked for."""
        try:
            return self._one(server, name, largest, after)
        except imaplib.IMAP4.abort:
            raise
        except (Later, imaplib.IMAP4.error):
            logger.warning("letter %s of %s cannot be fetched from the server", name, self.user)
            return None

    def _one(self, server: imaplib.IMAP4, name: str, largest: int, after: datetime | None) -> Lying | None:
        said = self._asked(server.uid("FETCH", name, "(RFC822.SIZE INTERNALDATE)"), "imap-fetch")
        came = next((imaplib.Internaldate2tuple(_bytes(one)) for one in said if one), None)
        at = datetime.fromtimestamp(time.mktime(came), UTC) if came is not None else datetime.now(UTC)
        if after is not None and at < after:
            return None
        size = next((_SIZE.search(_bytes(one)) for one in said if one and _SIZE.search(_bytes(one))), None)
        whole = size is not None and int(size[1]) <= largest
        what = "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])"
        parts = self._asked(server.uid("FETCH", name, what), "imap-fetch")
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        return Lying(name, raw, whole, at) if raw is not None else None  # somebody moved it meanwhile

    def move(self, name: str, to: str) -> None:
        """Marked as read and moved; a server that cannot move copies, and drops the first.

        One that takes it into no folder keeps it in the inbox, with a keyword by which it is not asked for again.
        """
        server = self._open()
        self._asked(server.uid("STORE", name, "+FLAGS.SILENT", "(\\Seen)"), "imap-flag")
        moves = "MOVE" in server.capabilities
        if not any(self._laid(server, name, f"{below}{to}", moves=moves) for below in BELOW):
            logger.warning("letter %s of %s is taken, but the server moves it to no folder %s", name, self.user, to)
            server.uid("STORE", name, "+FLAGS.SILENT", f"({TAKEN})")
            return
        if not moves:
            self._asked(server.uid("STORE", name, "+FLAGS.SILENT", "(\\Deleted)"), "imap-flag")
            if "UIDPLUS" in server.capabilities:  # without it others' deleted letters would go with ours
                server.uid("EXPUNGE", name)

    def _laid(self, server: imaplib.IMAP4, name: str, folder: str, *, moves: bool) -> bool:
        """Moved into a folder, which is made where it is missing and the server lets us."""
        if self._moved(server, name, folder, moves=moves):
            return True
        try:
            made = server.create(folder)[0] == "OK"
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return False
        return made and self._moved(server, name, folder, moves=moves)

    def _moved(self, server: imaplib.IMAP4, name: str, to: str, *, moves: bool) -> bool:
        try:
            return server.uid("MOVE" if moves else "COPY", name, to)[0] == "OK"
        except (imaplib.IMAP4.abort, OSError) as fault:
            raise Later("imap-move") from fault
        except imaplib.IMAP4.error:
            return False

    def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._server is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._server.logout()
            with suppress(OSError):  # the line is let go even where the server is not there to be told
                self._server.shutdown()
            self._server = None

    def _open(self) -> imaplib.IMAP4:
        if self._server is not None:
            return self._server
        host, context = self.where.hostname or "localhost", ssl.create_default_context()
        try:
            if self.where.scheme == "imaps":
                made: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, self.where.port or 993, ssl_context=context, timeout=WAIT)
            else:
                made = imaplib.IMAP4(host, self.where.port or 143, timeout=WAIT)
                if parse_qs(self.where.query).get("tls") == ["starttls"]:
                    made.starttls(context)
        except ssl.SSLError as fault:
            raise Later("imap-tls") from fault
        except imaplib.IMAP4.error as fault:
            raise Later("imap-greeting") from fault
        self._watch = Timer(LONGEST, _cut, [made])
        self._watch.daemon = True
        self._watch.start()
        try:
            made.login(self.user, self.password)
        except imaplib.IMAP4.error as fault:
            self._watch.cancel()
            made.shutdown()
            raise Later("imap-login") from fault
        self._server = made
        return made

    def _asked(self, answer: tuple[str, list[Any]], code: str) -> list[Any]:
        if answer[0] != "OK":
            raise Later(code)
        return answer[1]


def _cut(server: imaplib.IMAP4) -> None:
    """End a line from beside: who reads from it finds its end."""
    with suppress(OSError):
        server.sock.shutdown(socket.SHUT_RDWR)


def _bytes(one: Any) -> bytes:
    return b" ".join(part for part in one if isinstance(part, bytes)) if isinstance(one, tuple) else bytes(one or b"")
