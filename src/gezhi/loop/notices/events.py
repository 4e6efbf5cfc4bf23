"""What notices listen to: every step of a case."""

from gezhi.trust.service import Event, subscribe


def connect() -> None:
    """Subscribe; called once at start-up."""
    subscribe("case.moved", "loop.notices", on_moved)


def on_moved(event: Event) -> None:
    """Tell whom a step concerns; a second delivery finds it told."""
    from gezhi.loop.notices.service import tell

    tell(event)
