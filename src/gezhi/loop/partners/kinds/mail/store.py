"""Every query of mail: cases that marks name, letters of one sender, addresses at which nothing arrives."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from gezhi.loop.models import Case, Partner, Piece, ReachStop, ReachWish
from gezhi.trust.service import keyed_hash

KIND = "mail"


def hashed(address: str) -> str:
    """An address as it stands in keys."""
    return (keyed_hash("mail-from", address) or b"")[:6].hex()


def stop_hash(way: str, address: str) -> bytes:
    return keyed_hash(f"reach-{way}", address) or b""


def case_by_number(number: str) -> Case | None:
    return _cases().filter(number=number).first()


def case_by_key(key: str) -> Case | None:
    return _cases().filter(pk=key).first()


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("requester").exclude(state="void")


def case_of_letters(partner: Partner, marks: Iterable[str]) -> Case | None:
    """The case that one of these letters, taken before, belongs to; the first mark counts most."""
    for mark in marks:
        row = Piece.objects.filter(partner=partner, direction="in", key__startswith=f"m:{mark}:", case__isnull=False)
        found = row.values_list("case", flat=True).first()
        if found is not None:
            return case_by_key(str(found))
    return None


def letters_since(partner: Partner, sender: str, since: datetime) -> int:
    """How many letters of one sender came since."""
    rows = Piece.objects.filter(partner=partner, direction="in", at__gte=since, key__endswith=f":{sender}")
    return rows.count()


def partner_letters(state: tuple[str, ...]) -> QuerySet[Piece]:
    rows = Piece.objects.filter(partner__kind=KIND, direction="in", state__in=state)
    return rows.select_related("partner__keeper", "partner__desk", "case").order_by("-id")


def letter(key: int, *, lock: bool = False) -> Piece | None:
    rows = partner_letters(("refused",)).filter(pk=key)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def stop(way: str, address: str, code: str, case: Case | None, now: datetime) -> bool:
    """Whether it was not stopped before."""
    values: dict[str, Any] = {"code": code[:20], "case": case, "at": now}
    _, new = ReachStop.objects.get_or_create(way=way, address_hash=stop_hash(way, address), defaults=values)
    return new


def lift(way: str, address: str) -> int:
    return ReachStop.objects.filter(way=way, address_hash=stop_hash(way, address)).delete()[0]


def stopped(way: str, address: str) -> ReachStop | None:
    return ReachStop.objects.filter(way=way, address_hash=stop_hash(way, address)).first()


def wish(requester: Any) -> ReachWish | None:
    return ReachWish.objects.filter(requester=requester).first()


def keep_wish(requester: Any, way: str, language: str, by: str, now: datetime) -> None:
    values = {"way": way, "language": language, "agreed_at": now, "agreed_by": by}
    ReachWish.objects.update_or_create(requester_id=requester, defaults=values)


def forget(requester: Any) -> None:
    """An erased person wishes nothing any more."""
    ReachWish.objects.filter(Q(requester_id=requester)).delete()
