"""A demo city whose stories break a rule: it is made all the same, and says which stories stand still."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps

from gezhi.loop.service import replay
from gezhi.loop.store import content, numbers
from gezhi.packs.demo import install_demo
from gezhi.packs.demo import year as tell_year
from gezhi.trust.service import acts as act_room

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.slow


def forget():
    act_room.look_again()
    content.forget()
    numbers.forget()


@pytest.fixture
def _fresh(db):
    """What a process remembers of its database is looked at anew, before and after."""
    forget()
    yield
    forget()


@pytest.mark.usefixtures("_fresh")
def test_a_story_that_breaks_a_rule_stands_where_it_is_and_the_city_is_made(monkeypatch, caplog):
    """Chance decides which stories a day brings: one of two thousand must not keep an office from its first look."""
    monkeypatch.setattr(tell_year, "AT_ONCE", ())
    monkeypatch.setattr(tell_year, "CHANNELS", {"netmsg": 1})
    made = install_demo(AS_OF, "zh-hans", 40, now=NOW)
    assert {story.split()[-1] for story in made.halted} == {"channel-needs-review"}
    assert len(caplog.records) >= len(made.halted)
    halted = apps.get_model("loop", "Case")._default_manager.filter(state="received", channel="netmsg")
    assert halted.count() >= len(made.halted)
    assert not [fault for fault in replay() if not isinstance(fault, int)]


@pytest.mark.usefixtures("_fresh")
def test_a_city_is_made_in_the_small_hours_too():
    night = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # half past one in the office
    assert install_demo(night, "en", 40, now=night).as_of == night
