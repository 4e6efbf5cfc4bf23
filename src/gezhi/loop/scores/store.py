"""Queries of scores: definitions in force, steps of a period, runs with rows and events, exclusions, appeals."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from gezhi.kit.bulk import copy_rows
from gezhi.loop.models import (
    Case,
    ScoreAppeal,
    ScoreBand,
    ScoreEvent,
    ScoreExclusion,
    ScoreGroup,
    ScoreIndicator,
    ScoreMeasure,
    ScoreRow,
    ScoreRun,
    ScoreSet,
)
from gezhi.loop.models.content import Content
from gezhi.loop.scores.rules.engine import UnitInfo
from gezhi.loop.scores.rules.events import Event
from gezhi.loop.scores.rules.history import Act, History, history
from gezhi.loop.store import below

MENDING = timedelta(days=90)  # how far back a poor rating may lie whose limit ends in the period
AT_ONCE = 5_000  # steps that are held in memory
EVENT_COLUMNS = ("run_id", "case_id", "kind", "unit", "home", "round", "step", "at", "facts", "outside")

# One statement for all cases of a period: those with a step in it (or a little before, for what must be put right), and
# those of which a limit ran in it; every step until the cut-off, in order.
_RELEVANT = """
WITH relevant AS (
  SELECT case_id FROM loop_step WHERE acted_at >= %(since)s AND acted_at < %(end)s
  UNION
  SELECT case_id FROM loop_caseclock
  WHERE started_at < %(end)s AND (finished_at IS NULL OR finished_at >= %(start)s)
)
"""
_STEPS = f"""{_RELEVANT}
SELECT s.case_id, c.desk_id, c.channel, s.no, s.move, s.source, s.target, s.actor_kind, s.acted_at,
       (s.facts - 'scores')::text
FROM relevant JOIN loop_case c ON c.id = relevant.case_id JOIN loop_step s ON s.case_id = c.id
WHERE s.acted_at < %(end)s
ORDER BY s.case_id, s.no
"""  # noqa: S608 - put together from constants of this file


_HOW_MANY = f"{_RELEVANT} SELECT count(*) FROM relevant"  # noqa: S608 - of constants of this file


def _bounds(start: datetime, end: datetime) -> dict[str, datetime]:
    return {"since": start - MENDING, "start": start, "end": end}


def relevant(start: datetime, end: datetime) -> int:
    """How many cases `histories` will give."""
    with connection.cursor() as cursor:
        cursor.execute(_HOW_MANY, _bounds(start, end))
        return int(cursor.fetchone()[0])


def histories(start: datetime, end: datetime) -> Iterator[History]:
    """The cases that may count in a period, each with all its steps until the end."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_STEPS, _bounds(start, end))
        rows = chain.from_iterable(iter(lambda: cursor.fetchmany(AT_ONCE), []))
        for (case, desk, channel), own in groupby(rows, key=itemgetter(0, 1, 2)):
            yield history(str(case), desk, channel, (Act._make((*row[3:9], json.loads(row[9]))) for row in own))


# ---- definitions


def winning(model: type[Content], *keys: str, on: date) -> list[Any]:
    """The rows in force on a day, one for each key: the pack `local` wins."""
    rows = model._default_manager.filter(active=True).filter(
        Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
    )
    table: dict[tuple[Any, ...], Any] = {}
    for row in sorted(rows, key=lambda row: (row.pack == "local", row.pk)):
        table[tuple(getattr(row, key) for key in keys)] = row
    return sorted(table.values(), key=lambda row: (getattr(row, "position", 0), row.pk))


def sets(on: date) -> list[ScoreSet]:
    return winning(ScoreSet, "code", on=on)


def measures(on: date) -> list[ScoreMeasure]:
    return winning(ScoreMeasure, "code", on=on)


def indicators(code: str, on: date) -> list[ScoreIndicator]:
    return [row for row in winning(ScoreIndicator, "set", "code", on=on) if row.set == code]


def groups(code: str, on: date) -> list[ScoreGroup]:
    return [row for row in winning(ScoreGroup, "code", on=on) if not row.sets or code in row.sets]


def bands(code: str, on: date) -> list[ScoreBand]:
    return [row for row in winning(ScoreBand, "code", on=on) if not row.sets or code in row.sets]


def unit_infos() -> list[UnitInfo]:
    """Every unit, also those that are closed: their cases stay with them."""
    return [UnitInfo(*row) for row in below.units().order_by("path").values_list("pk", "code", "path", "kind")]


# ---- runs


def run(run_id: int) -> ScoreRun | None:
    return ScoreRun.objects.select_related("created_by", "published_by").filter(pk=run_id).first()


def locked_run(run_id: int) -> ScoreRun | None:
    return ScoreRun.objects.select_for_update().filter(pk=run_id).first()


def runs() -> QuerySet[ScoreRun]:
    """All runs that were not thrown away, the newest first."""
    return ScoreRun.objects.exclude(state="discarded").defer("definition", "units").order_by("-created_at", "-pk")


