"""Every query of mail: cases that marks name, letters of one sender, letters that wait."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from gezhi.loop.models import Case, Partner, Piece
from gezhi.trust.service import keyed_hash

KIND = "mail"
MACHINES = ("mail-automatic", "mail-own", "mail-bounce-unknown")


def hashed(address: str) -> str:
    """An address as it stands in keys."""
    return (keyed_hash("mail-from", address) or b"")[:6].hex()


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


def mailboxes() -> QuerySet[Partner]:
    return Partner.objects.filter(kind=KIND).select_related("desk")


def of_machines(before: datetime, now: datetime) -> int:
    """Forget the words of letters that no person wrote and nobody decided on since; how many."""
    rows = Piece.objects.filter(partner__kind=KIND, direction="in", state="refused", fault__in=MACHINES, at__lt=before)
    return rows.update(state="done", done_at=now, sealed=None)


def partner_letters(state: tuple[str, ...]) -> QuerySet[Piece]:
    rows = Piece.objects.filter(partner__kind=KIND, direction="in", state__in=state, sealed__isnull=False)
    return rows.select_related("partner__keeper", "partner__desk", "case").order_by("-id")


def letter(key: int, *, lock: bool = False) -> Piece | None:
    rows = partner_letters(("refused",)).filter(pk=key)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()
