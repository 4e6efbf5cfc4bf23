"""What an operator does with a caller on the line: one act that records the call and ends it in one of four ways."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.loop.rules.catalogue import Duty, duty_for
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Received, Report, receive
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import remember, verb

ENDINGS = ("keep", "answer", "accept", "dispatch", "decline", "join")


@verb("case.create")
def register(
    report: Report,
    ending: str,
    data: Mapping[str, Any] | None = None,
    *,
    actor: Actor,
    now: datetime,
    key: str = "",
    received_at: datetime | None = None,
) -> Received:
    """Open a case and end the call: keep (leave it received), answer, accept, dispatch, decline, or join another case.

    All of it happens or nothing. `data` holds the fields of the ending's move; classification is taken from the report.
    """
    if ending not in ENDINGS:
        raise Refused("ending-unknown", status=422, ending=ending)
    done = receive(report, actor=actor, now=now, key=key, received_at=received_at)
    if done.moved.repeated or ending == "keep":
        return done
    state = done.moved
    for name, fields in _moves(ending, dict(data or {})):
        state = move(state.case, name, fields, actor=actor, now=now, seen=state.last)
    remember(actor, key, state.as_dict())  # a repeat is told where the call ended, not where it began
    return replace(done, moved=state)


def _moves(ending: str, data: dict[str, Any]) -> Sequence[tuple[str, dict[str, Any]]]:
    match ending:
        case "dispatch":
            return [("accept", {}), ("dispatch", data)]
        case "join":
            return [("merge", data)]
        case _:
            return [(ending, data)]


def duty(matter: str, area: str = "") -> Duty | None:
    """The catalogue row for a matter in an area: which unit, and by which rule."""
    kept = content()
    return duty_for(kept.duties_by_matter, kept.matter_path(matter), area) if matter else None


def suggested_units(matter: str, area: str = "") -> dict[str, Any]:
    """The units that the catalogue names, for prefilling a dispatch: lead, assisting, fallback, and the duty itself."""
    row = duty(matter, area)
    if row is None:
        return {"lead": None, "assisting": [], "fallback": None, "duty": None}
    wanted = [row.lead, *row.assisting, row.fallback]
    units = {unit.code: unit for unit in below.units().filter(code__in=[c for c in wanted if c], active=True)}
    return {
        "lead": units.get(row.lead), "assisting": [units[c] for c in row.assisting if c in units],
        "fallback": units.get(row.fallback), "duty": row,
    }  # fmt: skip
