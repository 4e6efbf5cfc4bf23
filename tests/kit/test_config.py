"""Settings: the environment wins over config.toml, which wins over the default; secrets are made once and closed."""

import pytest

from gezhi.kit.config import MARKER, Config, read
from gezhi.kit.database.address import django_database


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / "config.toml").write_text(
        'port = 9000\nlanguage = "en"\nallowed_hosts = ["a.cn", "b.cn"]\ntls = true\n'
    )
    found = read({"GEZHI_DATA": str(tmp_path), "GEZHI_PORT": "9001", "GEZHI_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2"})
    assert (found.port, found.language, found.host) == (9001, "en", "127.0.0.1")
    assert found.allowed_hosts == ("a.cn", "b.cn")
    assert found.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert found.tls is True
    assert read({"GEZHI_DATA": str(tmp_path), "GEZHI_TLS": "no"}).tls is False


def test_a_mistyped_setting_is_an_error_not_a_default(tmp_path):
    (tmp_path / "config.toml").write_text("prot = 9000\n")
    with pytest.raises(ValueError, match="prot"):
        read({"GEZHI_DATA": str(tmp_path)})


def test_a_secret_is_made_once_closed_to_others_and_never_outside_an_installation(tmp_path):
    config = Config(data=tmp_path / "none")
    assert config.secret("django") != config.secret("django")
    assert not (tmp_path / "none").exists()
    config = Config(data=tmp_path)
    (tmp_path / MARKER).touch()
    first = config.secret("django")
    assert len(first) >= 50
    assert config.secret("django") == first
    assert config.secret("other") != first
    assert (config.keys / "django.secret").stat().st_mode & 0o777 == 0o600
    assert config.keys.stat().st_mode & 0o777 == 0o700


def test_the_product_enters_the_embedded_database_as_a_role_that_owns_nothing(tmp_path):
    app = django_database(Config(data=tmp_path))
    assert app["USER"] == "gezhi_app"
    assert app["HOST"].startswith("/")
    assert django_database(Config(data=tmp_path, db_role="owner"))["USER"] == "gezhi_owner"


def test_an_external_database_is_entered_by_its_address_in_the_role_of_the_product():
    url = "postgresql://city:p%40ss@db.example:5433/city?sslmode=require"
    found = django_database(Config(database_url=url))
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("city", "p@ss", "db.example", "5433")
    assert found["NAME"] == "city"
    assert found["OPTIONS"]["sslmode"] == "require"
    assert "role=gezhi_app" in found["OPTIONS"]["options"]
    owner = django_database(Config(database_url=url, database_owner_url="postgresql://chief@db/city", db_role="owner"))
    assert owner["USER"] == "chief"
    assert "role=" not in owner["OPTIONS"]["options"]
