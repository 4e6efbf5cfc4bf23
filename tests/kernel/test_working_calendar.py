"""The working calendar: whose rule decides a date, summer time, other zones, sums that add up, and what is refused."""

import time as stopwatch
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.calendars import BERLIN, CHINA, SEASONS, SUMMER, at, wall

from gezhi.kernel.calendar import OFFICE_HOURS, UNITS, Calendar, DayRow, Season, from_rows
from gezhi.kernel.errors import Refused

ALL_DAY = ((time(0), time(0)),)
BERLIN_ZONE = ZoneInfo("Europe/Berlin")
anywhen = st.integers(0, 700 * 86_400 * 4).map(lambda quarter: at("2025-01-01") + timedelta(seconds=quarter / 4))
opened = st.builds(
    lambda day, second: at("2026-03-02 09:00") + timedelta(days=day, seconds=second),
    st.integers(0, 60),
    st.integers(0, 36_000),
)
moments = anywhen | opened
units = st.sampled_from(UNITS)
calendars = st.sampled_from([CHINA, BERLIN, Calendar(zone="America/New_York"), replace(CHINA, zone="Asia/Kathmandu")])


def refusal(**fields):
    with pytest.raises(Refused) as caught:
        Calendar(**fields)
    assert caught.value.status == 422
    return caught.value.code


def test_the_first_rule_that_speaks_decides_a_date():
    saturday, monday, tuesday = date(2026, 7, 11), date(2026, 7, 13), date(2026, 7, 14)
    calendar = Calendar(
        holidays=frozenset({monday}), workdays=frozenset({saturday}), special={tuesday: (), monday: ALL_DAY}
    )
    assert calendar.is_workday(saturday)
    assert calendar.is_workday(monday), "a special date beats a holiday"
    assert not calendar.is_workday(tuesday), "an office without periods is closed"
    assert not calendar.is_workday(date(2026, 7, 12))
    assert calendar.is_workday(date(2026, 7, 15))
    assert calendar.add(at("2026-07-13 10:00"), 1, "workday") == at("2026-07-15 18:00")


def test_periods_are_aware_and_follow_the_season():
    assert [wall(edge) for span in CHINA.periods(date(2026, 4, 30)) for edge in span] == [
        "Thu 2026-04-30 09:00",
        "Thu 2026-04-30 12:00",
        "Thu 2026-04-30 13:30",
        "Thu 2026-04-30 17:30",
    ]
    assert wall(CHINA.periods(date(2026, 5, 6))[1][1]) == "Wed 2026-05-06 18:30"
    assert CHINA.periods(date(2026, 5, 1)) == []


def test_a_special_date_has_its_own_hours():
    calendar = replace(CHINA, special={date(2026, 7, 7): ((time(9), time(11)),)})
    assert wall(calendar.add(at("2026-07-06 10:00"), 1, "workday")) == "Tue 2026-07-07 11:00"
    assert CHINA.special == {}, "a changed copy leaves the first alone"


def test_a_day_with_a_clock_change_has_its_true_length():
    lengths = {
        day: sum(((b - a) for a, b in BERLIN.periods(date(2026, *day))), timedelta()) / timedelta(hours=1)
        for day in [(3, 28), (3, 29), (3, 30), (10, 24), (10, 25), (10, 26)]
    }
    assert lengths == {(3, 28): 24, (3, 29): 23, (3, 30): 24, (10, 24): 24, (10, 25): 25, (10, 26): 24}
    saturday = at("2026-03-28 12:00", BERLIN_ZONE)
    assert BERLIN.add(saturday, 1, "day") == at("2026-03-29 12:00", BERLIN_ZONE), "same wall clock, 23 h later"
    assert BERLIN.add(saturday, 24, "hour") == at("2026-03-29 13:00", BERLIN_ZONE)
    assert BERLIN.measure(saturday, BERLIN.add(saturday, 1, "day"), "day") == 23 * 3600
    assert BERLIN.add(at("2026-03-28 00:00", BERLIN_ZONE), 30, "workhour") == at("2026-03-29 07:00", BERLIN_ZONE)


