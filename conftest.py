"""Tests share one embedded PostgreSQL per run: a migrated template, cloned for each worker; tests roll back."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.web.settings")
for name in [name for name in os.environ if name.startswith("GEZHI_") and not name.startswith("GEZHI_TEST_")]:
    del os.environ[name]  # a developer's own installation must not leak into the tests
if "GEZHI_TEST_RUN" not in os.environ:
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it is our own, with a random name
    base = memory if os.access(memory, os.W_OK) else None
    os.environ["GEZHI_TEST_RUN"] = tempfile.mkdtemp(prefix=f"gezhi-test-{os.getpid()}-", dir=base)
    os.environ["GEZHI_TEST_LEADER"] = str(os.getpid())
os.environ["GEZHI_DATA"] = os.environ["GEZHI_TEST_RUN"]
(Path(os.environ["GEZHI_TEST_RUN"]) / "static").mkdir(exist_ok=True)  # whitenoise warns of a missing folder
os.environ["GEZHI_DB_ROLE"] = "owner"
os.environ["GEZHI_PSEUDO"] = "1"

pytest_plugins = ["gezhi.kit.database.testing"]


# a busy machine is no fault
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks that follow from what a test asks for, so that nobody forgets them.

    A whole request costs ten times what a rule does (`pages`); really committing, one process beside another, needs
    every table emptied afterwards (`slow`).
    """
    from django.test import Client

    for item in items:
        asked = getattr(item, "fixturenames", ())
        if "client" in asked or any(
            value is Client for value in vars(getattr(item, "module", None) or object).values()
        ):
            item.add_marker("pages")
        if "committing_db" in asked:
            item.add_marker("slow")
