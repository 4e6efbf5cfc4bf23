"""Fixtures of the room."""

import copy

import pytest


@pytest.fixture(autouse=True)
def _look_again():
    from gezhi.trust.service import acts

    acts.look_again()
    yield
    acts.look_again()


@pytest.fixture(scope="module")
def laid_city(django_db_setup, django_db_blocker):
    """The city, built once for a file, in a transaction around those of its tests."""
    from django.db import transaction
    from small_city import build_city

    with django_db_blocker.unblock(), transaction.atomic():
        yield build_city()
        transaction.set_rollback(True)


@pytest.fixture
def city(laid_city, db):
    """Users by name, as they were built; see small_city."""
    return copy.deepcopy(laid_city)
