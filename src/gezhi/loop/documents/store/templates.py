"""Questions about templates of documents."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast

from gezhi.loop.models import Case, DocumentChoice, DocumentTemplate
from gezhi.loop.store import below
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor


def versions(kind: str = "") -> list[DocumentTemplate]:
    """The newest first."""
    rows = DocumentTemplate.objects.select_related("put_by").order_by("kind", "-version")
    return list(rows.filter(kind=kind) if kind else rows)


def version(kind: str, number: int) -> DocumentTemplate | None:
    return DocumentTemplate.objects.filter(kind=kind, version=number).first()


def slot(kind: str, form: str) -> str:
    """What a choice is made for: a kind, or one format of a kind of which several hold side by side.

    >>> slot("referral", ""), slot("daily", "xlsx")
    ('referral', 'daily.xlsx')
    """
    return f"{kind}.{form}" if form else kind


def chosen() -> dict[str, DocumentTemplate | None]:
    """The template in force by slot; None where the office went back to the one that came with the product."""
    rows = DocumentChoice.objects.select_related("template").order_by("kind", "-pk").distinct("kind")
    return {row.kind: row.template for row in rows}


def add(kind: str, name: str, form: str, digest: str, size: int, *, by: int, at: datetime) -> DocumentTemplate:
    last = DocumentTemplate.objects.filter(kind=kind).order_by("-version").values_list("version", flat=True).first()
    return DocumentTemplate.objects.create(
        kind=kind, name=name, format=form, digest=digest, size=size, version=(last or 0) + 1, put_by_id=by, put_at=at
    )


def choose(chosen_slot: str, template: DocumentTemplate | None, *, by: int, at: datetime) -> None:
    DocumentChoice.objects.create(kind=chosen_slot, template=template, chosen_by_id=by, chosen_at=at)


def held(digests: Iterable[str]) -> set[str]:
    """Those of these digests that a template holds."""
    return set(DocumentTemplate.objects.filter(digest__in=digests).values_list("digest", flat=True))


def made_of(case: UUID, most: int = 50) -> list[Any]:
    """The records of documents made of a case, the newest first, each with the name of who made it; one statement."""
    key = Cast("pk", CharField())
    name = below.users().annotate(key=key).filter(key=OuterRef("actor_id")).values("display_name")[:1]
    rows = below.records().filter(subject_kind="case", subject_id=str(case), act="document.make")
    return list(rows.annotate(who=Subquery(name)).order_by("-recorded_at", "-pk")[:most])


def case_numbered(number: str, actor: Actor) -> Case | None:
    """The case of this number where the actor may read it; any other is as if it were not there."""
    return visible(actor).filter(number=number).first()
