"""A year of old orders, a daily delta and a city's open table: imported as a person runs it, rate and peak memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.installation import ROOT, environment, installation
from bench.measure import Figure
from bench.years_files import WRITERS, write
from bench.years_rows import Order, Told, next_day, year

SEED = 2025
BOSTON = ROOT.parent / "shared" / "data" / "boston311" / "311_service_requests_2011.zip"


def size(*, small: bool) -> int:
    """Rows of the year: YEAR_ROWS, else 1,500,000 or a few."""
    return int(os.environ.get("YEAR_ROWS") or (2_400 if small else 1_500_000))


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: what it said, its seconds, its own CPU seconds, and the peak of its memory in MB."""

    said: dict[str, Any]
    seconds: float
    cpu: float
    peak: float


def imported(path: Path, *options: str, env: dict[str, str]) -> Run:
    """`gezhi loop import` of one file in a process of its own."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "gezhi.cli", "loop", "import", str(path), "--json", *options]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{path.name}: {said[-500:]}")
    seconds = time.perf_counter() - begun
    return Run(json.loads(said.splitlines()[-1]), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def years(*, small: bool) -> Iterator[Figure]:
    """24 files of every kind against their truth, then the next day's sheet of all open orders."""
    rows, opened, wrong = size(small=small), [], Counter[str]()
    total = created = 0
    runs: list[Run] = []
    with installation(seed=False) as place, tempfile.TemporaryDirectory() as folder:
        env = environment(place.folder, place.port)
        for file, told_rows in year(rows, SEED):
            path, told = write(Path(folder), file, told_rows)
            run = imported(path, env=env)
            runs.append(run)
            total, created = total + len(told), created + run.said["created"]
            wrong += Counter({name: abs(run.said[name] - count) for name, count in truth(told).items()})
            opened += [one.order for one in told if one.becomes == "created" and one.order.closed is None]
            path.unlink()
            sys.stderr.write(
                f"{path.name}: {len(told):,} rows, {len(told) / run.seconds:.0f} rows/s, "
                f"{1000 * run.cpu / len(told):.2f} ms of CPU each, {run.peak:.0f} MB\n"
            )
        yield Figure("year.rows", total, f"rows in 24 files, {created:,} created")
        yield Figure("year.wrong", sum(wrong.values()), "rows judged otherwise than the truth")
        peaks = [run.peak for run in runs]
        yield Figure("year.rate", round(total / sum(run.seconds for run in runs), 1), "rows/s")
        yield Figure(
            "year.cpu", round(1000 * sum(run.cpu for run in runs) / total, 2), "ms of the importer's CPU a row"
        )
        yield Figure("year.peak", round(max(peaks), 1), "MB of the process that imports")
        yield Figure("year.growth", round(max(peaks[-4:]) - max(peaks[:4]), 1), "MB more in the last four files")
        yield from delta(opened, Path(folder), env)


def truth(told: list[Told]) -> dict[str, int]:
    """What the command must count in a file; the sheet of notes in an .xls brings nothing."""
    becomes = Counter(one.becomes for one in told)
    created, already = becomes.pop("created", 0), becomes.pop("already", 0)
    return {"read": len(told), "created": created, "already": already, "updated": 0, "rejected": sum(becomes.values())}


def delta(opened: list[Order], folder: Path, env: dict[str, str]) -> Iterator[Figure]:
    """The next day: exactly the altered rows change, and a second run changes nothing."""
    day = next_day([replace(order, special="") for order in opened], SEED)
    path = folder / "次日在办.xlsx"
    WRITERS["xlsx"](path, day.sheet, 0)
    first = imported(path, "--mode", "update", "--whole", env=env)
    again = imported(path, "--mode", "update", "--whole", env=env)
    wrong = sum(
        abs(first.said[name] - count)
        for name, count in (("created", len(day.new)), ("updated", len(day.altered)), ("already", len(day.same)))
    )
    yield Figure("delta.rows", len(day.sheet), f"open orders, {len(day.altered):,} altered, {len(day.new):,} new")
    yield Figure("delta.wrong", wrong, "rows changed otherwise than the truth")
    yield Figure("delta.rate", round(len(day.sheet) / first.seconds, 1), "rows/s")
    yield Figure("delta.again", again.said["updated"] + again.said["created"], "rows changed by a second run")
    yield Figure("delta.again_rate", round(len(day.sheet) / again.seconds, 1), "rows/s")
    yield Figure("delta.peak", round(first.peak, 1), "MB")


def boston(*, small: bool) -> Iterator[Figure]:
    """The open table of a city, by the mapping of a pack; whether due times and the city's own word agree."""
    del small
    if not BOSTON.exists():
        yield Figure("boston.rows", 0, "the table is not on this machine")
        return
    with installation(seed=False) as place:
        run = imported(BOSTON, "--mapping", "boston311", "--start-clocks", env=environment(place.folder, place.port))
        [file] = run.said["files"]
        due = file["due"]
        yield Figure("boston.rows", file["created"], f"of {file['read']} rows")
        yield Figure("boston.rate", round(file["read"] / run.seconds, 1), "rows/s")
        yield Figure("boston.peak", round(run.peak, 1), "MB")
        yield Figure("boston.equal", due["equal"], f"of {due['compared']} as the city says")
        for why, count in due["apart"].items():
            yield Figure(f"boston.{why}", count, "rows not compared")
