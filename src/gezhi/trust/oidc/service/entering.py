"""Coming in: the way to the provider with state, nonce and PKCE, the way back, the account that the claims make."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.trust.models import OidcGrant, OidcIdentity, User
from gezhi.trust.oidc import store
from gezhi.trust.oidc.rules import mapping, tokens
from gezhi.trust.oidc.rules.jose import TokenFaultError
from gezhi.trust.oidc.service import provider as providers
from gezhi.trust.oidc.service.leaving import turn_away
from gezhi.trust.oidc.service.provider import Tokens, VoidError
from gezhi.trust.oidc.service.sealed import keep, sealed_tokens
from gezhi.trust.oidc.service.settings import Office, office_on
from gezhi.trust.rules import Actor
from gezhi.trust.service.access import actor_for
from gezhi.trust.service.acts import record, verb
from gezhi.trust.service.roles import grant_post, revoke_post
from gezhi.trust.service.signin import note_sign_in
from gezhi.trust.service.users import USERNAME, administers, change_user, create_user, normal_username
from gezhi.trust.store import people
from gezhi.trust.store import signin as signin_store

PENDING_LIFE = timedelta(minutes=10)
SYSTEM = "oidc"


@dataclass(frozen=True, slots=True)
class Pending:
    """What the browser's session keeps of a sign-in that was begun."""

    nonce: str
    verifier: str
    back: str
    begun: float
    issuer: str
    next: str
    connect: int = 0  # the user who ties his account to the provider; 0 for a sign-in


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from the provider, and with what."""

    subject: str
    claims: dict[str, Any]
    sources: str
    sid: str
    tokens: Tokens
    pending: Pending


def begin(back: str, *, to: str, connect: int = 0, now: datetime) -> tuple[str, str, Pending]:
    """The address at the provider, the state, and what to keep under it in the session of this browser.

    Raises Refused: oidc-off (404), oidc-away (503), oidc-metadata (502).
    """
    held = office_on()
    provider = providers.look_up(held.issuer, now)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": held.client_id,
        "redirect_uri": back,
        "scope": held.scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    pending = Pending(nonce, verifier, back, now.timestamp(), held.issuer, to, connect)
    return f"{provider.authorization_endpoint}{joint}{urlencode(asked)}", state, pending


def come_back(pending: Pending | None, answer: Mapping[str, str], *, now: datetime) -> Arrival:
    """Who the provider says this is. `pending` is what the session kept under the state that came back, once.

    Raises Refused: oidc-state (400), oidc-denied (403), oidc-token (401), oidc-away (503), oidc-client (502).
    """
    held = office_on()
    if pending is None or not 0 <= now.timestamp() - pending.begun <= PENDING_LIFE.total_seconds():
        raise Refused("oidc-state", status=400)
    provider = providers.look_up(held.issuer, now)
    named = answer.get("iss", "")
    if pending.issuer != held.issuer or ((provider.names_itself or named) and named != held.issuer):
        raise Refused("oidc-state", status=400)  # an answer of another provider (RFC 9207)
    if not answer.get("code") or answer.get("error"):
        raise Refused("oidc-denied", status=403, error=providers.word(answer.get("error")) or "code")
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"][:4000],
        "redirect_uri": pending.back,
        "code_verifier": pending.verifier,
    }
    try:
        given = providers.exchange(held, provider, form)
        signed = providers.signed(given.id_token, held.issuer, now)
        subject = tokens.check_id_token(
            signed, issuer=held.issuer, client_id=held.client_id, nonce=pending.nonce, now=now,
            access_token=given.access,
        )  # fmt: skip
        more = providers.userinfo(provider, given.access)
    except VoidError as void:
        raise Refused("oidc-denied", status=403, error=void.error) from void
    except TokenFaultError as fault:
        raise Refused("oidc-token", status=401, fault=fault.fault) from fault
    claims, sources = together(subject, signed, more)
    sid = signed.get("sid")
    sources = _enough(sources, signed, more)
    return Arrival(subject, claims, sources, sid[:255] if isinstance(sid, str) else "", given, pending)


def together(
    subject: str, signed: Mapping[str, Any] | None, more: Mapping[str, Any] | None
) -> tuple[dict[str, Any], str]:
    """The claims of both sources and which they were; what speaks of somebody else is refused."""
    if more is not None and more.get("sub") != subject:
        raise Refused("oidc-token", status=401, fault="subject")
    sources = "+".join(name for name, found in (("id", signed), ("userinfo", more)) if found is not None)
    return {**(signed or {}), **(more or {})}, sources


def _enough(sources: str, signed: Mapping[str, Any], more: Mapping[str, Any] | None) -> str:
    """The sources that say as much as all together say now: later not every answer brings both."""
    rows = store.rules()
    whole = mapping.outcome(rules=rows, claims={**signed, **(more or {})})
    alone = [name for name, found in (("id", signed), ("userinfo", more))
             if found is not None and mapping.outcome(rows, found) == whole]  # fmt: skip
    return " ".join(dict.fromkeys([sources, *alone]))


def arrive(arrival: Arrival, *, now: datetime) -> User:
    """The user that this is, made at his first coming where a rule fits, with the posts that his claims give now.

    Raises Refused: oidc-no-rule, oidc-denied-by-rule, oidc-account-closed, oidc-administrator (403), oidc-name (422),
    oidc-name-taken (409), and what keeps the only posts from being given.
    """
    held = office_on()
    actor = Actor.system(SYSTEM)
    found = mapping.outcome(store.rules(), arrival.claims)
    if found.refusal:
        known = store.identity(held.issuer, arrival.subject)
        if known is not None:
            turn_away(known.pk, found.refusal, actor=actor, now=now)
        raise Refused(found.refusal, status=403)
    return _take_in(held, arrival, found, actor=actor, now=now)


@verb("user.sign_in")
def _take_in(held: Office, arrival: Arrival, found: mapping.Outcome, *, actor: Actor, now: datetime) -> User:
    store.alone(held.issuer, arrival.subject)
    known = store.identity(held.issuer, arrival.subject)
    if known is None:
        known = _new(held, arrival, found, actor, now)
    user = known.user
    if not user.is_active:
        raise Refused("oidc-account-closed", status=403)
    if administers(user, now):
        raise Refused("oidc-administrator", status=403)
    if known.made:
        _renew(user, _name(held, arrival.claims) or user.display_name, found.unit, actor, now)
    faults = fit_posts(user, found.posts, actor=actor, now=now)
    if faults and not people.holdings_of(user.pk, now):
        raise faults[0]
    if user.must_change_password and not user.has_usable_password():
        people.no_password_due(user.pk)  # he needs none
    if known.suspended_at is not None:
        known.suspended_at = None
        known.save(update_fields=["suspended_at"])
    note_sign_in(user, SYSTEM, actor=actor_for(user, now), now=now)
    return people.user(user.pk) or user


def _name(held: Office, claims: Mapping[str, Any]) -> str:
    name = claims.get(held.name_claim)
    return " ".join(name.split())[:64] if isinstance(name, str) and name.isprintable() else ""


def _new(held: Office, arrival: Arrival, found: mapping.Outcome, actor: Actor, now: datetime) -> OidcIdentity:
    given = arrival.claims.get(held.username_claim)
    username = normal_username(given) if isinstance(given, str) else ""
    if not USERNAME.fullmatch(username):
        raise Refused("oidc-name", status=422, claim=held.username_claim)
    if people.user(username=username) is not None:
        raise Refused("oidc-name-taken", user=username)
    name = _name(held, arrival.claims) or username
    user = create_user(username, name, unit=found.unit, actor=actor, now=now)
    return OidcIdentity.objects.create(
        user=user, issuer=held.issuer, subject=arrival.subject, made=True, created_at=now
    )


def _renew(user: User, name: str, unit: str, actor: Actor, now: datetime) -> None:
    present = user.unit.code if user.unit else ""
    if name != user.display_name or unit != present:
        change_user(user.username, display_name=name, unit=unit, actor=actor, now=now)


def fit_posts(user: User, wanted: tuple[tuple[str, str], ...], *, actor: Actor, now: datetime) -> list[Refused]:
    """Take back what claims gave and give no more, then give what is new; posts given by hand stay as they are.

    Within an act. What could not be given is returned: a closed unit, roles that exclude one another.
    """
    held = store.held(user.pk)
    for row in held:
        if row.given_by == store.OIDC and (row.post.unit.code, row.post.role_id) not in wanted:
            revoke_post(row.pk, actor=actor, now=now)
    whole = [row for row in held if not row.post.matter and not row.post.area_path]
    present = {(row.post.unit.code, row.post.role_id) for row in whole}
    faults = []
    for unit, role in wanted:
        if (unit, role) not in present:
            try:
                with transaction.atomic():
                    grant_post(user.username, role, unit, given_by=store.OIDC, actor=actor, now=now)
            except Refused as refused:
                faults.append(refused)
    return faults


@verb("user.connect")
def connect(arrival: Arrival, user: User, *, actor: Actor, now: datetime) -> None:
    """Tie an account that is there already to who came back; from now on he comes in that way, his password is gone.

    Raises Refused: oidc-state (400: somebody else began it), oidc-administrator (403), oidc-connected and
    oidc-identity-taken (409).
    """
    held = office_on()
    if arrival.pending.connect != user.pk or actor.id != str(user.pk) or actor.kind != "user":
        raise Refused("oidc-state", status=400)
    store.alone(held.issuer, arrival.subject)
    if administers(user, now):
        raise Refused("oidc-administrator", status=403)
    if store.identity_of(user.pk) is not None:
        raise Refused("oidc-connected")
    if store.identity(held.issuer, arrival.subject) is not None:
        raise Refused("oidc-identity-taken")
    found = mapping.outcome(store.rules(), arrival.claims)
    if found.denied:
        raise Refused(found.refusal, status=403)
    OidcIdentity.objects.create(user=user, issuer=held.issuer, subject=arrival.subject, created_at=now)
    user.set_unusable_password()  # or a leaver could still come in by it
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    signin_store.drop_links(user.pk)
    record("user.connect", "user", user.pk, actor=actor, body={"by": store.OIDC, "issuer": held.issuer})


def keep_grant(arrival: Arrival, user: User, session_key: str, *, now: datetime) -> OidcGrant | None:
    """Keep what the provider can be asked with about this session."""
    known, session = store.identity_of(user.pk), store.session(session_key)
    if known is None or session is None:
        return None
    sealed = sealed_tokens(keep(arrival.tokens, now))
    return OidcGrant.objects.update_or_create(
        session=session,
        defaults={
            "identity": known, "sid": arrival.sid, "sources": arrival.sources, "sealed": sealed, "opened_at": now,
            "checked_at": now, "claimed_at": None, "failing_since": None,
        },
    )[0]  # fmt: skip


def same_state(given: str, kept: Mapping[str, Any]) -> str:
    """The state among those kept that equals the one given, compared in constant time; an empty text for none."""
    return next((state for state in kept if hmac.compare_digest(state.encode(), given.encode())), "")