def test_a_wall_time_that_is_skipped_is_the_moment_of_the_skip():
    start = at("2026-03-28 02:30", BERLIN_ZONE)
    assert BERLIN.add(start, 1, "day") == at("2026-03-29 03:00", BERLIN_ZONE)
    night = replace(BERLIN, hours=(Season((1, 1), (1, 1), ((time(2), time(2, 30)), (time(2, 45), time(4)))),))
    assert night.periods(date(2026, 3, 29)) == [
        (at("2026-03-29 03:00", BERLIN_ZONE), at("2026-03-29 04:00", BERLIN_ZONE))
    ]
    twice = at("2026-10-24 02:30", BERLIN_ZONE)
    assert BERLIN.add(twice, 1, "day") == twice + timedelta(days=1), "of two the first"
    second = at("2026-10-25 02:30", BERLIN_ZONE) + timedelta(hours=1)
    assert BERLIN.add(second, 0, "day") == second, "no day moves nothing, also in the hour that occurs twice"
    assert BERLIN.add(second, Decimal("0.5"), "day") == second + timedelta(hours=12)


def test_a_date_that_a_zone_skipped_is_no_working_day():
    samoa = Calendar(zone="Pacific/Apia")
    assert [samoa.is_workday(date(2011, 12, day)) for day in (29, 30)] == [True, False]
    zone = ZoneInfo("Pacific/Apia")
    assert samoa.add(at("2011-12-29 10:00", zone), 1, "workday") == at("2012-01-02 18:00", zone)


def test_a_workday_starts_on_the_date_of_the_calendar_not_of_utc():
    late = datetime.fromisoformat("2026-07-06T23:30:00+00:00")  # Tuesday 07:30 in Shanghai
    assert wall(CHINA.add(late, 1, "workday")) == "Wed 2026-07-08 18:30"
    assert CHINA.local_date(late) == date(2026, 7, 7)


def test_units_measure_what_they_say():
    start, end = at("2026-04-30 09:00"), at("2026-05-06 18:30")  # a winter day, five days off, a summer day
    natural = 6 * 86_400 + 9 * 3600 + 1800
    assert CHINA.measure(start, end, "hour") == CHINA.measure(start, end, "day") == natural
    assert CHINA.measure(start, end, "workhour") == 7 * 3600 + 7 * 3600 + 1800
    assert CHINA.measure(start, end, "workday") == 2 * 86_400, "each working day weighs the same"
    assert CHINA.measure(at("2026-04-30 09:00"), at("2026-04-30 12:00"), "workday") == 86_400 * 3 // 7
    assert CHINA.span(at("2026-04-30 09:00"), at("2026-04-30 12:00"), "workday") == Fraction(86_400 * 3, 7)


@given(calendars, moments, moments, moments, units)
def test_measure_adds_up_and_never_falls(calendar, a, b, c, unit):
    assert calendar.measure(a, b, unit) + calendar.measure(b, c, unit) == calendar.measure(a, c, unit)
    assert calendar.span(a, b, unit) + calendar.span(b, c, unit) == calendar.span(a, c, unit)
    assert (calendar.measure(a, b, unit) >= 0) if a <= b else (calendar.measure(a, b, unit) <= 0)
    assert abs(calendar.span(a, b, unit) - calendar.measure(a, b, unit)) < 1


@given(opened, opened, opened)
def test_rounded_working_days_still_add_up(a, b, c):
    assert CHINA.measure(a, b, "workday") + CHINA.measure(b, c, "workday") == CHINA.measure(a, c, "workday")


@given(calendars, moments, st.integers(1, 400), st.sampled_from(["hour", "workhour", "workday"]))
def test_add_is_the_first_instant_at_which_the_amount_has_passed(calendar, start, amount, unit):
    size = {"hour": 3600, "workhour": 3600, "workday": 86_400}[unit]
    due = calendar.add(start, amount, unit)
    since = calendar.counts_from(start, amount, unit)
    assert calendar.span(since, due, unit) == amount * size
    assert calendar.span(since, due - timedelta(seconds=1), unit) < amount * size
    assert due >= start.replace(microsecond=0)


