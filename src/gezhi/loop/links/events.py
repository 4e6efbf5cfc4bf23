"""What links listen to: the erasure of the person whose case it is."""

from datetime import UTC, datetime

from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Called once at start-up."""
    subscribe("requester.erased", "loop.links", erased)


def erased(event: Event) -> None:
    """Nothing that came by a link outlives the request."""
    from gezhi.loop.links.service.ending import on_erased

    on_erased(event, now=datetime.now(UTC))
