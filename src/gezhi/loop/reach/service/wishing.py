"""Whoever reported changes how he is told, or ends it: a way, an address where none is known, a stop that is lifted."""

from datetime import datetime

from django.utils.translation import get_language

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case
from gezhi.loop.partners import store as partners
from gezhi.loop.reach import store, wishes
from gezhi.loop.reach.rules.addresses import mail_address
from gezhi.loop.reach.service.telling import addressed, worded
from gezhi.loop.store.locks import alone
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, identity_of, once, record, unchanged, verb

VERB = "reach.wish"


def ways() -> list[str]:
    """The ways by which this office can tell somebody: partner, texts, and an address that opens."""
    return [way for way in wishes.WAYS if partners.first_of(way) is not None and worded(way) and addressed(way)]


def ways_for(case: Case) -> list[str]:
    """The ways that this office has and that lead to the requester of a case; mail also where no address is known."""
    free = not identity_of(case.requester).get("email")
    return [way for way in ways() if wishes.address(case.requester, way) or (way == "mail" and free)]


def asks(case: Case) -> bool:
    """Whether the requester of a case can be asked how he wants to be told: nobody knows who an anonymous one is."""
    if case.requester.wrapped_key is None:
        return False
    known = identity_of(case.requester)
    return not case.anonymous or bool(known.get("phone") or known.get("email"))


@verb(VERB)
def change(
    case: Case, way: str, *, email: str = "", again: bool = False, actor: Actor, now: datetime, key: str = ""
) -> bool:
    """Tell the requester by this way from now on, or not at all (an empty way); `again` lifts a stop of its address.

    Whether anything changed. Refuses case-not-found (404) for anybody else and where nobody can be asked,
    field-invalid and report-email (422).
    """
    if actor.kind != "citizen" or actor.id != str(case.requester_id):
        raise Refused("case-not-found", status=404)
    said = {"case": str(case.pk), "way": way, "email": email, "again": again}
    if once(actor, key and f"reach:{key}", VERB, {}, content=said) is not None:
        return False
    alone(f"reach:{case.requester_id}")
    case = store.case_now(case)
    if not asks(case):
        raise Refused("case-not-found", status=404)
    if way and way not in ways_for(case):
        raise Refused("field-invalid", status=422, field="reach", value=way[:20])
    return _changed(case, way, email, again=again, actor=actor, now=now)


def _changed(case: Case, way: str, email: str, *, again: bool, actor: Actor, now: datetime) -> bool:
    before, known = wishes.of(case.requester_id), wishes.address(case.requester, way) if way else ""
    added = _add(case, email, actor=actor, now=now) if way and not known else False
    lifted = bool(again and known and wishes.lift(way, known))
    was = (before.way, before.language) if before is not None else (wishes.NONE, "")
    same = was == (way, get_language() or "") if way else was[0] == wishes.NONE
    if same and not added and not lifted:
        unchanged()
        return False
    wishes.keep(case.requester_id, way or wishes.NONE, "page", now)
    body = {"way": way or wishes.NONE, "before": was[0], "added": added, "lifted": lifted}
    record(VERB, "case", case.pk, actor=actor, body=body)
    return True


def _add(case: Case, email: str, *, actor: Actor, now: datetime) -> bool:
    """An address where none was known: one that is known changes only for who proves himself."""
    to = mail_address(email)
    if not to:
        raise Refused("report-email", status=422, field="email")
    amend(case.requester_id, actor=actor, now=now, email=to)
    return True
