"""What a unit says against its published score, who judges it, and the version that follows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import ScoreAppeal, ScoreEvent, ScoreRun
from gezhi.loop.scores import store
from gezhi.loop.scores.rules.definition import Definition, names_of
from gezhi.loop.scores.service.excluding import REASONS, insert, needed
from gezhi.loop.scores.service.running import keep, person, units_of
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.store import below
from gezhi.loop.store.content import content
from gezhi.loop.store.visible import get_visible
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, require, seal_text, verb

REMEDIES = ("exclude", "move")


def until(run: ScoreRun) -> datetime | None:
    """Until when a unit may appeal: a limit of the stage `appeal`, counted from publication; none set, no end."""
    kept = content()
    limits = kept.limits_for("appeal", matter="", area="", kind="", urgency=1)
    if not limits or run.published_at is None:
        return None
    return kept.calendar.add(run.published_at, limits[0].amount, limits[0].unit_of)


def kinds_of(definition: Definition, indicator: str) -> list[str]:
    """The kinds of events that an indicator counts. Refuses indicator-unknown."""
    row = next((one for one in definition.indicators if one.code == indicator), None)
    if row is None:
        raise Refused("indicator-unknown", status=422, field="indicator", indicator=indicator[:40])
    used = set(names_of(row))
    return sorted({measure.event for measure in definition.measures if measure.code in used})


@verb("score.appeal")
def appeal(
    run_id: int, unit_id: int, case_id: UUID | str, indicator: str, words: str, *, files: Sequence[Incoming] = (),
    actor: Actor, now: datetime,
) -> ScoreAppeal:  # fmt: skip
    """Say that a case was counted wrongly.

    Raises score-run-unknown (404), appeal-not-published, appeal-too-late, appeal-case-not-counted, appeal-already,
    indicator-unknown, field-missing (422).
    """
    run = store.run(run_id)
    unit = below.units().filter(pk=unit_id).first()
    if run is None or unit is None:
        raise Refused("score-run-unknown", status=404, run=run_id)
    require(actor, "score.appeal", unit_paths=[unit.path])
    if run.state != "published":
        raise Refused("appeal-not-published", state=run.state)
    last = until(run)
    if last is not None and now > last:
        raise Refused("appeal-too-late", until=last)
    case = get_visible(actor, case_id)
    kinds = kinds_of(Definition.of(run.definition), indicator)
    if not ScoreEvent.objects.filter(run=run, home=unit.pk, case=case, kind__in=kinds).exists():
        raise Refused("appeal-case-not-counted", status=422, field="case", number=case.number)
    said = seal_text(case.requester, {"words": needed("words", words)})
    proofs = [str(one.pk) for one in attach(case.pk, files, actor=actor, now=now, public=False)] if files else []
    values = {"run": run, "unit": unit, "case": case, "indicator": indicator, "words": said, "files": proofs}
    row = _insert(**values, asked_at=now, asked_by_id=person(actor))
    body = {"run": run.pk, "case": str(case.pk), "indicator": indicator, "unit": unit.pk, "files": proofs}
    record("score.appeal", "score_appeal", row.pk, actor=actor, body=body)
    return row


def _insert(**values: Any) -> ScoreAppeal:
    try:
        with transaction.atomic():
            return ScoreAppeal.objects.create(**values)
    except IntegrityError as error:
        raise Refused("appeal-already") from error


@verb("score.review")
def review(
    key: int, *, uphold: bool, words: str, remedy: str = "exclude", reason: str = "", to_unit: int | None = None,
    actor: Actor, now: datetime,
) -> ScoreAppeal:  # fmt: skip
    """Judge an appeal: upheld, the case is excluded from that indicator or given to another unit in the next version.

    Nobody judges an appeal of his own, or against a run that he made or published. Raises appeal-unknown (404),
    appeal-decided, own-appeal, own-score, appeal-remedy, exclusion-reason-unknown, appeal-unit (422).
    """
    row = store.locked_appeal(key)
    if row is None:
        raise Refused("appeal-unknown", status=404, appeal=key)
    require(actor, "score.review", unit_paths=[row.unit.path])
    _impartial(row, actor)
    row.answer = seal_text(row.case.requester, {"words": needed("words", words)})
    row.state, row.decided_at, row.decided_by_id = ("upheld" if uphold else "rejected"), now, person(actor)
    if uphold:
        _grant(row, remedy, {"reason": reason, "to_unit": to_unit}, now=now)
    row.save(update_fields=["answer", "state", "decided_at", "decided_by", "remedy", "to_unit", "exclusion"])
    body = {"run": row.run_id, "case": str(row.case_id), "uphold": uphold, "remedy": row.remedy, "unit": row.to_unit_id}
    record("score.review", "score_appeal", row.pk, actor=actor, body=body)
    return row


def _impartial(row: ScoreAppeal, actor: Actor) -> None:
    if row.state != "asked":
        raise Refused("appeal-decided", state=row.state)
    me = person(actor)
    if me is not None and me == row.asked_by_id:
        raise Refused("own-appeal")
    if me is not None and me in (row.run.created_by_id, row.run.published_by_id):
        raise Refused("own-score")


def _grant(row: ScoreAppeal, remedy: str, given: Mapping[str, Any], *, now: datetime) -> None:
    if remedy not in REMEDIES:
        raise Refused("appeal-remedy", status=422, field="remedy", remedy=remedy[:40])
    row.remedy = remedy
    if remedy == "move":
        unit = below.units().filter(pk=given["to_unit"]).first() if given["to_unit"] else None
        if unit is None or unit.pk == row.unit_id:
            raise Refused("appeal-unit", status=422, field="to_unit")
        row.to_unit = unit
        return
    if not content().knows(REASONS, given["reason"]):
        raise Refused("exclusion-reason-unknown", status=422, field="reason", reason=str(given["reason"])[:40])
    row.exclusion = insert(
        case=row.case, set=row.run.set, kinds=kinds_of(Definition.of(row.run.definition), row.indicator),
        reason=given["reason"], evidence=row.words, files=row.files, asked_at=row.asked_at, asked_by_id=row.asked_by_id,
        state="approved", decided_at=now, decided_by_id=row.decided_by_id,
    )  # fmt: skip


@verb("score.run")
def revise(run_id: int, *, actor: Actor, now: datetime) -> ScoreRun:
    """The next version of a published run: the same formulas, exclusions as they stand now, and what appeals moved.

    Raises score-run-unknown (404), score-not-published, score-version-open, score-nothing-new.
    """
    row, fresh = following(run_id, actor=actor, now=now)
    made = keep(row, Definition.of(row.definition), units_of(row), actor=actor)
    take_in(made, fresh)
    return made


def take_in(row: ScoreRun, appeals: Sequence[ScoreAppeal]) -> None:
    """Say of upheld appeals which version took them in."""
    ScoreAppeal.objects.filter(pk__in=[one.pk for one in appeals]).update(result=row)


def following(run_id: int, *, actor: Actor, now: datetime) -> tuple[ScoreRun, list[ScoreAppeal]]:
    """The next version of a run, not yet worked out, and the appeals that it takes in. Refuses as `revise` does."""
    require(actor, "score.run")
    before = store.locked_run(run_id)
    if before is None:
        raise Refused("score-run-unknown", status=404, run=run_id)
    if before.state != "published":
        raise Refused("score-not-published", state=before.state)
    if ScoreRun.objects.filter(previous=before, state__in=("draft", "working", "failed")).exists():
        raise Refused("score-version-open")
    fresh = store.upheld([before.pk])
    moves = [*before.corrections.get("moves", []), *_moves(before, fresh)]
    corrections = {"exclusions": [list(row) for row in store.in_force(before.set)], "moves": moves}
    if corrections["exclusions"] == before.corrections.get("exclusions", []) and not _moves(before, fresh):
        raise Refused("score-nothing-new")
    same = (
        "set",
        "group",
        "first",
        "last",
        "cutoff",
        "moved",
        "start",
        "end",
        "ranks",
        "definition",
        "calendar",
        "units",
    )
    row = ScoreRun(
        **{name: getattr(before, name) for name in same}, created_at=now, created_by_id=person(actor),
        version=before.version + 1, previous=before, corrections=corrections,
    )  # fmt: skip
    return row, fresh


def _moves(run: ScoreRun, appeals: Sequence[ScoreAppeal]) -> list[list[Any]]:
    """What upheld appeals gave to other units, for every unit below the one that appealed."""
    definition = Definition.of(run.definition)
    found: list[list[Any]] = []
    for one in appeals:
        if one.remedy == "move":
            kinds = kinds_of(definition, one.indicator)
            had = ScoreEvent.objects.filter(run=run, case=one.case_id, home=one.unit_id, kind__in=kinds)
            units = sorted(set(had.values_list("unit", flat=True)))
            found += [[one.pk, str(one.case_id), unit, one.to_unit_id, kinds] for unit in units]
    return found
