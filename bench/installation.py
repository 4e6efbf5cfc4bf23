"""An installation of the benchmark's own: real database with real fsync, the real web process, people with tokens."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from bench.measure import wait_until
from gezhi.kit.config import read
from gezhi.kit.database.folders import socket_folder
from gezhi.kit.database.session import opened

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """A running installation: its web process, and its worker where one was asked for."""

    folder: Path
    port: int
    web: subprocess.Popen[bytes]
    people: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "postgres" / "server.log"

    def owner(self) -> psycopg.Connection[Any]:
        """The database as its superuser, for logging statements and for cloning rows."""
        return psycopg.connect(host=str(socket_folder(self.folder)), dbname="gezhi", user="postgres", autocommit=True)

    def headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.people['tokens'][who]}"}


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GEZHI_")}
    return {**kept, "GEZHI_DATA": str(folder), "GEZHI_PORT": str(port), "GEZHI_DB_SHARED_BUFFERS": "512MB"}


def gezhi(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gezhi.cli", *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"gezhi {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:
        return bool(response.status == 200)
    return False


def popen(name: str, env: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """One of the product's own processes, its log beside the installation."""
    with (folder.parent / f"{name}.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "gezhi.cli", name], env=env, cwd=ROOT, stdout=log, stderr=log)


@cache
def fresh() -> Path:
    """A new installation that never runs; every benchmark of this process works on a copy of it."""
    parent = Path(tempfile.mkdtemp(prefix="gezhi-bench-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    gezhi("init", env=environment(parent / "data", 0))
    return parent / "data"


def copied(target: Path) -> None:
    """A copy with owners and modes kept, since as root the server runs as a user of its own."""
    subprocess.run(["cp", "-a", str(fresh()), str(target)], check=True)
    target.parent.chmod(0o711)


@contextmanager
def installation(*, seed: bool = True, worker: bool = False) -> Iterator[Installation]:
    """Made, served and removed; without `worker` the web process is alone, so every statement in the log is its own."""
    folder = Path(tempfile.mkdtemp(prefix="gezhi-bench-")) / "data"
    port = free_port()
    env = environment(folder, port)
    running: list[subprocess.Popen[bytes]] = []
    try:
        copied(folder)
        with opened(read(env)):  # the database runs as long as this block does
            try:
                running += [popen(name, env, folder) for name in (("web", "worker") if worker else ("web",))]
                wait_until(lambda: answers(f"http://127.0.0.1:{port}"))
                yield Installation(folder, port, running[0], seeded(env) if seed else {})
            finally:
                for process in running:
                    process.terminate()
                for process in running:
                    process.wait(30)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


def seeded(env: dict[str, str]) -> dict[str, Any]:
    """Units, people and tokens, made by a process of their own."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.people"], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    people: dict[str, Any] = json.loads(said.splitlines()[-1])
    return people


def add_people(place: Installation, *people: str) -> None:
    """Further people, each `name:unit:role`."""
    env = environment(place.folder, place.port)
    subprocess.run([sys.executable, "-m", "bench.people", *people], env=env, cwd=ROOT, check=True)


@contextmanager
def empty_view() -> Iterator[Installation]:
    """An empty Django view behind the same server with as many threads: the baseline of a request."""
    port = free_port()
    threads = str(read({}).web_threads)
    process = subprocess.Popen([sys.executable, "-m", "bench.empty", str(port), threads], cwd=ROOT)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}"))
        yield Installation(Path(), port, process, {})
    finally:
        process.terminate()
        process.wait(30)
