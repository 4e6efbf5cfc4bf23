"""Words and files together: a move or a report whose photos come with it, one act, all or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gezhi.loop.models import Case, Step
from gezhi.loop.service.acts import Moved
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Received, Report, receive
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, verb


@verb("case.move")
def carry(
    case_id: object,
    name: str,
    data: Mapping[str, Any],
    files: Sequence[Incoming],
    *,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
    key: str = "",
) -> Moved:
    """`move`, and the files that came with it hung on its step. Raises what `move` and `attach` raise."""
    done = move(case_id, name, data, actor=actor, now=now, seen=seen, key=key)
    if files and not done.repeated:
        step = Step.objects.filter(case=case_id, no=done.last).values_list("pk", flat=True).first()
        attach(case_id, files, actor=actor, now=now, step=step)
    return done


@verb("case.create")
def report_with(report: Report, files: Sequence[Incoming], *, actor: Actor, now: datetime, key: str = "") -> Received:
    """`receive`, and the photos that the citizen sent along."""
    done = receive(report, actor=actor, now=now, key=key)
    if files and not done.moved.repeated:
        requester = Case.objects.filter(pk=done.moved.case).values_list("requester", flat=True).first()
        attach(done.moved.case, files, actor=citizen_actor(str(requester), kind="citizen"), now=now)
    return done
