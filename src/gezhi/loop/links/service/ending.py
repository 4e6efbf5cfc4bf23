"""The end of a link: taken back, run out, its case over; and the person behind it forgotten by rule."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from gezhi.kit.uploads import remove
from gezhi.loop.links import rules, store
from gezhi.loop.links.service.standing import visible_link
from gezhi.loop.models import Link
from gezhi.loop.retention.rules import Rule, in_order, reach
from gezhi.loop.retention.service.ruling import rules_in_force
from gezhi.loop.retention.store import open_holds
from gezhi.loop.store import erasing
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, record, record_many, unchanged, verb

USUAL = Rule("links_usual", "links", "erase", 30, "day", verified=True)  # where no pack brought a rule
BATCH = 200


@verb("link.revoke")
def revoke(key: UUID | str, *, actor: Actor, now: datetime) -> Link:
    """Take a link back: its address opens nothing from now on. Refuses link-not-there (404), link-moved."""
    link = visible_link(key, "link.revoke", actor=actor)
    rules.need("revoke", link.state)
    was = link.state
    link.state, link.ended_at = "revoked", now
    link.decided_by_id, link.decided_at = int(actor.id), now
    link.save(update_fields=["state", "ended_at", "decided_by", "decided_at"])
    record("link.revoke", "link", link.pk, actor=actor, body={"case": str(link.case_id), "was": was})
    return link


def sweep(now: datetime) -> int:
    """What the night does: links that ran out are ended, people of links that ended long enough ago forgotten."""
    actor, count = Actor.system("loop"), 0
    for act in (end_late, forget_late):
        while done := act(actor=actor, now=now):
            count += done
    return count


@verb("link.revoke")
def end_late(*, actor: Actor, now: datetime) -> int:
    """A batch of links whose days are over or whose case has ended; an answer that waits is left to its sender."""
    rows = store.run_out(now, BATCH)
    acts = []
    for link in rows:
        late = link.valid_until <= now
        link.ended_at = link.valid_until if late else now
        if link.state in rules.WITH_PERSON:
            link.state = "expired" if late else "revoked"
            acts.append((f"link.{'expire' if late else 'revoke'}", "link", link.pk, {"case": str(link.case_id)}))
        link.save(update_fields=["state", "ended_at"])
    _recorded(acts, actor)
    return len(rows)


def rule_in_force() -> Rule:
    """How long the name and the phone of somebody outside are kept: the rule of this office, of the pack, or ours."""
    return next(iter(in_order(rules_in_force(), "links")), USUAL)


@verb("link.forget")
def forget_late(*, actor: Actor, now: datetime) -> int:
    """A batch of links that ended before the rule's reach; nothing where the rule says to keep, nor of held cases."""
    rule = rule_in_force()
    rows: list[Link] = []
    if rule.acts:
        rows = store.to_forget(reach(now, rule, settings.TIME_ZONE), open_holds(now).values("case"), BATCH)
    _forget(rows)
    _recorded([("link.forget", "link", link.pk, {"rule": rule.code}) for link in rows], actor)
    return len(rows)


def forget_people(keys: Sequence[str]) -> set[str]:
    """Destroy the keys of these links' people, within an act; digests of files that may be free now."""
    return _forget(store.of_keys(keys))


def _forget(rows: Sequence[Link]) -> set[str]:
    """Name and phone can never be read again; what was sent and not taken over goes too, unless it still waits."""
    for link in rows:
        link.wrapped_key = link.person = link.digits_hash = None
        link.save(update_fields=["wrapped_key", "person", "digits_hash"])
    return set(store.drop([link for link in rows if link.state not in rules.WAITING]))


def _recorded(acts: Sequence[tuple[str, str, object, dict[str, str]]], actor: Actor) -> None:
    if acts:
        record_many(acts, actor=actor)
    else:
        unchanged()


def on_erased(event: Event, *, now: datetime) -> None:
    """Handler of `requester.erased`: the links of that person's cases end at once, with all that came by them."""
    for digest in erasing.unnamed(_end_all(event.subject_id, actor=Actor.system("loop"), now=now)):
        remove(digest)


@verb("link.forget")
def _end_all(requester_id: str, *, actor: Actor, now: datetime) -> list[str]:
    rows = [row for row in store.of_requester(requester_id) if row.wrapped_key is not None or row.ended_at is None]
    for link in rows:
        link.ended_at = link.ended_at or now
        link.state = link.state if link.state in ("approved", *rules.OVER) else "revoked"
        link.wrapped_key = link.person = link.digits_hash = None
        link.save(update_fields=["ended_at", "state", "wrapped_key", "person", "digits_hash"])
    _recorded([("link.forget", "link", link.pk, {"rule": "erased"}) for link in rows], actor)
    return store.drop(store.of_requester(requester_id), notes=True)
