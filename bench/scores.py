"""Scores of 80 units over 30,000 cases: working a run out from its steps, then the workbook with every deduction."""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.installation import environment, free_port, gezhi
from bench.measure import Figure
from gezhi.kit.config import read
from gezhi.kit.database.server import SUPERUSER
from gezhi.kit.database.session import opened

UNITS, CASES, SECONDS = 80, 30_000, 30


def scores(*, small: bool) -> Iterator[Figure]:
    """The whole way of a letter of appraisal, each command with its start."""
    units, cases = (10, 600) if small else (UNITS, CASES)
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as place:
        env = environment(Path(place) / "data", free_port())
        gezhi("demo", "--cases", "200", env=env)
        with opened(read(env)) as server:
            assert server is not None  # the benchmark has a database of its own
            where = {"host": str(server.socket), "user": SUPERUSER, "dbname": "gezhi"}
            with psycopg.connect(**where, autocommit=True) as owner:
                grow(owner, units, cases)
            yield from timed(env, Path(place) / "scores.xlsx")


def timed(env: dict[str, str], file: Path) -> Iterator[Figure]:
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=365), today - timedelta(days=1)
    began = time.monotonic()
    said = gezhi("loop", "score", "run", "three_rates", "--from", str(first), "--to", str(last), env=env)
    counted = time.monotonic()
    run = re.match(r"run (\d+): (\d+) cases, (\d+) events", said)
    assert run is not None, said
    lost = int(gezhi("loop", "score", "export", run[1], str(file), env=env).split()[0])
    ended = time.monotonic()
    yield Figure("scores.cases", float(run[2]), "cases")
    yield Figure("scores.events", float(run[3]), "events")
    yield Figure("scores.run", round(counted - began, 2), "s")
    yield Figure("scores.deductions", float(lost), "rows")
    yield Figure("scores.workbook", round(ended - counted, 2), "s", baseline=SECONDS)


def grow(owner: psycopg.Connection[Any], units: int, cases: int) -> None:
    """More bureaus, and clones of closed cases spread over all of them, each step with the unit that it has now."""
    owner.execute("SET session_replication_role = replica")  # the rows are copies of checked ones
    columns = names(owner, "trust_unit")
    told = {"code": "'b' || g", "path": "(path::text || '.b' || g)::ltree", "parent_id": "id", "kind": "'bureau'",
            "name_zh": "'单位' || g", "name_en": "'Unit ' || g"}  # fmt: skip
    values = ", ".join(told.get(name, f'"{name}"') for name in columns)
    root = "(SELECT * FROM trust_unit WHERE parent_id IS NULL) root"
    owner.execute(
        f"INSERT INTO trust_unit ({listed(columns)}) SELECT {values} FROM {root}, generate_series(1, {units}) g"
    )
    owner.execute(
        "CREATE TEMP TABLE seeds AS SELECT row_number() OVER () - 1 AS at, id FROM loop_case "
        "WHERE state = 'closed' AND lead_id IS NOT NULL AND last > 6"
    )
    owner.execute(
        "CREATE TEMP TABLE made AS SELECT gen_random_uuid() AS id, s.id AS seed, g AS place, u.id AS unit "
        f"FROM generate_series(1, {cases}) g JOIN seeds s ON s.at = g % (SELECT count(*) FROM seeds) "
        f"JOIN trust_unit u ON u.code = 'b' || (1 + (g / 7) % {units})"
    )
    clone(owner, "loop_case", "id", {"id": "m.id", "number": "'B' || m.place", "external_number": "''",
                                     "token_hash": "sha256(m.place::text::bytea)", "lead_id": "m.unit"})  # fmt: skip
    facts = (
        "CASE WHEN t.facts ? 'unit' AND t.move IN ('dispatch', 'adjudicate') "
        "THEN jsonb_set(t.facts, '{unit}', to_jsonb(m.unit)) ELSE t.facts END"
    )
    clone(owner, "loop_step", "case_id", {"id": "gen_random_uuid()", "case_id": "m.id", "facts": facts})
    owner.execute("SET session_replication_role = origin")
    owner.execute("ANALYZE")


def clone(owner: psycopg.Connection[Any], table: str, key: str, changed: dict[str, str]) -> None:
    columns = names(owner, table)
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    owner.execute(
        f"INSERT INTO {table} ({listed(columns)}) SELECT {values} FROM made m JOIN {table} t ON t.{key} = m.seed"
    )


def names(owner: psycopg.Connection[Any], table: str) -> list[str]:
    rows = owner.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO' "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in rows]


def listed(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


if __name__ == "__main__":
    for figure in scores(small=False):
        print(json.dumps(figure.as_dict()))
