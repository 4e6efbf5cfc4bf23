"""What a query asks for: numbers, services, states, a window of time and a page of it, read strictly."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from gezhi.kernel.errors import Refused
from gezhi.loop.open311.rules.states import STATUSES

WINDOW = timedelta(days=90)  # the standard's own limit
MOST = 1_000  # requests of one answer, likewise
DEEPEST = 1_000_000  # a page beyond it is a mistake
AHEAD = timedelta(minutes=5)  # clocks differ
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")  # a plus that was not encoded comes as a blank
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?")

Params = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Wish:
    """One query of requests: by number, or by window; `changed_since` asks by the last change instead."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    changed_since: datetime | None = None
    changed_until: datetime | None = None
    page: int = 1
    size: int = MOST

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


def wish_of(params: Params, *, zone: tzinfo, now: datetime) -> Wish:
    """The query. Raises Refused (422): open311-date, open311-window, field-invalid (status, page, page_size)."""
    ids = listed(params, "service_request_id")
    statuses = listed(params, "status")
    for status in statuses:
        if status not in STATUSES:
            raise Refused("field-invalid", status=422, field="status", value=status[:40])
    page, size = number(params, "page", 1, DEEPEST), number(params, "page_size", MOST, MOST)
    if ids:  # the standard: numbers override every other argument
        return Wish(ids=ids[:MOST], page=page, size=size)
    changed = moment(params, "updated_after", zone), moment(params, "updated_before", zone)
    asked = moment(params, "start_date", zone), moment(params, "end_date", zone)
    since, until = (None, None) if any(changed) and not any(asked) else window(*asked, now=now)
    if any(changed):
        changed = window(*changed, now=now)
    return Wish(
        services=listed(params, "service_code"), statuses=statuses, since=since, until=until,
        changed_since=changed[0], changed_until=changed[1], page=page, size=size,
    )  # fmt: skip


def listed(params: Params, name: str) -> tuple[str, ...]:
    """The values of a parameter that may be given again and again, or with commas.

    >>> listed({"status": ["open,closed", "open"]}, "status")
    ('open', 'closed')
    """
    parts = (part.strip() for value in params.get(name, ()) for part in value.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def one(params: Params, name: str) -> str:
    """The last value of a parameter, as forms are read."""
    values = params.get(name, ())
    return values[-1].strip() if values else ""


def number(params: Params, name: str, usual: int, most: int) -> int:
    """A whole number from 1 on; more than the most that is given is as much as is given."""
    text = one(params, name)
    if not text:
        return usual
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise Refused("field-invalid", status=422, field=name, value=text[:40])
    return min(int(text), most)


def moment(params: Params, name: str, zone: tzinfo) -> datetime | None:
    """A moment in W3C form; one without a zone is of the office's own."""
    text = one(params, name)
    return read_moment(text, zone, name) if text else None


def read_moment(text: str, zone: tzinfo, name: str = "datetime") -> datetime:
    """A moment out of its W3C form, in UTC.

    >>> read_moment("2026-03-02T09:00:00 08:00", UTC).isoformat()
    '2026-03-02T01:00:00+00:00'
    """
    told = _LOST_PLUS.sub(r"+\1", text.strip())
    try:
        found = datetime.fromisoformat(told if _MOMENT.fullmatch(told) else "")
        found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused("open311-date", status=422, field=name, value=text[:40]) from error


def window(since: datetime | None, until: datetime | None, *, now: datetime) -> tuple[datetime, datetime]:
    """From when until when; the ninety days before or after the one that is given, else the last ninety.

    >>> day = datetime(2026, 3, 2, tzinfo=UTC)
    >>> [one.date().isoformat() for one in window(None, day, now=day)]
    ['2025-12-02', '2026-03-02']
    """
    if since is not None and until is not None:
        if since > until:
            raise Refused("open311-date", status=422, field="start_date", value=since.isoformat())
        if until - since > WINDOW:
            raise Refused("open311-window", status=422, days=(until - since).days, most=WINDOW.days)
        return since, until
    try:
        if since is not None:
            return since, min(since + WINDOW, max(now + AHEAD, since))
        until = until or now + AHEAD
        return until - WINDOW, until
    except OverflowError as error:
        raise Refused("open311-date", status=422, field="start_date", value=str(since or until)[:40]) from error
