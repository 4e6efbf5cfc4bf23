"""Alive and ready, for proxies, containers and monitoring: JSON of words only, no figure and no name of anything."""

import shutil
import threading
import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.trust import service

LEAST_TO_WORK = 200 * 1024**2  # bytes; below this neither a photo nor the database's log is sure to be written
SILENT = 60  # seconds; the worker tells every ten that it lives
KEPT = 1.0  # seconds for which an answer stands, so that asking often costs nothing


def database() -> str:
    """The database answers and has the tables of this version."""
    wanted = last_migrations()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return "ok" if wanted <= set(cursor.fetchall()) else "behind"


@cache
def last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each application, as the code has them; read from disk once."""
    return frozenset((app, name) for app, name in MigrationLoader(None).graph.leaf_nodes())


def worker() -> str:
    """Some worker, on whichever machine, has told the database lately that it lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat)) FROM procrastinate_workers")
        (age,) = cursor.fetchone()
    return "missing" if age is None else "ok" if age <= SILENT else "silent"


def ledger() -> str:
    """No record has waited for its seal so long that acts are refused."""
    return "ok" if service.ledger_status()["oldest_unsealed_seconds"] <= settings.GEZHI_SEAL_LIMIT else "stale"


def disk() -> str:
    return "ok" if shutil.disk_usage(settings.GEZHI_DATA).free >= LEAST_TO_WORK else "full"


LOOKS: dict[str, Callable[[], str]] = {"database": database, "worker": worker, "ledger": ledger, "disk": disk}
FOR_WEB = ("database",)  # what one web process needs to answer: its proxy asks for no more


def look(names: tuple[str, ...]) -> dict[str, str]:
    """Every look by its name; what cannot be asked because the database is away says so."""
    found = {}
    for name in names:
        try:
            found[name] = LOOKS[name]()
        except DatabaseError:
            found[name] = "away"
        except OSError:
            found[name] = "unreadable"
    return found


class Recent:
    """The last answer of each kind: kept for a moment, made by one thread while the others take the former one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.making = threading.Lock()
        self.kept: dict[tuple[str, ...], tuple[float, dict[str, str]]] = {}

    def forget(self) -> None:
        self.kept.clear()

    def of(self, names: tuple[str, ...]) -> dict[str, str]:
        at, found = self.kept.get(names, (float("-inf"), {}))
        if self.clock() - at < KEPT or not self.making.acquire(blocking=not found):
            return found
        try:
            at, found = self.kept.get(names, (float("-inf"), {}))
            if self.clock() - at >= KEPT:
                found = look(names)
                self.kept[names] = (self.clock(), found)
        finally:
            self.making.release()
        return found


RECENT = Recent()


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers; nothing else is asked, so a database that is away ends no process."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: 200 when everything looked at is well, otherwise 503; `?for=web` looks only at what this process needs."""
    names = FOR_WEB if request.GET.get("for") == "web" else tuple(LOOKS)
    checks = RECENT.of(names)
    ready = all(said == "ok" for said in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)
