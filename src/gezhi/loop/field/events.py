"""What work in the field listens to: an erased household is visited no more."""

from django.utils import timezone

from gezhi.loop.field import store
from gezhi.loop.field.service.lists import forget
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Subscribe; called once at start-up."""
    subscribe("requester.erased", "loop.field.erasing", on_erased)


def on_erased(event: Event) -> None:
    """Doing it twice is harmless."""
    if store.of_requester(event.subject_id):
        forget(event.subject_id, actor=Actor.system("loop"), now=timezone.now())
