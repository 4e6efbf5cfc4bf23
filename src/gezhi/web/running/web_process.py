"""The web process: granian with threads, in one process, since the supervisor already watches it."""

import os

from gezhi.kit.config import config
from gezhi.web.running.orphans import remember, watch_supervisor


def run() -> int:
    """Serve until SIGTERM."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.mt import MTServer

    settings = config()
    remember(settings.run, "web")
    watch_supervisor()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
    server = MTServer(
        "gezhi.web.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=settings.web_threads,
        backlog=2048,
        backpressure=settings.web_threads * 64,
        log_level=LogLevels.warning,
        workers_kill_timeout=8,
    )
    server.serve()
    return 0
