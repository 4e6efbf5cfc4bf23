"""Whole lives of cases through the API: create, assign, resolve, search; at rest sizes and in a burst."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.client import call, many, report
from bench.installation import Installation, installation
from bench.measure import Figure, percentile
from bench.million import grow

DIGIT = {100_000: 37.0, 1_000_000: 6.3}  # lifecycles per second on 16 cores, as published
DIGIT_ERRORS = 57.0


def move(place: Installation, who: str, case: str, name: str, **data: object) -> bool:
    return call(place, who, "POST", f"/api/v1/loop/cases/{case}/moves/{name}", {"data": data})[0] == 200


def lifecycle(place: Installation, number: int) -> bool:
    """Six calls: create; accept and dispatch (assign); sign and reply (resolve); search by number."""
    status, made = call(place, "operator", "POST", "/api/v1/loop/cases", report(number, place.people["matter"]))
    if status != 201:
        return False
    case = made["id"]
    return (
        move(place, "dispatcher", case, "accept")
        and move(place, "dispatcher", case, "dispatch", unit=place.people["units"]["urban"])
        and move(place, "handler", case, "sign")
        and move(place, "handler", case, "reply", outcome="solved", reply="已现场处理完毕，请您查看。")
        and call(place, "dispatcher", "GET", f"/api/v1/loop/cases?words={made['number']}")[1]["items"][0]["id"] == case
    )


def full_life(place: Installation, number: int) -> str:
    """A case through review and call-back; returns its id."""
    _, made = call(place, "operator", "POST", "/api/v1/loop/cases", report(number, place.people["matter"]))
    case = str(made["id"])
    steps = (
        ("dispatcher", "accept", {}), ("dispatcher", "dispatch", {"unit": place.people["units"]["urban"]}),
        ("handler", "sign", {}), ("handler", "contact", {"reached": "reached"}), ("handler", "note", {"note": "到场"}),
        ("handler", "reply", {"outcome": "solved", "reply": "已处理"}), ("lead", "review_pass", {}),
        ("callback", "callback", {"contacted": True, "satisfaction": "satisfied", "solved": "solved"}),
    )  # fmt: skip
    for who, name, data in steps:
        if not move(place, who, case, name, **data):
            raise RuntimeError(f"{name} failed")
    return case


def lifecycles(*, small: bool) -> Iterator[Figure]:
    """Lifecycles per second with 8 people at once, at 100,000 and at 1,000,000 cases."""
    sizes = (2_000, 10_000) if small else (100_000, 1_000_000)
    count = 30 if small else 400
    with installation(worker=True) as place, place.owner() as owner:
        many(lambda n: lifecycle(place, n), 30 if small else 200, 4)
        first = 0.0
        for size in sizes:
            grow_to(owner, size, place)
            run = many(lambda n: lifecycle(place, 10**6 + n), count, 8)
            yield Figure(f"lifecycles.at_{size}", round(run.rate, 2), "lifecycles/s", DIGIT.get(size))
            yield Figure(f"lifecycles.at_{size}.p95", round(percentile(run.took, 0.95) * 1000), "ms")
            yield Figure(f"lifecycles.at_{size}.failed", run.failed, f"of {count}")
            first = first or run.rate
        yield Figure("lifecycles.kept", round(run.rate / first, 3), "of the rate at the smaller size", 1.0)


def grow_to(owner: object, size: int, place: Installation) -> None:
    grow(owner, size, place.people["units"])


def burst(*, small: bool) -> Iterator[Figure]:
    """Lifecycles started at 1, 15, 25, 35 a second, whether or not the last ones are finished."""
    seconds = 3 if small else 15
    with installation(worker=True) as place:
        many(lambda n: lifecycle(place, n), 20, 4)
        failed = started = 0
        took: list[float] = []
        for rate in (1, 15, 25, 35):
            with ThreadPoolExecutor(64) as pool:
                begun = time.perf_counter()
                jobs = []
                for number in range(rate * seconds):
                    time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
                    jobs.append(pool.submit(lifecycle, place, number))
                failed += sum(0 if job.result() else 1 for job in jobs)
                started += len(jobs)
                took.append((time.perf_counter() - begun) / seconds)
        yield Figure("burst.errors", round(100 * failed / started, 2), "%", DIGIT_ERRORS)
        yield Figure("burst.lifecycles", started, "started")
        yield Figure("burst.stretch", round(max(took), 2), "times the planned time of the fastest step")
