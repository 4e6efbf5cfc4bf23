"""Import of old cases from a spreadsheet: rows per second and peak memory, as a person runs it."""

import csv
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.installation import environment, gezhi, installation
from bench.measure import Figure


def importing(*, small: bool) -> Iterator[Figure]:
    """`gezhi loop import` of a generated sheet with the columns of a hotline's export."""
    rows = 1_000 if small else 58_000
    with installation(seed=False) as place, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "old.csv"
        with file.open("w", newline="", encoding="utf-8-sig") as out:
            writer = csv.writer(out)
            writer.writerow(["工单编号", "来电人", "来电时间", "标题", "诉求内容", "诉求地址"])
            writer.writerows(row(n) for n in range(rows))
        env = environment(place.folder, place.port)
        begun = time.perf_counter()
        said = gezhi("loop", "import", str(file), "--json", env=env)
        seconds = time.perf_counter() - begun
        created = json.loads(said.splitlines()[-1])["created"]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        yield Figure("import.created", created, f"of {rows} rows")
        yield Figure("import.rate", round(rows / seconds, 1), "rows/s")
        yield Figure("import.peak", round(peak, 1), "MB")


def row(n: int) -> list[str]:
    """One old case as a hotline's system exports it."""
    place = f"滨河路{n % 900}号"
    story = f"江东街道{place}门口的路灯已经坏了三天，晚上走路危险，请尽快维修。编号{n}"
    moment = f"2026/{1 + n % 10}/{1 + n % 28} {n % 24}:{n % 60:02}:00"
    return [f"RX{n:08}", "王先生", moment, "路灯不亮", story, place]
