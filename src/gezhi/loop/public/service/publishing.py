"""Candidates for the public list: brought in when far enough, shown by themselves where a rule lets them."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gezhi.kit.uploads import remove
from gezhi.loop.models import Case, PublicCase
from gezhi.loop.public import store
from gezhi.loop.public.rules.redaction import RISKY
from gezhi.loop.public.rules.showing import by_itself, never, ready
from gezhi.loop.public.service.wording import PARTS, Draft, answer_of, draft_of, mark, subject_of, words_of
from gezhi.loop.store import cases
from gezhi.loop.store.content import content
from gezhi.loop.store.erasing import unnamed
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, seal_text, unchanged, verb

CATCH_UP = timedelta(days=60)


def look(case_id: UUID | str, *, now: datetime) -> PublicCase | None:
    """Bring the entry of a case up to what its steps say: made, marked as having a new answer, or dropped.

    Bookkeeping alone: nothing is shown by it. Doing it twice is harmless.
    """
    with transaction.atomic():
        case = cases.locked(case_id)
        if case is None:
            return None
        entry = store.entry_of(case.pk, lock=True)
        rule = content().showing(case.matter)
        if never(subject_of(case)):
            return _gone(entry)
        if entry is None:
            if rule.mode == "off" or not case.matter or not ready(rule, case.state):
                return None
            return entered(case, now)
        _renew(entry, case, now)
        return entry


def entered(case: Case, now: datetime) -> PublicCase:
    """A new entry, which waits."""
    return PublicCase.objects.create(
        slug=secrets.token_hex(6), case=case, state="waiting", changed_at=now, due_at=_due(case, now)
    )


def _due(case: Case, now: datetime) -> datetime | None:
    rule = content().showing(case.matter)
    return now + timedelta(days=rule.days) if rule.way == "automatic" else None


def _renew(entry: PublicCase, case: Case, now: datetime) -> None:
    """Another answer than the one that was looked at asks for another look; the page shows the case without it."""
    said = mark(answer_of(case))
    if entry.state != "shown" or entry.fresh or not said or said == entry.answered:
        return
    entry.fresh, entry.due_at = True, _due(case, now)
    entry.save(update_fields=["fresh", "due_at"])


def _gone(entry: PublicCase | None) -> PublicCase | None:
    """What was withheld stays so, to be remembered when the case comes back; everything else leaves no trace."""
    if entry is None or entry.state == "withheld":
        return entry
    for digest in unnamed(store.drop_photos([entry.pk])):
        remove(digest)
    entry.delete()
    return None


def publish_due(now: datetime) -> int:
    """Show what shows itself by its rule; how many. What tells of somebody on the inside stays for a person."""
    count = 0
    for key in store.due(now):
        count += publish(key, actor=Actor.system("loop"), now=now)
    return count


@verb("public.publish")
def publish(key: UUID, *, actor: Actor, now: datetime) -> bool:
    """Show one entry by its rule, in the words that the machine made; whether it was shown."""
    entry = store.locked(key)
    if entry is None or entry.due_at is None or entry.due_at > now:
        unchanged()
        return False
    case, draft = entry.case, draft_of(entry.case)
    rule, subject = content().showing(case.matter), subject_of(case)
    entry.due_at = None
    if never(subject) or entry.state == "withheld" or not by_itself(rule, subject, draft.kinds, RISKY):
        entry.save(update_fields=["due_at"])
        unchanged()
        return False
    words = dict(draft.words)
    if entry.edited:  # what a person wrote stays; only the answer is new
        before = words_of(entry)
        words |= {name: str(before.get(name, "")) for name in PARTS if name != "answer"}
    show(entry, words, draft, now=now)
    body = {"case": str(case.pk), "rule": rule.matter, "kinds": list(draft.kinds)}
    record("public.publish", "public", entry.pk, actor=actor, body=body)
    return True


def show(entry: PublicCase, words: dict[str, str], draft: Draft, *, now: datetime) -> None:
    """Write what everybody sees from now on, and the search words of just that."""
    case = entry.case
    entry.words = seal_text(case.requester, words)
    entry.answered, entry.round = draft.answered if words.get("answer") else "", case.round
    entry.state, entry.fresh, entry.changed_at, entry.cause = "shown", False, now, ""
    entry.shown_at = entry.shown_at or now
    entry.save()
    kept = content()
    row = kept.matters.get(case.matter)
    names = (row.name_zh, row.name_en) if row is not None else ()
    store.put_words(entry, *(words.get(name, "") for name in PARTS), *names)


def touch(case_id: UUID | str, *, now: datetime) -> None:
    """The page of a shown case has changed: feeds tell of it."""
    PublicCase.objects.filter(case_id=case_id, state="shown", changed_at__lt=now).update(changed_at=now)


def catch_up(now: datetime) -> int:
    """Look at the cases that no message told of, as after a new rule; how many entries were made."""
    return sum(1 for key in store.unlooked(now - CATCH_UP) if look(key, now=now) is not None)


def of_requester(requester: str) -> None:
    """An erased person leaves nothing in public; the page was gone with the key already."""
    for digest in unnamed(store.forget(requester)):
        remove(digest)
