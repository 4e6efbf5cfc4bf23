"""The dump within a backup: what other users of the machine may see of it, and that it is one."""

import pytest
from django.db import connection

from gezhi.kernel.errors import Refused
from gezhi.kit.config import Config
from gezhi.web.running import archive

TELLS = """#!/bin/sh
for word in "$@"; do echo "$word"; done >"{place}"
echo "PGPASSWORD=$PGPASSWORD" >>"{place}"
exit {rc}
"""


@pytest.fixture
def told(tmp_path, monkeypatch):
    """A pg_dump that notes how it was called."""

    def run(config, rc=0):
        place = tmp_path / "told"
        program = tmp_path / "pg_dump"
        program.write_text(TELLS.format(place=place, rc=rc))
        program.chmod(0o700)
        monkeypatch.setattr(archive, "programs", lambda: tmp_path)
        archive.dump(config, tmp_path / "out.dump")
        return place.read_text().splitlines()

    return run


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://gz:s%40cret%3A1@db.example:5433/gezhi?sslmode=require",
        "host=db.example user=gz password='s@cret:1'",
    ],
)
def test_a_password_is_never_on_the_command_line(tmp_path, told, address):
    *arguments, environment = told(Config(data=tmp_path, database_url=address))
    assert environment == "PGPASSWORD=s@cret:1"
    assert "cret" not in "\n".join(arguments)
    (where,) = [word for word in arguments if word.startswith("--dbname=")]
    assert "host=db.example" in where
    assert "user=gz" in where
    assert ("sslmode=require" in where) == address.startswith("postgresql:")


def test_a_login_without_a_password_keeps_what_the_environment_says(tmp_path, told, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "of the shell")
    assert told(Config(data=tmp_path, database_url="postgresql://gz@db.example/gezhi"))[-1].endswith("of the shell")


def test_a_dump_that_fails_is_refused(tmp_path, told):
    with pytest.raises(Refused, match="backup-failed"):
        told(Config(data=tmp_path, database_url="postgresql://gz@db.example/gezhi"), rc=1)


@pytest.mark.django_db
def test_the_real_program_takes_the_address_so(tmp_path):
    here = connection.settings_dict
    address = f"postgresql://{here['USER']}:some%20word@/{here['NAME']}?host={here['HOST']}&port={here['PORT']}"
    archive.dump(Config(data=tmp_path, database_url=address), tmp_path / "out.dump")
    assert (tmp_path / "out.dump").read_bytes().startswith(b"PGDMP")
