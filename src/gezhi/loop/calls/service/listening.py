"""Recordings: opened for a purpose by those who may, in the ledger and on the person's list, fetched only by us."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit.fetching import opened, parts
from gezhi.loop.calls import store
from gezhi.loop.calls.rules.recordings import checked
from gezhi.loop.models import Call, Case
from gezhi.loop.service.reading import hidden
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor, allowed
from gezhi.trust.service import note_opened, open_text, record, require, verb

PURPOSES = ("verification", "handling", "inspection", "emergency")
TIMEOUT = 15
LARGEST, LONGEST = 200 * 1024 * 1024, 600  # bytes and seconds of one hearing: each holds a thread of the web process
KINDS = ("audio/", "application/octet-stream", "binary/octet-stream")


def may_listen(actor: Actor, call: Call) -> bool:
    """Whether a link to the recording is shown."""
    return bool(call.recorded and actor.grants_for("call.listen"))


def permit(actor: Actor, call: Call) -> None:
    """Refuse whoever may not hear this call: by the verb, by sight of the case, by its confidentiality."""
    if not actor.grants_for("call.listen"):
        require(actor, "call.listen")
    if call.case_id is not None:
        case = _seen(actor, call.case_id)
        kept = content()
        require(
            actor, "call.listen", unit_paths=[case.desk.path, *([case.lead.path] if case.lead else [])],
            matter=kept.matter_path(case.matter), area_path=kept.area_path(case.area),
        )  # fmt: skip
        if hidden(actor, case):
            raise Refused("reveal-confidential", status=403)
        return
    unit = call.agent.unit if call.agent is not None else None
    unit = unit or below.intake_unit()  # a call that nobody known took up belongs to where calls come in
    if allowed(actor, "call.listen", unit_paths=[unit.path] if unit else [], matter="", area_path="") is None:
        raise Refused("call-not-found", status=404)


def _seen(actor: Actor, case: UUID) -> Case:
    """The case of a call; where it may not be seen, neither may that there was a call."""
    try:
        return get_visible(actor, case)
    except Refused as refused:
        raise Refused("call-not-found", status=404) from refused


@verb("call.listen")
def listen(call_id: UUID | str, purpose: str, *, actor: Actor, now: datetime) -> Call:
    """Permit one hearing of a recording; the person concerned can see that it was heard, by which unit and for what."""
    call = store.call(call_id)
    if call is None:
        raise Refused("call-not-found", status=404)
    permit(actor, call)
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


def fetched(call: Call, span: str = "") -> tuple[int, dict[str, str], Iterator[bytes]]:
    """Status, headers and bytes of a recording; only sound comes through, and no more than fits."""
    url = checked(address(call), settings.GEZHI_RECORDING_HOSTS)
    headers = {"Range": span} if span.startswith("bytes=") and span.isascii() and len(span) < 60 else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - only http and https pass `checked`
    try:
        answer = opened(request, TIMEOUT)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as broken:
        raise Refused("recording-away", status=502) from broken
    kind = answer.headers.get_content_type()
    length = answer.headers.get("Content-Length", "")
    if not kind.startswith(KINDS) or (length.isdecimal() and int(length) > LARGEST):
        answer.close()
        raise Refused("recording-away", status=502)
    kept = {name: answer.headers[name] for name in ("Content-Length", "Content-Range") if answer.headers[name]}
    return answer.status, {**kept, "Content-Type": kind}, parts(answer, largest=LARGEST, longest=LONGEST)
