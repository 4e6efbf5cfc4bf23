"""Rulings kept as precedents: written down with the ruling, shown where a case is like the one that was judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.loop.alike.rules.score import compare
from gezhi.loop.alike.store import shares, told_of
from gezhi.loop.models import Case, CaseText, Precedent
from gezhi.loop.rules.redact import without
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.store.visible import visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of

LOOKED_AT = 200  # precedents compared at once: the newest of the first level of the matter
LEAST = 0.12  # of likeness, below which a precedent of another matter says nothing here


@dataclass(frozen=True, slots=True)
class Near:
    """A precedent beside a case; `readable` where the reader may open the case that was judged."""

    precedent: Precedent
    score: float
    readable: bool
    cited: int = 0


def made(
    case: Case, step: UUID, codes: Mapping[str, Any], texts: Mapping[str, str], before: Snapshot, *, now: datetime
) -> Precedent:
    """A ruling as it is kept. Its reason is the office's own and shown to every unit: numbers and the requester's name
    are taken out, and of a confidential case nothing is kept but what was ruled.
    """
    name = identity_of(case.requester).get("name", "").strip()
    return Precedent(
        step_id=step, case=case, matter=case.matter, area=case.area, ruling=codes["ruling"],
        returned_by_id=before.lead, unit_id=case.lead_id, made_at=now,
        basis="" if case.confidential else without(texts.get("basis", ""), name),
    )  # fmt: skip


def holds(case_id: str) -> bool:
    """Whether a case holds a ruling kept as a precedent."""
    return Precedent.objects.filter(case_id=case_id).exists()


def near(case: Case, *, actor: Actor, most: int = 4) -> list[Near]:
    """The precedents nearest to a case by matter, words and area, in two statements beside the words of the case."""
    rows = Precedent.objects.filter(case__words__isnull=False).exclude(case=case.pk)
    if case.matter:
        rows = rows.filter(matter__startswith=case.matter[:2])
    found = list(
        rows.select_related("case", "case__words", "case__requester", "unit", "returned_by").order_by("-made_at")[
            :LOOKED_AT
        ]
    )
    words = CaseText.objects.filter(case=case.pk).first()
    if not found or words is None:
        return []
    case.words = words
    sought, known = told_of(case), shares()[0]
    scored = [(_score(case, each, compare(sought, told_of(each.case), known).score), each) for each in found]
    best = sorted((pair for pair in scored if pair[0] >= LEAST), key=lambda pair: -pair[0])[:most]
    keys = [each.case_id for _, each in best]
    open_ = set(visible(actor).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [Near(each, score, each.case_id in open_) for score, each in best]


def _score(case: Case, other: Precedent, alike: float) -> float:
    """Likeness of the words, and what the same matter and the same area add to it."""
    same = sum(1 for a, b in zip(_levels(case.matter), _levels(other.matter), strict=False) if a == b)
    return alike + 0.12 * same + (0.05 if case.area and case.area[:9] == other.area[:9] else 0.0)


def _levels(matter: str) -> list[str]:
    """A matter with those above it.

    >>> _levels("010302")
    ['01', '0103', '010302']
    """
    return [matter[:end] for end in range(2, len(matter) + 1, 2)]
