"""Every query of platforms: what is remembered of them, their pieces by case, the cases of a day."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from gezhi.loop.models import Case, Partner, PartnerCase, PartnerMark, Piece, Step

SENT = ("status", "ask")


def mark(partner: Partner, name: str) -> str:
    row = PartnerMark.objects.filter(partner=partner, name=name).first()
    return row.value if row is not None else ""


def set_mark(partner: Partner, name: str, value: str, at: datetime) -> None:
    PartnerMark.objects.update_or_create(partner=partner, name=name, defaults={"value": value, "at": at})


def step(case: Any, no: Any) -> Step | None:
    return Step.objects.filter(case=case, no=no).first()


def last_step(case: Any, move: str) -> Step | None:
    """The newest step of that move, with its sealed words."""
    return Step.objects.filter(case=case, move=move).select_related("text").order_by("-no").first()


def case(key: Any) -> Case | None:
    return Case.objects.select_related("requester", "lead", "desk").filter(pk=key).first()


def case_numbered(number: str, unit: int | None) -> Case | None:
    """A case of ours by our own number, in the hands of that unit."""
    return Case.objects.select_related("requester", "lead").filter(number=number, lead=unit).first()


def words_known(partner: Partner, case: Any, digest: str) -> bool:
    """Whether these words of theirs stand with the case already."""
    return Piece.objects.filter(partner=partner, direction="in", case=case, facts__words=digest).exists()


def newest(partner: Partner, case: Any) -> str:
    """The newest moment that the platform's records of a case carry, as it stands in their facts; "" for none."""
    rows = Piece.objects.filter(partner=partner, direction="in", case=case, facts__has_key="at")
    return max((str(moment) for moment in rows.values_list(F("facts__at"), flat=True)), default="")


def ask_of(partner: Partner, case: Any, about: str) -> Piece | None:
    """Our newest request of a kind about a case."""
    rows = Piece.objects.select_for_update().filter(partner=partner, direction="out", kind="ask", case=case)
    return rows.filter(facts__about=about).order_by("-id").first()


def asks(partner: Partner, case: Any) -> QuerySet[Piece]:
    return Piece.objects.filter(partner=partner, direction="out", kind="ask", case=case).order_by("id")


def refused(partner: Partner, fault: str, since: datetime) -> list[int]:
    """Pieces that came too early, the oldest first."""
    rows = Piece.objects.filter(partner=partner, direction="in", state__in=("refused", "waiting"), at__gte=since)
    return list(rows.filter(fault__in=(fault, "")).order_by("id").values_list("pk", flat=True)[:500])


def left(partner: Partner) -> dict[str, int]:
    """Pieces of a partner that are not done, by way and state."""
    found: dict[str, int] = {}
    for direction, state in (
        Piece.objects.filter(partner=partner).exclude(state="done").values_list("direction", "state")
    ):
        found[f"{direction}.{state}"] = found.get(f"{direction}.{state}", 0) + 1
    return found


def links_between(partner: Partner, since: datetime, until: datetime) -> list[PartnerCase]:
    rows = PartnerCase.objects.filter(partner=partner, case__received_at__gte=since, case__received_at__lt=until)
    return list(rows.select_related("case"))


def links_numbered(partner: Partner, numbers: Iterable[str]) -> list[PartnerCase]:
    return list(PartnerCase.objects.filter(partner=partner, number__in=list(numbers)).select_related("case"))


def links_answered(partner: Partner, since: datetime | None, until: datetime | None) -> QuerySet[PartnerCase]:
    """Cases whose answer is out, for a reply sheet, in the order in which they came."""
    rows = PartnerCase.objects.filter(partner=partner, case__state__in=("verifying", "closed", "declined"))
    rows = rows.select_related("case__requester", "case__lead").order_by("case__received_at", "id")
    rows = rows.filter(case__closed_at__gte=since) if since else rows
    return rows.filter(case__closed_at__lt=until) if until else rows


def unmatched(partner: Partner) -> dict[str, int]:
    """Their names of matters for which the mapping has none of ours, and how many pieces used each."""
    found: dict[str, int] = {}
    rows = Piece.objects.filter(partner=partner, direction="in", facts__has_key="unmatched")
    for name in rows.values_list(F("facts__unmatched"), flat=True):
        found[str(name)] = found.get(str(name), 0) + 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


# ---- the ferry


def ready(partner: Partner) -> list[Piece]:
    """What has left in no parcel yet, the oldest first."""
    rows = Piece.objects.select_for_update().filter(partner=partner, direction="out", state__in=("waiting", "done"))
    return list(rows.exclude(facts__has_key="serial").order_by("id"))


def packed(partner: Partner, serial: int) -> QuerySet[Piece]:
    rows = Piece.objects.filter(partner=partner, direction="out", facts__serial__gte=serial)
    return rows.order_by("id")


def case_by_number(number: str) -> Case | None:
    return Case.objects.select_related("requester").filter(number=number).first()
