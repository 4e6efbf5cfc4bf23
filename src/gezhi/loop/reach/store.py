"""Every query of what goes out to citizens: whose case, what he wishes, what went out, versions of texts."""

from typing import Any

from django.db.models import QuerySet

from gezhi.loop.models import Case, CodeItem, Piece, ReachStop, ReachWish, TellingVersion


def case_of(piece: Piece) -> Case | None:
    return Case.objects.select_related("requester").filter(pk=str(piece.case_id)).first() if piece.case_id else None


def case_now(case: Case) -> Case:
    """A case and its requester as they stand now, for who has waited for another to end."""
    return Case.objects.select_related("requester").get(pk=case.pk)


def wants(case: str, way: str) -> bool:
    """Whether the requester of a case wishes to be told by this way."""
    owner = Case.objects.filter(pk=case).values("requester")
    return ReachWish.objects.filter(requester__in=owner, way=way).exists()


def told(case: Any, *, most: int = 20) -> QuerySet[Piece]:
    """What went out of a case, or waits, the newest first."""
    return Piece.objects.filter(case=case, direction="out", kind="citizen.told").order_by("-id")[:most]


def stops(case: Any) -> QuerySet[ReachStop]:
    return ReachStop.objects.filter(case=case).order_by("-at")


def only_local(code_list: str, code: str) -> list[int]:
    """The office's own row where no pack has one: there is nothing to go back to."""
    rows = CodeItem.objects.filter(list=code_list, code=code)
    return [] if rows.exclude(pack="local").exists() else list(rows.values_list("pk", flat=True))


def versions(code: str) -> list[TellingVersion]:
    return list(TellingVersion.objects.filter(code=code).select_related("put_by").order_by("-version")[:50])


def last_version(code: str) -> int:
    return TellingVersion.objects.filter(code=code).order_by("-version").values_list("version", flat=True).first() or 0


def lost_in_a_row(sent: Piece, count: int) -> bool:
    """Whether the newest messages of a case of which anything was heard all failed."""
    rows = Piece.objects.filter(partner=sent.partner_id, direction="out", kind="citizen.told", case=sent.case_id)
    said = rows.filter(facts__has_key="receipt").order_by("-id").values_list("facts__receipt", flat=True)[:count]
    return len(said) == count and set(said) == {"failed"}


def receipt_of(partner: Any, mark: str) -> Piece | None:
    """The message that a gateway's mark belongs to."""
    rows = Piece.objects.filter(partner=partner, direction="out", kind="citizen.told", facts__gateway=mark)
    return rows.select_for_update(of=("self",)).order_by("-id").first()
