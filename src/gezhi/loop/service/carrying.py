"""Words and files together: a move or a report whose photos come with it, one act, all or nothing."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Step
from gezhi.loop.service.acts import Moved
from gezhi.loop.service.attaching import Incoming, attach
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Received, Report, receive
from gezhi.trust.rules import Actor
from gezhi.trust.service import citizen_actor, verb

# moves whose words the citizen reads or wrote
SHOWN = ("reply", "review_pass", "answer", "decline", "ask", "supply", "supplement")


@verb("case.move")
def carry(
    case_id: UUID | str,
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
        step = Step.objects.filter(case_id=case_id, no=done.last).values_list("pk", flat=True).first()
        attach(case_id, files, actor=actor, now=now, step=step, public=shown(name, data))
    return done


def shown(name: str, data: Mapping[str, Any]) -> bool:
    """Whether the citizen may see files of this move: those of words meant for the citizen, or said by the citizen.

    Files that come with an answer which has a public reply of its own belong to the words inside.

    >>> shown("reply", {}), shown("reply", {"public_reply": "…"})
    (True, False)
    >>> shown("note", {"note": "internal"}), shown("note", {"note": "for all", "shown": "1"})
    (False, True)
    """
    if name == "note":
        return str(data.get("shown", "")).lower() in ("1", "true", "on", "yes")
    return name in SHOWN and not (name == "reply" and data.get("public_reply"))


@verb("case.create")
def report_with(
    report: Report, files: Sequence[Incoming], *, actor: Actor, now: datetime, key: str = "", main: str = ""
) -> Received:
    """`receive`, the photos that the citizen sent along, and where the citizen said "me too", the merge into `main`.

    A main case that has ended meanwhile leaves the report standing on its own.
    """
    done = receive(report, actor=actor, now=now, key=key)
    if done.moved.repeated:
        return done
    if files:
        requester = Case.objects.filter(pk=done.moved.case).values_list("requester", flat=True).first()
        attach(done.moved.case, files, actor=citizen_actor(str(requester), kind="citizen"), now=now)
    if main:
        with contextlib.suppress(Refused), transaction.atomic():
            merged = move(done.moved.case, "merge", {"main": main}, actor=Actor.system("loop"), now=now)
            return replace(done, moved=merged)
    return done
