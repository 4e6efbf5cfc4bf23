"""Roles and posts: what each role may do, who holds which post, which pairs exclude one another."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from gezhi.kernel.errors import Refused
from gezhi.trust.models import Holding, User
from gezhi.trust.rules import ADMINISTRATORS, Actor, conflict
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, unchanged, verb
from gezhi.trust.service.office import profile
from gezhi.trust.service.users import administers, lock_out
from gezhi.trust.store import people as store
from gezhi.trust.store import signin as signin_store
from gezhi.trust.store.access import role_verbs

ROLES = Path(__file__).parent.parent / "data" / "roles.csv"


def shipped_roles() -> list[dict[str, str]]:
    """The roles that the product comes with."""
    with ROLES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@verb("role.load")
def load_roles(rows: Iterable[Mapping[str, str]] | None = None, *, actor: Actor, now: datetime) -> int:
    """Add the shipped roles (or `rows`) and set their names and verbs; roles that are not named stay. Roles changed."""
    del now
    require(actor, "role.edit")
    count = 0
    for row in rows if rows is not None else shipped_roles():
        before = store.role(row["code"])
        store.set_role(row["code"], row["name_zh"], row["name_en"], admin=bool(row.get("admin")))
        added, removed = store.set_role_verbs(row["code"], row["verbs"].split())
        if added or removed or before is None:
            count += 1
            record("role.load", "role", row["code"], actor=actor, body={"added": added, "removed": removed})
    if not count:
        unchanged()
    return count


@verb("role.load")
def renew_roles(*, actor: Actor, now: datetime) -> int:
    """At every start: what came with a new version is added; what the office has changed stays. Roles changed.

    A verb is new to a role where the version before did not ship it there; where that was never noted, where no role
    has it. A verb that is shipped no more goes. The three administrators always have theirs.
    """
    require(actor, "role.edit")
    rows = shipped_roles()
    shipped = {row["code"]: row["verbs"].split() for row in rows}
    before, known, count = store.shipped_verbs(), store.known_verbs(), 0
    living = {name for verbs in shipped.values() for name in verbs}
    for row in rows:
        code = row["code"]
        wanted = frozenset(shipped[code])
        if store.role(code) is not None and not row["admin"]:
            present = role_verbs(code)
            wanted = (present & living) | (wanted - set(before.get(code, known)))
        store.set_role(code, row["name_zh"], row["name_en"], admin=bool(row["admin"]))
        added, removed = store.set_role_verbs(code, wanted)
        if added or removed:
            count += 1
            record("role.load", "role", code, actor=actor, body={"added": added, "removed": removed})
    if before != shipped:
        store.note_shipped_verbs(shipped, by=actor.key, now=now)
    if not count:
        unchanged()
    return count


@verb("role.edit")
def set_verbs(role: str, verbs: Iterable[str], *, actor: Actor, now: datetime) -> None:
    """Make these the verbs of a role; administrators keep theirs, or nobody could undo a mistake."""
    del now
    root = store.root()
    require(actor, "role.edit", unit_paths=[root.path] if root else [])  # what a role may do, it may everywhere
    found = store.role(role)
    if found is None:
        raise Refused("role-unknown", status=404, role=role)
    if found.admin:
        raise Refused("role-fixed", role=role)
    known = {name for row in shipped_roles() if not row["admin"] for name in row["verbs"].split()}
    strange = sorted(set(verbs) - known)
    if strange:
        raise Refused("verb-unknown", status=422, verbs=", ".join(strange))
    added, removed = store.set_role_verbs(role, verbs)
    if not added and not removed:
        unchanged()
        return
    record("role.edit", "role", role, actor=actor, body={"added": added, "removed": removed})


@verb("post.grant")
def grant_post(
    username: str,
    role: str,
    unit: str,
    *,
    matter: str = "",
    area_path: str = "",
    given_by: str = "",
    actor: Actor,
    now: datetime,
) -> Holding:
    """Give a user a role over a unit subtree (by unit code), narrowed to a matter and an area branch where given.

    Who becomes one of the three administrators comes in by a new one-time link only. `given_by` marks a post that is
    taken back with the claim behind it; given by hand as well, it stays.
    """
    require(actor, "role.edit")
    user = store.user(username=username, lock=True)
    if user is None:
        raise Refused("user-unknown", status=404, user=username)
    place, kind = store.unit(code=unit), store.role(role)
    if place is None or not place.active:
        raise Refused("unit-unknown", status=404, unit=unit)
    if kind is None or role == "citizen":
        raise Refused("role-unknown", status=404, role=role)
    require(actor, "role.edit", unit_paths=[place.path], matter=matter, area_path=area_path)
    _refuse_own(user.pk, actor)
    pair = conflict([*store.roles_of(user.pk, now), role], profile())
    if pair:
        code = "admins-exclusive" if set(pair) <= set(ADMINISTRATORS) else "roles-exclusive"
        raise Refused(code, user=user.username, first=pair[0], second=pair[1])
    post = store.post(place.pk, role, matter, area_path)
    for held in store.holdings_of(user.pk, now):
        if held.post_id == post.pk and held.valid_to is None:
            return _held_already(held, given_by, actor)
    _shut_old_ways(user, role, actor, now)
    holding = Holding.objects.create(user=user, post=post, valid_from=now, given_by=given_by)
    body = {"post": post.pk, "role": role, "unit": place.code, "matter": matter, "area": area_path}
    record("post.grant", "user", user.pk, actor=actor, body=body | ({"by": given_by} if given_by else {}))
    return holding


def _shut_old_ways(user: User, role: str, actor: Actor, now: datetime) -> None:
    """Who made a new administrator's account knows a way into it; from now on only a link of this actor leads in."""
    if role in ADMINISTRATORS and actor.kind != "system" and not administers(user, now):
        lock_out(user)
        signin_store.revoke_tokens(user.pk, now)


def _held_already(held: Holding, given_by: str, actor: Actor) -> Holding:
    """A post that is held: nothing changes, unless a hand now gives what only a claim gave."""
    if held.given_by and not given_by:
        held.given_by = ""
        held.save(update_fields=["given_by"])
        record("post.grant", "user", held.user_id, actor=actor, body={"post": held.post_id, "role": held.post.role_id})
    else:
        unchanged()
    return held


@verb("post.revoke")
def revoke_post(holding_id: int, *, actor: Actor, now: datetime) -> None:
    """End a holding; the last security administrator stays, or nobody could give posts any more."""
    require(actor, "role.edit")
    holding = store.holding(holding_id)
    if holding is None or (holding.valid_to is not None and holding.valid_to <= now):
        raise Refused("holding-unknown", status=404, holding=holding_id)
    post = holding.post
    require(actor, "role.edit", unit_paths=[post.unit.path], matter=post.matter, area_path=post.area_path)
    role = holding.post.role_id
    if role in ADMINISTRATORS and len(store.holders_of(role, now)) <= 1:
        raise Refused("last-administrator", role=role)
    holding.valid_to = max(now, holding.valid_from)
    holding.save(update_fields=["valid_to"])
    body = {"post": holding.post_id, "role": role, "unit": holding.post.unit.code}
    record("post.revoke", "user", holding.user_id, actor=actor, body=body)


def _refuse_own(user_id: int, actor: Actor) -> None:
    """Nobody gives himself a post."""
    if actor.kind == "user" and actor.id == str(user_id):
        raise Refused("own-post", status=403)
