"""A letter out of its bytes: who wrote, what was said in plain words, what hangs on it, and what could not be read."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from typing import Any

from gezhi.kit.text import clean
from gezhi.loop.partners.kinds.mail.rules import automatic, bounces, headers, html, marks

MOST_PARTS, MOST_FILES, LONGEST_TEXT = 200, 20, 200_000
DECORATION = 4096  # bytes below which a picture inside the text is a logo or a line, no photo of anything
LOCKED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
PACKED = ("application/ms-tnef", "application/vnd.ms-tnef")
PASSED = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "text/calendar")


@dataclass
class Parts:
    """What the parts of a letter hold."""

    texts: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)  # what was not taken, and why


def read(raw: bytes) -> dict[str, Any]:
    """A letter as facts that its route has no part in: the same letter that came twice reads the same.

    `fault` is the code of what keeps it from being understood: mail-encrypted, mail-broken.
    """
    try:
        letter = head_of(raw)
        said = about(letter)
    except Exception:  # noqa: BLE001 - whatever a stranger wrote: a person looks at it, and the next letter is read
        return broken(raw)
    try:
        if letter.get_content_type() in LOCKED:
            return {**said, "fault": "mail-encrypted"}
        parts = _parts(letter)
        text = "\n".join(parts.texts).strip() or "\n".join(html.plain(page) for page in parts.pages).strip()
        came_back = bounces.came_back(raw, letter, text, said["from"])
    except Exception:  # noqa: BLE001 - the parser of the language gives up in many words
        return {**said, "fault": "mail-broken"}
    auto = "bounce" if came_back else said["auto"]
    known = {"text": clean(text)[:LONGEST_TEXT], "files": parts.files, "left": parts.left, "bounced": came_back}
    body = {**said, **known, "auto": auto, "told": marks.found_in(raw.decode("latin-1"), text) if auto else []}
    return body if _keepable(body) else broken(raw)


def broken(raw: bytes) -> dict[str, Any]:
    """A letter of which nothing could be read; its own bytes are its mark, since two such letters are two."""
    known = about(Message())
    return {**known, "id": f"{hashlib.sha256(raw).hexdigest()}@unread", "fault": "mail-broken"}


def _keepable(body: dict[str, Any]) -> bool:
    """Whether what was read is text throughout, without halves of characters."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except ValueError:
        return False
    return True


def too_large(raw: bytes) -> dict[str, Any]:
    """What is known of a letter of which only the head was fetched."""
    try:
        body = {**about(head_of(raw)), "fault": "mail-too-large"}
    except Exception:  # noqa: BLE001 - as above
        return broken(raw)
    return body if _keepable(body) else broken(raw)


def head_of(raw: bytes) -> Message:
    try:
        return message_from_bytes(raw)
    except RecursionError:  # a letter in a letter, a thousand times
        return message_from_bytes(raw.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0] + b"\n\n")


def about(letter: Message) -> dict[str, Any]:
    """Who wrote to whom about what, and what it answers."""
    name, sender = next(iter(headers.people(letter, "From")), ("", ""))
    own = headers.marks(letter, "Message-ID")
    return {
        "from": sender, "name": clean(name), "subject": clean(headers.said(letter, "Subject"))[: headers.SUBJECT],
        "id": own[0] if own else "", "refs": headers.marks(letter, "References", "In-Reply-To"),
        "to": [where for _, where in headers.people(letter, "To", "Cc", "Delivered-To", "X-Original-To")][:50],
        "auto": automatic.reason(letter, sender), "text": "", "files": [], "left": [], "bounced": [], "told": [],
        "fault": "",
    }  # fmt: skip


def key_of(body: dict[str, Any], sender: str) -> str:
    """Under which a letter is taken once: its own mark, what it says, and who wrote (as a keyed hash).

    Some programs give every letter the same mark; so what it says stands beside it, and none is lost.
    """
    said = repr([(name, body[name]) for name in ("from", "subject", "text", "files", "left", "fault")])
    return f"m:{mark_hash(body['id'])}:{hashlib.sha256(said.encode()).hexdigest()[:16]}:{sender}"


def mark_hash(mark: str) -> str:
    """A Message-ID as it stands in a key.

    >>> len(mark_hash("one@example.cn")), mark_hash("")
    (24, '-')
    """
    return hashlib.sha256(mark.encode("utf-8", "surrogatepass")).hexdigest()[:24] if mark else "-"


def _parts(letter: Message) -> Parts:
    """Texts and files of a letter; a letter inside it is a file that is not taken."""
    found = Parts()
    for count, part in enumerate(_walk(letter)):
        if count >= MOST_PARTS:
            found.left.append({"name": "", "why": "mail-parts"})
            break
        kind, name = part.get_content_type(), _name(part)
        if kind in LOCKED or kind in PACKED or name.lower() == "winmail.dat":
            found.left.append({"name": name, "why": "mail-winmail" if kind not in LOCKED else "mail-encrypted"})
        elif kind.startswith("message/"):
            found.left.append({"name": name, "why": "mail-letter-inside"})
        elif kind in PASSED:
            continue
        elif kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment":
            (found.texts if kind == "text/plain" else found.pages).append(_text(part))
        else:
            _file(found, part, name or kind)
    return found


def _walk(letter: Message) -> Iterator[Message]:
    """The parts that hold something, not descending into letters inside; of alternatives every one."""
    waiting, deep = [letter], 0
    while waiting and deep < MOST_PARTS * 4:
        part, deep = waiting.pop(0), deep + 1
        payload = part.get_payload()
        if part.is_multipart() and isinstance(payload, list) and not part.get_content_type().startswith("message/"):
            waiting = [one for one in payload if isinstance(one, Message)] + waiting
        else:
            yield part


def _name(part: Message) -> str:
    """The name of a file, or nothing where it is written in a way that cannot be read."""
    try:
        return headers.words(part.get_filename() or "")[:120]
    except (MessageError, ValueError, LookupError, TypeError):
        return ""


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "surrogateescape")
    return headers.decoded(raw, str(part.get_content_charset("") or ""))


def _file(found: Parts, part: Message, name: str) -> None:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data:
        return
    inside = part.get_content_disposition() != "attachment" and part.get("Content-ID") is not None
    if inside and part.get_content_maintype() == "image" and len(data) < DECORATION:
        return
    if len(found.files) >= MOST_FILES:
        found.left.append({"name": name, "why": "files-too-many"})
        return
    found.files.append({"name": name, "data": base64.b64encode(data).decode()})
