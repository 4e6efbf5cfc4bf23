"""Rules of the Open311 adapter: queries read strictly, two ways to write one answer, forms held against limits."""

import json
import xml.etree.ElementTree as ET
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.loop.open311.rules import asking, posting, states, wire, wishes
from gezhi.loop.rules.questions import Question
from gezhi.loop.rules.words import ENDED, OUTCOMES, STATES

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def wish(**given):
    return wishes.wish_of({name: [value] for name, value in given.items()}, zone=ZONE, now=NOW)


def code_of(call):
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_every_state_and_outcome_has_its_words():
    assert {state for state in STATES if states.status_of(state) == "closed"} == set(ENDED)
    for state in STATES:
        for outcome in ("", *OUTCOMES):
            assert states.extended(state, outcome).replace("_", "").isupper()
    assert states.extended("closed", "not_ours") == "NOT_COUNCILS_RESPONSIBILITY"


@pytest.mark.parametrize(("text", "found"), [
    ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00+00:00"), ("2026-03-02T09:00:00+08:00", "2026-03-02T01:00:00+00:00"),
    ("2026-03-02T09:00:00 08:00", "2026-03-02T01:00:00+00:00"), ("2026-03-02T09:00:00", "2026-03-02T01:00:00+00:00"),
    ("2026-03-02", "2026-03-01T16:00:00+00:00"), ("2026-03-02T09:00:00.25+0800", "2026-03-02T01:00:00.250000+00:00"),
])  # fmt: skip
def test_moments_in_w3c_form(text, found):
    assert wishes.read_moment(text, ZONE).isoformat() == found


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "20260302", "2026-W10", "0000-01-01", "9999-12-31T99:00Z",
                                  "2026-03-02T09:00:00+99:00", "１２３４-01-01", "1-1-1", "2026-03-02T09"])  # fmt: skip
def test_what_is_no_moment_is_refused(text):
    assert code_of(lambda: wish(start_date=text)) == "open311-date"


def test_windows():
    assert (wish().since, wish().until) == (NOW + wishes.AHEAD - wishes.WINDOW, NOW + wishes.AHEAD)
    half = wish(start_date="2025-01-01T00:00:00Z")
    assert half.until - half.since == timedelta(days=90)
    assert wish(start_date="2026-02-01T00:00:00Z").until == NOW + wishes.AHEAD
    whole = wish(start_date="2025-01-01T00:00:00Z", end_date="2025-04-01T00:00:00Z")
    assert (whole.until - whole.since).days == 90
    assert code_of(lambda: wish(start_date="2025-01-01T00:00:00Z", end_date="2025-04-01T00:00:01Z")) == "open311-window"
    assert code_of(lambda: wish(start_date="2025-04-01", end_date="2025-01-01")) == "open311-date"
    assert code_of(lambda: wish(end_date="0001-01-01T00:00:00+00:00")) == "open311-date"


def test_a_change_asked_for_sets_no_window_of_receipt():
    found = wish(updated_after="2026-02-01T00:00:00Z")
    assert found.since is None
    assert (found.changed_since.month, found.changed_until) == (2, NOW + wishes.AHEAD)


def test_numbers_override_everything_else():
    found = wish(service_request_id="a,b, a", start_date="1999-01-01", end_date="2026-01-01")
    assert (found.ids, found.since, found.size) == (("a", "b"), None, 1000)


@pytest.mark.parametrize(("name", "value", "size"), [("page_size", "5000", 1000), ("page_size", "7", 7)])
def test_page_sizes(name, value, size):
    assert wish(**{name: value}).size == size


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "９", "99999999999", "²"])
def test_pages_that_are_none(value):
    assert code_of(lambda: wish(page=value)) == "field-invalid"


TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(TEXTS)
def test_what_is_written_is_read_back(text):
    """Any text survives both forms; XML loses only what it cannot hold."""
    many = wire.Many("service_requests", "request", [{"description": text, "lat": None, "metadata": True}])
    assert json.loads(wire.written("json", many))[0]["description"] == text
    row = ET.fromstring(wire.written("xml", many)).find("request")
    kept = "".join(c for c in text if c in "\t\n" or ("\u0020" <= c <= "\ud7ff") or "\ue000" <= c <= "\ufffd"
                   or c >= "\U00010000" or c == "\r")  # fmt: skip
    assert (row.findtext("description") or "") == kept.replace("\r\n", "\n").replace("\r", "\n")
    assert row.findtext("metadata") == "true"


@given(st.dictionaries(st.sampled_from(["start_date", "end_date", "updated_after", "status", "page", "page_size"]),
                       TEXTS | st.datetimes().map(lambda at: at.isoformat()), max_size=4))  # fmt: skip
def test_no_query_breaks_it(query):
    with suppress(Refused):
        found = wish(**query)
        assert 1 <= found.size <= 1000
        assert found.since is None or found.until - found.since <= wishes.WINDOW + wishes.AHEAD


def question(code, kind, **more):
    return Question(code, "0101", kind, required=False, text_zh=code, options=[{"code": "a", "zh": "甲"}], **more)


def test_attributes_of_a_form_become_answers():
    asked = [
        question("one", "choice"),
        question("many", "choices"),
        question("day", "date"),
        question("at", "datetime"),
    ]
    told = asking.given({"attribute[one]": ["a"], "attribute[many][]": ["a", "b"], "attribute[day]":
                         ["2026-03-01T17:00:00Z"], "attribute[at]": ["2026-03-01T17:00:00Z"],
                         "attribute[fixmystreet_id]": ["42"], "attribute[title]": ["灯"]})  # fmt: skip
    assert asking.answers(asked, told, ZONE) == {"one": "a", "many": ["a", "b"], "day": "2026-03-02",
                                                 "at": "2026-03-02T01:00"}  # fmt: skip
    assert asking.their_number(told) == "42"
    assert "strange" in asking.answers(asked, {"strange": ["1"]}, ZONE)  # refused by name when it is held against them


def test_a_definition_names_types_and_values():
    many = asking.attributes([question("one", "choice"), question("n", "number")], "en")
    assert [(row["code"], row["datatype"], row["order"]) for row in many.rows] == [("one", "singlevaluelist", 1),
                                                                                  ("n", "number", 2)]  # fmt: skip
    assert many.rows[0]["values"].rows == [{"key": "a", "name": "甲"}]
    assert "values" not in many.rows[1]


@pytest.mark.parametrize(("form", "code"), [
    ({}, "open311-place"), ({"lat": "30"}, "field-missing"), ({"lat": "91", "long": "0"}, "field-invalid"),
    ({"lat": "nan", "long": "0"}, "field-invalid"), ({"lat": "1e999", "long": "0"}, "field-invalid"),
    ({"lat": "1_0", "long": "0"}, "field-invalid"), ({"lat": "３０", "long": "0"}, "field-invalid"),
])  # fmt: skip
def test_places_that_are_none(form, code):
    assert code_of(lambda: posting.place({name: [value] for name, value in form.items()})) == code


def test_places():
    assert posting.place({"address_string": ["解放路"], "lat": ["30.5"], "long": ["-0.1"]}) == posting.Place(
        "解放路", -0.1, 30.5
    )
    assert posting.place({"lat": ["30.5"], "long": ["114.3"]}).words == "30.500000, 114.300000"


@pytest.mark.parametrize(("form", "code"), [
    ({"description": "\ufffd\ufffd"}, "open311-encoding"), ({"description": "a\x00b"}, "field-invalid"),
    ({"email": "x" * 201}, "text-too-long"), ({"media_url": "https://a/" + "x" * 1000}, "text-too-long"),
])  # fmt: skip
def test_forms_that_cannot_be_kept(form, code):
    assert code_of(lambda: posting.checked({name: [value] for name, value in form.items()})) == code
