"""An installation is made, served, killed piece by piece, backed up and restored."""

import os
import shutil
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.errors import InsufficientPrivilege
from running_installation import Installation, alive, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """In memory where there is some: what is tested is who ends whom, not how fast a disk is."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("installation")
        return
    with TemporaryDirectory(dir=memory, prefix="gezhi-life-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def office(folder):
    office = Installation(folder / "data")
    office.run("init")
    yield office
    office.end()


def test_only_some_commands_make_an_installation(tmp_path):
    nowhere = Installation(tmp_path / "nowhere")
    assert nowhere.refused("check") == "not-initialised"
    assert nowhere.refused("backup", str(tmp_path / "file")) == "not-initialised"
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    assert Installation(tmp_path / "full").refused("init") == "folder-not-empty"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_init_makes_a_whole_installation_with_its_secrets_closed(office):
    assert office.refused("init") == "already-initialised"
    for path in (office.folder / "keys", *(office.folder / "keys").iterdir(), office.folder / "config.toml"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert office.database() is None
    assert office.run("check").returncode == 0


def test_a_wrong_setting_is_named(office):
    config = office.folder / "config.toml"
    before = config.read_text()
    config.write_text(before + '\nlangage = "en"\n')
    said = office.run("check", expect=1).stderr
    config.write_text(before)
    assert "langage" in said


def test_demo_is_refused_where_cases_are_real(office):
    assert office.refused("demo") == "demo-not-here"


def test_what_is_killed_comes_back_and_what_is_orphaned_ends(office):
    office.serve("--port", "18431")
    assert office.output.read_text().split()[-1] == office.address
    assert office.refused("serve") == "already-serving"
    assert office.refused("restore", "/nonexistent") == "folder-in-use"
    for name in ("web", "worker"):
        wait_until(lambda name=name: office.process(name) is not None)
        first = office.process(name)
        office.kill(first)
        wait_until(lambda name=name, first=first: office.process(name) not in {None, first} and office.ready())
    first = office.database()
    office.kill(first)
    wait_until(lambda: office.database() not in {None, first} and office.ready())
    children, database = [office.process(name) for name in ("web", "worker")], office.database()
    office.serving.kill()
    office.serving.wait()
    wait_until(lambda: not any(alive(number) for number in children), seconds=30)
    assert alive(database), "the database outlives its starter"
    office.serve("--port", "18431")
    assert office.database() == database, "and is adopted"
    assert office.ready()


def test_a_busy_port_gives_way_to_the_next(office, folder):
    second = Installation(folder / "second")
    try:
        second.serve("--port", office.address.rsplit(":", 1)[1].strip("/"))
        assert second.address != office.address
        assert second.ready()
        assert office.ready()
    finally:
        second.end()


def test_a_backup_of_a_running_site_restores_to_one_that_passes_its_check(office, folder):
    assert office.ready()
    (office.folder / "files" / "a-file").write_bytes(b"\x00picture")
    archive, secret = folder / "one.gezhi", {"GEZHI_BACKUP_PASSPHRASE": "long enough"}
    office.run("backup", "--with-keys", str(archive), **secret)
    assert archive.stat().st_mode & 0o077 == 0
    assert office.refused("backup", str(archive)) == "file-exists"
    with tarfile.open(archive) as tar:
        assert not [name for name in tar.getnames() if name.startswith("keys/")], "keys are sealed, never plain"
    copy = Installation(folder / "copy")
    assert copy.refused("restore", str(archive), GEZHI_BACKUP_PASSPHRASE="wrong") == "backup-passphrase-wrong"
    assert not list(copy.folder.iterdir()), "a failed restore leaves an empty folder"
    copy.run("restore", str(archive), **secret)
    try:
        for path in (office.folder / "keys").iterdir():
            assert (copy.folder / "keys" / path.name).read_bytes() == path.read_bytes()
        assert (copy.folder / "files" / "a-file").read_bytes() == b"\x00picture"
        assert copy.refused("restore", str(archive), **secret) == "folder-not-empty"
        assert copy.run("check").returncode == 0
    finally:
        copy.end()


def test_damaged_and_foreign_archives_are_refused(office, folder):
    archive = folder / "plain.gezhi"
    office.run("backup", str(archive))
    copy = Installation(folder / "damaged")
    assert copy.refused("restore", str(archive)) == "backup-without-keys"
    assert copy.refused("restore", str(folder / "missing")) == "file-missing"
    text = folder / "letter.txt"
    text.write_text("not an archive")
    assert copy.refused("restore", str(text), "--keys", str(office.folder / "keys")) == "not-a-backup"
    data = bytearray(archive.read_bytes())
    with tarfile.open(archive) as tar:
        place = tar.getmember("database.dump").offset_data + 4000
    data[place] ^= 1
    archive.write_bytes(data)
    assert copy.refused("restore", str(archive), "--keys", str(office.folder / "keys")) == "backup-damaged"
    archive.write_bytes(data[: len(data) // 2])
    assert copy.refused("restore", str(archive), "--keys", str(office.folder / "keys")) in {
        "not-a-backup",
        "backup-damaged",
    }
    assert not list(copy.folder.iterdir())


def test_stop_ends_everything_in_order(office):
    numbers = [office.serving.pid, office.process("web"), office.process("worker"), office.database()]
    assert office.run("stop").stdout.strip() == "stopped"
    assert office.serving.wait(5) == 0
    wait_until(lambda: not any(alive(number) for number in numbers), seconds=20)
    assert not (office.folder / "postgres" / "postmaster.pid").exists()
    assert office.run("stop").stdout.strip() == "nothing was running"
    shutil.rmtree(office.folder / "run")
    assert office.run("check").returncode == 0


def test_an_external_database_serves_too_and_is_never_migrated_by_itself(test_server, tmp_path):
    with test_server.connect() as admin:
        admin.execute("CREATE ROLE city LOGIN CREATEROLE")
        admin.execute("CREATE DATABASE city OWNER city")
    url = f"postgresql://city@/city?host={test_server.socket}"
    outside = Installation(tmp_path / "outside", GEZHI_DATABASE_URL=url)
    try:
        assert outside.refused("init") == "database-role-missing"
        assert [path.name for path in outside.folder.iterdir()] == ["config.toml"], "a failed init can be repeated"
        with test_server.connect() as admin:
            admin.execute("GRANT gezhi_app TO city")
        outside.run("init")
        assert not (outside.folder / "postgres").exists()
        assert outside.run("check").returncode == 0
        with test_server.connect("city", "city") as owner:
            owner.execute("SET ROLE gezhi_app")
            with pytest.raises(InsufficientPrivilege):
                owner.execute("UPDATE trust_outbox SET topic = 'x'")
        outside.run("backup", str(tmp_path / "outside.gezhi"))
        assert outside.refused("restore", str(tmp_path / "outside.gezhi")) == "restore-needs-embedded"
        with test_server.connect("city", "city") as owner:
            owner.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        assert outside.refused("serve") == "migrations-pending"
        assert "migrations-pending" in outside.run("check", "--json", expect=1).stdout
    finally:
        with test_server.connect() as admin:
            admin.execute("DROP DATABASE city WITH (FORCE)")
            admin.execute("DROP ROLE city")
