"""How well triage does on the closed cases of an installation: learnt on the earlier ones, asked about the later ones.

Run with GEZHI_DATA; prints one JSON object. `bench.triage` runs it on the demo city.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
os.environ["GEZHI_DB_POOL"] = "0"
EARLIER = 0.8
TOP = 3


def main() -> None:
    from gezhi.kit.config import config
    from gezhi.kit.database.session import opened

    with opened(config()):
        django.setup()
        print(json.dumps(measured(), ensure_ascii=False))


def measured() -> dict[str, Any]:
    """Shares of the later cases for which the first, and one of the first three suggestions, was right."""
    from gezhi.loop.triage import store
    from gezhi.loop.triage.rules.keywords import Keywords
    from gezhi.loop.triage.rules.training import train
    from gezhi.loop.triage.service import Desk, together
    from gezhi.loop.triage.service.learning import own_cases

    cases = list(own_cases())
    cut = int(len(cases) * EARLIER)
    known, asked = cases[:cut], cases[cut:]
    now = datetime.now(UTC)
    begun = time.perf_counter()
    keywords = Keywords(store.keywords())
    matter = train([case.matter_example() for case in known], columns=["text"], created_at=now, keywords=keywords)
    unit = train([case.unit_example() for case in known if case.unit], columns=["text"], created_at=now)
    seconds = time.perf_counter() - begun
    told = {case.fields[1] for case in known}
    fresh = [case for case in asked if case.fields[1] not in told]
    dispatched = [case for case in asked if case.unit and case.first_unit]
    return {
        "learnt": len(known), "asked": len(asked), "seconds": seconds, "matters": len(matter.labels),
        "keywords": shares(asked, Desk(keywords, None, keywords)),
        "desk": shares(asked, Desk(together(matter, keywords), unit, keywords)),
        "fresh": {"n": len(fresh), **shares(fresh, Desk(together(matter, keywords), unit, keywords))},
        "right_at_first": sum(case.unit == case.first_unit for case in dispatched) / max(1, len(dispatched)),
    }  # fmt: skip


def shares(cases: Sequence[Any], desk: Any) -> dict[str, float]:
    from gezhi.loop.triage.service import advise

    right = dict.fromkeys(("matter1", "matter3", "unit1", "unit3", "sure", "sure_right"), 0)
    sent = 0
    begun = time.process_time()
    for case in cases:
        advice = advise(case.fields, case.area, desk=desk)
        matters, units = [c.label for c in advice.matter], [c.code for c in advice.unit]
        right["matter1"] += matters[:1] == [case.matter]
        right["matter3"] += case.matter in matters[:TOP]
        sent += bool(case.unit)  # a case answered at once went to no unit
        right["unit1"] += bool(case.unit) and units[:1] == [case.unit]
        right["unit3"] += bool(case.unit) and case.unit in units[:TOP]
        right["sure"] += advice.sure
        right["sure_right"] += advice.sure and matters[:1] == [case.matter]
    spent = (time.process_time() - begun) / max(1, len(cases)) * 1000
    of = {name: sent if name.startswith("unit") else len(cases) for name in right}
    return {name: count / max(1, of[name]) for name, count in right.items()} | {"cpu_ms": spent}


if __name__ == "__main__":
    sys.exit(main())
