"""Reading cases for an act and writing what the act decided, in as few statements as can be."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gezhi.kit import bulk
from gezhi.loop.models import Case, CaseClock, Involvement, Step, StepText
from gezhi.loop.rules.clocks import Running
from gezhi.loop.store.rows import clock_row

DECIDED = (
    "state", "last", "round", "matter", "kind", "urgency", "area", "lead", "owner", "first_unit", "supervised",
    "dormant", "main", "outcome", "satisfaction", "solved", "redos", "chases", "closed_at", "more", "due_at", "soon_at",
    "due_stage", "paused",
)  # fmt: skip
VECTOR = (  # what stands in place, object and title keeps its weight; the marks of month and square come as they are
    "setweight(to_tsvector('simple', {}), 'A') || setweight(to_tsvector('simple', {}), 'B') || "
    "setweight(to_tsvector('simple', {}), 'C') || to_tsvector('simple', {}) || {}::tsvector"
)
_WORDS = f"INSERT INTO loop_casetext (case_id, search) VALUES (%s, {VECTOR.format(*['%s'] * 5)})"  # noqa: S608 - marks of values
Words = tuple[str, str, str, str, str]
JOINED = ("lead", "desk", "requester")


def canonical(value: Any) -> str:
    """JSON in one form only, for digests."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def locked(case_id: UUID | str) -> Case | None:
    """One case, locked until the act ends, with its units and its requester."""
    rows = Case.objects.select_for_update(of=("self",)).select_related(*JOINED)
    return rows.filter(pk=case_id).first()


def one(case_id: UUID | str) -> Case | None:
    """One case as it stands, not locked."""
    return Case.objects.select_related(*JOINED).filter(pk=case_id).first()


def locked_pair(first: UUID | str, second: UUID | str) -> dict[str, Case]:
    """Two cases locked in the order of their keys, so that two merges never wait for each other."""
    rows = Case.objects.select_for_update(of=("self",)).select_related(*JOINED)
    return {str(case.pk): case for case in rows.filter(pk__in=[first, second]).order_by("pk")}


def insert(case: Case, words: Words) -> None:
    """A new case with its search tokens, as `alike.rules.words.indexed` makes them."""
    bulk.insert(bulk.part_of(case), (_WORDS, [case.pk, *words]))


def open_clocks(case: Case) -> list[CaseClock]:
    return list(CaseClock.objects.filter(case=case, finished_at=None))


def merged_into(mains: Iterable[UUID]) -> QuerySet[Case]:
    """The cases that wait for the answer of these."""
    return Case.objects.filter(main__in=list(mains), state="merged").select_related(*JOINED).order_by("pk")


def merged_channels(main: UUID) -> list[str]:
    """How those asked who wait for the answer of this case."""
    return list(Case.objects.filter(main=main, state="merged").values_list("channel", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a case before and after a step, and the rows of those before."""

    before: Sequence[Running]
    after: Sequence[Running]
    rows: Sequence[CaseClock]


def save_step(case: Case, step: Step, sealed: bytes | None, clocks: Clocks) -> None:
    """The decided columns of the case, then the step with its sealed words and the clocks it began or changed."""
    if step.no > 1:
        case.save(update_fields=DECIDED)
    parts = [bulk.part_of(step)]
    if sealed is not None:
        parts.append(bulk.part_of(StepText(step=step, sealed=sealed)))
    old = {clock.key: clock for clock in clocks.before}
    parts += [bulk.part_of(clock_row(case.pk, clock)) for clock in clocks.after if clock.key not in old]
    bulk.insert(*parts)
    gone = old.keys() - {clock.key for clock in clocks.after}
    if gone:  # begun by a step that is taken back
        CaseClock.objects.filter(case=case, key__in=gone).delete()
    _rewrite(case, [clock for clock in clocks.after if clock.key in old and clock != old[clock.key]], clocks.rows)


def _rewrite(case: Case, changed: Sequence[Running], rows: Sequence[CaseClock]) -> None:
    known = {row.key: row for row in rows}
    mended = [clock_row(case.pk, clock, known[clock.key].pk, known[clock.key].rung) for clock in changed]
    fields = ["due_at", "finished_at", "paused", "pauses", "extensions"]
    if len(mended) == 1:
        mended[0].save(update_fields=fields)
    elif mended:
        CaseClock.objects.bulk_update(mended, fields)


def involve(case: Case, units: Iterable[int]) -> None:
    """Units that will keep reading this case."""
    Involvement.objects.bulk_create(
        [Involvement(case=case, unit_id=unit) for unit in dict.fromkeys(units)], ignore_conflicts=True
    )


def uninvolve(case: Case, keep: Iterable[int]) -> None:
    """Only these units keep reading this case."""
    Involvement.objects.filter(case=case).exclude(unit__in=list(keep)).delete()


def passed_with_words(case: Case, no: int) -> list[StepText]:
    """The words that came with passes of the review after a step, the newest first."""
    rows = StepText.objects.filter(step__case=case, step__move="review_pass", step__no__gt=no)
    return list(rows.order_by("-step__no"))


def refuser(case: Case) -> str:
    """Who declined a case, or answered it at once, last."""
    step = Step.objects.filter(case=case, move__in=("decline", "answer")).order_by("-no").first()
    return f"{step.actor_kind}:{step.actor}" if step is not None else ""


def last_reply(case: Case) -> tuple[Step, StepText] | None:
    """The newest step of a case that carries an answer to the citizen."""
    moves = ("reply", "answer", "decline", "history", "answered")
    step = Step.objects.filter(case=case, move__in=moves).select_related("text").order_by("-no").first()
    return (step, step.text) if step is not None and hasattr(step, "text") else None
