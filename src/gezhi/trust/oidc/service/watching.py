"""Whether somebody still belongs: the provider is asked every few minutes for each sign-in it vouched for.

Vouched: posts follow the claims. Void: the person is turned away. No answer: nothing, until the office's patience ends;
then the session ends and tokens rest until the provider answers again, since silence does not make a leaver.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gezhi.kernel.errors import Refused
from gezhi.trust.models import OidcGrant
from gezhi.trust.oidc import store
from gezhi.trust.oidc.rules import mapping, tokens
from gezhi.trust.oidc.rules.jose import TokenFaultError
from gezhi.trust.oidc.service import provider as providers
from gezhi.trust.oidc.service.entering import SYSTEM, fit_posts, together
from gezhi.trust.oidc.service.leaving import turn_away
from gezhi.trust.oidc.service.provider import Tokens, VoidError
from gezhi.trust.oidc.service.sealed import Kept, keep, opened_tokens, sealed_tokens
from gezhi.trust.oidc.service.settings import Office, office, office_on
from gezhi.trust.rules import Actor
from gezhi.trust.service.acts import once, record, unchanged, verb
from gezhi.trust.store import signin as signin_store

logger = logging.getLogger(__name__)
DUE = timedelta(minutes=3, seconds=30)  # looked at each minute: nobody is asked about later than after five
AT_ONCE = timedelta(minutes=5)  # a session older than this is asked about before its page is made
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: the tokens to go on with, the claims as they are now and where they came from."""

    kept: Kept
    claims: dict[str, Any]
    sources: str


class RanOutError(Exception):
    """The access token has ended, and there is no refresh token to go on with: neither a leaver nor a fault."""


def check_due(now: datetime, limit: int = AT_A_TIME) -> dict[str, int]:
    """Ask about every sign-in that is due; how many came out how. One that fails does not hold up the others."""
    counts: dict[str, int] = {}
    if office().on:
        for key in store.due(now - DUE, limit):
            try:
                result = check(key, now=now)
            except Refused as refused:
                logger.warning("a sign-in could not be looked at: %s", refused)
                result = "failed"
            counts[result] = counts.get(result, 0) + 1
    return counts


def check_session(session_key: str, *, now: datetime) -> None:
    """Ask before a page is made, when nobody has for too long."""
    found = store.grant_of_session(session_key)
    if found is not None and now - found[1] >= AT_ONCE:
        check(found[0], now=now, since=AT_ONCE)


def check(grant_id: int, *, now: datetime, since: timedelta = DUE) -> str:
    """Ask about one sign-in; `vouched`, `void`, `away`, `ended` (nothing left to ask for), or `busy` (another asks)."""
    grant = store.claim(grant_id, now - since, now)
    if grant is None:
        return "busy"
    actor = Actor.system(SYSTEM)
    if not _wanted(grant, now):
        grant.delete()
        return "ended"
    try:
        answer = _ask(office_on(), grant, now)
    except VoidError as void:
        turn_away(grant.identity_id, void.error, actor=actor, now=now)
        return "void"
    except RanOutError:
        _run_out(grant.pk, actor=actor, now=now)
        return "ended"
    except Refused as refused:
        _note_away(grant, refused, actor, now)
        return "away"
    return _vouched(grant, answer, actor, now)


def _wanted(grant: OidcGrant, now: datetime) -> bool:
    """Whether something still hangs on it: a session that has not run out, or a token of the API."""
    if grant.session is not None and not store.session_lives(grant.session.session_key):
        grant.session.delete()
        grant.session = None
    return grant.session is not None or store.has_tokens(grant.identity.user_id, now)


def _ask(held: Office, grant: OidcGrant, now: datetime) -> Answer:
    kept = opened_tokens(grant.sealed)
    provider = providers.look_up(held.issuer, now)
    subject, signed, access = grant.identity.subject, None, kept.access
    if kept.refresh:
        given = providers.exchange(held, provider, {"grant_type": "refresh_token", "refresh_token": kept.refresh})
        kept, access = keep(given, now, kept.refresh), given.access
        if kept.refresh != "":  # the old one may be void from now on, whatever else goes wrong
            OidcGrant.objects.filter(pk=grant.pk).update(sealed=sealed_tokens(kept))
        signed = _signed_again(held, given, subject, now) if given.id_token else None
    elif kept.until <= now.timestamp():
        raise RanOutError
    claims, sources = together(subject, signed, providers.userinfo(provider, access))
    return Answer(kept, claims, sources)


def _signed_again(held: Office, given: Tokens, subject: str, now: datetime) -> Mapping[str, Any]:
    """The claims of an ID token that came with a refresh; it must speak of the same person."""
    signed = providers.signed(given.id_token, held.issuer, now)
    try:
        found = tokens.check_id_token(
            signed, issuer=held.issuer, client_id=held.client_id, nonce="", now=now, access_token=given.access
        )
    except TokenFaultError as fault:
        raise Refused("oidc-token", status=401, fault=fault.fault) from fault
    if found != subject:
        raise Refused("oidc-token", status=401, fault="subject")
    return signed


