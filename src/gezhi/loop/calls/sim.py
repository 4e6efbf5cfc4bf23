"""An invented telephone system: a believable stream of calls, sent to a running installation at the signed door."""

import heapq
import http.client
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from gezhi.kernel.errors import Refused
from gezhi.loop.calls.rules.signature import signature

PATH = "/api/cti/events"
SKILLS = ("public", "public", "public", "business", "dialect")
AGAIN = 0.12  # share of callers who have called in this stream before
MOST_AGENTS = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of stream is wanted."""

    agents: Sequence[str]
    rate: float = 0.2
    missed: float = 0.08
    talk: float = 90.0
    seconds: float = 60.0
    seed: int = 1


@dataclass
class Done:
    """What came of it."""

    calls: int = 0
    sent: int = 0
    refused: int = 0
    took: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"calls": self.calls, "sent": self.sent, "refused": self.refused}


def extensions(text: str) -> list[str]:
    """Extensions out of `8001,8002` or `8001-8040`.

    >>> extensions("8001-8003, 9000")
    ['8001', '8002', '8003', '9000']
    """
    found: list[str] = []
    for part in (piece.strip() for piece in text.split(",")):
        first, dash, last = part.partition("-")
        if dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last):
            found += [
                str(number).zfill(len(first))
                for number in range(int(first), min(int(last) + 1, int(first) + MOST_AGENTS))
            ]
        elif part:
            found.append(part)
    if not found:
        raise Refused("field-missing", status=422, field="agents", move="cti-sim")
    return found


def stream(wish: Wish) -> Iterator[tuple[float, dict[str, Any]]]:
    """Events as (second of the stream, body without `at`), in order of time; the same seed gives the same stream."""
    chance = random.Random(wish.seed)  # noqa: S311 - invented calls, nothing secret
    waiting: list[tuple[float, int, dict[str, Any]]] = []
    free: list[tuple[float, str]] = [(0.0, agent) for agent in wish.agents]
    heapq.heapify(free)
    numbers: list[str] = []
    at, count = 0.0, 0
    while True:
        at += chance.expovariate(wish.rate)
        if at > wish.seconds:
            break
        for second, body in _call(chance, wish, at, f"sim-{wish.seed}-{count}", free=free, numbers=numbers):
            heapq.heappush(waiting, (second, len(waiting) + count * 10, body))
        count += 1
        while waiting and waiting[0][0] <= at:
            second, _, body = heapq.heappop(waiting)
            yield second, body
    while waiting:
        second, _, body = heapq.heappop(waiting)
        yield second, body


def _call(
    chance: random.Random, wish: Wish, at: float, name: str, *, free: list[tuple[float, str]], numbers: list[str]
) -> list[tuple[float, dict[str, Any]]]:
    """The events of one call; it rings for whoever is free first, and waits when nobody is."""
    until, agent = heapq.heappop(free)
    queue = max(0.0, until - at)
    again = bool(numbers) and chance.random() < AGAIN
    number = chance.choice(numbers) if again else f"1{chance.choice('3578')}{chance.randrange(10**9):09}"
    numbers.append(number)
    base: dict[str, Any] = {
        "call_id": name,
        "direction": "in",
        "caller": number,
        "called": "12345",
        "agent": agent,
        "skill": chance.choice(SKILLS),
    }
    rings = at + queue
    if chance.random() < wish.missed:
        gives_up = rings + chance.uniform(8, 40)
        heapq.heappush(free, (gives_up, agent))
        return [
            (rings, {**base, "event": "ringing"}),
            (gives_up, {**base, "event": "missed", "queue_s": round(gives_up - at)}),
        ]
    answers = rings + min(30.0, chance.lognormvariate(1.4, 0.6))
    talk = min(1800.0, max(5.0, chance.lognormvariate(math.log(max(wish.talk, 1.0)), 0.6)))
    ends = answers + talk
    heapq.heappush(free, (ends + chance.uniform(2, 15), agent))
    url = f"https://recordings.example.invalid/{name}.wav"
    events: list[tuple[float, dict[str, Any]]] = [
        (rings, {**base, "event": "ringing"}),
        (answers, {**base, "event": "answered", "queue_s": round(answers - at)}),
        (ends, {**base, "event": "ended", "talk_s": round(talk), "recording_url": url}),
    ]
    if chance.random() < 0.4:
        score = chance.choices((5, 4, 3, 2, 1), (60, 22, 8, 4, 6))[0]
        events.append((ends + chance.uniform(5, 20), {**base, "event": "rated", "rating": score}))
    return events


class Door:
    """A kept connection to the contract of the installation."""

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.link = kind(parts.hostname or "127.0.0.1", parts.port, timeout=30)
        self.secret = secret

    def send(self, body: dict[str, Any]) -> tuple[int, str]:
        """Status and text of the answer."""
        data = json.dumps(body, ensure_ascii=False).encode()
        stamp = str(int(datetime.now(UTC).timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Gezhi-Timestamp": stamp,
            "X-Gezhi-Signature": signature(self.secret, stamp, data),
        }
        try:
            self.link.request("POST", PATH, data, headers)
            answer = self.link.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as broken:
            self.link.close()
            return 0, str(broken)


def run(wish: Wish, url: str, secret: str, *, speed: float = 1.0, say: Callable[[str], None] | None = None) -> Done:
    """Send the stream in its own time, or faster; `say` hears of each refusal and of the progress."""
    door, done, begun = Door(url, secret), Done(), time.monotonic()
    mark = f"{int(datetime.now(UTC).timestamp())}"  # two runs of one seed are two streams of calls
    for second, body in stream(wish):
        pause = second / speed - (time.monotonic() - begun)
        if pause > 0:
            time.sleep(pause)
        at = datetime.now(UTC)
        if body["event"] == "ringing":
            done.calls += 1
        start = time.perf_counter()
        status, text = door.send({**body, "call_id": f"{body['call_id']}-{mark}", "at": at.isoformat()})
        done.took.append(time.perf_counter() - start)
        done.sent += 1
        if status != 200:
            done.refused += 1
            if say is not None:
                say(f"{body['event']} {body['call_id']}: {status} {text[:200]}")
    return done


def moments(wish: Wish, start: datetime) -> Iterator[dict[str, Any]]:
    """The stream with its moments, without waiting: for tests and for a demonstration of days gone by."""
    for second, body in stream(wish):
        yield {**body, "at": (start + timedelta(seconds=second)).isoformat()}
