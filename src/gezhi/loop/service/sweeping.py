"""Files that came with an act that was refused: on disk, but named by no case; swept after a day."""

from datetime import datetime, timedelta
from itertools import islice

from gezhi.kit import uploads
from gezhi.loop.store import erasing as store

KEPT = timedelta(days=1)
BATCH = 500


def sweep_files(now: datetime) -> int:
    """Remove them; how many."""
    count = 0
    old = uploads.older_than(now - KEPT)
    while digests := list(islice(old, BATCH)):
        for digest in store.unnamed(digests):
            uploads.remove(digest)
            count += 1
    return count
