"""What the loop forgets when a requester is erased: search words and files; sealed texts die with the key."""

from gezhi.kit.uploads import remove
from gezhi.loop.store import erasing as store
from gezhi.trust.service import Event


def on_erased(event: Event) -> None:
    """Handler of `requester.erased`; doing it twice is harmless."""
    store.empty_words(event.subject_id)
    for digest in store.forget_files(event.subject_id):
        remove(digest)
