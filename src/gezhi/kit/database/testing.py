"""Fixtures of the test run: start the server when the first test wants it, clone the template, clean up at the end."""

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from gezhi.kit.database.server import SUPERUSER, Server
from gezhi.kit.messages.compile import compile_all, make_pseudo

TEMPLATE = "gezhi_template"
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
}


def run_folder() -> Path:
    return Path(os.environ["GEZHI_TEST_RUN"])


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def use(database: str, server: Server) -> None:
    """Point Django's connection at a database of the test server, as its superuser, without a pool."""
    from django.db import connections

    connections["default"].close()
    entry = connections["default"].settings_dict
    entry.update({"NAME": database, "USER": SUPERUSER, "HOST": str(server.socket), "PORT": "5432"})
    entry["OPTIONS"].pop("pool", None)


def clone(server: Server, name: str) -> None:
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with server.connect() as connection:
        connection.execute(command.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))


def drop(server: Server, name: str) -> None:
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def prepare(folder: Path) -> Server:
    """The running server with its migrated template; the first process of the run makes both."""
    from django.core.management import call_command
    from django.db import connection

    from gezhi.kit.database.roles import grant

    server = Server(folder, settings=FAST)
    with alone(folder):
        if not (folder / "ready").exists():
            server.make()
            server.start()
            server.create()
            with server.connect() as admin:
                admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            use(TEMPLATE, server)
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
            grant(connection)
            connection.close()
            (folder / "ready").touch()
    return server


@pytest.fixture(scope="session")
def test_server(django_test_environment: None, django_db_blocker: Any) -> Server:
    with django_db_blocker.unblock():
        return prepare(run_folder())


@pytest.fixture(scope="session")
def django_db_setup(test_server: Server, django_db_blocker: Any) -> Iterator[None]:
    """Instead of Django's own test database: a clone of the template, one for each worker."""
    name = f"gezhi_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    clone(test_server, name)
    use(name, test_server)
    with django_db_blocker.unblock():
        yield
    use("postgres", test_server)


@pytest.fixture
def committing_db(django_db_setup: None, test_server: Server, django_db_blocker: Any) -> Iterator[Server]:
    """A database of the test's own, for what must really commit: threads, processes, triggers, deferred checks."""
    from django.db import connection, connections

    before = connection.settings_dict["NAME"]
    name = f"gezhi_own_{uuid.uuid4().hex[:12]}"
    clone(test_server, name)
    with django_db_blocker.unblock():
        use(name, test_server)
        try:
            yield test_server
        finally:
            connections.close_all()
            use(before, test_server)
            drop(test_server, name)


@pytest.fixture
def app_role() -> Callable[[], Any]:
    """A context manager under which statements run with the product's rights instead of the owner's."""
    from django.db import connection

    from gezhi.kit.database.address import APP

    @contextmanager
    def as_app() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")

    return as_app


@pytest.fixture(scope="session")
def pseudo_language() -> None:
    """The pseudo-language made anew, for tests that look for forgotten texts."""
    make_pseudo()


def leads() -> bool:
    """Whether this process opened the run, and is no worker of it."""
    return os.environ.get("GEZHI_TEST_LEADER") == str(os.getpid())


def sweep(folder: Path) -> None:
    """Stop a run's server and remove its folder."""
    Server(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that opened the run ends it, and also runs whose leader was killed."""
    if not leads():
        return
    folder = run_folder()
    sweep(folder)
    for other in folder.parent.glob("gezhi-test-*"):
        match = re.match(r"gezhi-test-(\d+)-", other.name)
        if match and not Path(f"/proc/{match[1]}").exists():
            sweep(other)


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings once the environment of the run stands; pytest-django then sets Django up."""
    from django.conf import settings

    assert settings.DATABASES
    if leads():
        compile_all()
