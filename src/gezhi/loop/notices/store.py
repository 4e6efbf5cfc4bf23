"""Queries of notices: who hears of a case, what a person has not read, lights that changed, whose letter is due."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Q, QuerySet

from gezhi.loop.models import Case, Notice, NoticeMark, NoticeWish
from gezhi.loop.notices.rules import Heard
from gezhi.loop.rules.words import OPEN
from gezhi.loop.store import below
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor

SHOWN = 99  # an unread count above this says "99+"
PEOPLE = 300  # who hears of one thing, at most
LIGHTS = 2000  # at once


def known_to_others(case: UUID, step: int, actor: Actor) -> bool:
    """Whether somebody else has read of this step, or a letter about it has gone out."""
    rows = Notice.objects.filter(Q(read_at__isnull=False) | Q(mailed_at__isnull=False), case=case, step=step)
    return rows.exclude(user=int(actor.id) if actor.kind == "user" else None).exists()


def case_of(key: str) -> Case | None:
    return Case.objects.select_related("lead", "desk").filter(pk=key).first()


def paths(units: Iterable[int]) -> dict[int, str]:
    return below.unit_paths(units)


def people(one: Heard, path: str, matter: str, area: str, now: datetime) -> list[int]:
    """Who holds the verb or the role for a unit, a matter and an area; administrators by trade do not count."""
    steps = path.split(".")
    above = [".".join(steps[:n]) for n in range(1, len(steps) + 1)]
    rows = apps.get_model("trust", "Holding")._default_manager.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), valid_from__lte=now, user__is_active=True,
        post__unit__path__in=above,
    )  # fmt: skip
    rows = rows.filter(post__role=one.role) if one.role else rows.filter(post__role__verbs__verb=one.verb)
    found = rows.values_list("user", "post__matter", "post__area_path").order_by("user").distinct()
    keys = [user for user, only, within in found if _under(matter, only) and _under(area, within)]
    return list(dict.fromkeys(keys))[:PEOPLE]


def _under(path: str, branch: str) -> bool:
    return not branch or path == branch or path.startswith(f"{branch}.")


def unwanted(users: Iterable[int]) -> dict[int, list[str]]:
    return dict(NoticeWish.objects.filter(user__in=list(users)).values_list("user", "unwanted"))


def add(rows: Sequence[Notice]) -> None:
    """What was told before is not told again."""
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def forget_step(case: UUID, step: int) -> None:
    """The step was taken back, unread: nobody needs to hear of it."""
    Notice.objects.filter(case=case, step=step, read_at=None).delete()


def mark(name: str, now: datetime, first: timedelta) -> datetime:
    """Until when was looked, and that it is looked now; locked until the act ends."""
    row, _ = NoticeMark.objects.select_for_update().get_or_create(name=name, defaults={"at": now - first})
    since = row.at
    row.at = now
    row.save(update_fields=["at"])
    return since


def turned(since: datetime, now: datetime, after: UUID | None) -> list[Case]:
    """The next open cases of which the first clock turned yellow or red in between, in the order of their keys."""
    rows = Case.objects.filter(state__in=OPEN, dormant=False, paused=False).select_related("lead", "desk")
    late = Q(due_at__gt=since, due_at__lte=now)
    soon = Q(due_at__gt=now, soon_at__gt=since, soon_at__lte=now)
    rows = rows.filter(late | soon)
    return list((rows.filter(pk__gt=after) if after else rows).order_by("pk")[:LIGHTS])


# ---- one person's own


def of(user: int) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user).order_by("-at", "-pk")


def unread(user: int) -> int:
    """How many are unread, counted to SHOWN + 1, in one statement."""
    return Notice.objects.filter(user=user, read_at=None).values("pk")[: SHOWN + 1].count()


def by_kind(user: int) -> dict[str, int]:
    rows = Notice.objects.filter(user=user, read_at=None).values("kind").annotate(n=Count("pk"))
    return {row["kind"]: row["n"] for row in rows}


def read(user: int, now: datetime, *, key: int | None = None, case: UUID | None = None) -> int:
    """Mark as read: one notice, those of a case, or all."""
    rows = Notice.objects.filter(user=user, read_at=None)
    if key is not None:
        rows = rows.filter(pk=key)
    if case is not None:
        rows = rows.filter(case=case)
    return rows.update(read_at=now)


def wish(user: int, *, lock: bool = False) -> NoticeWish:
    """What a person wants; what holds until then for who has said nothing."""
    rows = NoticeWish.objects.select_for_update() if lock else NoticeWish.objects
    return rows.filter(user=user).first() or NoticeWish(user_id=user)


def prune(before: datetime) -> int:
    return Notice.objects.filter(at__lt=before).delete()[0]


# ---- letters


def due_letters(now: datetime, kinds: Sequence[str]) -> list[int]:
    """Whose letter may be due: digests of these kinds, to mailboxes that work."""
    rows = NoticeWish.objects.filter(digest__in=list(kinds), bounced_at=None, user__is_active=True)
    return list(rows.exclude(address="").order_by("user").values_list("user", flat=True))


def held(user: int) -> NoticeWish | None:
    """The wish of one person, for a letter; None where another worker writes it."""
    rows = NoticeWish.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    return rows.filter(user=user, bounced_at=None).first()


def unsent(user: int, most: int) -> list[Notice]:
    rows = Notice.objects.filter(user=user, read_at=None, mailed_at=None, case__isnull=False)
    return list(rows.order_by("-at", "-pk")[:most])


def sent(rows: Iterable[Notice], now: datetime) -> None:
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=now)


def with_address(address: str) -> list[int]:
    return list(NoticeWish.objects.filter(address__iexact=address).values_list("user", flat=True))


def told_cases(actor: Actor, keys: Iterable[Any]) -> QuerySet[Case]:
    """Of these cases, those that the person may still read."""
    return visible(actor).filter(pk__in=[key for key in keys if key])
