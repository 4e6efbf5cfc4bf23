"""A year of old orders, a daily delta and a city's open table: imported as a person runs it, rate and peak memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
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


def imported(path: Path, *options: str, env: dict[str, str]) -> tuple[dict[str, Any], float, float]:
    """What `gezhi loop import` says of one file, its seconds, and the peak of its own memory in MB."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "gezhi.cli", "loop", "import", str(path), "--json", *options]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{path.name}: {said[-500:]}")
    return json.loads(said.splitlines()[-1]), time.perf_counter() - begun, usage.ru_maxrss / 1024


def years(*, small: bool) -> Iterator[Figure]:
    """24 files of every kind against their truth, then the next day's sheet of all open orders."""
    rows, opened, wrong = size(small=small), [], Counter[str]()
    total = created = 0
    seconds = 0.0
    peaks: list[float] = []
    with installation(seed=False) as place, tempfile.TemporaryDirectory() as folder:
        env = environment(place.folder, place.port)
        for file, told_rows in year(rows, SEED):
            path, told = write(Path(folder), file, told_rows)
            said, took, peak = imported(path, env=env)
            seconds, total = seconds + took, total + len(told)
            created += said["created"]
            peaks.append(peak)
            wrong += Counter({name: abs(said[name] - count) for name, count in truth(told).items()})
            opened += [one.order for one in told if one.becomes == "created" and one.order.closed is None]
            path.unlink()
            sys.stderr.write(f"{path.name}: {len(told):,} rows, {len(told) / took:.0f} rows/s, {peak:.0f} MB\n")
        yield Figure("year.rows", total, f"rows in 24 files, {created:,} created")
        yield Figure("year.wrong", sum(wrong.values()), "rows judged otherwise than the truth")
        yield Figure("year.rate", round(total / seconds, 1), "rows/s")
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
    first, took, peak = imported(path, "--mode", "update", "--whole", env=env)
    again, second, _ = imported(path, "--mode", "update", "--whole", env=env)
    wrong = sum(
        abs(first[name] - count)
        for name, count in (("created", len(day.new)), ("updated", len(day.altered)), ("already", len(day.same)))
    )
    yield Figure("delta.rows", len(day.sheet), f"open orders, {len(day.altered):,} altered, {len(day.new):,} new")
    yield Figure("delta.wrong", wrong, "rows changed otherwise than the truth")
    yield Figure("delta.rate", round(len(day.sheet) / took, 1), "rows/s")
    yield Figure("delta.again", again["updated"] + again["created"], "rows changed by a second run")
    yield Figure("delta.again_rate", round(len(day.sheet) / second, 1), "rows/s")
    yield Figure("delta.peak", round(peak, 1), "MB")


def boston(*, small: bool) -> Iterator[Figure]:
    """The open table of a city, by the mapping of a pack; whether due times and the city's own word agree."""
    del small
    if not BOSTON.exists():
        yield Figure("boston.rows", 0, "the table is not on this machine")
        return
    with installation(seed=False) as place:
        said, took, peak = imported(
            BOSTON, "--mapping", "boston311", "--start-clocks", env=environment(place.folder, place.port)
        )
        [file] = said["files"]
        due = file["due"]
        yield Figure("boston.rows", file["created"], f"of {file['read']} rows")
        yield Figure("boston.rate", round(file["read"] / took, 1), "rows/s")
        yield Figure("boston.peak", round(peak, 1), "MB")
        yield Figure("boston.equal", due["equal"], f"of {due['compared']} as the city says")
        for why, count in due["apart"].items():
            yield Figure(f"boston.{why}", count, "rows not compared")
