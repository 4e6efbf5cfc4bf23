"""Every query of partners: who they are, their cases, the pieces that wait, were refused or given up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Exists, F, Func, JSONField, OuterRef, QuerySet, TextField, Value

from gezhi.loop.models import Case, Partner, PartnerCase, Piece

LEFT = ("refused", "dead")
TRIED = "tried_at"  # among the wishes of a partner, beside what a person wishes
ALONE = "alone"  # among the facts of a piece that failed by its own fault


def partners(*, active: bool | None = None) -> QuerySet[Partner]:
    rows = Partner.objects.select_related("keeper", "desk").order_by("code")
    return rows if active is None else rows.filter(active=active)


def partner(code: str) -> Partner | None:
    return partners().filter(code=code).first()


def first_of(kind: str) -> int | None:
    """The partner of a kind by which goes out what can go out by one alone."""
    return Partner.objects.filter(kind=kind, active=True).order_by("pk").values_list("pk", flat=True).first()


def by_key(key: int) -> Partner:
    return partners().get(pk=key)


def locked(code: str) -> Partner | None:
    return partners().select_for_update(of=("self",)).filter(code=code).first()


def save(partner: Partner, *names: str) -> None:
    partner.save(update_fields=names or None)


def tried_at(partner: Partner) -> datetime | None:
    """When a partner that did not answer was last asked; forgotten when somebody changes what is known of it."""
    said = partner.wishes.get(TRIED)
    return datetime.fromisoformat(said) if said else None


def tried(partner: Partner, now: datetime | None) -> None:
    """Note that it did not answer, or with none that it did; wishes that a person saves meanwhile stay as he said."""
    rows = Partner.objects.filter(pk=partner.pk)
    if now is None:
        if TRIED in partner.wishes:
            rows.update(wishes=Func(F("wishes"), Value(TRIED), template="(%(expressions)s)", arg_joiner=" - "))
        return
    path, moment = Value([TRIED], ArrayField(TextField())), Value(now.isoformat(), JSONField())
    rows.update(wishes=Func(F("wishes"), path, moment, function="jsonb_set"))


# ---- pieces


def piece(partner: Partner, direction: str, key: str) -> Piece | None:
    return Piece.objects.filter(partner=partner, direction=direction, key=key).first()


def piece_locked(key: int) -> Piece | None:
    rows = Piece.objects.select_related("partner__keeper", "partner__desk").select_for_update(of=("self",))
    return rows.filter(pk=key).first()


def add(rows: Iterable[Piece]) -> None:
    """What stands under its key already is not written again."""
    Piece.objects.bulk_create(list(rows), ignore_conflicts=True)


def save_piece(row: Piece, *names: str) -> None:
    row.save(update_fields=names or None)


def take(now: datetime, until: datetime, most: int, skip: Iterable[int] = ()) -> list[Piece]:
    """Pieces whose time has come, the oldest of each case and partner alone, leased to this process until then.

    Of the partners in `skip` none is taken: what does not answer one piece will not answer the next.
    """
    before = Piece.objects.filter(
        direction="out", state="waiting", partner=OuterRef("partner"), case=OuterRef("case"), id__lt=OuterRef("id")
    )
    rows = Piece.objects.filter(direction="out", state="waiting", next_at__lte=now, partner__active=True)
    rows = rows.exclude(partner__in=list(skip)).filter(~Exists(before))
    keys = list(rows.order_by("next_at", "id").select_for_update(skip_locked=True, of=("self",))[:most])
    Piece.objects.filter(pk__in=[row.pk for row in keys]).update(next_at=until)
    return list(Piece.objects.select_related("partner__keeper", "partner__desk", "case").filter(
        pk__in=[row.pk for row in keys]).order_by("id"))  # fmt: skip


def held(row: Piece, until: datetime) -> bool:
    """Lease a piece longer; False where another process took it up since."""
    ours = Piece.objects.filter(pk=row.pk, state="waiting", next_at=row.next_at).update(next_at=until) == 1
    row.next_at = until
    return ours


def waiting_for(partner: Partner) -> int:
    return Piece.objects.filter(partner=partner, direction="out", state="waiting").count()


def wake(partner: Partner, now: datetime) -> int:
    """What waits for a partner that answers again goes out now; what failed by its own fault keeps its hour."""
    rows = Piece.objects.filter(partner=partner, direction="out", state="waiting", next_at__gt=now, tries__gt=0)
    return rows.exclude(facts__has_key=ALONE).update(next_at=now)


def counts() -> dict[int, dict[str, int]]:
    """Pieces by partner and state."""
    found: dict[int, dict[str, int]] = {}
    rows = Piece.objects.values_list("partner", "direction", "state").annotate(n=Count("id"))
    for key, direction, state, n in rows:
        found.setdefault(key, {})[f"{direction}.{state}"] = n
    return found


def pieces(partner: Partner, *, direction: str = "", state: str = "") -> QuerySet[Piece]:
    rows = Piece.objects.filter(partner=partner).select_related("case").order_by("-id")
    rows = rows.filter(direction=direction) if direction else rows
    return rows.filter(state=state) if state else rows


def prune(before: datetime) -> int:
    """Drop what ended before; what came in and was refused or given up stays until somebody decided."""
    return Piece.objects.filter(state="done", done_at__lt=before).delete()[0]


# ---- cases


def codes_of(case: str) -> dict[str, Any]:
    """What a case is about, by codes."""
    return dict(Case.objects.filter(pk=case).values("matter", "kind", "area", "urgency").first() or {})


def case_of(partner: Partner, number: str) -> PartnerCase | None:
    return PartnerCase.objects.select_related("case").filter(partner=partner, number=number).first()


def link_of(partner: Partner, case: Any) -> PartnerCase | None:
    return PartnerCase.objects.filter(partner=partner, case=case).first()


def links(partner: Partner) -> QuerySet[PartnerCase]:
    return PartnerCase.objects.filter(partner=partner).select_related("case").order_by("id")


def linked(case: Any) -> QuerySet[PartnerCase]:
    return PartnerCase.objects.filter(case=case).select_related("partner").order_by("id")


def link(partner: Partner, case: Case, number: str, **values: Any) -> PartnerCase:
    row, _ = PartnerCase.objects.update_or_create(partner=partner, case=case, defaults={"number": number, **values})
    return row


def save_link(row: PartnerCase, *names: str) -> None:
    row.save(update_fields=names or None)


def known(source: str, number: str) -> bool:
    """Whether some case of this source has the number already, whoever brought it."""
    rows = Case.objects.filter(source=source, external_number=number).exclude(state="void")
    return rows.exists()
