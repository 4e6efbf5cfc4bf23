"""Who is asking and whether he may: actors of users, tokens and requests, and the one check that refuses."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import pgettext

from gezhi.kernel.errors import Refused
from gezhi.trust.models import User
from gezhi.trust.rules import Actor, Grant, allowed, why
from gezhi.trust.store import access as store


def require(actor: Actor, verb: str, *, unit_paths: Sequence[str] = (), matter: str = "", area_path: str = "") -> Grant:
    """The grant that allows this, or a refusal that names the nearest rule and what it lacks."""
    grant = allowed(actor, verb, unit_paths=unit_paths, matter=matter, area_path=area_path)
    if grant is not None:
        return grant
    denial = why(actor, verb, unit_paths=unit_paths, matter=matter, area_path=area_path)
    assert denial is not None
    because = pgettext("lacks", denial.lacks)
    raise Refused("not-allowed", status=403, verb=verb, rule=denial.rule, lacks=denial.lacks, because=because)


def actor_for(user: User, now: datetime | None = None) -> Actor:
    """The user as an actor with the grants of his posts, at present unless told; a disabled user is refused."""
    actor = store.actor_of_user(user.pk, now)
    if actor is None:
        raise Refused("sign-in-needed", status=401)
    return actor


def token_digest(token: str) -> bytes:
    """What is kept of a secret that the product itself made: long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def actor_of_token(token: str, now: datetime) -> Actor | None:
    """The actor of a bearer token, or None when it is unknown, ended or revoked; one statement."""
    return store.actor_of_token(token_digest(token), now)


def attach(request: HttpRequest, actor: Actor) -> None:
    """Keep the actor with the request that he sent."""
    request.gezhi_actor = actor  # type: ignore[attr-defined]  # a request carries what its handlers put on it


def actor_from_request(request: HttpRequest) -> Actor:
    """Who sent this request; refused with `sign-in-needed` when nobody is signed in."""
    known: Actor | None = getattr(request, "gezhi_actor", None)
    if known is not None:
        return known
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        raise Refused("sign-in-needed", status=401)
    if user.must_change_password:
        raise Refused("password-due", status=403)
    actor: Actor = getattr(user, "gezhi_actor", None) or actor_for(user)
    attach(request, actor)
    return actor


def citizen_actor(key: str, *, kind: str = "link", name: str = "", language: str = "") -> Actor:
    """A citizen, known by link or phone code, with the verbs of role `citizen`; whose case it is, the loop knows."""
    grant = Grant(store.role_verbs("citizen"), "", "", "", "citizen", "citizen")
    return Actor(kind, key, name, None, "", (grant,), language)
