"""Queries of triage: decided cases to learn from, models and which is on the desk, keywords, suggestions made."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from gezhi.loop.models import Case, Keyword, Suggested, TriageDesk, TriageModel
from gezhi.loop.store import below

DECIDED = ("closed",)
CHUNK = 500


def decided(most: int) -> Iterator[Case]:
    """The newest closed cases with a matter whose words can still be read, oldest first; no list for any person."""
    rows = Case.objects.filter(state__in=DECIDED, requester__erased_at=None).exclude(matter="")
    newest = rows.order_by("-received_at", "-id").values("pk")[:most]
    return (
        Case.objects.filter(pk__in=newest)
        .select_related("requester", "lead", "first_unit")
        .only("id", "story", "matter", "area", "received_at", "requester", "lead__code", "first_unit__code")
        .order_by("received_at", "id")
        .iterator(chunk_size=CHUNK)
    )


def decided_since(moment: datetime | None) -> int:
    """Cases with a matter closed after a moment, or ever; imported ones count by when they came in."""
    rows = Case.objects.filter(state__in=DECIDED).exclude(matter="")
    if moment is not None:
        rows = rows.filter(Q(closed_at__gt=moment) | Q(created_at__gt=moment))
    return rows.count()


def case_with_words(case_id: UUID | str) -> Case | None:
    """A case with its requester, unless it is gone or its requester was erased."""
    return Case.objects.select_related("requester").filter(pk=case_id, requester__erased_at=None).first()


# ---- models


def folder() -> Path:
    """Where model files lie; they are named by their digest."""
    return Path(settings.GEZHI_FILES) / "triage"


def file_of(digest: str) -> Path:
    return folder() / f"{digest}.npz"


def write_file(digest: str, content: bytes) -> None:
    """Put a model file in place, whole or not at all."""
    folder().mkdir(parents=True, exist_ok=True)
    fresh = file_of(digest).with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(file_of(digest))


def insert_model(**values: Any) -> TriageModel:
    return TriageModel.objects.create(**values)


def models() -> QuerySet[TriageModel]:
    """All models, the newest first."""
    return TriageModel.objects.order_by("-created_at", "-pk")


def in_use() -> dict[str, TriageModel]:
    """The model on the desk for each target."""
    return {row.target: row for row in TriageModel.objects.filter(in_use=True)}


def put_in_use(target: str, model: TriageModel | None, now: datetime, by: int | None) -> None:
    """Make one model, or none, the one on the desk for a target; when and by whom stays known."""
    TriageDesk.objects.create(target=target, model=model, put_at=now, put_by_id=by)
    TriageModel.objects.filter(target=target, in_use=True).update(in_use=False)
    if model is not None:
        TriageModel.objects.filter(pk=model.pk).update(in_use=True, used_at=now)


# ---- keywords


def keyword_mark() -> tuple[int, int]:
    """Changes whenever keywords in force change: their number and the newest."""
    found = Keyword.objects.filter(active=True).aggregate(n=Count("pk"), last=Max("pk"))
    return found["n"], found["last"] or 0


def keywords() -> list[tuple[str, str, float]]:
    """Keywords in force as (matter, keyword, weight)."""
    return list(Keyword.objects.filter(active=True).values_list("matter_code", "keyword", "weight"))


# ---- what was suggested


def keep(case: Case, values: Mapping[str, Any]) -> None:
    Suggested.objects.update_or_create(case=case, defaults=values)


def keep_many(said: Mapping[Case, Mapping[str, Any]]) -> None:
    Suggested.objects.bulk_create([Suggested(case=case, **values) for case, values in said.items()])


def unspoken(most: int) -> list[Case]:
    """The newest cases without a suggestion whose words can be read."""
    rows = Case.objects.filter(suggested=None, requester__erased_at=None).select_related("requester")
    return list(rows.order_by("-received_at")[:most])


def hits(digest: str) -> dict[str, int]:
    """How a model did on the desk: closed cases it spoke of, and how often its first suggestion was right."""
    spoke = Suggested.objects.filter(digest=digest, case__state__in=DECIDED).exclude(case__matter="")
    said = KeyTextTransform(0, KeyTransform(0, "matters"))
    right = Q(first_said=F("case__matter"))
    return spoke.annotate(first_said=said).aggregate(
        n=Count("pk"),
        first=Count("pk", filter=right),
        filled=Count("pk", filter=Q(sure=True)),
        filled_right=Count("pk", filter=right & Q(sure=True)),
    )


def units_by_code(codes: Sequence[str]) -> dict[str, Any]:
    """Active units by code."""
    return {unit.code: unit for unit in below.units().filter(code__in=list(codes), active=True)}
