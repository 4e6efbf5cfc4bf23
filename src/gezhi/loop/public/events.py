"""What the public part listens to: steps that make or end a candidate, and the erasure of a person."""

from datetime import UTC, datetime

from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Subscribe; called once at start-up."""
    subscribe("case.moved", "loop.public", on_moved)
    subscribe("requester.erased", "loop.public.erasing", on_erased)


def on_moved(event: Event) -> None:
    """A step of a case; a second delivery finds everything as it should be."""
    from gezhi.loop.public.service.publishing import look, touch

    now = datetime.now(UTC)
    if look(event.subject_id, now=now) is not None and event.payload.get("source") != event.payload.get("state"):
        touch(event.subject_id, now=now)


def on_erased(event: Event) -> None:
    """Words, search words and pictures go; the pages were gone with the key already."""
    from gezhi.loop.public.service.publishing import of_requester

    of_requester(event.subject_id)
