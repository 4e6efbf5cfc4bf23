"""What the loop does when a requester is erased: it forgets search words and files, and lets go who waits for him."""

from datetime import datetime

from gezhi.kit.uploads import remove
from gezhi.loop.marks import store as marks
from gezhi.loop.reach import wishes
from gezhi.loop.service.following import release
from gezhi.loop.store import erasing as store
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, unchanged, verb


def on_erased(event: Event, *, now: datetime) -> None:
    """Handler of `requester.erased`; doing it twice is harmless."""
    store.empty_words(event.subject_id)
    marks.forget(event.subject_id)
    wishes.forget(event.subject_id)
    for digest in store.forget_files(event.subject_id):
        remove(digest)
    _release(event.subject_id, actor=Actor.system("loop"), now=now)


@verb("case.split")
def _release(requester_id: str, *, actor: Actor, now: datetime) -> None:
    """Who waits for the answer of an erased person's case would wait in vain: nothing can be written there any more."""
    del actor
    if not release(store.cases_of(requester_id), now=now):
        unchanged()
