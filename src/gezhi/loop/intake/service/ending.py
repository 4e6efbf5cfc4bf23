"""Calls that bring no case: one act that says why, and what earlier calls of the number were."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.calls.service import linking
from gezhi.loop.intake import store
from gezhi.loop.intake.service.typing import user_of
from gezhi.loop.models import NoCase
from gezhi.loop.store.content import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import new_requester, once, record, require, verb

CAUSES = ("wrong_number", "silent", "nuisance")
LIST = "no_case"  # the code list of a pack that may name more
LOOKED_BACK = timedelta(days=30)
LONGEST = 86_400  # seconds: a page left open overnight is no call of a day


@verb("case.create")
def without_case(
    cause: str, *, phone: str = "", call: str = "", began_at: datetime | None = None, actor: Actor, now: datetime,
    key: str = "",
) -> str:  # fmt: skip
    """End a call that holds no request. Refuses field-invalid (422) for a cause that is not in the list."""
    require(actor, "case.create")
    if cause not in causes():
        raise Refused("field-invalid", status=422, field="cause", value=cause[:40])
    if len(phone) > 40 or "\x00" in phone:
        raise Refused("text-too-long", status=422, field="phone", limit=40, length=len(phone))
    user = user_of(actor)
    if once(actor, key, "call.no_case", {"cause": cause}) is not None:
        return cause
    line = linking.own_call(call, actor) if call else None
    requester = line.requester if line is not None else new_requester(phone=phone) if phone.strip() else None
    seconds = int((now - began_at).total_seconds()) if began_at is not None else None
    row = NoCase(
        requester=requester, call=line, user_id=user, cause=cause, ended_at=now,
        seconds=seconds if seconds is not None and 0 <= seconds <= LONGEST else None,
    )  # fmt: skip
    store.insert_no_case(row)
    record("call.no_case", "call", line.pk if line is not None else row.pk, actor=actor, body={"cause": cause})
    return cause


def causes() -> list[str]:
    """The codes that a call without a case may end with: those of the packs, else our own."""
    return list(content().codes.get(LIST, {})) or list(CAUSES)


def earlier(requesters: Iterable[UUID], *, now: datetime) -> dict[str, int]:
    """How often a number called without a request in the last month, by cause."""
    return dict(Counter(store.empty_calls(requesters, now - LOOKED_BACK)))
