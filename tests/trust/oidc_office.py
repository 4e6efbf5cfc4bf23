"""An office whose people sign in at a provider of identities; the provider runs beside the tests."""

import pytest
from identity_provider import Provider
from small_city import GIVEN

from gezhi.trust.models import Holding
from gezhi.trust.oidc import service as oidc

START, BACK = "/sign-in/oidc/", "/sign-in/oidc/back/"


@pytest.fixture(scope="module")
def running():
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running, city, settings, tmp_path):
    """The office's provider, set up, with one rule: urban handlers handle."""
    settings.GEZHI_KEYS = tmp_path / "keys"
    restore(running)
    oidc.forget()
    set_up(running)
    yield running
    oidc.forget()


def restore(running):
    """As it was at first."""
    fresh = {"sub": "u1", "preferred_username": "li.jie", "name": "李洁", "groups": ["urban-handlers"]}
    running.person, running.bend, running.header, running.status, running.ahead = fresh, dict, {}, 0, 0
    running.gives_refresh = running.signs_again = running.says_userinfo = True


def set_up(running, **more):
    office = {"issuer": running.issuer, "client_id": running.client, **more}
    oidc.set_provider(office, secret=running.secret, **GIVEN)
    oidc.add_rule("groups", "urban-handlers", unit="urban", role="handler", **GIVEN)


def go(client, provider, to="/account/"):
    """Press the button, sign in there, come back."""
    sent = client.get(f"{START}?next={to}")
    assert sent.status_code == 302, sent.content.decode()
    return client.get(provider.authorize(sent["Location"]).removeprefix("http://testserver"))


def roles(username):
    """What somebody holds now, each as unit, role and what gave it."""
    held = Holding.objects.filter(user__username=username, valid_to__isnull=True)
    return sorted(f"{row.post.unit.code}:{row.post.role_id}:{row.given_by}" for row in held)
