"""Short messages that leave the house: as files in the data folder, or by the HTTP gateway that the settings describe.

The gateway gets a POST of JSON made from a template, in which {to}, {text}, {id} and {at} stand for the message; where
a secret is set, `X-Gezhi-Timestamp` and `X-Gezhi-Signature` (HMAC-SHA256 of "<timestamp>.<body>", hex) prove it ours.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from gezhi.kit.fetching import opened, parts
from gezhi.kit.senders.files import laid
from gezhi.kit.senders.letters import Away, Unsure

TIMEOUT, LARGEST = 10.0, 64 * 1024
BODY = '{"to": "{to}", "text": "{text}", "id": "{id}"}'
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
LATER = (408, 425, 429)
OURS = (401, 402, 403, 404, 405)  # key, account or address: no other message would be taken either
GATEWAY_TIMEOUT = 504  # a proxy before it waited in vain: behind it the message may have been taken


@dataclass(frozen=True, slots=True)
class Sms:
    """One message; `mark` is the same each time it is sent, so that a gateway can drop a repeat."""

    to: str
    text: str
    mark: str
    at: datetime


class NotTaken(Exception):  # noqa: N818 - what happened, in the words of the post
    """The gateway refuses this message for good (a 4xx answer); `code` is what it said."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Declined(OSError):  # noqa: N818 - as above
    """The gateway answers that it did not take it now, by a code of its own; another message may well be taken."""


class Gateway(Protocol):
    """Hands a message on; returns the gateway's own mark of it. Raises NotTaken; Away, Unsure, Declined (OSErrors)."""

    def send(self, message: Sms) -> str: ...


def parts_of(text: str) -> int:
    """How many parts a message is charged as: 70 characters, 67 of each where there are more; 160 and 153 in Latin.

    >>> parts_of("路" * 70), parts_of("路" * 71), parts_of("a" * 160), parts_of("a" * 161), parts_of("")
    (1, 2, 1, 2, 1)
    """
    one, each = (160, 153) if set(text) <= GSM else (70, 67)
    length = len(text) if one == 160 else len(text.encode("utf-16-le")) // 2
    return 1 if length <= one else -(-length // each)


@dataclass(frozen=True, slots=True)
class FileGateway:
    """Each message as a .json file that only this account may read, for a program of the office that sends them."""

    folder: Path

    def send(self, message: Sms) -> str:
        said = {"to": message.to, "text": message.text, "id": message.mark, "at": message.at.isoformat()}
        name = f"{message.at.strftime('%Y%m%d-%H%M%S')}-{message.mark}.json"
        laid(self.folder, name, json.dumps(said, ensure_ascii=False).encode())
        return message.mark


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """By HTTP: address and body are templates; `answer` is the dotted path of the gateway's mark in its JSON."""

    url: str
    body: str = BODY
    secret: str = ""
    answer: str = "id"
    ok: str = ""  # "code=0": what its answer says where it took the message; empty: any 2xx

    def send(self, message: Sms) -> str:
        said = self._posted(message)
        if self.ok:
            path, _, value = self.ok.partition("=")
            code = _mark_in(said, path.strip())
            if code != value.strip():
                raise Declined(f"said-{code[:40]}")
        return _mark_in(said, self.answer) or message.mark

    def _posted(self, message: Sms) -> bytes:
        try:
            with opened(self._request(message), TIMEOUT) as answer:
                return b"".join(parts(answer, largest=LARGEST, longest=TIMEOUT))
        except urllib.error.HTTPError as refused:
            refused.close()
            if 400 <= refused.code < 500 and refused.code not in (*LATER, *OURS):
                raise NotTaken(f"http-{refused.code}") from refused
            if refused.code == GATEWAY_TIMEOUT:
                raise Unsure(f"http-{refused.code}") from refused
            raise Away(f"http-{refused.code}") from refused
        except (urllib.error.URLError, ValueError, RecursionError) as fault:  # broken settings too: none goes out
            raise Away(type(fault).__name__) from fault
        except (OSError, HTTPException) as fault:  # it was posted whole, for what fails before is an URLError
            raise Unsure(type(fault).__name__) from fault

    def _request(self, message: Sms) -> urllib.request.Request:
        values = {"to": message.to, "text": message.text, "id": message.mark, "at": message.at.isoformat()}
        body = json.dumps(filled(json.loads(self.body), values), ensure_ascii=False).encode()
        url = self.url
        for name in ("to", "id"):
            url = url.replace(f"{{{name}}}", quote(values[name], safe=""))
        head = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Gezhi"}
        if self.secret:
            stamp = str(int(message.at.timestamp()))
            head |= {"X-Gezhi-Timestamp": stamp, "X-Gezhi-Signature": signature(self.secret, stamp, body)}
        return urllib.request.Request(url, data=body, headers=head, method="POST")  # noqa: S310 - `opened` checks it


def faults(url: str, body: str) -> list[str]:
    """Which of the settings `sms_url` and `sms_body` no message could go out by.

    >>> faults("", "{"), faults("gateway/send", '{"a": 1}'), faults("https://g.cn/{to}", '{"to": {to}}')
    ([], ['sms_url', 'sms_body'], ['sms_body'])
    """
    if not url:
        return []
    found = [] if _posts_to(url) else ["sms_url"]
    try:
        template = json.loads(body or BODY)
    except (ValueError, RecursionError):
        return [*found, "sms_body"]
    marks = {"to": "\ue000", "text": "\ue001"}
    said = json.dumps(filled(template, marks), ensure_ascii=False)
    whole = marks["text"] in said and (marks["to"] in said or "{to}" in url)
    return found if whole else [*found, "sms_body"]


def _posts_to(url: str) -> bool:
    try:
        where = urlsplit(url)
    except ValueError:
        return False
    return where.scheme in ("http", "https") and bool(where.hostname)


def filled(template: Any, values: dict[str, str]) -> Any:
    """A template with the values in its texts; what a value says can be no part of the JSON.

    >>> filled({"phones": ["{to}"], "n": 1}, {"to": '1"}'})
    {'phones': ['1"}'], 'n': 1}
    """
    if isinstance(template, dict):
        return {name: filled(each, values) for name, each in template.items()}
    if isinstance(template, list):
        return [filled(each, values) for each in template]
    if not isinstance(template, str):
        return template
    whole = template.strip()
    if whole.startswith("{") and whole[1:-1] in values and whole.endswith("}"):
        return values[whole[1:-1]]
    for name, value in values.items():
        if name != "text":
            template = template.replace(f"{{{name}}}", value)
    return template.replace("{text}", values.get("text", ""))


def signature(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _mark_in(raw: bytes, path: str) -> str:
    """The gateway's mark in its answer; nothing where it says none."""
    try:
        found: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return str(found)[:80] if isinstance(found, str | int) else ""


def gateway_of(url: str, body: str, secret: str, answer: str, data: Path, *, ok: str = "") -> Gateway:
    """The way that the settings name; without an address messages are written into the data folder."""
    return HttpGateway(url, body or BODY, secret, answer, ok) if url else FileGateway(data / "outgoing" / "sms")
