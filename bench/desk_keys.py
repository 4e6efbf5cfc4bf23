"""Strokes and seconds of a question, a dispatch and ten cases by keyboard alone; `python -m bench desk_keys`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.measure import Figure

JOURNEYS = Path(__file__).parents[1] / "tests" / "journeys"
LIMITS = {"question": 60.0, "dispatch": 120.0, "ten_cases": 600.0}  # seconds of a person


def desk_keys(*, small: bool = False) -> Iterator[Figure]:
    """Each story once in Chromium; `value` of person_s stands beside the limit as `baseline`."""
    sys.path[:0] = [str(JOURNEYS.parents[1]), str(JOURNEYS)]
    from screens import prepare  # the office of the journeys, in a database of its own

    office = prepare()
    from journey_hands import ASSUMED, dispatch, ordinary, question, ten_cases
    from journey_site import Site, browsing, served

    count = 2 if small else 10
    ordinary(office, count)
    with browsing() as browser, served() as url:
        site = Site(url, browser, office)
        desk = site.page("dora")
        found = {"question": question(site, desk), "dispatch": dispatch(site, desk)}
        found["ten_cases"] = ten_cases(site, site.page("hugo"), count)
        site.close()
    yield from (Figure(f"assumed_{name}", value, "s") for name, value in ASSUMED.items())
    for name, told in found.items():
        yield from figures(name, told)


def figures(name: str, told: dict[str, Any]) -> Iterator[Figure]:
    for what in ("keys", "characters", "clicks", "decisions"):
        yield Figure(f"{name}_{what}", told[what], "count")
    for what in ("machine_s", "robot_s"):
        yield Figure(f"{name}_{what}", told[what], "s")
    yield Figure(f"{name}_person_s", told["person_s"], "s", LIMITS[name])
