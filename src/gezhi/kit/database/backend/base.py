"""The wrapper that Django loads by name."""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
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

    @property
    def pool(self) -> Any:
        pool = super().pool
        if isinstance(pool, ConnectionPool):
            pool._check = alive  # Django offers only the check that asks the server
        return pool
