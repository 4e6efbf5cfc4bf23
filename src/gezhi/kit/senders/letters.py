"""A letter, and the two ways to send it."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from gezhi.kit.senders.files import laid

WAIT = 20  # seconds for a mail server
SCANS = 240  # seconds in which it may look through a letter before it says whether it takes it
GONE = (550, 551, 553)  # that there is no such mailbox, where no finer status is told
_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,900}")  # printable, without blanks and angle brackets
_STATUS = re.compile(r"5\.(\d+)\.\d+")  # RFC 3463: 5.1 is about the address, 5.2 about the mailbox, 5.7 about rights


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain letter; `mark` is the same each time it is sent, so that a mailbox shows a repeat once."""

    to: str
    subject: str
    text: str
    mark: str
    language: str
    at: datetime
    reply_to: str = ""
    stop: str = ""  # address of the page on which whoever gets it ends it


class Bounced(Exception):  # noqa: N818 - what happened, in the words of the post
    """The mailbox refuses for good (a 5xx answer); `code` is what the server said first."""

    def __init__(self, address: str, code: str) -> None:
        super().__init__(code)
        self.address, self.code = address, code


class Away(OSError):  # noqa: N818 - as above
    """The mail server is not reached, or refuses us whoever we write to: no other letter would go out either."""


class Unsure(OSError):  # noqa: N818 - as above
    """It was handed over whole, but no answer came: it may have been taken, and a repeat would be a second one."""


class Sender(Protocol):
    """Hands a letter on; raises Bounced for a mailbox that refuses, Away where none goes out, Unsure, or OSError."""

    def send(self, letter: Letter) -> None: ...


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as mail programs read it; it asks for no answer by machines."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, letter.to, letter.subject
    made["Date"] = format_datetime(letter.at)
    made["Message-ID"] = f"<{letter.mark}@{parseaddr(sender)[1].rpartition('@')[2] or 'gezhi.invalid'}>"
    made["Content-Language"], made["Auto-Submitted"] = letter.language, "auto-generated"
    if letter.reply_to:
        made["Reply-To"] = letter.reply_to
    if _ADDRESS.fullmatch(letter.stop):
        made[_Whole.name] = _Whole(f"<{letter.stop}>")
    made.set_content(letter.text)
    return made


class _Whole(str):
    """List-Unsubscribe (RFC 2369) in one line: the library would write a long address as encoded words, which no
    mail program reads as an address.
    """

    __slots__ = ()
    name = "List-Unsubscribe"
    max_count = 1

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


@dataclass(frozen=True, slots=True)
class FileSender:
    """Each letter as an .eml file for this account alone, where there is no mail server or a program fetches them."""

    folder: Path
    sender: str

    def send(self, letter: Letter) -> None:
        stamp = letter.at.strftime("%Y%m%d-%H%M%S")
        laid(self.folder, f"{stamp}-{letter.mark}.eml", message_of(letter, self.sender).as_bytes())


class _Patient(smtplib.SMTP):
    """Waits for minutes once a letter is handed over, and knows whether it was."""

    whole = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(SCANS)
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as fault:
            if self.whole:
                raise Unsure(type(fault).__name__) from fault
            raise
        finally:
            if self.sock is not None:
                self.sock.settimeout(WAIT)

    def send(self, s: Any) -> None:
        super().send(s)
        self.whole = not isinstance(s, str)  # commands are text; the letter, with the dot that ends it, is bytes


class _PatientTls(_Patient, smtplib.SMTP_SSL):
    """The same, through TLS from the first byte."""


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """By a mail server: smtp://user:password@host:587?tls=starttls, or smtps:// for TLS from the first byte."""

    url: str
    sender: str

    def send(self, letter: Letter) -> None:
        try:
            server = self._open()
        except OSError as fault:
            raise Away(str(fault)) from fault
        try:
            server.send_message(message_of(letter, self.sender), self.sender, [letter.to])
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            raise _refused(letter.to, code, said) from refused
        except smtplib.SMTPDataError as refused:
            raise _refused(letter.to, refused.smtp_code, refused.smtp_error) from refused
        except smtplib.SMTPSenderRefused as refused:
            raise Away(str(refused)) from refused
        finally:
            with suppress(OSError):  # the letter is taken or refused by now; how they part changes nothing
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
        context = ssl.create_default_context()
        server = (
            _PatientTls(host, parts.port or 465, timeout=WAIT, context=context)
            if secure
            else _Patient(host, parts.port or 25, timeout=WAIT)
        )
        try:
            if not secure and parse_qs(parts.query).get("tls") == ["starttls"]:
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except OSError:
            server.close()
            raise
        return server


def _refused(address: str, code: int, said: bytes | str) -> Exception:
    """What a refusal is: of this mailbox for good, or of us or of the moment (relaying, policy, a full disk)."""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    why = _STATUS.match(text)
    gone = why[1] in ("1", "2") if why else code in GONE
    return Bounced(address, str(code)) if code >= 500 and gone else OSError(f"the mail server answers {code}")


def sender_of(url: str, sender: str, data: Path) -> Sender:
    """The way that the settings name; without an address letters are written into the data folder."""
    return SmtpSender(url, sender) if url else FileSender(data / "outgoing" / "mail", sender)
