"""Fixtures of the room."""

import pytest


@pytest.fixture(autouse=True)
def _look_again():
    from gezhi.trust.service import acts

    acts.look_again()
    yield
    acts.look_again()


@pytest.fixture
def city(db):
    from small_city import build_city

    return build_city()
