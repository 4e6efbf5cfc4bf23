"""Queries of units, users, roles, posts and holdings."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from gezhi.trust.models import Holding, Post, Role, RoleVerb, Setting, Unit, User
from gezhi.trust.rules.tree import in_order

_SHIPPED = "roles.shipped"
_MOVE = """
UPDATE trust_unit SET path = CASE WHEN path = %(old)s::ltree THEN %(new)s::ltree
  ELSE %(new)s::ltree || subpath(path, nlevel(%(old)s::ltree)) END
WHERE path <@ %(old)s::ltree
"""


def units_under(path: str) -> QuerySet[Unit, Any]:
    """Ids of a unit and everything under it, as a subquery for `__in`."""
    return Unit.objects.filter(path__descends=path).values("pk")


def unit(unit_id: int | None = None, code: str = "", *, lock: bool = False) -> Unit | None:
    """One unit by id or code."""
    rows = Unit.objects.select_for_update() if lock else Unit.objects.all()
    return rows.filter(pk=unit_id).first() if unit_id is not None else rows.filter(code=code).first()


def units(*, active_only: bool = False) -> list[Unit]:
    """All units in the order of the tree."""
    return [unit for unit in in_order(Unit.objects.all()) if unit.active or not active_only]


def tree() -> list[Unit]:
    """All units in the order of the tree, each with `people`, the number of active users."""
    return in_order(Unit.objects.annotate(people=Count("users", filter=Q(users__is_active=True))))


def root() -> Unit | None:
    """The top of the tree."""
    return Unit.objects.filter(parent__isnull=True).order_by("pk").first()


def move_subtree(old: str, new: str) -> int:
    """Give a unit and everything under it a new path; rows changed."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"old": old, "new": new})
        return int(cursor.rowcount)


def open_holdings_under(path: str, now: datetime) -> int:
    """How many posts at this unit or under it somebody holds."""
    return Holding.objects.filter(current(now), post__unit__path__descends=path).count()


def active_children(path: str) -> int:
    """How many units under this one are open, without itself."""
    return Unit.objects.filter(path__descends=path, active=True).exclude(path=path).count()


def current(now: datetime, prefix: str = "") -> Q:
    """Holdings in force at that time."""
    return Q(**{f"{prefix}valid_from__lte": now}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": now})
    )


def user(user_id: int | None = None, username: str = "", *, lock: bool = False) -> User | None:
    """One user by id or name."""
    rows = User.objects.select_for_update() if lock else User.objects.all()
    if user_id is not None:
        return rows.filter(pk=user_id).first()
    return rows.filter(username=username.strip().lower()).first()


def no_password_due(user_id: int) -> None:
    """This user comes in without a password and need not set one."""
    User.objects.filter(pk=user_id).update(must_change_password=False)


def roles_of(user_id: int, now: datetime) -> set[str]:
    """Roles that a user holds now or will hold."""
    rows = Holding.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now), user_id=user_id)
    return set(rows.values_list("post__role_id", flat=True))


def holdings_of_roles(user_id: int, roles: Sequence[str], now: datetime) -> list[Holding]:
    """What a user holds of these roles, now or later."""
    rows = Holding.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now), user_id=user_id)
    return list(rows.filter(post__role_id__in=roles).select_related("post__unit"))


def post(unit_id: int, role: str, matter: str, area_path: str) -> Post:
    """The post with these limits, made when there is none yet."""
    found, _ = Post.objects.get_or_create(unit_id=unit_id, role_id=role, matter=matter, area_path=area_path)
    return found


def holding(holding_id: int) -> Holding | None:
    """One holding, locked."""
    rows = Holding.objects.select_for_update(of=("self",)).select_related("post__unit", "post__role", "user")
    return rows.filter(pk=holding_id).first()


def holdings_of(user_id: int, now: datetime) -> list[Holding]:
    """What a user holds now."""
    rows = Holding.objects.filter(current(now), user_id=user_id).select_related("post__unit", "post__role")
    return list(rows.order_by("post__unit__path", "post__role_id"))


def users_page(
    *, within: Sequence[str] = ("",), text: str = "", unit_path: str = "", role: str = "", now: datetime,
    offset: int = 0, limit: int = 50,
) -> tuple[list[User], int]:  # fmt: skip
    """A page of users with their unit and present holdings, and how many there are in all; `within` are the branches
    that the reader administers, an empty one being everything.
    """
    rows = User.objects.order_by("username")
    if "" not in within and not any("." not in path for path in within):  # the root is everything, also no unit at all
        branches = Q(pk__in=[])
        for path in within:
            branches |= Q(unit__path__descends=path)
        rows = rows.filter(branches)
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
    if unit_path:
        rows = rows.filter(unit__path__descends=unit_path)
    if role:
        held = Holding.objects.filter(current(now), post__role_id=role)
        rows = rows.filter(pk__in=held.values("user"))
    held_now = Holding.objects.filter(current(now)).select_related("post__unit", "post__role")
    page = rows.select_related("unit").prefetch_related(Prefetch("holdings", queryset=held_now, to_attr="held"))
    return list(page[offset : offset + limit]), rows.count()


def roles() -> list[Role]:
    """All roles with their verbs."""
    return list(Role.objects.prefetch_related("verbs").order_by("pk"))


def role(code: str) -> Role | None:
    """One role."""
    return Role.objects.filter(pk=code).first()


def set_role(code: str, name_zh: str, name_en: str, *, admin: bool) -> Role:
    """Add a role or change its names."""
    found, _ = Role.objects.update_or_create(pk=code, defaults={"name_zh": name_zh, "name_en": name_en, "admin": admin})
    return found


def set_role_verbs(code: str, verbs: Iterable[str]) -> tuple[list[str], list[str]]:
    """Make these the verbs of a role; what was added and what was taken away."""
    wanted = set(verbs)
    present = set(RoleVerb.objects.filter(role_id=code).values_list("verb", flat=True))
    added, removed = sorted(wanted - present), sorted(present - wanted)
    RoleVerb.objects.filter(role_id=code, verb__in=removed).delete()
    RoleVerb.objects.bulk_create([RoleVerb(role_id=code, verb=verb) for verb in added])
    return added, removed


def known_verbs() -> set[str]:
    """Every verb that some role has."""
    return set(RoleVerb.objects.values_list("verb", flat=True))


def shipped_verbs() -> dict[str, list[str]]:
    """Verbs of each role as the version that started last shipped them; empty where that was never noted."""
    row = Setting.objects.filter(pk=_SHIPPED).first()
    return {} if row is None else dict(row.value)


def note_shipped_verbs(shipped: dict[str, list[str]], *, by: str, now: datetime) -> None:
    """What this version ships, for the next one to compare with."""
    Setting.objects.update_or_create(pk=_SHIPPED, defaults={"value": shipped, "changed_at": now, "changed_by": by})


def names_of(keys: Iterable[str]) -> list[tuple[int, str]]:
    """Id and name of these users."""
    wanted = [int(key) for key in keys if key.isdecimal()]
    return list(User.objects.filter(pk__in=wanted).values_list("pk", "display_name"))


def holders_of(role: str, now: datetime) -> list[User]:
    """Active users who hold a role."""
    held = Holding.objects.filter(current(now), post__role_id=role)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("username"))