def save_run(row: ScoreRun, rows: Iterable[ScoreRow], events: Iterable[tuple[Event, int | None]]) -> None:
    """A run with its figures and what counted, in three statements."""
    row.save()
    made = list(rows)
    for one in made:
        one.run = row
    ScoreRow.objects.bulk_create(made, batch_size=2000)
    copy_rows(ScoreEvent._meta.db_table, EVENT_COLUMNS, (
        (row.pk, e.case, e.kind, e.unit, home, e.round, e.step, e.at, " ".join(sorted(e.facts)), e.outside)
        for e, home in events
    ))  # fmt: skip


def rows_of(run_id: int) -> QuerySet[ScoreRow]:
    """Every figure of a run in the order in which it was made."""
    return ScoreRow.objects.filter(run=run_id).select_related("unit").order_by("pk")


def events_of(run_id: int, **wish: Any) -> list[Event]:
    """What counted in a run, as the rules see it."""
    rows = ScoreEvent.objects.filter(run=run_id, **wish).order_by("pk")
    names = ("kind", "case_id", "unit", "round", "step", "at", "facts", "outside")
    return [
        Event(kind, str(case), unit, round_, step, at, frozenset(facts.split()), outside)
        for kind, case, unit, round_, step, at, facts, outside in rows.values_list(*names)
    ]


def throw_away(row: ScoreRun) -> None:
    """Forget what counted in a draft; its figures stay as they were, and what it took in waits for another."""
    ScoreEvent.objects.filter(run=row).delete()
    ScoreAppeal.objects.filter(result=row).update(result=None)


def held_like(run_id: int) -> list[ScoreRun]:
    """Every run of the same set, group and period, held in one order, so that one at a time is published."""
    row = run(run_id)
    if row is None:
        return []
    same = ScoreRun.objects.filter(set=row.set, group=row.group, start=row.start, end=row.end)
    return list(same.select_for_update().defer("definition", "units").order_by("pk"))


# ---- at work


def claim(run_id: int, silence: timedelta) -> ScoreRun | None:
    """A run that waits for the worker, or whose worker has been silent for so long that it must be gone."""
    rows = ScoreRun.objects.filter(Q(beat_at=None) | Q(beat_at__lt=Now() - silence), pk=run_id).exclude(task="")
    return run(run_id) if rows.update(beat_at=Now(), done=0) else None


def beat(run_id: int, **values: int) -> bool:
    """Say how far a run is; false where nobody wants it any more."""
    return bool(ScoreRun.objects.filter(pk=run_id).exclude(task="").update(beat_at=Now(), **values))


def silent(silence: timedelta) -> list[int]:
    """Runs whose worker went away."""
    rows = ScoreRun.objects.exclude(task="").filter(beat_at__lt=Now() - silence)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def numbers(cases: Iterable[str | UUID]) -> dict[str, str]:
    """The public numbers of cases."""
    wanted = list(set(map(str, cases)))
    return {str(pk): number for pk, number in Case.objects.filter(pk__in=wanted).values_list("pk", "number")}


def voided_since(run_id: int) -> int:
    """Cases that counted in a run and are void now."""
    counted = ScoreEvent.objects.filter(run=run_id, outside="").values("case")
    return Case.objects.filter(pk__in=counted, state="void").count()


# ---- exclusions and appeals


def in_force(code: str) -> list[tuple[int, str, list[str], str]]:
    """Approved exclusions for a set: number, case, kinds of events, reason."""
    rows = ScoreExclusion.objects.filter(state="approved", set__in=["", code]).order_by("pk")
    return [(pk, str(case), kinds, reason)
            for pk, case, kinds, reason in rows.values_list("pk", "case", "kinds", "reason")]  # fmt: skip


def exclusions() -> QuerySet[ScoreExclusion]:
    people = ("asked_by", "decided_by", "undone_by")
    return ScoreExclusion.objects.select_related("case__requester", *people).order_by("-asked_at", "-pk")


def locked_exclusion(key: int) -> ScoreExclusion | None:
    rows = ScoreExclusion.objects.select_for_update(of=("self",)).select_related("case__requester")
    return rows.filter(pk=key).first()


def appeals() -> QuerySet[ScoreAppeal]:
    people = ("asked_by", "decided_by")
    return ScoreAppeal.objects.select_related("case__requester", "unit", "to_unit", "run", *people).order_by(
        "-asked_at", "-pk"
    )


def locked_appeal(key: int) -> ScoreAppeal | None:
    rows = ScoreAppeal.objects.select_for_update(of=("self",)).select_related("case__requester", "unit", "run")
    return rows.filter(pk=key).first()


def upheld(run_ids: Sequence[int]) -> list[ScoreAppeal]:
    """Upheld appeals against these runs, in order."""
    return list(ScoreAppeal.objects.filter(run__in=list(run_ids), state="upheld").order_by("pk"))


def appeal_counts(run_ids: Sequence[int]) -> Mapping[int, int]:
    """Open appeals by run."""
    rows = ScoreAppeal.objects.filter(run__in=list(run_ids), state="asked").values("run").annotate(n=Count("pk"))
    return {row["run"]: row["n"] for row in rows}
