"""What `gezhi check` must see: planted faults of an installation, one at a time."""

import os
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection

from gezhi.kit import checkup
from gezhi.kit.config import Config
from gezhi.kit.database.roles import insert_only_tables
from gezhi.web import checks
from gezhi.web.running import archive, keeping, prepare

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def office(tmp_path, settings):
    config = Config(data=tmp_path)
    config.keys.mkdir(mode=0o700)
    config.backups.mkdir()
    (tmp_path / "gezhi.toml").touch()
    settings.CONFIG, settings.GEZHI_DATA, settings.GEZHI_KEYS = config, tmp_path, config.keys
    return config


def age(path, days):
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))


def found(look):
    return {(item.code, item.serious) for item in look(NOW)}


def test_keys_that_others_can_read(office):
    key = office.keys / "signing.key"
    key.touch(mode=0o600)
    assert found(checks.folders) == set()
    key.chmod(0o640)
    assert found(checks.folders) == {("keys-readable", True)}


def test_a_disk_that_fills(office, monkeypatch):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda folder: SimpleNamespace(free=2**29))
    (item,) = checks.folders(NOW)
    assert (item.code, item.serious, item.facts["megabytes"]) == ("disk-full", True, 512)


def test_a_backup_that_is_old_or_never_came(office):
    age(office.data / "gezhi.toml", 1)
    assert found(checks.backups) == set(), "an installation of yesterday needs none yet"
    age(office.data / "gezhi.toml", 9)
    assert found(checks.backups) == {("backup-old", False)}
    last = office.backups / "nightly-20260430.gezhi"
    last.touch()
    age(last, 1)
    assert found(checks.backups) == set()


def test_backups_turned_off_and_open_doors(office, settings):
    settings.CONFIG = Config(data=office.data, backup_hour=-1, host="0.0.0.0")
    assert found(checks.backups) == {("backups-off", False)}
    assert found(checks.doors) == {("tls-missing", False)}
    settings.CONFIG = Config(data=office.data, host="0.0.0.0", tls=True, trusted_proxies=("10.0.0.2",))
    assert found(checks.doors) == set()


@pytest.mark.parametrize("more", [{"tls": True}, {"public_url": "https://12345.example.gov.cn"}])
def test_a_proxy_that_is_not_named_makes_one_visitor_of_all(office, settings, more):
    settings.CONFIG = Config(data=office.data, **more)
    assert found(checks.doors) == {("proxies-unnamed", False)}
    settings.CONFIG = Config(data=office.data, trusted_proxies=("127.0.0.1",), **more)
    assert found(checks.doors) == set()
    settings.CONFIG = Config(data=office.data, public_url="http://10.0.0.1:8000")
    assert found(checks.doors) == set()


@pytest.mark.django_db
def test_a_right_to_rewrite_history_is_found_and_taken_away_by_preparing(app_role):
    assert found(checks.rights) == set()
    table = next(insert_only_tables())
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE ON {table} TO gezhi_app")
    (item,) = checks.rights(NOW)
    assert (item.code, item.serious, item.facts) == ("history-unguarded", True, {"table": table, "right": "UPDATE"})
    prepare.grant(connection)
    assert found(checks.rights) == set()


@pytest.mark.django_db
def test_migrations_that_wait():
    assert found(checks.migrations) == set()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'trust' AND name LIKE '0001%%'")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'loop'")
    (item,) = checks.migrations(NOW)
    assert (item.code, item.serious) == ("migrations-pending", True)


def test_a_look_that_breaks_is_a_serious_finding_and_the_others_are_still_told(monkeypatch):
    def broken(now):
        raise RuntimeError("no such column")

    def fine(now):
        yield checkup.Finding("backups-off")

    monkeypatch.setattr(checkup, "LOOKS", {"one": fine, "two": broken})
    first, second = checkup.findings(NOW)
    assert (first.code, first.serious, second.code) == ("check-failed", True, "backups-off")
    assert "no such column" in first.what
    assert second.mend


@pytest.mark.parametrize("waiting", [[], ["loop.0002_more"]])
def test_an_upgrade_says_when_there_was_nothing_to_do(office, monkeypatch, capsys, waiting):
    monkeypatch.setattr(prepare, "pending", lambda: waiting)
    monkeypatch.setattr(prepare, "prepare", lambda *, now: waiting)
    monkeypatch.setattr(archive, "backup", lambda config, target, *, now: 1)
    monkeypatch.setattr(keeping, "check", lambda given: 0)
    keeping.upgrade(Namespace())
    printed = capsys.readouterr().out
    assert ("数据表已是最新，无需升级。" in printed) is not bool(waiting)
    assert ("before-upgrade-" in printed) is bool(waiting)
