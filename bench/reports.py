"""Letters of appraisal of 80 units over 30,000 cases with every deduction; a monthly report with its comparisons."""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from openpyxl import load_workbook

from bench.installation import environment, free_port, gezhi
from bench.measure import Figure
from bench.scores import CASES, SECONDS, UNITS, grow
from gezhi.kit.config import read
from gezhi.kit.database.server import SUPERUSER
from gezhi.kit.database.session import opened


def reports(*, small: bool) -> Iterator[Figure]:
    """A run worked out and published, then its letter; each command with its start."""
    units, cases = (10, 600) if small else (UNITS, CASES)
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as place:
        env = environment(Path(place) / "data", free_port())
        gezhi("demo", "--cases", "200", env=env)
        with opened(read(env)) as server:
            assert server is not None  # the benchmark has a database of its own
            with psycopg.connect(host=str(server.socket), user=SUPERUSER, dbname="gezhi", autocommit=True) as owner:
                grow(owner, units, cases)
            yield from timed(env, Path(place))


def timed(env: dict[str, str], folder: Path) -> Iterator[Figure]:
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=365), today - timedelta(days=1)
    said = gezhi("loop", "score", "run", "three_rates", "--from", str(first), "--to", str(last), "--publish", env=env)
    run = re.match(r"run (\d+): (\d+) cases", said)
    assert run is not None, said
    yield Figure("reports.cases", float(run[2]), "cases")
    file = folder / "letter.xlsx"
    began = time.monotonic()
    gezhi("loop", "report", "appraisal", "--period", f"#{run[1]}", "--out", str(file), env=env)
    yield Figure("reports.letter", round(time.monotonic() - began, 2), "s", baseline=SECONDS)
    scores, lost, _ = load_workbook(file, read_only=True).worksheets
    yield Figure("reports.letter_units", float(sum(1 for _ in scores.iter_rows(min_row=4))), "rows")
    yield Figure("reports.letter_deductions", float(sum(1 for _ in lost.iter_rows(min_row=4))), "rows")
    for form in ("xlsx", "pdf"):
        began = time.monotonic()
        gezhi("loop", "report", "monthly", "--out", str(folder / f"month.{form}"), env=env)
        yield Figure(f"reports.monthly_{form}", round(time.monotonic() - began, 2), "s")


if __name__ == "__main__":
    for figure in reports(small=False):
        print(json.dumps(figure.as_dict()))
