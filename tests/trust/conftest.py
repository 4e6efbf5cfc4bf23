"""A small city for the tests of the room."""

from datetime import UTC, datetime

import pytest

from gezhi.trust import service
from gezhi.trust.models import User
from gezhi.trust.rules import Actor
from gezhi.trust.service import acts

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("trust")


@pytest.fixture(autouse=True)
def _look_again():
    acts.look_again()
    yield
    acts.look_again()


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def system():
    return SYSTEM


def build_city():
    given = {"actor": SYSTEM, "now": NOW}
    service.load_roles(**given)
    service.create_unit("city", "测试市", name_en="Test City", kind="city", **given)
    service.create_unit("urban", "城管局", name_en="Urban management", parent="city", **given)
    service.create_unit("east", "东区中队", parent="urban", **given)
    service.create_unit("water", "水务局", name_en="Water", parent="city", **given)
    return {
        name: User.objects.create(username=name, display_name=name.title(), unit=None)
        for name in ("ann", "bob", "cai", "sys", "sec", "aud")
    }


@pytest.fixture
def city(db):
    return build_city()
