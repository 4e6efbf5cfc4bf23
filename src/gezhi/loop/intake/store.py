"""Every query of the intake."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Avg, Q

from gezhi.loop.models import Call, Case, Draft, NoCase, Paste, Picture
from gezhi.loop.store.content import content

TYPED, PASTED = timedelta(days=1), timedelta(days=14)  # unless the code list `drafts` says otherwise


def window(name: str, default: timedelta) -> timedelta:
    """How long drafts are kept, as the packs say: code list `drafts`, days in `extra`."""
    item = content().codes.get("drafts", {}).get(name)
    days = (item.extra or {}).get("days") if item is not None else None
    return timedelta(days=days) if isinstance(days, int) and 0 < days <= 90 else default


# ---- drafts


def of_key(user: int, key: str, *, locked: bool = False) -> Draft | None:
    rows = Draft.objects.select_for_update() if locked else Draft.objects.all()
    return rows.filter(user=user, key=key).first()


def draft(key: UUID | str, user: int, *, locked: bool = False) -> Draft | None:
    """An open draft of this person."""
    rows = Draft.objects.select_for_update(of=("self",)) if locked else Draft.objects.all()
    return rows.filter(pk=key, user=user, state="open").first()


def any_draft(key: UUID | str, user: int) -> Draft | None:
    """A draft of this person, open or settled, with its paste."""
    return Draft.objects.select_related("paste").filter(pk=key, user=user).first()


def newest(user: int, call: UUID, since: datetime) -> Draft | None:
    """The newest open draft of this call on the line."""
    return (
        Draft.objects.filter(user=user, state="open", paste=None, call=call, saved_at__gte=since)
        .order_by("-saved_at")
        .first()
    )


def unfinished(user: int, beside: Sequence[str], since: datetime, most: int = 6) -> list[Draft]:
    """Open drafts of the call screen other than these, the newest first."""
    rows = Draft.objects.filter(user=user, state="open", paste=None, saved_at__gte=since).exclude(key__in=beside)
    return list(rows.order_by("-saved_at")[:most])


def insert(row: Draft) -> bool:
    """Whether it is new: a second save of the same form that came first wins."""
    return bool(Draft.objects.bulk_create([row], ignore_conflicts=True)) and Draft.objects.filter(pk=row.pk).exists()


def empty(user: int, key: str) -> None:
    """Take what was typed out of the draft of a form."""
    rows = Draft.objects.filter(user=user, key=key, paste=None)
    rows.update(state="dropped", wrapped_key=None, sealed=None)


def drop_typed(before: datetime) -> int:
    """Drafts of the call screen that nobody has come back to."""
    return Draft.objects.filter(paste=None, saved_at__lt=before).delete()[0]


# ---- pastes


def pastes(user: int, since: datetime, most: int = 20) -> list[Paste]:
    rows = Paste.objects.filter(user=user, made_at__gte=since).prefetch_related("drafts")
    return list(rows.order_by("-made_at")[:most])


def paste(key: UUID | str, user: int, *, locked: bool = False) -> Paste | None:
    rows = Paste.objects.select_for_update() if locked else Paste.objects.all()
    return rows.filter(pk=key, user=user).first()


def drafts_of(row: Paste, *, every: bool = True) -> list[Draft]:
    found = row.drafts.select_related("case").order_by("position", "pk")
    return list(found if every else found.filter(state="open"))


def pictures_of(row: Paste) -> list[Picture]:
    return list(row.pictures.order_by("position"))


def pictures_of_draft(row: Draft) -> list[Picture]:
    return list(row.pictures.select_related("paste").order_by("position"))


def picture(key: UUID, user: int) -> Picture | None:
    return Picture.objects.select_related("paste").filter(pk=key, paste__user=user).first()


def insert_all(row: Paste, drafts: Sequence[Draft], pictures: Sequence[Picture]) -> None:
    row.save(force_insert=True)
    Draft.objects.bulk_create(drafts)
    Picture.objects.bulk_create(pictures)


def insert_drafts(rows: Sequence[Draft]) -> None:
    Draft.objects.bulk_create(rows)


def give(pictures: Iterable[Picture], draft_id: UUID | None) -> None:
    Picture.objects.filter(pk__in=[one.pk for one in pictures]).update(draft=draft_id)


def forget_pictures(pictures: Iterable[Picture]) -> None:
    Picture.objects.filter(pk__in=[one.pk for one in pictures]).delete()


def shred_done(key: UUID) -> None:
    """A paste of which no part is open any more keeps its parts and cases, but no word and no picture."""
    if not Draft.objects.filter(paste=key, state="open").exists():
        Picture.objects.filter(paste=key).delete()
        Paste.objects.filter(pk=key).update(wrapped_key=None, sealed=None)


def drop_pastes(before: datetime) -> int:
    return Paste.objects.filter(made_at__lt=before).delete()[0]


# ---- calls without a case


def insert_no_case(row: NoCase) -> None:
    row.save(force_insert=True)


def empty_calls(requesters: Iterable[UUID], since: datetime) -> list[str]:
    """Why earlier calls of a number brought no case."""
    rows = NoCase.objects.filter(requester__in=list(requesters), ended_at__gte=since)
    return list(rows.values_list("cause", flat=True))


def pulse(since: datetime) -> dict[str, float | None]:
    """How many callers wait, and after how many seconds calls were answered since a moment."""
    answered = Call.objects.filter(direction="in", began_at__gte=since, answered_at__isnull=False)
    mean = answered.aggregate(mean=Avg("wait_s", filter=Q(wait_s__isnull=False)))["mean"]
    return {"waiting": Call.objects.filter(state="ringing", direction="in").count(), "mean": mean}


def requester_of(case: str) -> str:
    return str(Case.objects.values_list("requester", flat=True).get(pk=case))
