"""Asks for similar cases as a dispatcher does, in a process of its own; prints milliseconds as one JSON object."""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")


def kinds_of(now: datetime) -> dict[str, Callable[[], Any]]:
    """What is asked: a call as it is typed, a stored case, only common words, too little, far too much, half a year."""
    from django.apps import apps

    from bench.alike import FILLERS, ISSUES, Teller
    from gezhi.loop.alike import service, store
    from gezhi.trust.service import actor_for

    actor = actor_for(apps.get_model("trust", "User").objects.get(username="dispatcher"), now)
    teller, chance = Teller(seed=99), random.Random(7)
    received = apps.get_model("loop", "Case").objects.filter(state="received").order_by("-received_at")
    keys = list(received.values_list("pk", flat=True)[:300])

    def full() -> service.Near:
        place, object_, title, text = teller.one()
        sought = service.asked("，".join([*title, *text]), place="".join(place), object_="".join(object_), now=now)
        return service.near(sought, actor=actor, now=now)

    def words(text: str, **more: Any) -> service.Near:
        return service.near(service.asked(text, now=now), actor=actor, now=now, **more)

    def stored() -> service.Near:
        row = store.case_with_words(chance.choice(keys))
        return service.near_case(row, actor=actor, now=now) if row is not None else service.Near([])

    return {
        "typed": full, "case": stored,
        "common": lambda: words(chance.choice(ISSUES)), "fillers": lambda: words("，".join(chance.sample(FILLERS, 8))),
        "one_character": lambda: words(chance.choice("路灯水电")),
        "pasted": lambda: words("".join(chance.choices("".join(ISSUES + FILLERS), k=20_000))),
        "half_a_year": lambda: words("，".join(teller.one()[3]), within=service.REPEAT),
    }  # fmt: skip


def figures_of(ask: Callable[[], Any], times: int) -> dict[str, float]:
    """Milliseconds, statements, and how often something was found or too common."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.measure import percentile

    for _ in range(5):
        ask()
    took, rows, common = [], 0, 0
    for _ in range(times):
        start = time.perf_counter()
        found = ask()
        took.append((time.perf_counter() - start) * 1000)
        rows, common = rows + bool(found.rows), common + found.common
    with CaptureQueriesContext(connection) as sent:
        ask()
    return {
        "p50": round(percentile(took, 0.5), 1), "p95": round(percentile(took, 0.95), 1), "statements": len(sent),
        "found": round(rows / times, 3), "too common": round(common / times, 3),
    }  # fmt: skip


def main(times: int) -> None:
    django.setup()
    from gezhi.loop.alike import store

    now = datetime.now(UTC)
    begun = time.perf_counter()
    store.count_words(now)
    figures: dict[str, Any] = {"count": round(time.perf_counter() - begun, 2)}
    figures |= {name: figures_of(ask, times) for name, ask in kinds_of(now).items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
