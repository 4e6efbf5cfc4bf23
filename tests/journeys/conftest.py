"""Fixtures of the journeys: one office laid out once and cloned for each test, the product served, Chromium."""

import os
import uuid

import pytest
from journey_site import Site, browsing, chromium, served
from psycopg import sql

from gezhi.kit.database.testing import clone, drop, use


def pytest_collection_modifyitems(items):
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def chrome():
    if not chromium():
        pytest.skip("no Chromium is found; `make chromium` installs it")
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="package")
def laid_office(django_db_setup, test_server, django_db_blocker):
    """A database with the office in it, to be cloned."""
    import journey_office
    from django.db import connection, connections

    name = f"gezhi_journeys_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    before = connection.settings_dict["NAME"]
    clone(test_server, name)
    with django_db_blocker.unblock():
        use(name, test_server)
        journey_office.build()
        connections.close_all()
        use(before, test_server)
    yield name
    drop(test_server, name)


@pytest.fixture
def site(chrome, laid_office, test_server, django_db_blocker, settings, tmp_path):
    """The site with an office of the test's own behind it."""
    import journey_office
    from django.db import connection, connections

    from gezhi.trust.service import acts

    before = connection.settings_dict["NAME"]
    name = f"gezhi_own_{uuid.uuid4().hex[:12]}"
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with test_server.connect() as server:
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(laid_office)))
    settings.GEZHI_DATA = tmp_path
    with django_db_blocker.unblock():
        use(name, test_server)
        acts.look_again()
        try:
            with served() as url:
                one = Site(url, chrome, journey_office.standing())
                yield one
                one.close()
        finally:
            connections.close_all()
            use(before, test_server)
            drop(test_server, name)
            acts.look_again()
            journey_office.content.forget()
            journey_office.numbers.forget()
