"""Using the embedded server from several commands at once: the first starts it, the last stops it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from gezhi.kernel.errors import Refused
from gezhi.kit.config import Config
from gezhi.kit.database.server import Server
from gezhi.kit.locks import take

QUIET = {
    "max_parallel_workers_per_gather": "0",  # shared memory is scarce in containers, and two cores have work enough
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "wal_compression": "on",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "autovacuum_max_workers": "2",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "track_io_timing": "off",
    "huge_pages": "off",
}


def embedded(config: Config) -> Server:
    """The embedded server of an installation, with the settings of its office."""
    own = {
        "shared_buffers": config.db_shared_buffers,
        "work_mem": config.db_work_mem,
        "max_connections": str(config.db_max_connections),
    }
    return Server(config.data, settings={**QUIET, **own}, loopback=config.loopback)


def lock(config: Config, name: str) -> IO[str]:
    """A lock file of the data folder, open; the lock goes when the file is closed or the process ends, however."""
    config.run.mkdir(mode=0o711, parents=True, exist_ok=True)
    return (config.run / f"{name}.lock").open("a+")


def taken(file: IO[str], *, shared: bool = False) -> bool:
    """Try to take a lock without waiting."""
    return take(file, shared=shared)


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Starting and stopping the server, one process at a time."""
    with lock(config, "start") as file:
        take(file, wait=True)
        yield


@contextmanager
def opened(config: Config) -> Iterator[Server | None]:
    """Run the block with the database running; when the last block of all processes ends, the server stops.

    An external database (None) is neither started nor stopped.
    """
    if config.database_url:
        yield None
        return
    server = embedded(config)
    if not server.exists():
        raise Refused("not-initialised", folder=str(config.data))
    with lock(config, "holders") as holders:
        with alone(config):
            take(holders, shared=True, wait=True)
            server.start()
        try:
            yield server
        finally:
            with alone(config):
                if taken(holders):
                    server.stop()


def in_use(config: Config) -> bool:
    """Whether any process works with the installation now."""
    with lock(config, "holders") as holders:
        return not taken(holders)
