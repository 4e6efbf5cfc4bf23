"""A migration step that makes a table append-only: the database refuses UPDATE, DELETE and TRUNCATE on it."""

import re

from django.db.migrations import RunSQL

FUNCTION = """
CREATE OR REPLACE FUNCTION gezhi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """Triggers on `table` that refuse every change of what was written; give its model `insert_only = True` as well.

    >>> append_only("loop_step").sql.count("CREATE TRIGGER")
    2
    """
    if not re.fullmatch(r"[a-z_]+", table):
        raise ValueError(table)
    return RunSQL(
        f"""{FUNCTION}
CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION gezhi_refuse_change();
CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION gezhi_refuse_change();
""",
        f"DROP TRIGGER {table}_refuse_change ON {table}; DROP TRIGGER {table}_refuse_truncate ON {table};",
    )
