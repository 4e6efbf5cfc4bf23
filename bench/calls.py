"""Screen pop: simulated agents watch their telephones, events come at a steady rate; how soon a desk shows its call."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.installation import ROOT, Installation, environment, installation
from bench.measure import Cpu, Figure, percentile
from gezhi.loop.calls.sim import Door

TARGET = 1.0
EVERY = 0.6  # seconds between two questions of a desk, as ring.js asks
RATE = 5.0
SHOWS = re.compile(rb"\?call=([0-9a-f-]{36})")
MAKE = """
import os, json, django
django.setup()
from datetime import UTC, datetime, time
from django.apps import apps
from django.core import signing
from gezhi.loop.calls import secret
from gezhi.loop.calls.pages.ring import SALT
from gezhi.loop.calls.service.rostering import put_extension
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post
root, now = Actor.system("bench"), datetime.now(UTC)
user, unit = apps.get_model("trust", "User"), apps.get_model("trust", "Unit").objects.get(code="centre")
top = apps.get_model("trust", "Unit").objects.get(parent=None)
found = []
for number in range(int(os.environ["AGENTS"])):
    one = user.objects.create(username=f"agent{number}", display_name=f"agent{number}", unit=unit)
    grant_post(one.username, "operator", top.code, actor=root, now=now)
    put_extension(one.pk, str(8000 + number), actor=root, now=now)
    found.append([str(8000 + number), signing.dumps(one.pk, salt=SALT)])
print(json.dumps({"agents": found, "secret": secret.present()}))
"""


class Desk(threading.Thread):
    """One agent's page: asks what rings, and notes when it first saw each call."""

    def __init__(self, place: Installation, token: str, seen: dict[str, float], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.seen, self.stop = place.port, f"/desk/calls/ring/{token}/", seen, stop
        self.asked, self.failed = 0, 0

    def run(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.stop.wait(hash(self.path) % 600 / 1000)  # desks do not ask in step
        while not self.stop.is_set():
            begun = time.perf_counter()
            try:
                link.request("GET", self.path)
                answer = link.getresponse()
                text = answer.read()
                self.asked += 1
                self.failed += answer.status not in (200, 204)
                for found in SHOWS.findall(text):
                    self.seen.setdefault(found.decode(), time.perf_counter())
            except (OSError, http.client.HTTPException):
                self.failed += 1
                link.close()
            self.stop.wait(max(0.0, EVERY - (time.perf_counter() - begun)))


def calls(*, small: bool) -> Iterator[Figure]:
    """Forty agents at five events a second (small: twenty at four)."""
    agents, rate, seconds = (20, 4.0, 15.0) if small else (40, RATE, 60.0)
    with installation() as place:
        known = prepared(place, agents)
        stop = threading.Event()
        seen: dict[str, float] = {}
        desks = [Desk(place, token, seen, stop) for _, token in known["agents"]]
        for desk in desks:
            desk.start()
        time.sleep(2)
        cpu, begun = Cpu(place.web.pid), time.perf_counter()
        cpu.start()
        sent, took, refused = ring(place, known, rate, seconds)
        time.sleep(2)
        used, lasted = cpu.used(), time.perf_counter() - begun
        stop.set()
        for desk in desks:
            desk.join(10)
    waits = [seen[call] - at for call, at in sent.items() if call in seen]
    yield Figure("calls.pop.p50", round(percentile(waits, 0.5), 3), "s", TARGET)
    yield Figure("calls.pop.p95", round(percentile(waits, 0.95), 3), "s", TARGET)
    yield Figure("calls.pop.shown", len(waits), "calls", float(len(sent)))
    yield Figure("calls.event.p95", round(percentile(took, 0.95) * 1000, 1), "ms")
    yield Figure("calls.polls", round(sum(desk.asked for desk in desks) / lasted, 1), "requests/s")
    yield Figure("calls.failed", float(refused + sum(desk.failed for desk in desks)), "requests")
    yield Figure("calls.cpu", round(used / lasted / 10, 1), "% of a core")


def prepared(place: Installation, agents: int) -> dict[str, Any]:
    """Agents with telephones and the signed addresses of their desks, made by the product itself."""
    more = {"DJANGO_SETTINGS_MODULE": "gezhi.web.settings", "AGENTS": str(agents)}
    env = {**environment(place.folder, place.port), **more}
    said = subprocess.run([sys.executable, "-c", MAKE], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    known: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return known


def ring(
    place: Installation, known: dict[str, Any], rate: float, seconds: float
) -> tuple[dict[str, float], list[float], int]:
    """Events at a steady rate, ringing and its end in turn; when each ringing was sent, by the key of its call."""
    door, refused = Door(place.url, known["secret"]), 0
    sent: dict[str, float] = {}
    took: list[float] = []
    begun = time.perf_counter()
    for number in range(int(rate * seconds)):
        pause = begun + number / rate - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        rings = number % 40 < 20  # twenty calls ring, then they end in turn: each rings for four seconds
        first = number if rings else number - 20
        extension = known["agents"][(first // 40 * 20 + first % 20) % len(known["agents"])][0]
        name = f"bench-{os.getpid()}-{first}"
        body = {
            "call_id": name, "event": "ringing" if rings else "ended", "at": datetime.now(UTC).isoformat(),
            "caller": f"138{number:08}" if rings else "", "agent": extension,
        }  # fmt: skip
        start = time.perf_counter()
        status, text = door.send(body)
        took.append(time.perf_counter() - start)
        refused += status != 200
        if rings and status == 200:
            sent[json.loads(text)["call"]] = start
    return sent, took, refused
