"""A letter, and the two ways to send it."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

WAIT = 20  # seconds for a mail server


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain letter; `mark` is the same each time it is sent, so that a mailbox shows a repeat once."""

    to: str
    subject: str
    text: str
    mark: str
    language: str
    at: datetime


class Bounced(Exception):  # noqa: N818 - what happened, in the words of the post
    """The mailbox refuses for good (a 5xx answer); `code` is what the server said first."""

    def __init__(self, address: str, code: str) -> None:
        super().__init__(code)
        self.address, self.code = address, code


class Sender(Protocol):
    """Hands a letter on; raises Bounced for a mailbox that refuses, OSError for what may pass."""

    def send(self, letter: Letter) -> None: ...


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as mail programs read it; it asks for no answer by machines."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, letter.to, letter.subject
    made["Date"] = format_datetime(letter.at)
    made["Message-ID"] = f"<{letter.mark}@{sender.rpartition('@')[2] or 'gezhi.invalid'}>"
    made["Content-Language"], made["Auto-Submitted"] = letter.language, "auto-generated"
    made.set_content(letter.text)
    return made


@dataclass(frozen=True, slots=True)
class FileSender:
    """Each letter as an .eml file, for an office without a mail server or one whose own program fetches them."""

    folder: Path
    sender: str

    def send(self, letter: Letter) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        stamp = letter.at.strftime("%Y%m%d-%H%M%S")
        passing = self.folder / f".{letter.mark}.part"
        passing.write_bytes(message_of(letter, self.sender).as_bytes())
        passing.replace(self.folder / f"{stamp}-{letter.mark}.eml")  # whole or not at all


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """By a mail server: smtp://user:password@host:587?tls=starttls, or smtps:// for TLS from the first byte."""

    url: str
    sender: str

    def send(self, letter: Letter) -> None:
        parts = urlsplit(self.url)
        host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
        context = ssl.create_default_context()
        try:
            with (
                smtplib.SMTP_SSL(host, parts.port or 465, timeout=WAIT, context=context)
                if secure
                else smtplib.SMTP(host, parts.port or 25, timeout=WAIT)
            ) as server:
                if not secure and parse_qs(parts.query).get("tls") == ["starttls"]:
                    server.starttls(context=context)
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(message_of(letter, self.sender), self.sender, [letter.to])
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            if code >= 500:
                raise Bounced(letter.to, str(code)) from refused
            raise OSError(f"the mail server answers {code}") from refused


def sender_of(url: str, sender: str, data: Path) -> Sender:
    """The way that the settings name; without an address letters are written into the data folder."""
    return SmtpSender(url, sender) if url else FileSender(data / "outgoing" / "mail", sender)
