"""Leavers: every door shut at once, in one act."""

from datetime import datetime

from gezhi.trust.models import OidcIdentity
from gezhi.trust.oidc import store
from gezhi.trust.rules import Actor
from gezhi.trust.service.acts import record, verb
from gezhi.trust.service.roles import revoke_post
from gezhi.trust.service.users import administers
from gezhi.trust.store import signin as signin_store

CLAIMS = ("oidc-no-rule", "oidc-denied-by-rule")  # the provider knows the person, and the rules give nothing any more


@verb("user.turn_away")
def turn_away(identity_id: int, why: str, *, actor: Actor, now: datetime) -> int:
    """End every session, token, link and password of a person for whom the provider vouches no more; sessions ended.

    Where it is the claims that give nothing any more, the posts that they gave fall too. Whoever became one of the
    three administrators meanwhile never comes by the provider, and is not shut out by it.
    """
    known = OidcIdentity.objects.select_related("user").get(pk=identity_id)
    user = known.user
    ended = tokens = 0
    store.drop_grants(known.pk)
    if not administers(user, now):
        ended = signin_store.end_sessions(user.pk)
        tokens = signin_store.revoke_tokens(user.pk, now)
        signin_store.drop_links(user.pk)
        user.set_unusable_password()
        user.save(update_fields=["password"])
    posts = [row for row in store.held(user.pk) if row.given_by == store.OIDC] if why in CLAIMS else []
    for row in posts:
        revoke_post(row.pk, actor=actor, now=now)
    body = {"why": why, "sessions": ended, "tokens": tokens, "posts": len(posts)}
    record("user.turn_away", "user", user.pk, actor=actor, body=body)
    return ended
