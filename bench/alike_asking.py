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


def main(times: int) -> None:
    django.setup()
    from django.apps import apps
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.alike import FILLERS, ISSUES, Teller
    from bench.measure import percentile
    from gezhi.loop.alike import service, store
    from gezhi.trust.service import actor_for

    now = datetime.now(UTC)
    begun = time.perf_counter()
    store.count_words(now)
    figures: dict[str, Any] = {"count": round(time.perf_counter() - begun, 2)}
    actor = actor_for(apps.get_model("trust", "User").objects.get(username="dispatcher"), now)
    teller, chance = Teller(seed=99), random.Random(7)
    case = apps.get_model("loop", "Case")
    keys = list(case.objects.filter(state="received").order_by("-received_at").values_list("pk", flat=True)[:times])

    def full() -> service.Near:
        place, object_, title, text = teller.one()
        return service.near(
            service.asked("，".join([*title, *text]), place="".join(place), object_="".join(object_), now=now),
            actor=actor, now=now,
        )  # fmt: skip

    def words(*phrases: str) -> service.Near:
        return service.near(service.asked("，".join(phrases), now=now), actor=actor, now=now)

    def stored() -> service.Near:
        row = store.case_with_words(chance.choice(keys))
        return service.near_case(row, actor=actor, now=now) if row is not None else service.Near([])

    kinds: dict[str, Callable[[], service.Near]] = {
        "typed": full, "case": stored,
        "common": lambda: words(chance.choice(ISSUES)),
        "fillers": lambda: words(*chance.sample(FILLERS, 8)),
        "one_character": lambda: words(chance.choice("路灯水电")),
        "pasted": lambda: words("".join(chance.choices("".join(ISSUES + FILLERS), k=20_000))),
        "months": lambda: service.near(
            service.asked("，".join(teller.one()[3]), now=now), actor=actor, now=now, within=service.REPEAT),
    }  # fmt: skip
    for name, ask in kinds.items():
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
        figures[name] = {
            "p50": round(percentile(took, 0.5), 1), "p95": round(percentile(took, 0.95), 1),
            "statements": len(sent), "found": rows / times, "too common": common / times,
        }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
