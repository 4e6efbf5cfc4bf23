"""Parcels with serial numbers: written from what waits, taken in order; a gap is refused, a repeat changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Partner
from gezhi.loop.partners import store as partners
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.adapter import line_of
from gezhi.loop.partners.kinds.upstream.ferry import keys, sealing
from gezhi.loop.partners.kinds.upstream.ferry.words import words_of
from gezhi.loop.partners.service import take_in
from gezhi.loop.partners.service.keeping import system_actor
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, verb

OUT, IN = "ferry.out", "ferry.in"


def pack(partner: Partner, target: Path, *, now: datetime, since: int | None = None) -> dict[str, int]:
    """Write what waits as the next parcel, with those from `since` on once more. No file where nothing waits.

    Raises ferry-not (422) for a partner of another carrier, ferry-key, ferry-since for a serial that never was.
    """
    _side(partner)
    ours, theirs = keys.own(partner), keys.other(partner)
    loads = _loads(partner, since, actor=system_actor(partner), now=now)
    count = sum(len(load["pieces"]) for load in loads)
    if loads:
        passing = target.with_name(f".{target.name}.part")
        passing.write_bytes(sealing.closed({"loads": loads}, ours, theirs))
        passing.replace(target)
    last = int(store.mark(partner, OUT) or 0)
    return {"first": int(loads[0]["serial"]) if loads else 0, "last": last, "pieces": count}


@verb("partner.take")
def _loads(partner: Partner, since: int | None, *, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The loads from a serial on; what waited gets the next serial and counts as sent."""
    alone(f"ferry.{partner.pk}")
    last = int(store.mark(partner, OUT) or 0)
    if since is not None and not 1 <= since <= last + 1:
        raise Refused("ferry-since", status=422, serial=since, last=last)
    fresh = store.ready(partner)
    for row in fresh:
        row.facts = {**row.facts, "serial": last + 1}
        row.state, row.done_at, row.next_at = "done", row.done_at or now, None
        partners.save_piece(row, "facts", "state", "done_at", "next_at")
    if fresh:
        store.set_mark(partner, OUT, str(last + 1), now)
    start = since if since is not None else last + 1
    loads: dict[int, list[dict[str, Any]]] = {}
    for row in store.packed(partner, start):
        load, body = loads.setdefault(int(row.facts["serial"]), []), words_of(partner, row)
        if body is not None:
            load.append({"key": row.key, "kind": row.kind, "body": body})
    record("partner.ferry", "partner", partner.code, actor=actor, body={"serials": sorted(loads), "new": len(fresh)})
    return [{"serial": serial, "pieces": loads[serial]} for serial in sorted(loads)]


def unpack(partner: Partner, source: Path, *, now: datetime) -> dict[str, int]:
    """Take a parcel. Raises ferry-broken, ferry-signature, ferry-gap; loads that were taken before are passed over."""
    _side(partner)
    try:
        parcel = source.read_bytes()
    except OSError as error:
        raise Refused("ferry-broken", status=422) from error
    said = sealing.opened(parcel, keys.own(partner), keys.other(partner))
    taken = left = 0
    last = int(store.mark(partner, IN) or 0)
    for load in _checked(said, last):
        with transaction.atomic():
            for one in load["pieces"]:
                done = take_in(partner, one["key"], one["kind"], one["body"], now=now)
                taken += not done.repeated
                left += done.piece.state != "done"
            store.set_mark(partner, IN, str(load["serial"]), now)
            last = load["serial"]
    return {"last": last, "pieces": taken, "left": left}


def _checked(said: Any, last: int) -> list[Mapping[str, Any]]:
    """The loads that are new, without a gap before any of them."""
    loads = said.get("loads") if isinstance(said, dict) else None
    if not isinstance(loads, list):
        raise Refused("ferry-broken", status=422)
    fresh = [load for load in loads if int(load["serial"]) > last]
    for expected, load in enumerate(fresh, last + 1):
        if int(load["serial"]) != expected:
            raise Refused("ferry-gap", expected=expected, found=int(load["serial"]))
    return fresh


def _side(partner: Partner) -> str:
    line = line_of(partner)
    if line.how.carrier != "ferry":
        raise Refused("ferry-not", status=422, partner=partner.code)
    return line.option("side")
