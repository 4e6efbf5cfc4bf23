"""Recordings: opened for a purpose by those who may, in the ledger and on the person's list, fetched only by us."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.loop.calls import store
from gezhi.loop.calls.rules.recordings import checked
from gezhi.loop.models import Call
from gezhi.loop.service.reading import hidden
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import note_opened, open_text, record, require, verb

PURPOSES = ("verification", "handling", "inspection", "emergency")
TIMEOUT = 15
CHUNK = 64 * 1024
LARGEST = 200 * 1024 * 1024
KINDS = ("audio/", "application/octet-stream", "binary/octet-stream")


def may_listen(actor: Actor, call: Call) -> bool:
    """Whether a link to the recording is shown."""
    return bool(call.recorded and actor.grants_for("call.listen"))


def _permit(actor: Actor, call: Call) -> None:
    """Refuse whoever may not hear this call: by the verb, by sight of the case, by its confidentiality."""
    if not actor.grants_for("call.listen"):
        require(actor, "call.listen")
    if call.case_id is not None:
        case = get_visible(actor, call.case_id)
        require(actor, "call.listen", unit_paths=[case.desk.path, *([case.lead.path] if case.lead else [])])
        if hidden(actor, case):
            raise Refused("reveal-confidential", status=403)


@verb("call.listen")
def listen(call_id: UUID | str, purpose: str, *, actor: Actor, now: datetime) -> Call:
    """Permit one hearing of a recording; the person concerned can see that it was heard, by which unit and for what."""
    call = store.call(call_id)
    if call is None:
        raise Refused("call-not-found", status=404)
    _permit(actor, call)
    if purpose not in PURPOSES:
        raise Refused("reveal-purpose", status=422, purpose=purpose[:40], known=", ".join(PURPOSES))
    checked(address(call), settings.GEZHI_RECORDING_HOSTS)
    person = store.person_of(call)
    note_opened(person, "recording", actor=actor, now=now, purpose=purpose, case_id=call.case_id)
    record("call.listen", "call", call.pk, actor=actor, body={"purpose": purpose})
    return call


def address(call: Call) -> str:
    """Where the recording lies; refused where there is none any more."""
    for event in reversed(store.events(call)):
        if event.sealed is not None:
            url = open_text(call.requester, event.sealed).get("recording_url")
            if url:
                return str(url)
    raise Refused("recording-missing", status=404)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A recording comes from the host that is named and from nowhere that it names."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def fetched(call: Call, span: str = "") -> tuple[int, dict[str, str], Iterator[bytes]]:
    """Status, headers and bytes of a recording; only sound comes through, and no more than fits."""
    url = checked(address(call), settings.GEZHI_RECORDING_HOSTS)
    headers = {"Range": span} if span.startswith("bytes=") and span.isascii() and len(span) < 60 else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - only http and https pass `checked`
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        answer = opener.open(request, timeout=TIMEOUT)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as broken:
        raise Refused("recording-away", status=502) from broken
    kind = answer.headers.get_content_type()
    length = answer.headers.get("Content-Length", "")
    if not kind.startswith(KINDS) or (length.isdecimal() and int(length) > LARGEST):
        answer.close()
        raise Refused("recording-away", status=502)
    kept = {name: answer.headers[name] for name in ("Content-Length", "Content-Range") if answer.headers[name]}
    return answer.status, {**kept, "Content-Type": kind}, _chunks(answer)


def _chunks(answer: Any) -> Iterator[bytes]:
    """The bytes, until they end or there are too many."""
    sent = 0
    with answer:
        while sent < LARGEST and (part := answer.read(CHUNK)):
            sent += len(part)
            yield part
