"""An installation of the benchmark's own: real database with real fsync, the real web process, people with tokens."""

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
from pathlib import Path
from typing import Any

import psycopg

from bench.measure import wait_until

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
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
        """The database as its owner, for counting and for cloning rows."""
        sys.path.insert(0, str(ROOT / "src"))
        from gezhi.kit.database.folders import socket_folder

        host = str(socket_folder(self.folder))
        return psycopg.connect(host=host, port=5432, dbname="gezhi", user="gezhi_owner", autocommit=True)

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


@contextmanager
def installation(*, seed: bool = True) -> Iterator[Installation]:
    """Made, served and removed; the web process runs alone, so that every statement in the log is its own."""
    folder = Path(tempfile.mkdtemp(prefix="gezhi-bench-")) / "data"
    port = free_port()
    env = environment(folder, port)
    web = None
    try:
        gezhi("init", env=env)
        web = subprocess.Popen([sys.executable, "-m", "gezhi.cli", "web"], env=env)
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(url))
        people = {}
        if seed:
            said = subprocess.run(
                [sys.executable, "-m", "bench.people"], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
            ).stdout
            people = json.loads(said.splitlines()[-1])
        yield Installation(folder, port, web, people)
    finally:
        if web is not None:
            web.terminate()
            web.wait(30)
        with suppress(RuntimeError):
            gezhi("stop", env=env)
        shutil.rmtree(folder.parent, ignore_errors=True)
