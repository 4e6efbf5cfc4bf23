"""Bring an installation up to the present version: tables, rights, rooms' own first rows, static files, texts."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

import gezhi
from gezhi.kernel.errors import Refused
from gezhi.kit.database.roles import grant
from gezhi.kit.messages.compile import compile_all, make_pseudo


def pending() -> list[str]:
    """Migrations that the database has not yet had."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def prepare(*, now: datetime, migrate: bool = True) -> list[str]:
    """Do whatever is not done yet, as the owner of the tables; returns the migrations that were applied.

    Where migrating is not wanted (an external database under `serve`) pending migrations are refused.
    """
    waiting = pending()
    if waiting and not migrate:
        raise Refused("migrations-pending", count=len(waiting), first=waiting[0])
    if waiting:
        call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        grant(connection, login=unquote(urlsplit(settings.CONFIG.database_url).username or ""))
    for install in installers():
        install(now=now)
    compile_all()
    if settings.CONFIG.pseudo:
        make_pseudo()
    collect()
    return waiting


def installers() -> Iterator[Callable[..., None]]:
    """The rooms' first rows, lowest room first: `install(now=…)` in `install.py`, harmless to repeat."""
    for room in settings.ROOMS:
        name = f"gezhi.{room}.install"
        if find_spec(name) is not None:
            yield import_module(name).install


def static_mark() -> str:
    """A digest of what would be collected: names, sizes and times of the static files, and the version."""
    digest = hashlib.sha256(gezhi.__version__.encode())
    for path in sorted(Path(gezhi.__file__).parent.rglob("static/**/*")):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path}{state.st_size}{state.st_mtime_ns}".encode())
    return digest.hexdigest()


def collect() -> None:
    """Put the static files under names with a digest, compressed, unless they are there already."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    wanted = static_mark()
    if mark.exists() and mark.read_text() == wanted:
        return
    unwanted = ["*.map", "redoc*"]  # debugging aids and a second viewer of the API, 15 MB of 21
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=unwanted)
    mark.write_text(wanted)
