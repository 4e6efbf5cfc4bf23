"""Rules of the field by tables and by chance: positions, times, clashes, orders of visits, pieces of photos."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import acos, cos, radians, sin

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gezhi.kernel.errors import Refused
from gezhi.loop.field.rules import answers, parts, places, visits
from gezhi.loop.field.service.months import month_of

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LON, LAT = st.floats(-180, 180, allow_nan=False), st.floats(-89, 89, allow_nan=False)


@pytest.mark.parametrize(
    "said",
    [
        {"lon": "east", "lat": "1"}, {"lon": "nan", "lat": "1"}, {"lon": "inf", "lat": "1"}, {"lon": "181", "lat": "1"},
        {"lon": "1", "lat": "-91"}, {"lon": "1"}, {"lat": "1"}, {"lon": "1", "lat": "1", "accuracy": "-4"},
        {"lon": "1", "lat": "1", "accuracy": "nan"}, {"lon": "1e400", "lat": "1"}, {"lon": "\x00", "lat": "1"},
    ],
)  # fmt: skip
def test_a_position_that_is_none_is_refused(said):
    with pytest.raises(Refused, match="field-invalid"):
        places.fix_of(said)


def test_the_phone_counts_before_the_photo_and_a_reason_comes_last():
    fix = places.fix_of({"lon": "116.391", "lat": "39.907", "accuracy": "12"})
    assert places.located(fix, [(1.0, 2.0)], "indoors") == fix
    photo = places.located(None, [(116.4, 39.9), (1.0, 2.0)], "indoors")
    assert (photo.point, photo.source, photo.accuracy, photo.why_not) == ((116.4, 39.9), "photo", None, "")
    assert places.located(None, [], "no_signal") == places.Place(why_not="no_signal")
    for reason in ("", "lazy"):
        with pytest.raises(Refused, match="field-no-place"):
            places.located(None, [], reason)


@given(LON, LAT, LON, LAT)
def test_distances_agree_with_the_law_of_cosines(lon, lat, lon2, lat2):
    a, b, gap = radians(lat), radians(lat2), radians(lon2 - lon)
    angle = acos(max(-1.0, min(1.0, sin(a) * sin(b) + cos(a) * cos(b) * cos(gap))))
    assert places.metres((lon, lat), (lon2, lat2)) == pytest.approx(6_371_000 * angle, abs=150)


@pytest.mark.parametrize(
    ("check", "result", "note", "photos", "code"),
    [
        ("before", "there", "", 1, ""), ("before", "mended", "", 1, "field-invalid"),
        ("after", "there", "", 1, "field-invalid"), ("after", "", "", 1, "field-invalid"),
        ("before", "there", "", 0, "field-no-photo"), ("before", "could_not", "", 1, "field-why-not"),
        ("before", "could_not", "大门锁着", 0, ""), ("after", "mended", "x" * 20_001, 1, "text-too-long"),
        ("after", "mended", "a\x00b", 1, "field-invalid"),
    ],
)  # fmt: skip
def test_what_an_answer_must_say(check, result, note, photos, code):
    if not code:
        answers.check_answer(check, result, note, photos)
        return
    with pytest.raises(Refused, match=f"^{code}"):
        answers.check_answer(check, result, note, photos)


@given(st.integers(0, 40 * 86400), st.integers(-(10**9), 10**9))
def test_a_wrong_clock_of_the_phone_does_not_matter(ago, skew):
    made = NOON - timedelta(seconds=ago) + timedelta(seconds=skew)
    found = answers.made_at(made, NOON + timedelta(seconds=skew), NOON)
    assert found == NOON - min(timedelta(seconds=ago), answers.OLDEST)


def test_nothing_was_done_later_than_now():
    assert answers.made_at(NOON + timedelta(hours=3), NOON, NOON) == NOON


@pytest.mark.parametrize(
    ("state", "moved", "code"),
    [
        ("open", [], ""), ("open", [("handling", "handling")], ""), ("open", [("received", "accepted")], "moved"),
        ("done", [], "answered"), ("cancelled", [("received", "accepted")], "cancelled"),
    ],
)  # fmt: skip
def test_what_stands_against_a_late_finding(state, moved, code):
    assert answers.clash(state, moved) == code


@given(st.lists(st.tuples(st.integers(-40, 40), st.one_of(st.none(), st.tuples(LON, LAT))), max_size=12))
def test_a_list_goes_by_day_and_on_one_day_by_nearness(rows):
    today, here = date(2026, 3, 2), (116.0, 40.0)
    given_ = [visits.Due(str(n), today + timedelta(days=day), n, point) for n, (day, point) in enumerate(rows)]
    found = visits.in_order(given_, here, today)
    assert sorted(one.key for one in found) == sorted(one.key for one in given_)
    for one, other in pairwise(found):
        first, second = max(one.due_on, today), max(other.due_on, today)
        assert first <= second
        if first == second and other.point is not None:
            assert one.point is not None, "a place whose position is known comes before one that is not"
            assert places.metres(here, one.point) <= places.metres(here, other.point)


def test_who_was_not_met_is_looked_for_soon():
    day = date(2026, 3, 2)
    assert [(visits.next_due(result, day, 30) - day).days for result in visits.RESULTS] == [30, 3, 30]
    assert (visits.next_due("nobody", day, 1) - day).days == 1, "never later than by the interval itself"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"name": "", "address": "a", "every": "3"}, "visit-nameless"),
        ({"name": "n", "address": "", "every": "3"}, "visit-nameless"),
        ({"name": "n", "address": "a", "every": "0"}, "visit-every"),
        ({"name": "n", "address": "a", "every": "731"}, "visit-every"),
        ({"name": "n", "address": "a", "every": "每月"}, "visit-every"),
        ({"name": "n", "address": "a", "every": "９"}, "visit-every"),
        ({"name": "n", "address": "a", "every": "3", "due": "31/31/2026"}, "visit-due"),
        ({"name": "n", "address": "a", "every": "3", "due": "soon"}, "visit-due"),
        ({"name": "n", "address": "a", "every": "3", "lon": "116"}, "visit-point"),
        ({"name": "n", "address": "a", "every": "3", "lon": "316", "lat": "1"}, "visit-point"),
        ({"name": "n", "address": "a", "every": "3", "lon": "nan", "lat": "1"}, "visit-point"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_names_what_stood_there(row, code):
    with pytest.raises(Refused, match=f"^{code}"):
        visits.line_of(row)


def test_a_row_as_offices_write_it():
    row = {"name": "张三", "address": "南湖路8号", "every": "30天", "due": "2026/3/9 00:00:00",
           "phone": "13800001234.0", "worker": "Gina", "lon": "116.391", "lat": "39.907"}  # fmt: skip
    line = visits.line_of(row)
    assert (line.every, line.due, line.phone, line.worker) == (30, date(2026, 3, 9), "13800001234", "gina")
    assert line.point == (116.391, 39.907)


@pytest.mark.parametrize(
    ("got", "offset", "size", "code"),
    [
        (0, 0, 10, ""), (4, 4, 6, ""), (4, 0, 4, "field-offset"), (4, 6, 4, "field-offset"),
        (4, 4, 7, "field-piece-past"), (4, 4, 0, "field-piece-past"), (0, 0, parts.PIECE + 1, "field-piece-large"),
    ],
)  # fmt: skip
def test_a_piece_follows_on_what_is_there(got, offset, size, code):
    length = 10 if size <= 10 else 10**7
    if not code:
        parts.check_piece(got, length, offset, size)
        return
    with pytest.raises(Refused, match=f"^{code}") as refused:
        parts.check_piece(got, length, offset, size)
    if code == "field-offset":
        assert refused.value.facts["offset"] == got, "the phone learns where to go on"


@pytest.mark.parametrize("text", ["", "1", "../../etc/passwd", "x" * 36, "0190-\x00"])
def test_a_key_is_a_uuid(text):
    with pytest.raises(Refused, match="field-key"):
        parts.key_of(text)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-3", "９９９９-０３", "0000-01", "2026-03-01"])
def test_a_month_that_is_none_is_the_present_one(text):
    assert month_of(text, date(2026, 5, 9)) == date(2026, 5, 1)
