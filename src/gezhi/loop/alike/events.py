"""A case that came in, by whatever way, is compared by the worker within seconds, so that lists can mark it."""

from django.utils import timezone

from gezhi.loop.alike.service import suggest
from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Subscribe to new cases; called once at start-up."""
    subscribe("case.received", "loop.alike", on_received)


def on_received(event: Event) -> None:
    """Keep what a new case is like; doing it twice says it anew."""
    suggest(event.subject_id, now=timezone.now())
