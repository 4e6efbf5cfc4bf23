"""A hundred desks at once: people who open their worklist, open a case, make a move, think, and go on."""

import http.client
import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from bench.client import call, many, report
from bench.installation import Installation, add_people, installation
from bench.lifecycles import move
from bench.measure import Cpu, Figure, percentile, pss_of
from bench.session import cookies

THINK = 6.0  # seconds between two pages of one person, on average
KINDS = ("worklist", "case", "move", "after")
ROW = re.compile(r'class="t" href="(/desk/[0-9a-f-]{36}/)')


class Form(HTMLParser):
    """What a browser would send of the form of a move: hidden inputs, texts and choices as they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.action, self.inside, self.menu = "", False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside = said.get("id") == "move-form"
            self.action = (said.get("action") or "") if self.inside else self.action
        elif self.inside and tag == "input" and said.get("name"):
            if said.get("type") not in ("radio", "checkbox", "file") or "checked" in said:
                self.values[str(said["name"])] = said.get("value") or ""
        elif self.inside and tag == "select":
            self.menu = said.get("name") or ""
        elif self.inside and tag == "option" and self.menu and "selected" in said:
            self.values[self.menu] = said.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"
        self.menu = "" if tag == "select" else self.menu


@dataclass
class Day:
    """What a hundred desks came to, together."""

    until: float
    took: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    faults: list[str] = field(default_factory=list)
    rounds: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, seconds: float, status: int, wanted: int) -> bool:
        with self.lock:
            self.took[kind].append(seconds)
            if status != wanted:
                self.faults.append(f"{kind} {status}")
        return status == wanted


class Desk:
    """One person with a kept connection and a session, who never takes the case of a neighbour."""

    def __init__(self, place: Installation, number: int, cookie: str, day: Day) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", place.port, timeout=60)
        self.number, self.cookie, self.csrf, self.day = number, cookie, "", day
        self.chance = random.Random(number)

    def ask(self, kind: str, path: str, data: dict[str, str] | None = None) -> str:
        """One request, timed; empty where it failed, the place to go to after a move."""
        headers = {"Cookie": f"{self.cookie}; {self.csrf}" if self.csrf else self.cookie}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        try:
            self.link.request("GET" if data is None else "POST", path, urlencode(data) if data else None, headers)
            answer = self.link.getresponse()
            text, status = answer.read().decode(), answer.status
        except (OSError, http.client.HTTPException):
            self.link.close()
            text, status = "", 0
        else:
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie" and value.startswith("gezhi_csrf="):
                    self.csrf = value.split(";")[0]
        if not self.day.note(kind, time.perf_counter() - begun, status, 200 if data is None else 302):
            return ""
        return text if data is None else str(answer.getheader("Location"))

    def think(self) -> bool:
        time.sleep(min(self.chance.expovariate(1 / THINK), 4 * THINK))
        return time.monotonic() < self.day.until

    def work(self) -> None:
        """Rounds until the day ends: the list, a case, a note on it, the case again."""
        time.sleep(self.chance.random() * THINK)
        while time.monotonic() < self.day.until:
            rows = ROW.findall(self.ask("worklist", "/desk/?tab=open"))
            if not rows or not self.think():
                continue
            at = rows[self.number % len(rows)]
            form = Form(self.ask("case", f"{at}?move=note"))
            if not form.action or not self.think():
                continue
            sent = {**form.values, "note": f"第{self.number}席：已联系现场负责人，约定明日复查。"}
            after = self.ask("move", form.action, sent)
            if after:
                self.ask("after", after)
                with self.day.lock:
                    self.day.rounds += 1
            if not self.think():
                return


def office(place: Installation, desks: int) -> list[str]:
    """A handler at each desk, one bureau for every fifty, with a case of each desk's own; their cookies."""
    names = [f"desk{number}" for number in range(desks)]
    add_people(place, *(f"{name}:bureau{number // 50}:handler" for number, name in enumerate(names)))
    matter, units = place.people["matter"], place.people["units"]

    def one(number: int) -> bool:
        _, made = call(place, "operator", "POST", "/api/v1/loop/cases", report(number, matter))
        unit = units[f"bureau{number // 50}"]
        return move(place, "dispatcher", made["id"], "accept") and move(
            place, "dispatcher", made["id"], "dispatch", unit=unit
        )

    if many(one, desks, 4).failed:
        raise RuntimeError("the cases of the desks could not be made")
    return cookies(place, *names)


def desks(*, small: bool) -> Iterator[Figure]:
    """A hundred desks for five minutes."""
    count, seconds = (10, 20) if small else (100, 300)
    with installation(worker=True) as place:
        keys = office(place, count)
        day = Day(time.monotonic() + seconds)
        threads = [threading.Thread(target=Desk(place, number, key, day).work) for number, key in enumerate(keys)]
        cpu = Cpu(place.web.pid)
        cpu.start()
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        time.sleep(seconds * 0.2)
        early = pss_of([place.web.pid])
        for thread in threads:
            thread.join()
        yield from _said(day, cpu.used(), time.monotonic() - begun, early, pss_of([place.web.pid]))


def _said(day: Day, used: float, seconds: float, early: int, late: int) -> Iterator[Figure]:
    requests = sum(len(took) for took in day.took.values())
    yield Figure("desks.requests", requests, "requests")
    yield Figure("desks.rounds", day.rounds, "moves made")
    yield Figure("desks.failed", len(day.faults), f"of {requests}; {', '.join(sorted(set(day.faults))[:5])}")
    yield Figure("desks.rate", round(requests / seconds, 1), "requests/s")
    yield Figure("desks.cpu", round(used / max(requests, 1), 2), "ms of the web process per request")
    yield Figure("desks.core", round(used / 1000 / seconds, 3), "of one core")
    for kind, took in day.took.items():
        yield Figure(f"desks.{kind}.p50", round(percentile(took, 0.5) * 1000, 1), "ms")
        yield Figure(f"desks.{kind}.p95", round(percentile(took, 0.95) * 1000, 1), "ms")
    mib = 2**20
    yield Figure("desks.memory", round(late / mib, 1), "MiB of the web process at the end", round(early / mib, 1))
