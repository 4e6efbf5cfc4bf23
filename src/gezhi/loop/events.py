"""Topics of the loop: what it publishes and what it listens to."""

from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gezhi.trust.service import Event

TOPICS = {
    "case.received": "a case was opened; payload: number, state, kind, matter, area, urgency",
    "call.asked": "somebody asked the telephone system for a call; payload: nothing, the subject is the request",
    "case.moved": "a case moved; payload: number, move, step, source, state, round, lead, and the codes of the move",
}
EVENTS = (
    "triage",
    "alike",
    "calls",
    "marks",
    "notices",
    "partners",
    "links",
    "public",
    "field",
)
CHECKS = (
    "calls",
    "partners",
    "reach",
)


def erased(event: "Event") -> None:
    """Handler of `requester.erased`."""
    from gezhi.loop.service.erasing import on_erased

    on_erased(event, now=datetime.now(UTC))


def work_of_unit(unit: int) -> int:
    """How many open cases a unit leads, assists or takes at its desk."""
    from gezhi.loop.store.many import work_count

    return work_count(unit)


def connect() -> None:
    """Subscribe the loop's own handlers; called once at start-up."""
    from gezhi.trust.service import claim, subscribe

    subscribe("requester.erased", "loop.erasing", erased)
    claim("loop", work_of_unit)
    for room in EVENTS:
        import_module(f"gezhi.loop.{room}.events").connect()
    for room in CHECKS:
        import_module(f"gezhi.loop.{room}.checks")
