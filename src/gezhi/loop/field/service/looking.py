"""The answer to a look at the place: what was found, with photo, time and position, as a step of the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.rules.answers import check_answer, clash
from gezhi.loop.field.rules.places import Point, metres
from gezhi.loop.field.service import steps
from gezhi.loop.field.service.parts import files_of, used
from gezhi.loop.field.service.steps import Done, Where
from gezhi.loop.models import Case, FieldAct, FieldTask
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.store import cases
from gezhi.trust.rules import Actor
from gezhi.trust.service import record, remember, verb


@dataclass(frozen=True, slots=True)
class Answer:
    """What the worker says; `seen` is the number of the case's last step when the phone got the task."""

    result: str
    note: str = ""
    where: Where = Where({})  # noqa: RUF009 - frozen and without content
    seen: int | None = None
    parts: tuple[str, ...] = ()

    def bound(self, task: object) -> dict[str, Any]:
        """What may not differ when it is sent again."""
        return {"task": str(task), "result": self.result, "note": self.note, "where": self.where.bound(),
                "parts": list(self.parts)}  # fmt: skip


@verb("field.do")
def answer(
    task_id: UUID | str, said: Answer, files: Sequence[Incoming] = (), *, actor: Actor, now: datetime, key: str
) -> Done:
    """Answer a task. What arrives when the case has moved on, or the task is over, is kept as a note and says so.

    `files` are photos that came with the form, `said.parts` those that came before in pieces. Refuses
    field-task-not-found (404), field-why-not, field-no-photo, field-no-place, field-invalid (422),
    field-part-unfinished, field-part-missing, key-reused.
    """
    user, task = steps.person(actor), _found(actor, task_id)
    own, known = steps.before(actor, key, "field.answer", said.bound(task.pk))
    if known is not None:
        return known
    case, locked = _locked(task)
    rows = files_of(said.parts, user)
    photos = [*files, *(row.incoming() for row in rows)]
    note = said.note.strip()
    check_answer(task.phase, said.result, note, len(photos))
    place, made, taken = steps.placed(said.where, photos, now)
    off = metres(place.point, _at(case))
    against = clash(locked.state, store.moved_since(case.pk, case.last if said.seen is None else said.seen))
    shown = locked.shown and not against
    facts = {
        "task": str(task.pk), "check": task.phase, "found": said.result, "user": f"user:{task.asked_by_id}",
        **steps.facts_of(place, made, taken, off), **({"clash": against} if against else {}),
        **({"shown": True} if shown else {}),
    }  # fmt: skip
    step = steps.write(case, "field_find", facts, {"note": note}, actor=actor, now=now)
    steps.hang(case, photos, now=now, step=step, public=shown)
    FieldAct(
        id=own, kind=task.phase, result=said.result, user_id=user, unit_id=actor.unit_id, task=task, case=case,
        step=case.last, clash=against, sealed=steps.sealed_of(case.requester, note, place), made_at=made,
        arrived_at=now, accuracy=place.accuracy, metres=off, source=place.source, no_place=place.why_not,
    ).save(force_insert=True)  # fmt: skip
    _over(locked, now)
    used(rows, own, now)
    record("field.answer", "field_task", task.pk, actor=actor, body={"act": str(own), "step": case.last})
    done = Done(str(own), task.phase, said.result, str(case.pk), case.number, case.state, against, case.last)
    remember(actor, steps.name_of(own), done.as_dict())
    return done


def _locked(task: FieldTask) -> tuple[Case, FieldTask]:
    """The case first, then the task, as everywhere."""
    case = cases.locked(task.case_id)
    locked = store.locked_task(task.pk)
    if case is None or locked is None:
        raise Refused("field-task-not-found", status=404)
    return case, locked


def _found(actor: Actor, key: UUID | str) -> FieldTask:
    task = store.my_tasks(actor).filter(pk=key).first()
    if task is None:
        raise Refused("field-task-not-found", status=404)
    return task


def _at(case: Case) -> Point | None:
    return (case.lon, case.lat) if case.lon is not None and case.lat is not None else None


def _over(task: FieldTask, now: datetime) -> None:
    """The first answer ends a task; one that was taken back stays so."""
    if task.state == "open":
        task.state, task.ended_at = "done", now
        task.save(update_fields=["state", "ended_at"])
