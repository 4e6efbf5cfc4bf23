"""What partners hear of: every case that comes in or moves; the kinds that come with the product."""

from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Register the kinds and subscribe; called once at start-up."""
    from gezhi.loop.partners.adapters import register
    from gezhi.loop.partners.kinds.webhook import Webhook

    register(Webhook())
    for topic in ("case.received", "case.moved"):
        subscribe(topic, "loop.partners", on_case)


def on_case(event: Event) -> None:
    """Queue what partners are to hear; a second delivery finds it queued."""
    from gezhi.loop.partners.service import hear

    hear(event)
