"""Topics of the loop: what it publishes and what it listens to."""

TOPICS = {
    "case.received": "a case was opened; payload: number, state, kind, matter, area, urgency",
    "case.moved": "a case made a move; payload: number, move, step, source, state, round, lead and the codes of the move",
}


def connect() -> None:
    """Subscribe the loop's own handlers; called once at start-up."""
