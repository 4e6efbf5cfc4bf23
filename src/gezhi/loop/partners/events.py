"""What partners hear of: every case that comes in or moves; the kinds that come with the product."""

from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Register the kinds and subscribe; called once at start-up."""
    from gezhi.loop.partners.adapters import register
    from gezhi.loop.partners.kinds.mail.adapter import Mail
    from gezhi.loop.partners.kinds.sms.adapter import ShortMessages
    from gezhi.loop.partners.kinds.upstream.adapter import Upstream
    from gezhi.loop.partners.kinds.webhook import Webhook

    register(Webhook())
    register(Upstream())
    register(Mail())
    register(ShortMessages())
    for topic in ("case.received", "case.moved"):
        subscribe(topic, "loop.partners", on_case)
    subscribe("case.moved", "loop.upstream", on_round)


def on_case(event: Event) -> None:
    """Queue what partners are to hear; a second delivery finds it queued."""
    from gezhi.loop.partners.service import hear

    hear(event)


def on_round(event: Event) -> None:
    """A case that is handled again is held to what its platform last said; elsewhere its due runs as it did."""
    if event.payload.get("move") in ("redo", "rate", "callback", "reopen", "appeal"):
        from gezhi.loop.partners.kinds.upstream.dues import align_case

        align_case(event.subject_id, now=event.published_at)
