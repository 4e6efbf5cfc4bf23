"""Administrators of a branch stay within it: whom they list, which posts they give and take, what is everybody's."""

import pytest
from django.test import Client

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import Unit, User
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post, load_roles, revoke_post, set_verbs
from gezhi.trust.service.units import create_unit

ROOT = Actor.system("tests")


@pytest.fixture
def branch(db):
    """A city with two streets; each street has a handler, the east one also its own administrators."""
    from django.utils import timezone

    now = timezone.now()
    service.acts.look_again()
    load_roles(actor=ROOT, now=now)
    for code, parent in (("city", ""), ("east", "city"), ("west", "city")):
        create_unit(code, code, parent=parent, actor=ROOT, now=now)
    units = {unit.code: unit for unit in Unit.objects.all()}
    people = {
        name: User.objects.create(username=name, display_name=name.title(), unit=units[unit])
        for name, unit in (("eve", "east"), ("wes", "west"), ("sys", "east"), ("sec", "east"))
    }
    grant_post("sys", "sysadmin", "east", actor=ROOT, now=now)
    grant_post("sec", "secadmin", "east", actor=ROOT, now=now)
    return now, people


def test_posts_are_given_and_taken_within_the_branch_only(branch):
    now, people = branch
    sec = service.actor_for(people["sec"], now)
    grant_post("eve", "handler", "east", actor=sec, now=now)
    for unit in ("west", "city"):
        with pytest.raises(Refused, match=r"^not-allowed"):
            grant_post("eve", "handler", unit, actor=sec, now=now)
    elsewhere = grant_post("wes", "handler", "west", actor=ROOT, now=now)
    with pytest.raises(Refused, match=r"^not-allowed"):
        revoke_post(elsewhere.pk, actor=sec, now=now)


def test_what_a_role_may_do_is_not_for_a_branch_to_say(branch):
    now, people = branch
    with pytest.raises(Refused, match=r"^not-allowed"):
        set_verbs("handler", ["case.read"], actor=service.actor_for(people["sec"], now), now=now)


def test_people_of_other_branches_are_not_listed(branch):
    _, people = branch
    client = Client()
    client.force_login(people["sys"], backend="gezhi.trust.backend.PeopleBackend")
    names = {user["username"] for user in client.get("/api/v1/trust/users").json()["users"]}
    assert names == {"eve", "sys", "sec"}
    assert "Wes" not in client.get("/office/users/").content.decode()
