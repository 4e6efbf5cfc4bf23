"""The worker: delivers the outbox and what partners hear, seals the ledger, runs jobs, backs up at night."""

import asyncio
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import db
from procrastinate.contrib.django import app

from gezhi.kit.config import config
from gezhi.loop.partners.service import deliver
from gezhi.trust import service
from gezhi.web.running.children import program
from gezhi.web.running.orphans import remember, watch_supervisor

LOG = logging.getLogger(__name__)
LOOP = asyncio.SelectorEventLoop if os.name == "nt" else None  # the driver of the database wants this one there
PAUSE = 1.0  # seconds between two looks when nothing was found


def run() -> int:
    """Work until SIGTERM; what is begun is finished, what is not stays in the database for the next worker."""
    remember(config().run, "worker")
    watch_supervisor()
    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):  # the last is Windows'
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    works = (
        ("outbox", service.deliver_pending), ("partners", deliver), ("seals", service.seal_pending), ("night", night),
    )  # fmt: skip
    threads = [threading.Thread(target=repeat, args=(name, work, stop), name=name) for name, work in works]
    for thread in threads:
        thread.start()
    while not stop.is_set():
        try:
            with asyncio.Runner(loop_factory=LOOP) as runner:
                runner.run(jobs(stop))
        except Exception:
            LOG.exception("the job runner failed; starting it again")
            stop.wait(5)
    for thread in threads:
        thread.join()
    return 0


def repeat(name: str, work: Callable[[datetime], int], stop: threading.Event) -> None:
    """Do one kind of work again and again; a failure is logged and tried again, more and more slowly."""
    failures = 0
    while not stop.is_set():
        try:
            done = work(datetime.now(UTC))
            failures = 0
        except Exception:
            failures += 1
            done = 0
            LOG.exception("%s failed", name)
            db.close_old_connections()
        if not done:
            stop.wait(min(60.0, PAUSE * 2**failures))
    db.connections.close_all()


async def jobs(stop: threading.Event) -> None:
    """Run procrastinate's jobs until told to stop."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # the Django connector has it
    with app.replace_connector(connector) as own:
        async with own.open_async():
            worker = asyncio.create_task(
                own.run_worker_async(
                    install_signal_handlers=False,
                    concurrency=2,
                    delete_jobs="successful",
                    shutdown_graceful_timeout=5,
                )
            )
            while not stop.is_set() and not worker.done():  # noqa: ASYNC110 - the event is a thread's, set by a signal
                await asyncio.sleep(0.2)
            if not worker.done():
                worker.cancel()
            try:
                await worker
            except asyncio.CancelledError:
                LOG.info("job runner stopped")


def night(now: datetime) -> int:
    """Once a night: a backup, and old ones beyond the number kept are removed."""
    settings = config()
    local = now.astimezone(ZoneInfo(settings.time_zone))
    target = settings.backups / f"nightly-{local:%Y%m%d}.gezhi"
    if local.hour == settings.backup_hour and not target.exists():
        subprocess.run(program("backup", str(target)), check=True)
        for old in sorted(settings.backups.glob("nightly-*.gezhi"))[: -settings.backups_kept or None]:
            old.unlink()
    return 0