@given(calendars, moments, st.integers(0, 400))
def test_days_keep_the_wall_clock(calendar, start, amount):
    zone = ZoneInfo(calendar.zone)
    due, since = calendar.add(start, amount, "day").astimezone(zone), start.astimezone(zone).replace(microsecond=0)
    wanted = since.replace(tzinfo=None) + timedelta(days=amount)
    if wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wanted:
        assert due.replace(tzinfo=None) == wanted
    else:  # a wall time that summer time skips
        assert timedelta() < due.replace(tzinfo=None) - wanted <= timedelta(hours=1)


@given(calendars, moments, moments, st.decimals(0, 40, places=2), st.decimals(0, 40, places=2), units)
def test_add_never_falls_in_start_or_amount(calendar, a, b, few, many, unit):
    (a, b), (few, many) = sorted((a, b)), sorted((few, many))
    assert calendar.add(a, few, unit) <= calendar.add(b, few, unit)
    assert calendar.add(a, few, unit) <= calendar.add(a, many, unit)


@given(calendars, moments, st.fractions(0, 4_000_000), units)
def test_shift_is_the_inverse_of_span(calendar, start, seconds, unit):
    reached = calendar.shift(start, seconds, unit)
    assert calendar.span(start, reached, unit) >= seconds
    if seconds:
        assert calendar.span(start, reached - timedelta(seconds=1), unit) < seconds
    else:
        assert reached == start.replace(microsecond=0)


def test_fractions_of_a_second_are_cut():
    start = at("2026-07-06 11:00:00.999999")
    assert wall(CHINA.add(start, 1, "workhour")) == "Mon 2026-07-06 12:00"
    assert wall(CHINA.add(start, 1, "hour")) == "Mon 2026-07-06 12:00"
    assert wall(CHINA.add(start, 1, "day")) == "Tue 2026-07-07 11:00"


def test_what_cannot_be_counted_is_refused():
    for unit in ("week", "", "Hour"):
        with pytest.raises(Refused, match="clock-unit"):
            CHINA.add(at("2026-07-06 11:00"), 1, unit)
        with pytest.raises(Refused, match="clock-unit"):
            CHINA.measure(at("2026-07-06 11:00"), at("2026-07-06 12:00"), unit)
    with pytest.raises(Refused, match="clock-limit"):
        CHINA.add(at("2026-07-06 11:00"), Decimal("-0.5"), "hour")
    with pytest.raises(ValueError, match="aware"):
        CHINA.add(at("2026-07-06").replace(tzinfo=None), 1, "hour")
    with pytest.raises(ValueError, match="forwards"):
        CHINA.shift(at("2026-07-06 11:00"), -1, "hour")


@pytest.mark.parametrize("unit", ["workhour", "workday"])
def test_a_calendar_that_never_opens_refuses_instead_of_searching_for_ever(unit):
    closed = Calendar(weekly=frozenset())
    with pytest.raises(Refused) as caught:
        closed.add(at("2026-07-06 11:00"), 1, unit)
    assert caught.value.code == "calendar-closed"
    assert caught.value.facts["days"] == 1000
    rare = Calendar(weekly=frozenset(), workdays=frozenset({date(2026, 7, 6), date(2028, 7, 6), date(2030, 7, 5)}))
    assert rare.add(at("2026-07-01 11:00"), 3, "workday") == at("2030-07-05 18:00"), "rare days still count"
    assert rare.add(at("2026-07-01 11:00"), 21, "workhour") == at("2030-07-05 18:00")


@pytest.mark.parametrize(
    "hours",
    [
        (),
        (Season((1, 1), (1, 1), ()),),
        (Season((5, 1), (10, 1), SUMMER),),
        (Season((5, 1), (10, 1), SUMMER), Season((10, 2), (5, 1), SUMMER)),
        (Season((5, 1), (10, 1), SUMMER), Season((9, 1), (5, 1), SUMMER)),
        (Season((1, 1), (1, 1), SUMMER), Season((1, 1), (1, 1), SUMMER)),
        (Season((2, 30), (2, 30), SUMMER),),
        (Season((1, 1), (1, 1), ((time(9), time(9)),)),),
        (Season((1, 1), (1, 1), ((time(12), time(9)),)),),
        (Season((1, 1), (1, 1), ((time(9), time(12)), (time(11), time(14)))),),
        (Season((1, 1), (1, 1), ((time(14), time(18)), (time(9), time(12)))),),
        (Season((1, 1), (1, 1), ((time(9), time(0)), (time(10), time(12)))),),
    ],
)
def test_hours_that_do_not_hold_are_refused(hours):
    assert refusal(hours=hours) == "calendar-hours"


