"""The wrapper that Django loads by name."""

import select
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import connections
from django.db.backends.postgresql import base
from psycopg import Connection, Cursor, OperationalError
from psycopg_pool import ConnectionPool


def alive(connection: Connection[Any]) -> None:
    """Refuse a connection whose socket has something to say: a server that ended has said goodbye.

    Asking the server would cost a statement per request; an idle connection with readable data is either
    closed or holds a notice, and in both cases a fresh one is right.
    """
    readable, _, _ = select.select([connection.fileno()], [], [], 0)
    if readable:
        connection.close()
        raise OperationalError("the server closed the connection")


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with a pool per process whose connections are looked at, not asked, before use."""

    bound: Any = None

    def execute_bound(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:
        """Run a statement whose values travel apart from it: nothing is quoted, JSON and bytes go as they are.

        For statements written by hand, whose types the server can tell; the ORM's own are put together here. One
        cursor serves as long as the connection does.
        """
        self.ensure_connection()
        if self.bound is None or self.bound.connection is not self.connection:
            self.bound = Cursor(self.connection)
        wrap = self.make_debug_cursor if self.queries_logged else self.make_cursor
        wrap(self.bound).execute(statement, values)
        return self.bound

    @property
    def pool(self) -> Any:
        pool = super().pool
        if isinstance(pool, ConnectionPool):
            pool._check = alive  # Django offers only the check that asks the server
        return pool


def execute_bound(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Run such a statement on the connection of this thread; its rows are fetched before the next."""
    return cast("DatabaseWrapper", connections["default"]).execute_bound(statement, values)
