"""Fixtures of the attacks: the small office of the loop's tests, a world of things to steal, browsers by name."""

import copy
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "loop"))


@pytest.fixture(scope="module")
def laid_office(django_db_setup, django_db_blocker):
    """The office, built once for a file, in a transaction around those of its tests."""
    from django.db import transaction
    from loop_office import build_office

    with django_db_blocker.unblock(), transaction.atomic():
        yield build_office()
        transaction.set_rollback(True)


@pytest.fixture
def office(laid_office, db, settings, tmp_path):
    """The office an hour ago, with everybody who could be an attacker; see victims."""
    from datetime import timedelta

    from django.utils import timezone
    from loop_office import Office
    from victims import staffed

    forget()
    settings.GEZHI_FILES = tmp_path / "files"
    office = Office(copy.deepcopy(laid_office.units), copy.deepcopy(laid_office.users))
    office.now = timezone.now() - timedelta(hours=1)
    yield staffed(office)
    forget()


@pytest.fixture
def world(office):
    """Everything that somebody of another unit must not reach; see victims."""
    from victims import built

    return built(office)


@pytest.fixture
def site(office):
    """Browsers of the people of the office, by name; of somebody from the street where none is given."""
    from django.test import Client

    def browser(name="", **more):
        client = Client(**more)
        if name:
            client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def forget():
    """What another test put on the desk or into a cache."""
    from django.utils import translation

    from gezhi.loop.store import content, numbers
    from gezhi.loop.triage.service import forget as forget_model
    from gezhi.trust.service import acts

    translation.deactivate()
    acts.look_again()
    forget_model()
    content.forget()
    numbers.forget()
