"""The times that a desk must keep: strokes counted in Chromium, a person's seconds estimated from them."""

import pytest
from journey_hands import dispatch, ordinary, question, ten_cases


def test_a_question_and_a_dispatch_by_keyboard_alone_keep_their_time(site):
    page = site.page("dora")
    asked = question(site, page)
    assert asked["person_s"] <= 60, asked
    assert asked["clicks"] == 0
    assert asked["keys"] <= 30, asked
    sent = dispatch(site, page)
    assert sent["person_s"] <= 120, sent
    assert (sent["clicks"], sent["keys"] <= 40) == (0, True), sent
    assert [one for one in site.faults if "422" not in one] == []  # the page that asks once says so to the browser


@pytest.mark.parametrize("count", [10])
def test_ten_ordinary_cases_are_answered_in_ten_minutes(site, count):
    ordinary(site.office, count)
    done = ten_cases(site, site.page("hugo"), count)
    assert done["person_s"] <= 600, done
    assert done["clicks"] == 0
    assert site.faults == []
