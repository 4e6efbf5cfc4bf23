"""A million cases by cloning real ones inside the database: valid for lists, searches and moves on new cases."""

from typing import Any

import psycopg


def grow(owner: psycopg.Connection[Any], size: int, units: dict[str, int]) -> None:
    """Bring the number of cases to about `size`: 6 % open in all states, the rest closed over two years."""
    have = owner.execute("SELECT count(*) FROM loop_case").fetchone()[0]  # type: ignore[index]
    wanted = size - have
    if wanted <= 0:
        return
    bureaus = [key for code, key in units.items() if code.startswith("bureau") or code == "urban"]
    owner.execute("SET synchronous_commit = off")
    owner.execute("SET session_replication_role = replica")  # the rows are copies of checked ones
    owner.execute("CREATE TEMP TABLE seeds AS SELECT row_number() OVER (ORDER BY id) AS at, id FROM loop_case")
    owner.execute("CREATE UNIQUE INDEX ON seeds (at)")
    seeds = owner.execute("SELECT count(*) FROM seeds").fetchone()[0]  # type: ignore[index]
    columns = [
        row[0]
        for row in owner.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'loop_case' ORDER BY ordinal_position"
        )
    ]
    state = (
        "CASE WHEN g % 100 < 6 THEN (ARRAY['received','accepted','dispatched','handling','handling','replied',"
        "'verifying'])[1 + (g / 100) % 7] ELSE 'closed' END"
    )
    open_now = "(g % 100 < 6)"
    changed = {
        "id": "gen_random_uuid()",
        "number": "'B' || lpad(g::text, 12, '0')",
        "external_number": "''",
        "token_hash": "sha256(g::text::bytea)",
        "state": state,
        "lead_id": f"CASE WHEN g % 100 < 6 AND (g / 100) % 7 < 2 THEN NULL ELSE (%(bureaus)s::int[])[1 + g % {len(bureaus)}] END",
        "first_unit_id": f"(%(bureaus)s::int[])[1 + g % {len(bureaus)}]",
        "received_at": "now() - (g % 1051200) * interval '1 minute'",
        "created_at": "now()",
        "due_at": f"CASE WHEN {open_now} THEN now() + ((g % 400) - 40) * interval '1 hour' END",
        "soon_at": f"CASE WHEN {open_now} THEN now() + ((g % 400) - 60) * interval '1 hour' END",
        "due_stage": f"CASE WHEN {open_now} THEN 'handle' ELSE '' END",
        "closed_at": f"CASE WHEN {open_now} THEN NULL ELSE now() - (g % 1051200) * interval '1 minute' END",
    }
    picked = ", ".join(changed.get(name, f"c.{name}") for name in columns)
    for first in range(1, wanted + 1, 100_000):
        last = min(first + 99_999, wanted)
        owner.execute(
            f"INSERT INTO loop_case ({', '.join(columns)}) SELECT {picked} "  # type: ignore[arg-type]
            "FROM generate_series(%(first)s::bigint, %(last)s::bigint) g "
            f"JOIN seeds s ON s.at = 1 + g %% {seeds} JOIN loop_case c ON c.id = s.id".replace(" % ", " %% "),
            {"first": first, "last": last, "bureaus": bureaus},
        )
    owner.execute(
        "INSERT INTO loop_casetext (case_id, search) SELECT c.id, t.search FROM loop_case c "
        "JOIN loop_case o ON o.requester_id = c.requester_id AND o.number !~ '^B' "
        "JOIN loop_casetext t ON t.case_id = o.id WHERE c.number ~ '^B'"
    )
    owner.execute(
        "INSERT INTO loop_involvement (case_id, unit_id) SELECT id, lead_id FROM loop_case "
        "WHERE number ~ '^B' AND lead_id IS NOT NULL"
    )
    owner.execute("SET session_replication_role = origin")
    owner.execute("DROP TABLE seeds")
    owner.execute("VACUUM ANALYZE loop_case, loop_casetext, loop_involvement")
    owner.execute("SELECT gin_clean_pending_list('case_words')")
