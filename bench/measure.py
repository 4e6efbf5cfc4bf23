"""What a benchmark measures with: figures, percentiles, the CPU of a process, the statements in the server's log."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

STATEMENT = re.compile(rb"^@@\d+ LOG:  (?:statement|execute [^:]*): ", re.MULTILINE)


@dataclass(frozen=True)
class Figure:
    """One line of the output; `ratio` is value / baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None

    def as_dict(self) -> dict[str, Any]:
        ratio = round(self.value / self.baseline, 4) if self.baseline else None
        return {"name": self.name, "value": self.value, "unit": self.unit, "baseline": self.baseline, "ratio": ratio}


@dataclass
class Cpu:
    """Milliseconds of CPU that a process used between two readings."""

    pid: int
    before: float = 0.0

    def read(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return (times.user + times.system) * 1000

    def start(self) -> None:
        self.before = self.read()

    def used(self) -> float:
        return self.read() - self.before


@contextmanager
def logged(connection: psycopg.Connection[Any], log: Path) -> Iterator[list[bytes]]:
    """Have the server log every statement while the block runs; afterwards the list holds what others sent."""
    own = connection.info.backend_pid
    for name, value in (("log_statement", "all"), ("log_line_prefix", "@@%p "), ("log_min_duration_statement", "-1")):
        connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(1)
    start = log.stat().st_size
    lines: list[bytes] = []
    try:
        yield lines
    finally:
        time.sleep(0.5)
        written = log.read_bytes()[start:]
        mine = f"@@{own} ".encode()
        lines += [m.group() for m in STATEMENT.finditer(written) if not m.group().startswith(mine)]
        for name in ("log_statement", "log_line_prefix", "log_min_duration_statement"):
            connection.execute(f"ALTER SYSTEM RESET {name}")
        connection.execute("SELECT pg_reload_conf()")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def pss_of(pids: list[int]) -> int:
    return sum(psutil.Process(pid).memory_full_info().pss for pid in pids if psutil.pid_exists(pid))


def wait_until(ready: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)


def machine() -> Iterator[Figure]:
    """What this machine is at this moment: cores, how many want them, and the CPU that a fixed loop needs.

    A busy machine needs more CPU time for the same work (shared caches, shared cores), so figures in CPU milliseconds
    are read beside this one: the loop takes about 100 ms of CPU on a quiet core of 2023.
    """
    yield Figure("machine.cores", float(os.cpu_count() or 1), "cores")
    yield Figure("machine.load", round(os.getloadavg()[0], 1), "processes that want a core")
    took = []
    for _ in range(5):
        start = time.process_time()
        sum(number * number for number in range(2_000_000))
        took.append((time.process_time() - start) * 1000)
    yield Figure("machine.loop", round(sorted(took)[2], 1), "ms", 100.0)
