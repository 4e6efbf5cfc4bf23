"""A case that came in is classified by the worker, seconds after its reporter got an answer."""

from importlib import import_module

from django.utils import timezone

from gezhi.loop.rules.words import OPEN
from gezhi.loop.triage import store
from gezhi.loop.triage.service import said_of
from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Subscribe to the topics of the loop and offer the check of model files; called once at start-up."""
    import_module("gezhi.loop.triage.checks")
    subscribe("case.received", "loop.triage", on_received)


def on_received(event: Event) -> None:
    """Keep what triage says of a new case; doing it twice says it anew. Cases imported as closed need no advice."""
    case = store.case_with_words(event.subject_id)
    if case is None or case.state not in OPEN:
        return
    store.keep(case, said_of(case, timezone.now()))