def test_other_calendars_that_are_refused():
    assert refusal(zone="Asia/Nowhere") == "calendar-zone"
    assert refusal(zone="../etc/passwd") == "calendar-zone"
    assert refusal(special={date(2026, 7, 6): ((time(12), time(9)),)}) == "calendar-hours"
    day = frozenset({date(2026, 7, 6)})
    assert refusal(holidays=day, workdays=day) == "calendar-conflict"


def test_hours_that_hold():
    for hours in (
        OFFICE_HOURS,
        SEASONS,
        SEASONS[::-1],
        (Season((1, 1), (1, 1), ALL_DAY),),
        (Season((1, 1), (1, 1), ((time(9), time(12)), (time(12), time(0)))),),
        (Season((1, 1), (5, 1), SUMMER), Season((5, 1), (9, 1), ALL_DAY), Season((9, 1), (1, 1), SUMMER)),
    ):
        assert Calendar(hours=hours).is_workday(date(2026, 7, 6))


def test_rows_are_refused_by_date():
    rows = [DayRow(date(2026, 10, 1), "holiday"), DayRow(date(2026, 10, 10), "workday")]
    calendar = from_rows(rows)
    assert (calendar.is_workday(date(2026, 10, 1)), calendar.is_workday(date(2026, 10, 10))) == (False, True)
    with pytest.raises(Refused) as caught:
        from_rows([*rows, DayRow(date(2026, 10, 2), "Feiertag")])
    assert (caught.value.code, caught.value.facts["day"]) == ("calendar-kind", "2026-10-02")
    with pytest.raises(Refused) as caught:
        from_rows([*rows, DayRow(date(2026, 10, 1), "workday")])
    assert (caught.value.code, caught.value.facts["day"]) == ("calendar-conflict", "2026-10-01")


def test_one_unverified_row_leaves_its_year_unverified():
    rows = [DayRow(date(2026, 1, 1), "holiday", verified=True), DayRow(date(2027, 1, 1), "holiday", verified=True)]
    assert from_rows(rows).verified_years == {2026, 2027}
    assert from_rows([*rows, DayRow(date(2027, 1, 2), "holiday")]).verified_years == {2026}
    assert from_rows([DayRow(date(2027, 1, 2), "holiday"), *rows]).verified_years == {2026}


def test_seasons_are_half_open_and_may_wrap_the_year():
    summer, winter = SEASONS
    edges = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 9, 30), date(2026, 10, 1), date(2026, 1, 1)]
    assert [summer.covers(day) for day in edges] == [False, True, True, False, False]
    assert [winter.covers(day) for day in edges] == [True, False, False, True, True]
    leap = (Season((2, 29), (10, 1), SUMMER), Season((10, 1), (2, 29), ALL_DAY))
    assert Calendar(hours=leap).is_workday(date(2027, 3, 1))


def test_a_calendar_keeps_its_own_copy_of_special_dates():
    special = {date(2026, 7, 7): ()}
    calendar = Calendar(special=special)
    special.clear()
    assert not calendar.is_workday(date(2026, 7, 7))


def test_equal_calendars_are_equal_whatever_they_remember():
    fresh = replace(CHINA)
    CHINA.add(at("2026-07-06 11:00"), 3, "workday")
    assert fresh == CHINA
    assert hash(fresh) == hash(CHINA)


def test_thirty_working_days_take_less_than_a_tenth_of_a_millisecond():
    start = at("2026-01-20 11:00")
    best = float("inf")
    for _ in range(50):
        before = stopwatch.process_time()
        for _ in range(20):
            CHINA.add(start, 30, "workday")
        best = min(best, (stopwatch.process_time() - before) / 20)
    assert best < 100e-6
