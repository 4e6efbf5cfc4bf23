"""A system that hears of our cases by signed POSTs, and may open and continue cases by signed POSTs of its own.

Out: type, timestamp and data of Standard Webhooks; codes and numbers alone: who wants the words asks the API, with its
own rights. Wishes: url, events (received, moved), matters (branches), only_own (its own cases alone).
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from gezhi.kernel.errors import Refused
from gezhi.kit.fetching import opened, parts
from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import store
from gezhi.loop.partners.adapters import Arrived, Ask, Done, Later, Note, Told
from gezhi.loop.partners.kinds import opening
from gezhi.loop.partners.rules.signing import signature
from gezhi.loop.partners.service.keeping import secrets_of
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor, within

TIMEOUT, LARGEST = 10.0, 64 * 1024
TOPICS = {"case.received": "received", "case.moved": "moved"}
LEAST_SECRET = 24
PASSED_ON = ("number", "state", "kind", "matter", "area", "urgency", "move", "source", "round", "outcome")


class Webhook:
    """Signed POSTs to an address, and signed POSTs from it."""

    kind = "webhook"
    asks = (
        Ask("url"),
        Ask("events", "list"),
        Ask("matters", "list"),
        Ask("only_own", "yes"),
        Ask("secret", "secret", required=True),
    )

    def checked(self, partner: Partner, secrets: Mapping[str, str]) -> None:
        """Raises partner-wish (422), naming the wish."""
        url = str(partner.wishes.get("url") or "")
        parts_of = urlsplit(url)
        if url and (parts_of.scheme not in ("http", "https") or not parts_of.hostname or parts_of.username):
            raise Refused("partner-wish", status=422, field="url", kind=self.kind)
        unknown = set(partner.wishes.get("events") or ()) - set(TOPICS.values())
        if unknown:
            raise Refused("partner-wish", status=422, field="events", kind=self.kind)
        if len(secrets.get("secret", "")) < LEAST_SECRET:
            raise Refused("partner-wish", status=422, field="secret", kind=self.kind)

    def hears(self, partner: Partner, told: Told) -> Iterable[Note]:
        wishes = partner.wishes
        if not wishes.get("url") or TOPICS.get(told.topic) not in (wishes.get("events") or TOPICS.values()):
            return
        if not wanted(wishes, told) or (wishes.get("only_own") and store.link_of(partner, told.case) is None):
            return
        facts = {name: told.facts[name] for name in PASSED_ON if told.facts.get(name) not in (None, "")}
        yield Note(f"e{told.event}", told.topic, told.case, facts)

    def send(self, partner: Partner, piece: Piece, *, now: datetime) -> Done:
        body = json.dumps(self.said(partner, piece), ensure_ascii=False, separators=(",", ":")).encode()
        stamp, mark = str(int(now.timestamp())), f"{partner.code}-{piece.pk}"
        signed = signature(secrets_of(partner)["secret"], mark, stamp, body)
        head = {
            "Content-Type": "application/json; charset=utf-8", "User-Agent": "Gezhi", "webhook-id": mark,
            "webhook-timestamp": stamp, "webhook-signature": signed,
        }  # fmt: skip
        return Done(facts={"status": posted(str(partner.wishes["url"]), body, head)})

    def said(self, partner: Partner, piece: Piece) -> dict[str, Any]:
        """What is sent: the same at each try."""
        data = {"case": str(piece.case_id), **piece.facts}
        link = store.link_of(partner, piece.case_id)
        if link is not None:
            data["your_number"] = link.number
        return {"type": piece.kind, "timestamp": piece.at.isoformat(), "data": data}

    def fetch(self, partner: Partner, *, now: datetime) -> Iterable[Arrived]:
        return ()

    def accept(self, partner: Partner, piece: Piece, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Done:
        if piece.kind == "case.create":
            return opening.open_case(partner, piece, body, actor=actor, now=now)
        if piece.kind == "case.state":
            return opening.keep_state(partner, body, now=now)
        name = piece.kind.removeprefix("case.")
        if name not in opening.WORDS:
            raise Refused("piece-kind", status=422, kind=piece.kind)
        return opening.add_words(partner, name, body, actor=actor, now=now)


def wanted(wishes: Mapping[str, Any], told: Told) -> bool:
    """Whether the case lies in one of the matters that the partner asked for; without a wish it does."""
    branches = [str(code) for code in wishes.get("matters") or ()]
    path = content().matter_path(str(told.facts.get("matter") or ""))
    return not branches or any(within(path, content().matter_path(code)) for code in branches)


def posted(url: str, body: bytes, head: Mapping[str, str]) -> int:
    """POST it; the status of an answer that took it. Raises Later, or partner-refused where trying again is vain."""
    try:
        request = urllib.request.Request(url, data=body, headers=dict(head), method="POST")  # noqa: S310 - `opened` checks it
        with opened(request, TIMEOUT) as answer:
            for _ in parts(answer, largest=LARGEST, longest=TIMEOUT):
                pass
            return answer.status
    except urllib.error.HTTPError as refused:
        refused.close()
        if refused.code in (408, 425, 429) or refused.code >= 500:
            raise Later(f"http-{refused.code}") from refused
        raise Refused("partner-refused", http=refused.code) from refused
    except (OSError, ValueError, HTTPException) as fault:
        raise Later(type(fault).__name__) from fault
