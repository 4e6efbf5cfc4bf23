"""The web process: granian with threads, in one process, since the supervisor already watches it."""

import os
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from gezhi.kit.config import config
from gezhi.web.gate import PLACES
from gezhi.web.running.orphans import remember, watch_supervisor


class OneProcess(MPServer):
    """granian's server whose one worker runs here instead of in a child: a process and its memory are saved.

    The worker is packed by granian as always; only its start is ours. The range of granian's version in
    pyproject.toml is narrow for this reason, and `tests/web/test_serving.py` drives it.
    """

    def _serve(self, spawn_target: Any, target_loader: Callable[..., Any]) -> None:
        self._init_shared_socket()  # type: ignore[no-untyped-call]  # granian leaves it untyped
        packed = self._spawn_worker(0, spawn_target, target_loader).inner
        packed._target(*packed._args)


def run() -> int:
    """Serve until SIGTERM."""
    settings = config()
    remember(settings.run, "web")
    watch_supervisor()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
    server = OneProcess(
        "gezhi.web.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=settings.web_threads + PLACES,  # places to work, and places to wait; see gate
        backlog=2048,
        backpressure=settings.web_threads * 64,
        log_level=LogLevels.warning,
    )
    server.serve()
    return 0
