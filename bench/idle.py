"""Memory of the whole family, idle on the demo city."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.installation import environment, free_port, gezhi
from bench.measure import Figure, pss_of, wait_until

TARGET = 600.0


def idle(*, small: bool) -> Iterator[Figure]:
    """Sum of PSS of serve, web, worker and database a minute after the start of the demo."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as parent:
        folder = Path(parent) / "demo"
        env = {**environment(folder, free_port())}
        env.pop("GEZHI_DB_SHARED_BUFFERS")  # the product's own default
        begun = time.perf_counter()
        gezhi("demo", *(["--cases", "60"] if small else []), env=env)
        yield Figure("demo.made", round(time.perf_counter() - begun, 1), "s")
        out = (Path(parent) / "out").open("w")
        serving = subprocess.Popen([sys.executable, "-m", "gezhi.cli", "serve"], env=env, stdout=out, stderr=out)
        try:
            wait_until(lambda: re.search(r"http://\S+:\d+/\s*$", (Path(parent) / "out").read_text()))
            time.sleep(5 if small else 60)
            yield Figure("idle.pss", round(pss_of(family(serving.pid, folder)) / 2**20, 1), "MB", TARGET)
        finally:
            serving.terminate()
            serving.wait(30)


def family(supervisor: int, folder: Path) -> list[int]:
    """serve, its children, and the database, which belongs to nobody."""
    pids = [supervisor, *(child.pid for child in psutil.Process(supervisor).children(recursive=True))]
    postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
    pids += [postmaster, *(child.pid for child in psutil.Process(postmaster).children(recursive=True))]
    return [pid for pid in dict.fromkeys(pids) if pid != os.getpid()]
