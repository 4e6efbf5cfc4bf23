"""Click-to-call: asked for with a purpose, in the ledger and on the person's own list, carried out by the worker.

The number is opened only where it is handed to the telephone system: a JSON file for each request in the data folder,
or a signed POST to the address of the setting `dial_url`.
"""

import json
import os
import secrets as chance
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit.fetching import opened
from gezhi.loop.calls import secret, store
from gezhi.loop.calls.rules.signature import signature
from gezhi.loop.models import Dial
from gezhi.loop.service.reading import reveal_requester
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, once, publish, record, remember, require, reveal, unchanged, verb

PATIENCE = timedelta(minutes=2)  # after that nobody waits for the call any more
KEEP = timedelta(hours=1)  # a file that no adapter has fetched by then is removed: it holds a number
TIMEOUT = 10
PURPOSES = ("first_contact", "handling", "callback", "verification", "emergency")


def folder() -> Path:
    """Where files of calls asked for are put."""
    return Path(settings.GEZHI_DATA) / "outgoing" / "calls"


@verb("call.dial")
def dial_case(case_id: UUID | str, purpose: str, *, actor: Actor, now: datetime, key: str = "") -> UUID:
    """Have the telephone system ring the asker and then the requester of a case; who may not see the number may not."""
    require(actor, "call.dial")
    before = _before(actor, key, [str(case_id), purpose])
    if before is not None:
        return before
    extension = _extension(actor, purpose)
    shown = reveal_requester(case_id, actor=actor, now=now, purpose=purpose, fields=("phone",))
    if not shown["phone"]:
        raise Refused("no-number", status=422)
    row = Dial(requester_id=_requester_of(case_id), case_id=UUID(str(case_id)))
    return _ask(row, extension, purpose, actor=actor, now=now, key=key)


@verb("call.dial")
def dial_back(ringback_id: UUID | str, *, actor: Actor, now: datetime, key: str = "") -> UUID:
    """Ring back a missed call."""
    require(actor, "call.dial")
    before = _before(actor, key, [str(ringback_id)])
    if before is not None:
        return before
    missed = store.ringback(ringback_id, locked=True)
    if missed is None:
        raise Refused("call-not-found", status=404)
    if missed.state != "open":
        raise Refused("ringback-settled", state=missed.state)
    extension = _extension(actor, "callback")
    person = missed.call.requester
    shown = reveal(person, actor=actor, now=now, purpose="callback", case_id=missed.call.case_id, fields=["phone"])
    if not shown["phone"]:
        raise Refused("no-number", status=422)
    row = Dial(requester=person, ringback=missed, case_id=missed.call.case_id)
    return _ask(row, extension, "callback", actor=actor, now=now, key=key)


def _before(actor: Actor, key: str, content: list[str]) -> UUID | None:
    known = once(actor, key, "call.dial", content=content)
    return None if known is None else UUID(str(known["dial"]))


def _extension(actor: Actor, purpose: str) -> str:
    if purpose not in PURPOSES:
        raise Refused("reveal-purpose", status=422, purpose=purpose[:40], known=", ".join(PURPOSES))
    number = store.extension_of(int(actor.id)) if actor.kind == "user" else ""
    if not number:
        raise Refused("no-extension")
    return number


def _requester_of(case_id: UUID | str) -> UUID:
    return store.requester_of(UUID(str(case_id)))


def _ask(row: Dial, extension: str, purpose: str, *, actor: Actor, now: datetime, key: str) -> UUID:
    row.user_id, row.extension, row.purpose, row.asked_at = int(actor.id), extension, purpose, now
    row.save(force_insert=True)
    body = {"purpose": purpose, "case": str(row.case_id) if row.case_id else None,
            "ringback": str(row.ringback_id) if row.ringback_id else None}  # fmt: skip
    record("call.dial", "dial", row.pk, actor=actor, body=body)
    publish("call.asked", "dial", row.pk, {})
    remember(actor, key, {"dial": str(row.pk)})
    return row.pk


# ---- the worker


@verb("call.dial")
def carry_out(dial_id: UUID | str, *, actor: Actor, now: datetime) -> str:
    """Hand one request to the telephone system; done once, and not at all when nobody waits for it any more."""
    row = store.dial(dial_id, locked=True)
    if row is None or row.state != "asked":
        unchanged()
        return row.state if row is not None else ""
    number = identity_of(row.requester).get("phone", "") if row.requester.wrapped_key is not None else ""
    if now - row.asked_at > PATIENCE or not number:
        row.state = "late"
    else:
        hand_over(message(row, number), now)
        row.state, row.sent_at = "sent", now
    row.save(update_fields=["state", "sent_at"])
    record(f"call.{row.state}", "dial", row.pk, actor=actor)
    return row.state


def message(row: Dial, number: str) -> dict[str, Any]:
    """What the telephone system is told: ring the extension, then connect it with the number."""
    return {
        "id": str(row.pk), "extension": row.extension, "number": number, "asked_at": row.asked_at.isoformat(),
        "until": (row.asked_at + PATIENCE).isoformat(),
    }  # fmt: skip


def hand_over(said: dict[str, Any], now: datetime) -> None:
    """By HTTP where the setting says so, else as a file."""
    if settings.GEZHI_DIAL_URL:
        _post(settings.GEZHI_DIAL_URL, said, now)
    else:
        _write(said, now)


def _post(url: str, said: dict[str, Any], now: datetime) -> None:
    body = json.dumps(said, ensure_ascii=False).encode()
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json", "X-Gezhi-Timestamp": stamp,
        "X-Gezhi-Signature": signature(secret.present(), stamp, body),
    }  # fmt: skip
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - `opened` checks it
    opened(request, TIMEOUT).close()  # that it was taken is all that counts


def _write(said: dict[str, Any], now: datetime) -> None:
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(now)
    passing = place / f".{said['id']}.{chance.token_hex(4)}"
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
    passing.replace(place / f"{said['id']}.json")  # an adapter sees whole files only


def sweep(now: datetime, only: set[str] | None = None) -> None:
    """Remove files that nobody fetched in time, or those named."""
    for file in folder().glob("*.json") if folder().exists() else ():
        if (only is not None and file.stem in only) or (only is None and _age(file, now) > KEEP.total_seconds()):
            file.unlink(missing_ok=True)


def _age(file: Path, now: datetime) -> float:
    try:
        return now.timestamp() - file.stat().st_mtime
    except OSError:
        return 0.0
