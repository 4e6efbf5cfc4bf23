"""What `gezhi check` looks at here: telephones that belong to nobody."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gezhi.kit.checkup import Finding, looks_at
from gezhi.loop.calls import store

SINCE = timedelta(days=30)


@looks_at("telephone")
def agents(now: datetime) -> Iterator[Finding]:
    """Calls of a telephone that no person has are kept, but no desk shows them and no figure names a person."""
    for name, count in store.unknown_agents(now - SINCE):
        yield Finding("agent-unknown", agent=name, count=count)
