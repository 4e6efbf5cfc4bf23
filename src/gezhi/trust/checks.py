"""What `gezhi check` and the health page look at in this room: seals, keys, dead letters, administrators, sign-in."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.kit.checkup import Finding, looks_at
from gezhi.trust.oidc import store as oidc
from gezhi.trust.oidc.service import office
from gezhi.trust.rules import ADMINISTRATORS
from gezhi.trust.service.requesters import identity_of
from gezhi.trust.store import acts, outbox, people, requesters

WARN_SECONDS = 600


@looks_at("ledger")
def ledger(now: datetime) -> Iterator[Finding]:
    """Records that wait for their seal: said after ten minutes, serious when acts are refused."""
    del now
    age = acts.oldest_unsealed_seconds()
    if age > WARN_SECONDS:
        serious = age > settings.GEZHI_SEAL_LIMIT
        yield Finding("ledger-unsealed", serious=serious, minutes=int(age // 60))


@looks_at("sealing keys")
def keys(now: datetime) -> Iterator[Finding]:
    """The newest sealed identity must open with the key in the keys folder."""
    del now
    requester = requesters.newest_sealed()
    if requester is None:
        return
    try:
        identity_of(requester)
    except Refused:
        yield Finding("keys-wrong", serious=True, folder=str(settings.GEZHI_KEYS))


@looks_at("outbox")
def letters(now: datetime) -> Iterator[Finding]:
    """Events that were given up."""
    del now
    dead = outbox.counts()["dead"]
    if dead:
        yield Finding("letters-dead", count=dead)


@looks_at("administrators")
def administrators(now: datetime) -> Iterator[Finding]:
    """Each of the three has somebody."""
    for role in ADMINISTRATORS:
        if not people.holders_of(role, now):
            yield Finding("administrator-missing", role=role)


@looks_at("sign-in provider")
def provider(now: datetime) -> Iterator[Finding]:
    """A provider of identities that gives no answer: how long already, and when sessions end for it."""
    count, since = oidc.failing()
    if count and since is not None:
        minutes = int((now - since).total_seconds() // 60)
        yield Finding("oidc-unreachable", count=count, minutes=minutes, grace=office().grace_minutes)
    resting = oidc.suspended()
    if resting:
        yield Finding("oidc-suspended", serious=True, count=resting)