def _vouched(grant: OidcGrant, answer: Answer, actor: Actor, now: datetime) -> str:
    OidcGrant.objects.filter(pk=grant.pk).update(
        sealed=sealed_tokens(answer.kept), checked_at=now, claimed_at=None, failing_since=None
    )
    if grant.identity.suspended_at is not None:
        resume(grant.pk, actor=actor, now=now)
    if answer.sources not in grant.sources.split():
        return "vouched"  # fewer sources than at sign-in say nothing of what is missing in them
    found = mapping.outcome(store.rules(), answer.claims)
    if found.refusal:
        turn_away(grant.identity_id, found.refusal, actor=actor, now=now)
        return "void"
    follow_claims(grant.pk, found, actor=actor, now=now)
    return "vouched"


@verb("user.follow_claims")
def follow_claims(grant_id: int, found: mapping.Outcome, *, actor: Actor, now: datetime) -> None:
    """Posts follow the claims of somebody who is signed in."""
    unchanged()
    grant = store.grant(grant_id)
    if grant is not None:
        for refused in fit_posts(grant.identity.user, found.posts, actor=actor, now=now):
            logger.warning("a post could not be given by a claim: %s", refused.code)


@verb("user.resume")
def resume(grant_id: int, *, actor: Actor, now: datetime) -> None:
    """The provider answers again: tokens that rested work again."""
    del now
    grant = store.grant(grant_id)
    if grant is None or grant.identity.suspended_at is None:
        unchanged()
        return
    grant.identity.suspended_at = None
    grant.identity.save(update_fields=["suspended_at"])
    record("user.resume", "user", grant.identity.user_id, actor=actor)


@verb("user.end_sessions")
def _run_out(grant_id: int, *, actor: Actor, now: datetime) -> None:
    """End the one session, and the tokens too when nothing else vouches for them."""
    grant = store.grant(grant_id)
    if grant is None:
        unchanged()
        return
    alone = not store.others_vouch(grant)
    user = grant.identity.user_id
    ended = _end(grant)
    grant.delete()
    revoked = signin_store.revoke_tokens(user, now) if alone else 0
    record(
        "user.end_sessions", "user", user, actor=actor, body={"why": "ran-out", "sessions": ended, "tokens": revoked}
    )


def _end(grant: OidcGrant) -> int:
    if grant.session is None:
        return 0
    store.end_session(grant.session)
    return 1


def _note_away(grant: OidcGrant, refused: Refused, actor: Actor, now: datetime) -> None:
    since = grant.failing_since or now
    OidcGrant.objects.filter(pk=grant.pk).update(checked_at=now, claimed_at=None, failing_since=since)
    logger.warning("the provider gave no answer about a sign-in: %s", refused)
    if now - since >= timedelta(minutes=office().grace_minutes) and _open_still(grant):
        suspend(grant.pk, refused.code, actor=actor, now=now)


def _open_still(grant: OidcGrant) -> bool:
    return grant.session is not None or grant.identity.suspended_at is None


@verb("user.suspend")
def suspend(grant_id: int, why: str, *, actor: Actor, now: datetime) -> None:
    """The office's patience with a silent provider has ended: the session ends, tokens rest until it answers."""
    grant = store.grant(grant_id)
    if grant is None:
        unchanged()
        return
    ended = _end(grant)
    identity = grant.identity
    identity.suspended_at = identity.suspended_at or now
    identity.save(update_fields=["suspended_at"])
    record("user.suspend", "user", identity.user_id, actor=actor, body={"why": why, "sessions": ended})


def log_out(token: str, *, now: datetime) -> int:
    """What the provider says by its back channel: this session, or everything of this person, is over; sessions ended.

    Each token counts once. Raises Refused: oidc-off (404), oidc-token (401), oidc-away (503).
    """
    held = office_on()
    signed = providers.signed(token, held.issuer, now)
    try:
        subject, sid, number = tokens.check_logout_token(signed, issuer=held.issuer, client_id=held.client_id, now=now)
    except TokenFaultError as fault:
        raise Refused("oidc-token", status=401, fault=fault.fault) from fault
    return _log_out(held.issuer, subject, sid, number, actor=Actor.system(SYSTEM), now=now)


@verb("user.log_out")
def _log_out(issuer: str, subject: str, sid: str, number: str, *, actor: Actor, now: datetime) -> int:
    if once(actor, f"oidc-logout:{tokens.half_hash(number)}", "user.log_out", {}) is not None:
        return 0
    unchanged()  # unless somebody is found
    rows = store.grants_of(issuer, subject, sid)
    ended = {row.identity.user_id: 0 for row in rows}
    for row in rows:
        ended[row.identity.user_id] += _end(row)
    store.hasten([row.pk for row in rows], now)  # tokens of the API live on only if the provider still vouches
    for user, count in ended.items():
        record("user.log_out", "user", user, actor=actor, body={"by": store.OIDC, "sessions": count})
    return sum(ended.values())
