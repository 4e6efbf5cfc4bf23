"""How somebody wants to be told, and the addresses at which nothing arrives; the address stands sealed elsewhere."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from gezhi.kernel.codes import phone as parse_phone
from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, ReachStop, ReachWish
from gezhi.loop.reach.rules.addresses import mail_address, mobile
from gezhi.trust.rules.identity import normal_phone
from gezhi.trust.service import identity_of, keyed_hash

WAYS = ("sms", "mail")
NONE = "none"  # somebody said that he does not want to be told any more


def check(way: str, phone: str, email: str) -> None:
    """Raises field-invalid, report-phone, report-email (422): who wants to be told gives where."""
    if way and way not in WAYS:
        raise Refused("field-invalid", status=422, field="reach", value=way[:20])
    if (email or way == "mail") and not mail_address(email):
        raise Refused("report-email", status=422, field="email")
    if way == "sms":
        try:
            parse_phone(phone)
        except Refused as refused:
            raise Refused("report-phone", status=422, field="phone") from refused


def keep(requester: Any, way: str, by: str, now: datetime) -> None:
    """What somebody wishes, when and where it was agreed to."""
    values = {"way": way, "language": get_language() or "", "agreed_at": now, "agreed_by": by}
    ReachWish.objects.update_or_create(requester_id=requester, defaults=values)


def of(requester: Any) -> ReachWish | None:
    return ReachWish.objects.filter(requester_id=requester).first()


def address(requester: Any, way: str) -> str:
    """Where a way leads for somebody; nothing where no address that takes it is known."""
    known = identity_of(requester)
    return mail_address(known.get("email", "")) if way == "mail" else mobile(normal_phone(known.get("phone", "")))


def forget(requester: Any) -> None:
    """An erased person wishes nothing any more."""
    ReachWish.objects.filter(requester_id=requester).delete()


def _hash(way: str, address: str) -> bytes:
    return keyed_hash(f"reach-{way}", address.strip().lower()) or b""


def stop(way: str, address: str, code: str, case: Case | None, now: datetime) -> bool:
    """No more goes to an address; whether it was not stopped before."""
    values: dict[str, Any] = {"code": code[:20], "case": case, "at": now}
    _, new = ReachStop.objects.get_or_create(way=way, address_hash=_hash(way, address), defaults=values)
    return new


def lift(way: str, address: str) -> int:
    return ReachStop.objects.filter(way=way, address_hash=_hash(way, address)).delete()[0]


def stopped(way: str, address: str) -> ReachStop | None:
    return ReachStop.objects.filter(way=way, address_hash=_hash(way, address)).first()
