"""What `gezhi check` looks at for the installation as a whole: tables, rights, folders, disk, backups, static files."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from gezhi.kit.checkup import Finding, looks_at
from gezhi.kit.database.address import APP
from gezhi.kit.database.roles import insert_only_tables

LEAST_FREE = 1024**3
OLDEST_BACKUP = timedelta(days=2)


@looks_at("migrations")
def migrations(now: datetime) -> Iterator[Finding]:
    from gezhi.web.running.prepare import pending

    waiting = pending()
    if waiting:
        yield Finding("migrations-pending", serious=True, count=len(waiting), first=waiting[0])


@looks_at("rights")
def rights(now: datetime) -> Iterator[Finding]:
    """The product's role must not be able to rewrite history."""
    with connection.cursor() as cursor:
        for table in insert_only_tables():
            cursor.execute(
                "SELECT right_name FROM unnest(%s::text[]) AS right_name WHERE has_table_privilege(%s, %s, right_name)",
                [["UPDATE", "DELETE", "TRUNCATE"], APP, table],
            )
            for (right,) in cursor.fetchall():
                yield Finding("history-unguarded", serious=True, table=table, right=right)


@looks_at("folders")
def folders(now: datetime) -> Iterator[Finding]:
    """Keys readable by others, and a disk that fills."""
    for path in (settings.GEZHI_KEYS, *settings.GEZHI_KEYS.glob("*")):
        if os.name != "nt" and path.exists() and path.stat().st_mode & 0o077:  # Windows says nothing there
            yield Finding("keys-readable", serious=True, file=str(path))
    free = shutil.disk_usage(settings.GEZHI_DATA).free
    if free < LEAST_FREE:
        yield Finding("disk-full", serious=True, megabytes=free // 1024**2, folder=str(settings.GEZHI_DATA))


@looks_at("backups")
def backups(now: datetime) -> Iterator[Finding]:
    """The last nightly backup must not be older than two days, once the installation is."""
    config = settings.CONFIG
    if config.backup_hour < 0:
        yield Finding("backups-off")
        return
    made = [Path(path).stat().st_mtime for path in config.backups.glob("nightly-*.gezhi")]
    since = (config.data / "gezhi.toml").stat().st_mtime
    last = datetime.fromtimestamp(max([since, *made]), UTC)
    if now - last > OLDEST_BACKUP:
        yield Finding("backup-old", hours=int((now - last).total_seconds() // 3600))


@looks_at("doors")
def doors(now: datetime) -> Iterator[Finding]:
    """Reached from other machines without TLS, passwords travel in the open; behind an unknown proxy all are one."""
    config = settings.CONFIG
    if config.host not in {"127.0.0.1", "::1", "localhost"} and not config.tls and not config.demo:
        yield Finding("tls-missing", host=config.host)
    if (config.tls or config.public_url.lower().startswith("https:")) and not config.trusted_proxies:
        yield Finding("proxies-unnamed")  # TLS ends elsewhere, for the product ends none itself
