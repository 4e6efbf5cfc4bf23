"""What a call is, worked out from the events known of it: in any order, with gaps, told once or often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

EVENTS = ("ringing", "answered", "transferred", "ended", "missed", "rated")
DIRECTIONS = ("in", "out")
STATES = ("ringing", "talking", "ended", "missed", "not_reached")
LIVE = ("ringing", "talking")
ANSWERED = ("talking", "ended")
LOST = ("missed", "not_reached")
ORDER = {event: place for place, event in enumerate(EVENTS)}


@dataclass(frozen=True, slots=True)
class Told:
    """One event without anything of the person."""

    event: str
    at: datetime
    direction: str = "in"
    agent: str = ""
    skill: str = ""
    queue_s: int | None = None
    talk_s: int | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """The call as its events tell it."""

    state: str
    direction: str
    agent: str
    skill: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    wait_s: int | None
    talk_s: int | None
    rating: int | None


def fold(events: Iterable[Told]) -> Folded:
    """The call; at least one event is needed. The order in which they are given does not matter.

    Whoever was answered stays answered: a `missed` beside an `answered` tells of another telephone that rang first.
    An end without talk was never answered; one with talk was, even where `answered` got lost.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> rang = Told("ringing", at, agent="8001")
    >>> fold([Told("ended", at + timedelta(seconds=70), talk_s=60), rang]).state
    'ended'
    >>> fold([Told("ended", at + timedelta(seconds=20)), rang]).state, fold([rang]).agent
    ('missed', '8001')
    """
    told = sorted(events, key=lambda one: (one.at, ORDER[one.event]))
    by = {one.event: one for one in told}
    direction = next((one.direction for one in sorted(told, key=lambda one: ORDER[one.event])), "in")
    answered_at = _answered_at(by)
    over = "ended" in by or "rated" in by or ("missed" in by and answered_at is None)
    ended = by.get("ended") or (by.get("missed") if answered_at is None else None)
    if answered_at is not None:
        state = "ended" if over else "talking"
    elif over:
        state = "missed" if direction == "in" else "not_reached"
    else:
        state = "ringing"
    return Folded(
        state=state, direction=direction, agent=_agent(told), skill=next((one.skill for one in told if one.skill), ""),
        began_at=told[0].at, answered_at=answered_at, ended_at=ended.at if ended else None,
        wait_s=_wait(by, answered_at, ended.at if ended else None),
        talk_s=_talk(by, answered_at), rating=by["rated"].rating if "rated" in by else None,
    )  # fmt: skip


def _answered_at(by: dict[str, Told]) -> datetime | None:
    """When it was answered: as told, else worked out from the end; what was transferred or rated had been answered."""
    if "answered" in by:
        return by["answered"].at
    ended = by.get("ended")
    if ended is not None and ended.talk_s:
        return ended.at - timedelta(seconds=ended.talk_s)
    for event in ("transferred", "rated"):
        if event in by:
            return by[event].at
    return None


def _agent(told: list[Told]) -> str:
    """Who has the call now: the last who was named while it rang, was answered or passed on, else whoever was named."""
    active = [one.agent for one in told if one.agent and one.event in ("ringing", "answered", "transferred")]
    return active[-1] if active else next((one.agent for one in reversed(told) if one.agent), "")


def _wait(by: dict[str, Told], answered_at: datetime | None, ended_at: datetime | None) -> int | None:
    """Seconds until somebody answered or the caller gave up: as told at that moment, else what had passed at the first
    ring and the ringing.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> rang, taken = Told("ringing", at, queue_s=10), Told("answered", at + timedelta(seconds=8))
    >>> fold([rang, taken]).wait_s, fold([rang]).wait_s
    (18, 10)
    """
    for event in ("answered", "ended", "missed"):
        queue = by[event].queue_s if event in by else None
        if queue is not None:
            return queue
    rang, until = by.get("ringing"), answered_at or ended_at
    if rang is None or until is None:
        return rang.queue_s if rang is not None else None
    return (rang.queue_s or 0) + max(0, round((until - rang.at).total_seconds()))


def _talk(by: dict[str, Told], answered_at: datetime | None) -> int | None:
    """Seconds of talk: as told at the end, else between answer and end."""
    ended = by.get("ended")
    if ended is not None and ended.talk_s is not None:
        return ended.talk_s
    if ended is None or answered_at is None:
        return None
    return max(0, round((ended.at - answered_at).total_seconds()))
