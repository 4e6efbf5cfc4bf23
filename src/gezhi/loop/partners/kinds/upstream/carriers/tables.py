"""Exchange tables 前置库: their table is read by a growing key or moment, ours is written; theirs is never changed.

On PostgreSQL (postgresql://…) or in a file of SQLite (sqlite:///path). Rows that were committed late behind newer ones
still come: a stretch before the last key is read again each time, and what was had before changes nothing.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Piece
from gezhi.loop.partners.adapters import Later
from gezhi.loop.partners.kinds.upstream import store
from gezhi.loop.partners.kinds.upstream.carriers import Line, Record
from gezhi.loop.partners.rules.wording import spelled

AGAIN = 500  # keys before the last one that are read once more
OVERLAP = timedelta(hours=2)
AT_ONCE = 1000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")
SQLITE, POSTGRES = "sqlite:///", ("postgresql://", "postgres://")


class Tables:
    """In the mapping: `inbox` and its growing `key` (or `since`, a moment), `outbox` and its `mark`, `roll`, `day`."""

    def checked(self, line: Line) -> None:
        dsn = line.secrets.get("dsn", "")
        if not dsn.startswith((SQLITE, *POSTGRES)):
            raise Refused("upstream-place", status=422, field="dsn", carrier="tables")
        for name in ("inbox", "outbox", "key", "mark", "roll", "day"):
            value = line.option(name)
            if value and not _NAME.fullmatch(value):
                raise Refused("mapping-wrong", status=422, field="mapping", file="", what=f"tables.{name}", why=value)
        if not (line.option("inbox") and line.option("key") and line.option("outbox") and line.option("mark")):
            raise Refused("mapping-wrong", status=422, field="mapping", file="",
                          what="tables.inbox, key, outbox, mark", why="missing")  # fmt: skip

    def fetch(self, line: Line, *, now: datetime) -> Iterator[Record]:
        key, table = _quoted(line.option("key")), _quoted(line.option("inbox"))
        last: Any = store.mark(line.partner, "key")
        start = _before(last, line)
        while True:
            where, values = (f"WHERE {key} > ?", [start]) if start is not None else ("", [])
            rows = _read(line, f"SELECT * FROM {table} {where} ORDER BY {key} LIMIT {AT_ONCE}", values)  # noqa: S608 - names are checked, values are marks
            yield from rows
            if rows:
                start = rows[-1][line.option("key")]
                if not last or _later(start, last):
                    last = _spelled(start, line)
                    store.set_mark(line.partner, "key", last, now)
            if len(rows) < AT_ONCE:
                return

    def roll(self, line: Line, day: date) -> Iterator[Record]:
        table, column = line.option("roll", line.option("inbox")), line.option("day")
        if not column:
            return iter(_read(line, f"SELECT * FROM {_quoted(table)}", []))  # noqa: S608 - the name is checked
        bounds = [str(day), str(day + timedelta(days=1))]
        name = _quoted(column)
        sql = f"SELECT * FROM {_quoted(table)} WHERE {name} >= ? AND {name} < ?"  # noqa: S608 - names are checked
        return iter(_read(line, sql, bounds))

    def send(self, line: Line, piece: Piece, fields: Record, number: str) -> str:
        """One row of ours, once: looked for by its mark in the transaction that writes it."""
        mark, table = line.option("mark"), _quoted(line.option("outbox"))
        said = {**fields, mark: f"{line.partner.code}-{piece.pk}"}
        for name in said:
            if not _NAME.fullmatch(name):
                raise Refused("mapping-wrong", status=422, field="mapping", file="", what=f"say.{name}", why="name")
        names = ", ".join(_quoted(name) for name in said)
        marks = ", ".join("?" for _ in said)
        _write(
            line, f"SELECT 1 FROM {table} WHERE {_quoted(mark)} = ?", [said[mark]],  # noqa: S608 - names are checked
            f"INSERT INTO {table} ({names}) VALUES ({marks})", list(said.values()),  # noqa: S608 - names are checked
        )  # fmt: skip
        return str(said[mark])


def _quoted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def _before(last: str, line: Line) -> Any:
    """From where to read: a stretch before the last key, by number or by moment; None for the first time."""
    if not last:
        return None
    if last.lstrip("-").isdigit():
        return int(last) - AGAIN
    try:
        return spelled(datetime.fromisoformat(last) - OVERLAP, line.how)
    except ValueError:
        return last


def _spelled(value: Any, line: Line) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=line.how.zone)).isoformat()
    try:
        found = datetime.strptime(str(value), line.how.dates[0])  # noqa: DTZ007 - the zone is the platform's
    except ValueError:
        return str(value)[:200]
    return found.replace(tzinfo=line.how.zone).isoformat()


def _later(value: Any, last: str) -> bool:
    return not (isinstance(value, int) and last.lstrip("-").isdigit()) or value > int(last)


def _read(line: Line, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    dsn = line.secrets["dsn"]
    try:
        if dsn.startswith(SQLITE):
            with closing(_sqlite(dsn, "ro")) as base:
                cursor = base.execute(sql, list(values))
                names = [column[0] for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor]
        with psycopg.connect(dsn, connect_timeout=10) as pg:
            pg.read_only = True
            found = pg.execute(sql.replace("?", "%s").encode(), list(values))
            names = [column.name for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found]
    except (sqlite3.Error, psycopg.Error) as fault:
        raise Later(type(fault).__name__) from fault


def _write(line: Line, look: str, mark: Sequence[Any], put: str, values: Sequence[Any]) -> None:
    """Look and write in one transaction; the lock is taken first, so that two of us never write one row."""
    dsn = line.secrets["dsn"]
    try:
        if dsn.startswith(SQLITE):
            with closing(_sqlite(dsn, "rw")) as base, base:
                base.execute("BEGIN IMMEDIATE")
                if base.execute(look, list(mark)).fetchone() is None:
                    base.execute(put, list(values))
            return
        with psycopg.connect(dsn, connect_timeout=10) as pg:
            pg.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", list(mark))
            if pg.execute(look.replace("?", "%s").encode(), list(mark)).fetchone() is None:
                pg.execute(put.replace("?", "%s").encode(), list(values))
    except (sqlite3.Error, psycopg.Error) as fault:
        raise Later(type(fault).__name__) from fault


def _sqlite(dsn: str, mode: str) -> sqlite3.Connection:
    place = Path(dsn.removeprefix(SQLITE)).absolute()
    return sqlite3.connect(f"{place.as_uri()}?mode={mode}", uri=True, timeout=10, isolation_level=None)
