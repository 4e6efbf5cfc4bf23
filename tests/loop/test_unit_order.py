"""Lists of units stand in the order of the office's tree, not in that of their English codes."""

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.pages.forms import unit_options
from gezhi.loop.store import below
from gezhi.trust.rules import Actor
from gezhi.trust.service import create_unit
from gezhi.trust.store import people

ROOT = Actor.system("tests")


@pytest.fixture
def later(office):
    """Units entered last whose codes come first in the alphabet."""
    office.now = timezone.now()
    for code, parent in (("aa_bureau", "city"), ("aa_team", "urban")):
        create_unit(code, code, parent=parent, kind="bureau", actor=ROOT, now=office.now)
    return office


def test_units_stand_below_their_parents_as_they_were_entered(later):
    codes = [option["words"] for option in unit_options([])]
    assert codes == [unit.code for unit in people.units(active_only=True)] == [u.code for u in people.tree()]
    assert codes[0] == "city"
    assert codes[-1] == "aa_bureau"
    assert codes[codes.index("urban") + 1] == "aa_team"


def test_a_unit_that_is_no_longer_in_use_is_left_out(later):
    below.units().filter(code="aa_bureau").update(active=False)
    assert "aa_bureau" not in [option["words"] for option in unit_options([])]
    assert "aa_bureau" in [unit.code for unit in people.units()]


def test_the_form_of_a_dispatch_lists_them_so(later):
    case = later.to("accepted")
    client = Client()
    client.force_login(later.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    text = client.get(f"/desk/{case}/?move=dispatch").content.decode()
    form = text[text.index('id="move"') :]
    assert form.index(">housing<") < form.index(">aa_bureau<")
