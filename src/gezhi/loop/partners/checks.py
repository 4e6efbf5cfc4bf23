"""What `gezhi check` looks at here: partners that do not answer, pieces that were given up or refused."""

from collections.abc import Iterator
from datetime import datetime

from gezhi.kit.checkup import Finding, looks_at
from gezhi.loop.partners import store


@looks_at("partners")
def silent(now: datetime) -> Iterator[Finding]:
    """Nothing is lost while a partner is away, but somebody should call it."""
    del now
    counts = store.counts()
    for row in store.partners(active=True):
        known = counts.get(row.pk, {})
        left = sum(n for state, n in known.items() if state.split(".")[1] in store.LEFT)
        if row.silent_since is not None:
            yield Finding("partner-silent", partner=row.code, since=f"{row.silent_since:%Y-%m-%d %H:%M}",
                          waiting=known.get("out.waiting", 0))  # fmt: skip
        if left:
            yield Finding("pieces-left", partner=row.code, count=left)
