"""What the telephone part listens to: calls asked for are carried out, an erased person leaves nothing here."""

from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.calls import store
from gezhi.loop.calls.service import dialing
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, erase, subscribe


def connect() -> None:
    """Subscribe to the topics; called once at start-up."""
    subscribe("call.asked", "loop.calls.dial", on_asked)
    subscribe("requester.erased", "loop.calls.erasing", on_erased)


def on_asked(event: Event) -> None:
    """Hand a call to the telephone system; a second delivery finds it done."""
    dialing.carry_out(event.subject_id, actor=Actor.system("loop"), now=timezone.now())


def on_erased(event: Event) -> None:
    """Empty what is sealed of the person's calls, fetch back calls not yet made, and erase the calls' own keys."""
    now = timezone.now()
    for other in store.forget(event.subject_id):
        try:
            erase(other, actor=Actor.system("loop"), now=now)
        except Refused as refused:
            if refused.code != "requester-erased":
                raise
    dialing.sweep(now, {str(key) for key in store.dials_of(event.subject_id)})
