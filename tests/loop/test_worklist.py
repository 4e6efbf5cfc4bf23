"""The worklist: who sees what, what is found, and in how many statements."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.loop.models import Case
from gezhi.loop.rules.tabs import BY_NAME, TABS
from gezhi.loop.store.worklist import Wish, facets, page, tab_counts
from gezhi.trust.service import open_text


def ids(found):
    return [str(case.pk) for case in found.rows]


@pytest.fixture
def mixed(office):
    return {
        "urban": office.to("handling"),
        "housing": office.to("handling", lead="housing"),
        "fresh": office.receive("夜间施工噪声扰民，丽江新城六栋", matter="0102", channel="web"),
        "closed": office.to("closed"),
    }


def test_a_bureau_sees_its_own_cases_and_the_centre_all(office, mixed):
    assert ids(page(office.actor("hugo"), Wish(), office.now)) == [mixed["urban"]]
    assert set(ids(page(office.actor("dora"), Wish(), office.now))) == {
        mixed["urban"],
        mixed["housing"],
        mixed["fresh"],
    }


def test_a_unit_keeps_reading_what_was_taken_from_it(office):
    case = office.to("dispatched")
    office.move(case, "return", "hugo", cause="not_ours", basis="x")
    office.move(case, "adjudicate", "dora", ruling="uphold", unit=office.units["housing"].pk, basis="y")
    assert ids(page(office.actor("hugo"), Wish(), office.now)) == [case]
    assert ids(page(office.actor("tom"), Wish(), office.now)) == []


def test_words_are_found_without_a_dictionary(office, mixed):
    assert ids(page(office.actor("dora"), Wish(words="丽江新城"), office.now)) == [mixed["fresh"]]
    assert ids(page(office.actor("dora"), Wish(words="江城"), office.now)) == []
    assert ids(page(office.actor("dora"), Wish(words="灯"), office.now)) != []


def test_a_typed_number_is_found_whatever_the_filter(office, mixed):
    number = Case.objects.get(pk=mixed["closed"]).number
    found = page(office.actor("dora"), Wish(tab="to_accept", words=number.lower()), office.now)
    assert [str(case.pk) for case in found.exact] == [mixed["closed"]]


def test_lights_follow_the_clock(office, mixed):
    dora = office.actor("dora")
    assert ids(page(dora, Wish(light="late"), office.now)) == []
    office.later(days=20)
    assert set(ids(page(dora, Wish(light="late"), office.now))) == {mixed["urban"], mixed["housing"], mixed["fresh"]}
    assert facets(dora, Wish(), office.now)["light"] == {"late": 3}


def test_due_today_ends_at_midnight_and_is_counted_as_it_is_shown(office, mixed):
    dora = office.actor("dora")
    evening = datetime(2026, 11, 18, 21, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    minutes = {"urban": 30, "housing": 179, "fresh": 181}
    for name, away in minutes.items():
        soon, due = evening - timedelta(hours=1), evening + timedelta(minutes=away)
        Case.objects.filter(pk=mixed[name]).update(due_at=due, soon_at=soon if name == "urban" else due)
    assert set(ids(page(dora, Wish(light="today"), evening))) == {mixed["urban"], mixed["housing"]}
    assert facets(dora, Wish(), evening)["light"] == {"today": 2, "soon": 1}


def test_counts_of_tabs_and_facets(office, mixed):
    dora = office.actor("dora")
    counts = tab_counts(dora, TABS)
    assert (counts["to_accept"], counts["handling"], counts["open"]) == (1, 2, 3)
    found = facets(dora, Wish(), office.now)
    assert found["matter"] == {"01": 3}
    assert found["channel"] == {"api": 2, "web": 1}


def test_the_number_of_statements_does_not_grow(office):
    for _ in range(12):
        office.to("handling")
    dora = office.actor("dora")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        found = page(dora, Wish(tab="handling"), office.now)
        [(case.lead.name_zh, open_text(case.requester, case.story)) for case in found.rows]
        tab_counts(dora, [BY_NAME["open"], BY_NAME["handling"]])
        facets(dora, Wish(tab="handling"), office.now)
    assert len(found.rows) == 12
    assert len(captured) == 3
