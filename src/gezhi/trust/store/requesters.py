"""Queries of requesters: insert, find by keyed hash, erase, reveals."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from gezhi.kit.bulk import copy_models, insert, part_of
from gezhi.trust.models import Requester, Reveal


def insert_one(requester: Requester) -> None:
    """One statement, without the checks of the ORM."""
    insert(part_of(requester))


def insert_many(requesters: list[Requester]) -> None:
    """Many at once, for imports."""
    copy_models(requesters)


def by_hash(column: str, value: bytes) -> list[UUID]:
    """Requesters with this keyed hash, oldest first; `column` is phone_hash or id_hash."""
    return list(Requester.objects.filter(**{column: value}).order_by("id").values_list("id", flat=True))


def get(requester_id: UUID, *, lock: bool = False) -> Requester | None:
    """One requester, locked until the transaction ends if so wanted."""
    rows = Requester.objects.select_for_update() if lock else Requester.objects.all()
    return rows.filter(pk=requester_id).first()


def newest_sealed() -> Requester | None:
    """The newest requester with an identity that was not erased."""
    return Requester.objects.filter(wrapped_key__isnull=False, identity_ct__isnull=False).order_by("-id").first()


def change(requester: Requester, columns: list[str]) -> None:
    """Write these columns."""
    requester.save(update_fields=columns)


def strip(keys: Sequence[UUID]) -> list[UUID]:
    """Empty the identity of these; returns those that had one."""
    empty = Q(identity_ct=None, phone_hash=None, id_hash=None, masked_name="")
    rows = Requester.objects.select_for_update().filter(pk__in=keys).exclude(empty).order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    Requester.objects.filter(pk__in=found).update(identity_ct=None, phone_hash=None, id_hash=None, masked_name="")
    return found


def insert_reveal(reveal: Reveal) -> None:
    """Note that something was revealed."""
    reveal.save(force_insert=True)


def reveals(*, requester_id: UUID | None = None, case_id: UUID | None = None, limit: int = 200) -> list[Reveal]:
    """Reveals, newest first, of one requester or one case, or all."""
    rows = Reveal.objects.select_related("unit").order_by("-id")
    if requester_id is not None:
        rows = rows.filter(requester_id=requester_id)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return list(rows[:limit])
