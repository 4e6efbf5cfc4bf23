"""Create, worklist and case page: statements as the web process sends them, its CPU, and rates."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from bench.client import call, many, report
from bench.installation import Installation, empty_view, installation
from bench.measure import Cpu, Figure, logged, percentile
from bench.million import grow

SIGNALEN = {"create": (46.0, 50.0), "list": (263.0, 330.0), "case": (17.0, 30.0)}  # statements, CPU ms


def statements(place: Installation, owner: psycopg.Connection[Any], times: int, work: Any) -> float:
    """Statements per call, counted in the server's log, BEGIN and COMMIT included."""
    with logged(owner, place.log) as lines:
        for number in range(times):
            work(number)
    return len(lines) / times


def cpu_ms(place: Installation, times: int, work: Any) -> float:
    """CPU of the web process for one call: the best of five batches, as `timeit` does, since neighbours only add."""
    cpu, batch, best = Cpu(place.web.pid), max(times // 5, 1), float("inf")
    for start in range(0, batch * 5, batch):
        cpu.start()
        for number in range(start, start + batch):
            work(number)
        best = min(best, cpu.used() / batch)
    return best


def bare_rate(owner: psycopg.Connection[Any], count: int) -> float:
    """Committed one-row inserts per second on one connection: what the disk and the server allow."""
    import time

    owner.execute("CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, body text)")
    begun = time.perf_counter()
    for _ in range(count):
        owner.execute("INSERT INTO bench_bare (body) VALUES ('x')")
    rate = count / (time.perf_counter() - begun)
    owner.execute("DROP TABLE bench_bare")
    return rate


def create(*, small: bool) -> Iterator[Figure]:
    """POST /api/v1/loop/cases."""
    times = 60 if small else 1000
    with installation() as place, place.owner() as owner:
        matter = place.people["matter"]

        def one(number: int) -> bool:
            return call(place, "operator", "POST", "/api/v1/loop/cases", report(number, matter))[0] == 201

        many(one, 50, 2)  # warm
        yield Figure("create.statements", statements(place, owner, 20, one), "per case", SIGNALEN["create"][0])
        yield Figure("create.cpu", round(cpu_ms(place, times // 2, one), 2), "ms", SIGNALEN["create"][1])
        base = bare_rate(owner, times)
        run = many(one, times, 8)
        yield Figure("create.rate", round(run.rate, 1), "cases/s", round(base, 1))
        yield Figure("create.p95", round(percentile(run.took, 0.95) * 1000, 1), "ms")
        yield Figure("create.failed", run.failed, "of " + str(times))
        yield from beside_empty(run.rate, cpu_ms(place, times // 2, one), times, lambda n: report(n, matter))


def beside_empty(rate: float, cpu: float, times: int, body: Callable[[int], Any]) -> Iterator[Figure]:
    """The same requests to an empty Django view in the same run: what is the product's own part of the cost."""
    with empty_view() as bare:

        def one(number: int) -> bool:
            return call(bare, "", "POST", "/", body(number))[0] == 200

        many(one, 50, 2)
        nothing = many(one, times, 8)
        yield Figure("create.to_empty_rate", round(rate, 1), "cases/s beside requests/s", round(nothing.rate, 1))
        yield Figure("create.to_empty_cpu", round(cpu, 2), "ms", round(cpu_ms(bare, times // 2, one), 2))


def worklist(*, small: bool) -> Iterator[Figure]:
    """The worklist of a city dispatcher over a million cases: API and page."""
    size = 5_000 if small else 1_000_000
    with installation() as place, place.owner() as owner:
        matter = place.people["matter"]
        many(lambda n: call(place, "operator", "POST", "/api/v1/loop/cases", report(n, matter))[0] == 201, 200, 4)
        grow(owner, size, place.people["units"])
        yield Figure("worklist.cases", float(owner.execute("SELECT count(*) FROM loop_case").fetchone()[0]), "cases")
        for name, path in (
            ("api", "/api/v1/loop/cases?tab=open"),
            ("late", "/api/v1/loop/cases?tab=open&light=late"),
            ("words", "/api/v1/loop/cases?tab=open&words=%E7%83%A7%E7%83%A4%E5%BA%97"),
            ("number", "/api/v1/loop/cases?words=B000000000777"),
        ):

            def one(_: int, path: str = path) -> bool:
                return call(place, "dispatcher", "GET", path)[0] == 200

            yield from _read(f"worklist.{name}", place, owner, one, SIGNALEN["list"])
        yield from _page(place, owner)


def _page(place: Installation, owner: psycopg.Connection[Any]) -> Iterator[Figure]:
    """The HTML page with its tabs and filters, as a signed-in dispatcher."""
    from bench.session import Session

    session = Session(place, "dispatcher")
    yield from _read("worklist.page", place, owner, lambda _: session.get("/desk/") == 200, SIGNALEN["list"])


def _read(name: str, place: Installation, owner: psycopg.Connection[Any], one: Any, base: Any) -> Iterator[Figure]:
    well = [one(n) for n in range(5)]  # warm
    if not all(well):
        raise RuntimeError(f"{name} does not answer 200")
    yield Figure(f"{name}.statements", statements(place, owner, 10, one), "per page", base[0])
    yield Figure(f"{name}.cpu", round(cpu_ms(place, 150, one), 2), "ms", base[1])
    run = many(one, 60, 1)
    yield Figure(f"{name}.p95", round(percentile(run.took, 0.95) * 1000, 1), "ms")


def case_page(*, small: bool) -> Iterator[Figure]:
    """One case with a history of ten steps: API and page."""
    from bench.lifecycles import full_life
    from bench.session import Session

    with installation() as place, place.owner() as owner:
        made = [full_life(place, number) for number in range(3 if small else 20)]
        case = made[-1]
        yield from _read(
            "case.api", place, owner,
            lambda _: call(place, "dispatcher", "GET", f"/api/v1/loop/cases/{case}")[0] == 200, SIGNALEN["case"],
        )  # fmt: skip
        session = Session(place, "dispatcher")
        yield from _read("case.page", place, owner, lambda _: session.get(f"/desk/{case}/") == 200, SIGNALEN["case"])
