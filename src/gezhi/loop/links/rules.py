"""What may be done with a link in which state, until when it opens, and what its holder may read. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from gezhi.kernel.errors import Refused
from gezhi.kit.text import normal
from gezhi.loop.rules.redact import PERSONAL, redact, unnumbered

STATES = ("sent", "opened", "signed", "done", "cannot", "sent_back", "approved", "revoked", "expired")
WITH_PERSON = ("sent", "opened", "signed", "sent_back")  # it is the person's turn
WAITING = ("done", "cannot")  # it is the sender's turn
OVER = ("revoked", "expired")  # the address opens nothing any more
OUTCOMES = ("done", "cannot")
FROM: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "sign": ("sent", "opened"), "note": ("signed", "sent_back"), "finish": ("signed", "sent_back"),
    "approve": WAITING, "back": WAITING, "revoke": (*WITH_PERSON, *WAITING), "renew": (*WITH_PERSON, "expired"),
})  # fmt: skip

DIGITS = 4
TRIES = 5  # then the link is locked until its sender makes a new address
GRACE = timedelta(days=3)  # for how long after the day it still opens
MOST_DAYS = 180  # no work is handed out by a link for longer
MOST_NOTES = 30
MOST_FILES = 27
SHOWN_FILES = 9
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits
SHORT_NAME = 2  # one character alone is a common word, not a name
MOBILE = 11


def need(act: str, state: str) -> None:
    """Refuse what a link in this state does not allow.

    >>> need("approve", "done")
    >>> need("approve", "signed")
    Traceback (most recent call last):
    ...
    gezhi.kernel.errors.Refused: link-moved (link='signed')
    """
    if state not in FROM[act]:
        raise Refused("link-moved", link=state)


def over(state: str, valid_until: datetime, now: datetime) -> bool:
    """Whether the address opens nothing any more.

    >>> from datetime import UTC
    >>> end = datetime(2026, 3, 5, tzinfo=UTC)
    >>> [over(state, end, end - timedelta(hours=hours)) for state, hours in (("sent", 1), ("sent", 0), ("revoked", 1))]
    [False, True, True]
    """
    return state in OVER or now >= valid_until


def end_of(day: date, now: datetime, zone: str) -> datetime:
    """The last minute of the day by which it is due. Refuses link-due-past and day-far (422)."""
    due = datetime.combine(day, time(23, 59), ZoneInfo(zone))
    if due <= now:
        raise Refused("link-due-past", status=422, field="due")
    if due > now + timedelta(days=MOST_DAYS):
        raise Refused("day-far", status=422, field="due", day=day.isoformat(), days=MOST_DAYS)
    return due


def last_digits(phone: str) -> str:
    """The last four digits of a number, however it is written; empty where it has fewer.

    >>> last_digits("+86 138-1234 ６２０７"), last_digits("62 07"), last_digits("207")
    ('6207', '6207', '')
    """
    digits = only_digits(phone)
    return digits[-DIGITS:] if len(digits) >= DIGITS else ""


def only_digits(text: str) -> str:
    """The digits of a text, half-width."""
    return "".join(each for each in normal(text) if each in "0123456789")


def outward(text: str, *, name: str, phone: str, strict: bool) -> str:
    """What somebody outside may read of a text: never the requester's name or number.

    `strict` hides every number of a person, every door and every name that a text gives of itself, as for units that
    must not know who asked.

    >>> outward("找王小明，电话138 1234 6207，也可打13900005678", name="王小明", phone="13812346207", strict=False)
    '找***，电话***，也可打13900005678'
    >>> outward("我叫王小明，住解放路12号301", name="", phone="", strict=True)
    '我叫***，住解放路**'
    """
    said = redact(text) if strict else PERSONAL.sub(lambda found: _unless(found[0], phone), text)
    return said.replace(name, "***") if len(name) >= SHORT_NAME else said


def _unless(number: str, phone: str) -> str:
    own = only_digits(phone)[-MOBILE:]
    return "***" if own and only_digits(number).endswith(own) else number


def place(text: str, *, name: str, confidential: bool) -> str:
    """Where it is, for somebody outside: a door stays, since a place without it is none, except of a confidential case.

    >>> place("书院路45号，电话13812346207", name="", confidential=False)
    '书院路45号，电话***'
    >>> place("丽江新城6栋2单元", name="", confidential=True)
    '丽江新城****'
    """
    said = redact(text) if confidential else unnumbered(text)
    return said.replace(name, "***") if len(name) >= SHORT_NAME else said


def chosen(wanted: Iterable[str], offered: Iterable[str]) -> list[str]:
    """The photos chosen, in the order in which they are offered. Refuses link-file-unknown and files-too-many (422)."""
    asked, known = set(wanted), list(offered)
    if not asked <= set(known):
        raise Refused("link-file-unknown", status=422, field="files")
    if len(asked) > SHOWN_FILES:
        raise Refused("files-too-many", status=422, field="files", most=SHOWN_FILES)
    return [key for key in known if key in asked]
