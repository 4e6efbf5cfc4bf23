"""`gezhi serve`: the database, the web process and the worker, kept alive until told to stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psutil

from gezhi.kernel.errors import Refused
from gezhi.kit.address import local as address
from gezhi.kit.address import state
from gezhi.kit.config import Config
from gezhi.kit.database.server import Server
from gezhi.kit.database.session import alone, lock, opened, taken
from gezhi.web.running.children import Child, program
from gezhi.web.running.folder import demo_file, links_file
from gezhi.web.running.orphans import end_leftovers

READY = 60.0  # seconds that the web process may take to answer
GRACE = 8.0  # seconds that children have to finish what they do


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def free_port(host: str, first: int) -> int:
    """The first port from `first` on which nobody listens; after twenty tries any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (*range(first, first + 20), 0):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform == "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # otherwise two may share a port
            else:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Refused("no-free-port", host=host, port=first)


def serve(config: Config) -> int:
    """Run until SIGTERM or SIGINT; another `serve` on the same folder is refused."""
    with lock(config, "serve") as own:
        if not taken(own):
            pid, place = state(config)
            raise Refused("already-serving", folder=str(config.data), pid=pid, address=place)
        note(config, "-")
        ended = end_leftovers(config.run)
        if ended:
            say(f"{ended} processes of an earlier run were still there and have been ended")
        config = replace(config, port=free_port(config.host, config.port))
        with opened(config) as server:
            prepared = subprocess.run(program("prepare"), check=False, env={**os.environ, "GEZHI_DB_ROLE": "owner"})
            if prepared.returncode:
                return prepared.returncode  # it has said why
            note(config, address(config))
            try:
                return Supervisor(config, server).run()
            finally:
                (config.run / "serve.pid").unlink(missing_ok=True)


def note(config: Config, place: str) -> None:
    """Leave our number and address where `stop` and a second `serve` look for them."""
    (config.run / "serve.pid").write_text(f"{os.getpid()} {place}")


class Supervisor:
    """Keeps database, web and worker alive."""

    def __init__(self, config: Config, server: Server | None) -> None:
        self.config = config
        self.server = server
        self.stopping = False
        environment = {
            "GEZHI_DATA": str(config.data),
            "GEZHI_HOST": config.host,
            "GEZHI_PORT": str(config.port),
            "GEZHI_DB_ROLE": "app",
            "MALLOC_ARENA_MAX": "2",  # fewer arenas: threads share memory that was freed
        }
        self.children = [Child(name, config.logs / f"{name}.log", environment) for name in ("web", "worker")]

    def run(self) -> int:
        for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):  # Windows has the last one instead of the one before
                signal.signal(getattr(signal, name), self.stop)
        wish(self.config).unlink(missing_ok=True)
        for child in self.children:
            child.start()
        try:
            if self.wait_until_ready():
                self.announce()
            while not self.stopping:
                time.sleep(0.25)
                self.look()
        finally:
            self.end()
        return 0

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def look(self) -> None:
        """Start again what has ended, the database first."""
        self.stopping = self.stopping or wish(self.config).exists()
        if self.server is not None and not running(self.server):
            say("the database ended; starting it again")
            with alone(self.config):
                self.server.start()
        for child in self.children:
            news = child.look()
            if news:
                say(news)

    def wait_until_ready(self) -> bool:
        """Wait for the first good answer, keeping alive what there is meanwhile."""
        deadline = time.monotonic() + READY
        while not self.stopping:
            self.look()
            if answers(f"{address(self.config)}readyz?for=web"):
                return True
            if time.monotonic() > deadline:
                raise Refused("web-not-ready", log=str(self.config.logs / "web.log"))
            time.sleep(0.1)
        return False

    def announce(self) -> None:
        """On the first start the one-time sign-in links; the address last, always."""
        place = address(self.config)
        file = links_file(self.config)
        if file.exists():
            environment = {**os.environ, "GEZHI_ADDRESS": place.rstrip("/")}
            with subprocess.Popen(program("links"), env=environment) as links:
                while links.poll() is None:
                    self.look()
                    time.sleep(0.1)
            if links.returncode == 0:
                file.unlink()
        if demo_file(self.config).exists():
            say(demo_file(self.config).read_text(encoding="utf-8").rstrip())
        if self.config.public_url:
            say(self.config.public_url)
        say(place)

    def end(self) -> None:
        """Web and worker first, then (by leaving) the database."""
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.make_stop(deadline)
        for file in self.config.run.glob("*.process"):
            file.unlink(missing_ok=True)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - always our own http address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def running(server: Server) -> bool:
    """A cheap look, four times a second: does the process that the server's own file names still live."""
    try:
        number = int((server.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        if sys.platform == "win32":
            return psutil.pid_exists(number)  # there a signal of zero is no question
        os.kill(number, 0)
    except (OSError, ValueError):
        return False
    status = Path(f"/proc/{number}/status")
    return not status.exists() or "State:\tZ" not in status.read_text()


def wish(config: Config) -> Path:
    """A file that asks a running `serve` to stop, where signals do not."""
    return config.run / "stop"


def stop(config: Config, *, patience: float = 20.0) -> str:
    """Tell the `serve` of this folder to stop and wait; stop a database that was left alone. Says what it did."""
    with lock(config, "serve") as own:
        if not taken(own):
            number = state(config)[0]
            if sys.platform == "win32":
                wish(config).touch()  # there a signal would end it without its leave
            elif number > 0:
                os.kill(number, signal.SIGTERM)
            deadline = time.monotonic() + patience
            while not taken(own):
                if time.monotonic() > deadline:
                    raise Refused("does-not-stop", pid=number, seconds=patience)
                time.sleep(0.1)
            return "stopped"
        left = end_leftovers(config.run)
        with opened(config):
            pass  # the last to leave stops the database
        return "ended what an earlier run had left" if left else "nothing was running"
