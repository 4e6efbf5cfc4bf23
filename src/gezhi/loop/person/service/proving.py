"""Who a person with several cases is: the link of one of them, and the last four digits of the phone given there.

Four digits are no password. They keep away who found a link in a chat or over a shoulder, not who knows the person.
So what they open is narrow: cases with the same phone *and* the same name, never a confidential one. A link that came
of a report sent over the network opens its own case alone: whoever wrote it may have written anybody's name and phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.kit.text import normal
from gezhi.loop.models import Case
from gezhi.loop.person import store
from gezhi.trust.service import find_by_phone, identity_of
from gezhi.trust.service.throttling import count_try, hold

DIGITS = 4
FREE, FREE_ADDRESS, WINDOW = 5, 20, timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see at once: the cases, whose they are, how many more the phone has under other names."""

    case: Case
    cases: Sequence[Case]
    requesters: Sequence[UUID]
    others: int
    proof: str  # link | phone


def phone_of(case: Case) -> str:
    return "".join(each for each in identity_of(case.requester).get("phone", "") if each.isdecimal())


def provable(case: Case) -> bool:
    """Whether there is a phone to prove oneself by."""
    return case.requester.wrapped_key is not None and len(phone_of(case)) >= DIGITS + 3


def prove(case: Case, digits: str, where: str, *, now: datetime) -> None:
    """Refuses proof-wrong (422) and, when guessed too often for one case or from one address, too-many-tries (429)."""
    hold("person", where, now=now)
    hold("person-case", str(case.pk), now=now)
    typed = "".join(each for each in normal(digits) if each.isdecimal())
    if provable(case) and compare_digest(typed.encode(), phone_of(case)[-DIGITS:].encode()):
        return
    count_try("person-case", str(case.pk), free=FREE, forget=WINDOW, now=now)
    count_try("person", where, free=FREE_ADDRESS, forget=WINDOW, now=now)
    raise Refused("proof-wrong", status=422, field="digits")


def scope(case: Case, *, proven: bool) -> Scope:
    """The cases that this link opens: its own, and when proven those of the same phone and the same name."""
    alone = Scope(case, [case], [case.requester_id], 0, "phone" if proven else "link")
    if not proven or case.confidential or case.requester.wrapped_key is None or store.written_by_sender(case):
        return alone
    mine = identity_of(case.requester)
    found = store.cases_of(find_by_phone(mine.get("phone", "")))
    own = [row for row in found if row.pk == case.pk or same_person(case, row)]
    if case.pk not in {row.pk for row in own}:
        own = [case, *own]
    return Scope(case, own, sorted({row.requester_id for row in own}), len(found) - len(own), "phone")


def same_person(case: Case, other: Case) -> bool:
    """Whether two cases of one phone also carry one name; without a name nobody can tell."""
    name = same(identity_of(case.requester).get("name", ""))
    return bool(name) and name == same(identity_of(other.requester).get("name", ""))


def speaks_for(case: Case, other: Case) -> bool:
    """Whether the link of one case may read and answer what was said about another of the same phone."""
    if case.pk == other.pk or case.requester_id == other.requester_id:
        return True
    if case.confidential or other.confidential or store.written_by_sender(case):
        return False
    return same_person(case, other)


def same(name: str) -> str:
    """A name in the spelling by which two are held to be one."""
    return "".join(normal(name).split())
