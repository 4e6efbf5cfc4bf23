"""The embedded server in a folder of the test's own: made, started, adopted after kill -9, stopped by the last."""

import os
import signal
import socket
import time

import psycopg
import pytest

from gezhi.kernel.errors import Refused
from gezhi.kit.config import Config
from gezhi.kit.database.address import django_database
from gezhi.kit.database.server import Server
from gezhi.kit.database.session import embedded, in_use, opened
from gezhi.web.running.archive import entered

pytestmark = pytest.mark.slow  # each starts a server of its own
SMALL = {"fsync": "off", "shared_buffers": "8MB", "max_connections": "10"}


@pytest.fixture
def config(tmp_path):
    return Config(data=tmp_path / "data", db_shared_buffers="8MB", db_max_connections=10)


@pytest.fixture
def server(config):
    config.data.mkdir()
    server = embedded(config)
    server.settings["fsync"] = "off"
    server.make()
    yield server
    server.stop()


def postmaster(server):
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_running_server_is_adopted_and_a_killed_one_replayed(server):
    assert server.start()
    assert not server.start()
    server.create()
    with server.connect("gezhi", "gezhi_owner") as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('平安')")
    os.kill(postmaster(server), signal.SIGKILL)
    wait_until(lambda: not server.running())
    assert server.start()
    with server.connect("gezhi", "gezhi_app") as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("SELECT * FROM kept")
    with server.connect("gezhi", "gezhi_owner") as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("平安",)]
    assert server.stop()
    assert not server.running()
    assert not server.stop()


def test_the_last_to_leave_stops_the_server(config, server):
    assert not in_use(config)
    with opened(config):
        assert in_use(config)
        with opened(config):
            first = postmaster(server)
        assert server.running()
        assert postmaster(server) == first
    assert not server.running()
    assert not in_use(config)


def test_a_folder_without_installation_is_refused_and_left_alone(tmp_path):
    config = Config(data=tmp_path / "nothing")
    with pytest.raises(Refused) as refused, opened(config):
        pass
    assert refused.value.code == "not-initialised"
    assert refused.value.facts["folder"] == str(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_long_path_moves_the_socket(tmp_path):
    folder = tmp_path / ("long-" + "x" * 120)
    folder.mkdir()
    server = Server(folder, settings=SMALL)
    server.make()
    try:
        assert server.start()
        assert not str(server.socket).startswith(str(folder))
        with server.connect() as connection:
            assert connection.execute("SHOW jit").fetchone() == ("off",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    finally:
        server.stop()


def test_a_server_that_cannot_start_says_why(server):
    (server.cluster / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(Refused) as refused:
        server.start()
    assert refused.value.code == "database-not-started"
    assert "no_such_setting" in str(refused.value.facts["reason"])


def test_another_version_of_the_cluster_is_named(server):
    (server.cluster / "PG_VERSION").write_text("15\n")
    with pytest.raises(Refused) as refused:
        server.start()
    assert refused.value.code == "database-version"
    assert refused.value.facts["found"] == "15"
    (server.cluster / "PG_VERSION").write_text("18\n")


def test_on_a_disk_without_sockets_the_server_asks_for_a_password_on_this_machine_alone(tmp_path):
    config = Config(data=tmp_path / "data", db_shared_buffers="8MB", db_max_connections=10, db_loopback=True)
    config.data.mkdir()
    server = embedded(config)
    server.make()
    door = server.cluster / "gezhi-door.json"
    assert door.stat().st_mode & 0o077 == 0
    with opened(config) as running:
        running.create()
        way = running.door
        assert not list(config.data.rglob(".s.PGSQL*"))
        entry = django_database(config)
        assert (entry["HOST"], entry["PORT"], entry["PASSWORD"]) == ("127.0.0.1", way.port, way.password)
        with running.connect("gezhi", "gezhi_app") as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        for wrong in ("", f":{way.password}x"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(f"postgresql://gezhi_app{wrong}@127.0.0.1:{way.port}/gezhi", connect_timeout=5)
    assert not server.running()
    with socket.socket() as other:  # somebody else takes the port while nothing runs
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have just ended do not count
        other.bind(("127.0.0.1", int(way.port)))
        other.listen()
        with opened(config) as running:
            assert running.door.port != way.port
            assert running.door.password == way.password
            assert running.running()


def test_the_password_never_stands_on_a_command_line():
    place, environment = entered("postgresql://postgres:hidden@127.0.0.1:5433/gezhi")
    assert "hidden" not in place
    assert environment["PGPASSWORD"] == "hidden"
    assert "PGPASSWORD" not in entered("postgresql://postgres@/gezhi?host=/srv")[1]
