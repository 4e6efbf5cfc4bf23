"""A million cases by cloning real ones inside the database: valid for lists, searches and moves on new cases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

CHUNK = 100_000
TABLES = ("loop_case", "loop_casetext", "loop_involvement")
OPEN = "(g % 100 < 6)"  # 6 % are open, in seven states; the rest was closed over two years
AGO = "now() - (g % 1051200) * interval '1 minute'"
STATES = "ARRAY['received','accepted','dispatched','handling','handling','replied','verifying']"


def changed(bureaus: int) -> dict[str, str]:
    """What a clone has of its own, as SQL over its number g."""
    unit = f"(%(bureaus)s::int[])[1 + g % {bureaus}]"
    return {
        "id": "gen_random_uuid()",
        "number": "'B' || lpad(g::text, 12, '0')",
        "external_number": "''",
        "token_hash": "sha256(g::text::bytea)",
        "state": f"CASE WHEN {OPEN} THEN ({STATES})[1 + (g / 100) % 7] ELSE 'closed' END",
        "lead_id": f"CASE WHEN {OPEN} AND (g / 100) % 7 < 2 THEN NULL ELSE {unit} END",
        "first_unit_id": unit,
        "received_at": AGO,
        "created_at": "now()",
        "due_at": f"CASE WHEN {OPEN} THEN now() + ((g % 400) - 40) * interval '1 hour' END",
        "soon_at": f"CASE WHEN {OPEN} THEN now() + ((g % 400) - 60) * interval '1 hour' END",
        "due_stage": f"CASE WHEN {OPEN} THEN 'handle' ELSE '' END",
        "closed_at": f"CASE WHEN {OPEN} THEN NULL ELSE {AGO} END",
    }


def count(owner: psycopg.Connection[Any], where: str = "true") -> int:
    row = owner.execute(f"SELECT count(*) FROM loop_case WHERE {where}").fetchone()
    return int(row[0]) if row else 0


def grow(owner: psycopg.Connection[Any], size: int, units: dict[str, int]) -> None:
    """Bring the number of cases to about `size`; called again with a larger size it goes on where it stopped."""
    wanted, before = size - count(owner), count(owner, "number ~ '^B'")
    if wanted <= 0:
        return
    bureaus = [key for code, key in units.items() if code.startswith("bureau") or code == "urban"]
    owner.execute("SET synchronous_commit = off")
    owner.execute("SET session_replication_role = replica")  # the rows are copies of checked ones
    owner.execute(
        "CREATE TEMP TABLE seeds AS SELECT row_number() OVER (ORDER BY id) - 1 AS at, id, requester_id AS requester "
        "FROM loop_case WHERE number !~ '^B' ORDER BY id LIMIT 500"
    )
    owner.execute("CREATE UNIQUE INDEX ON seeds (at)")
    owner.execute("CREATE TEMP TABLE made (id uuid, seed uuid)")
    with without_indexes(owner):
        for first in range(before + 1, before + wanted + 1, CHUNK):
            clone(owner, first, min(first + CHUNK - 1, before + wanted), bureaus)
    owner.execute("SET session_replication_role = origin")
    owner.execute("SET synchronous_commit = on")
    owner.execute("DROP TABLE seeds, made")
    owner.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
    owner.execute("CHECKPOINT")


@contextmanager
def without_indexes(owner: psycopg.Connection[Any]) -> Iterator[None]:
    """Indexes that guard nothing are dropped and built again by sorting, which is several times faster."""
    rows = owner.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique",
        [list(TABLES)],
    ).fetchall()
    for name, _ in rows:
        owner.execute(f"DROP INDEX {name}")
    yield
    owner.execute("SET maintenance_work_mem = '512MB'")
    for _, definition in rows:
        owner.execute(definition)
    owner.execute("RESET maintenance_work_mem")


def clone(owner: psycopg.Connection[Any], first: int, last: int, bureaus: list[int]) -> None:
    """The clones numbered from first to last, with their search words and their units."""
    names = [
        str(row[0])
        for row in owner.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'loop_case'::regclass AND attnum > 0 "
            "AND NOT attisdropped ORDER BY attnum"
        )
    ]
    own = changed(len(bureaus))
    picked = ", ".join(own.get(name, f"c.{name}") for name in names)
    seeds = "(SELECT count(*) FROM seeds)"
    insert = (
        f"INSERT INTO loop_case ({', '.join(names)}) SELECT {picked} "
        "FROM generate_series(%(first)s::bigint, %(last)s::bigint) g "
        f"JOIN seeds s ON s.at = g % {seeds} JOIN loop_case c ON c.id = s.id"
    ).replace(" % ", " %% ")
    owner.execute(insert, {"first": first, "last": last, "bureaus": bureaus})
    numbers = ["B" + str(first).zfill(12), "B" + str(last).zfill(12)]
    owner.execute("TRUNCATE made")
    owner.execute(
        "INSERT INTO made SELECT c.id, s.id FROM loop_case c JOIN seeds s ON s.requester = c.requester_id "
        "WHERE c.number BETWEEN %s AND %s",
        numbers,
    )
    owner.execute(
        "INSERT INTO loop_casetext (case_id, search) SELECT made.id, t.search FROM made "
        "JOIN loop_casetext t ON t.case_id = made.seed"
    )
    owner.execute(
        "INSERT INTO loop_involvement (case_id, unit_id) SELECT id, lead_id FROM loop_case "
        "WHERE number BETWEEN %s AND %s AND lead_id IS NOT NULL",
        numbers,
    )
