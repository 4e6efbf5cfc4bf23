"""Stage clocks: due, used share and light through pauses and extensions, whatever the order, and what they refuse."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.calendars import BERLIN, CHINA, at, wall

from gezhi.kernel.calendar import UNITS
from gezhi.kernel.clock import (
    Clock,
    Limit,
    Pause,
    Remaining,
    begin,
    consumed,
    due,
    extend,
    finish,
    first_due,
    light,
    pause,
    remaining,
    resume,
    share,
)
from gezhi.kernel.errors import Refused

MONDAY = at("2026-07-06 10:00")
seconds = st.integers(0, 60 * 86_400)
limits = st.builds(
    Limit, st.integers(1, 40) | st.sampled_from([Decimal("0.5"), Decimal("2.5")]), st.sampled_from(UNITS)
)
calendars = st.sampled_from([CHINA, BERLIN])


def clock(amount=2, unit="workday", started=MONDAY):
    return Clock("handle", Limit(amount, unit), started)


def paused(since, until, amount=2, unit="workday"):
    return resume(pause(clock(amount, unit), at(since), "waiting"), at(until))


@st.composite
def histories(draw):
    """A clock with up to four pauses and three extensions at any instants."""
    start = at("2026-01-01 00:00") + timedelta(seconds=draw(seconds))
    edges = sorted(draw(st.lists(seconds, min_size=8, max_size=8)))
    count = draw(st.integers(0, 4))
    pauses = tuple(
        Pause(start + timedelta(seconds=edges[2 * n]), start + timedelta(seconds=edges[2 * n + 1]), "waiting")
        for n in range(count)
    )
    return Clock("handle", draw(limits), start, pauses, tuple(draw(st.lists(limits, max_size=3))))


@pytest.mark.parametrize(
    ("since", "until", "unit", "amount", "expected"),
    [
        ("2026-07-07 09:00", "2026-07-07 18:30", "workday", 2, "Thu 2026-07-09 18:30"),  # a whole day moves a day
        ("2026-07-07 18:30", "2026-07-08 09:00", "workday", 2, "Wed 2026-07-08 18:30"),  # a night moves nothing
        ("2026-07-06 11:00", "2026-07-07 09:00", "workday", 2, "Wed 2026-07-08 18:30"),  # the starting day counts not
        ("2026-07-07 09:00", "2026-07-07 12:00", "workday", 2, "Thu 2026-07-09 12:00"),  # 3 h of 7.5 h
        ("2026-07-06 10:00", "2026-07-09 09:00", "workday", 2, "Fri 2026-07-10 18:30"),  # Tuesday and Wednesday
        ("2026-07-06 12:00", "2026-07-06 14:00", "workhour", 6, "Mon 2026-07-06 18:00"),  # lunch moves nothing
        ("2026-07-06 11:00", "2026-07-06 14:30", "workhour", 6, "Tue 2026-07-07 10:00"),  # 1.5 h of it counts
        ("2026-07-06 18:30", "2026-07-07 09:00", "workhour", 8, "Tue 2026-07-07 10:30"),
        ("2026-07-06 22:00", "2026-07-07 04:00", "hour", 24, "Tue 2026-07-07 16:00"),  # hours count at night
        ("2026-07-11 00:00", "2026-07-12 12:00", "day", 7, "Tue 2026-07-14 22:00"),  # and days at weekends
    ],
)
def test_a_pause_moves_the_due_by_what_it_counts(since, until, unit, amount, expected):
    assert wall(due(paused(since, until, amount, unit), CHINA)) == expected


def test_a_whole_day_paused_in_winter_moves_a_whole_day_in_summer():
    winter = Clock("handle", Limit(2, "workday"), at("2026-04-27 10:00"))
    moved = resume(pause(winter, at("2026-04-28 09:00"), "waiting"), at("2026-04-28 17:30"))
    assert wall(due(winter, CHINA)) == "Wed 2026-04-29 17:30"
    assert wall(due(moved, CHINA)) == "Thu 2026-04-30 17:30"
    over = resume(pause(winter, at("2026-04-28 09:00"), "waiting"), at("2026-04-29 17:30"))
    assert wall(due(over, CHINA)) == "Wed 2026-05-06 18:30"


def test_while_paused_nobody_knows_the_due():
    waiting = pause(clock(), at("2026-07-07 10:00"), "waiting")
    assert due(waiting, CHINA) is None
    assert light(waiting, CHINA, at("2026-08-07 10:00")) == "paused"
    before, later = at("2026-07-07 10:00"), at("2026-08-07 10:00")
    assert share(waiting, CHINA, later) == share(clock(), CHINA, before), "the used share stands still"
    assert remaining(waiting, CHINA, later) == remaining(clock(), CHINA, before)
    assert due(resume(waiting, before), CHINA) == due(clock(), CHINA)


def test_late_when_paused_is_as_late_when_resumed():
    running = clock(4, "hour")
    assert light(running, CHINA, at("2026-07-06 16:00")) == "late"
    resumed = resume(pause(running, at("2026-07-06 16:00"), "waiting"), at("2026-07-08 16:00"))
    assert remaining(resumed, CHINA, at("2026-07-08 16:00")) == Remaining(-1, 2, "hour")
    assert share(resumed, CHINA, at("2026-07-08 16:00")) == 1.5


@pytest.mark.parametrize(
    ("now", "expected", "used"),
    [
        ("2026-07-06 10:00", "ok", 0.0),
        ("2026-07-06 17:59:59", "ok", 28_799 / 36_000),
        ("2026-07-06 18:00", "soon", 0.8),
        ("2026-07-06 20:00", "soon", 1.0),
        ("2026-07-06 20:00:00.9", "soon", 1.0),
        ("2026-07-06 20:00:01", "late", 36_001 / 36_000),
        ("2026-07-06 09:00", "ok", 0.0),
    ],
)
def test_lights_change_at_80_and_past_100_percent(now, expected, used):
    running = clock(10, "hour")
    assert light(running, CHINA, at(now)) == expected
    assert share(running, CHINA, at(now)) == used
    assert light(finish(running, max(at(now), MONDAY)), CHINA, at("2027-01-01")) == (
        "done_late" if expected == "late" else "done"
    )


def test_working_days_turn_yellow_by_counted_time():
    week = clock(5)  # Tuesday to Monday; yellow from Monday's opening
    assert light(week, CHINA, at("2026-07-06 23:00")) == "ok"
    assert share(week, CHINA, at("2026-07-06 23:00")) == 0.0
    assert light(week, CHINA, at("2026-07-10 18:29:59")) == "ok"
    assert light(week, CHINA, at("2026-07-10 18:30")) == "soon"
    assert light(week, CHINA, at("2026-07-12 12:00")) == "soon"
    assert light(week, CHINA, at("2026-07-13 18:30")) == "soon"
    assert light(week, CHINA, at("2026-07-13 18:30:01")) == "late", "late also when no office second has passed"
    assert share(week, CHINA, at("2026-07-13 18:30:01")) == 1.0
    assert light(week, CHINA, at("2026-07-07 18:30"), soon=Fraction(1, 5)) == "soon"


def test_used_time_stands_still_once_finished_or_paused():
    running = paused("2026-07-07 09:00", "2026-07-07 14:00", 10, "workhour")
    assert consumed(running, CHINA, at("2026-07-06 09:00")) == 0, "before the start"
    assert consumed(running, CHINA, at("2026-07-06 11:00")) == 3600
    assert consumed(running, CHINA, at("2026-07-07 10:00")) == 6.5 * 3600, "inside the pause"
    assert consumed(running, CHINA, at("2026-07-07 15:00")) == 7.5 * 3600
    ended = finish(running, at("2026-07-07 15:00"))
    assert consumed(ended, CHINA, at("2026-07-08 15:00")) == 7.5 * 3600
    assert consumed(ended, CHINA, at("2026-07-07 14:30")) == 7 * 3600
    assert consumed(clock(3), CHINA, at("2026-07-08 12:00")) == 86_400 + 86_400 * 3 * 2 // 15


def test_finishing_ends_a_pause():
    ended = finish(pause(clock(), at("2026-07-07 09:00"), "waiting"), at("2026-07-20 10:00"))
    assert ended.open_pause is None
    assert ended.pauses[0].until == ended.finished_at == at("2026-07-20 10:00")
    assert light(ended, CHINA, at("2026-08-01 09:00")) == "done"


def test_extensions_add_to_the_limit_and_other_units_follow():
    assert wall(due(extend(clock(), Limit(3, "workday")), CHINA)) == "Mon 2026-07-13 18:30"
    assert wall(due(extend(clock(), Limit(4, "hour")), CHINA)) == "Wed 2026-07-08 22:30"
    assert wall(due(extend(clock(), Limit(2, "workhour")), CHINA)) == "Thu 2026-07-09 11:00"
    several = extend(extend(clock(), Limit(1, "day")), Limit(2, "workhour"))
    assert wall(due(several, CHINA)) == "Fri 2026-07-10 11:00", "working hours, working days, days in this order"
    longer = extend(pause(clock(), at("2026-07-07 09:00"), "waiting"), Limit(1, "workday"))
    assert wall(due(resume(longer, at("2026-07-08 09:00")), CHINA)) == "Fri 2026-07-10 18:30"
    assert share(extend(clock(2, "hour"), Limit(2, "hour")), CHINA, MONDAY + timedelta(hours=1)) == 0.25


@pytest.mark.parametrize(
    ("amount", "unit", "now", "expected"),
    [
        (5, "workday", "2026-07-06 10:00", (1, 5, "workday")),
        (5, "workday", "2026-07-07 09:01", (1, 4, "workday")),
        (5, "workday", "2026-07-13 09:30", (1, 7, "workhour")),
        (5, "workday", "2026-07-13 18:00:30", (1, 29, "workminute")),
        (5, "workday", "2026-07-13 18:29:30", (1, 0, "minute")),
        (5, "workday", "2026-07-13 18:30", (1, 0, "minute")),
        (5, "workday", "2026-07-13 19:00", (-1, 30, "minute")),
        (5, "workday", "2026-07-14 08:30", (-1, 14, "hour")),
        (5, "workday", "2026-07-14 09:10", (-1, 10, "workminute")),
        (5, "workday", "2026-07-14 14:00", (-1, 3, "workhour")),
        (5, "workday", "2026-07-16 09:00", (-1, 2, "workday")),
        (8, "workhour", "2026-07-06 10:00", (1, 8, "workhour")),
        (8, "workhour", "2026-07-07 10:00", (1, 30, "workminute")),
        (8, "workhour", "2026-07-20 10:00", (-1, 67, "workhour")),
        (72, "hour", "2026-07-06 10:00", (1, 72, "hour")),
        (72, "hour", "2026-07-09 09:20", (1, 40, "minute")),
        (72, "hour", "2026-07-09 10:00:59", (-1, 0, "minute")),
        (7, "day", "2026-07-06 11:00", (1, 6, "day")),
        (7, "day", "2026-07-12 11:00", (1, 23, "hour")),
        (7, "day", "2026-07-15 11:00", (-1, 2, "day")),
    ],
)
def test_remaining_gives_the_largest_whole_unit(amount, unit, now, expected):
    running = clock(amount, unit)
    assert remaining(running, CHINA, at(now)) == expected
    assert remaining(finish(running, at(now)), CHINA, at("2027-01-01 00:00")) == expected


def test_the_first_due_of_several_staged_limits():
    contact = Clock("handle", Limit(24, "hour"), MONDAY, label="contact")
    whole = Clock("handle", Limit(5, "workday"), MONDAY, label="whole")
    waiting = pause(Clock("handle", Limit(1, "hour"), MONDAY, label="x"), MONDAY, "waiting")
    done = finish(Clock("handle", Limit(1, "hour"), MONDAY, label="y"), MONDAY)
    assert first_due([whole, waiting, contact, done], CHINA) == (at("2026-07-07 10:00"), contact)
    assert first_due([waiting, done], CHINA) is None


def test_no_clock_runs_twice():
    clocks = begin((), clock())
    assert begin(clocks, replace(clock(), label="contact"))[1].label == "contact"
    assert len(begin(clocks, replace(clock(), stage="reply"))) == 2
    with pytest.raises(Refused, match="clock-running"):
        begin(clocks, clock(9, "hour"))
    waiting = (pause(clocks[0], MONDAY, "waiting"),)
    with pytest.raises(Refused, match="clock-running"):
        begin(waiting, clock())
    assert len(begin((finish(clocks[0], MONDAY),), clock())) == 2, "a new round may start"


def test_moves_that_do_not_fit_are_refused():
    running, waiting = clock(), pause(clock(), at("2026-07-07 10:00"), "waiting")
    done, earlier, later = finish(running, at("2026-07-07 10:00")), at("2026-07-06 09:59"), at("2026-07-07 11:00")
    refused = {
        "clock-paused": [lambda: pause(waiting, later, "again")],
        "clock-not-paused": [lambda: resume(running, later), lambda: resume(resume(waiting, later), later)],
        "clock-reason": [lambda: pause(running, later, ""), lambda: pause(running, later, " \n")],
        "clock-finished": [
            lambda: pause(done, later, "waiting"),
            lambda: resume(done, later),
            lambda: extend(done, Limit(1, "hour")),
            lambda: finish(done, later),
        ],
        "clock-order": [
            lambda: pause(running, earlier, "waiting"),
            lambda: finish(running, earlier),
            lambda: resume(waiting, at("2026-07-07 09:59")),
            lambda: finish(waiting, at("2026-07-07 09:59")),
            lambda: pause(resume(waiting, later), at("2026-07-07 10:59"), "waiting"),
            lambda: finish(resume(waiting, later), at("2026-07-07 10:59")),
            lambda: replace(waiting, pauses=(*waiting.pauses, Pause(later, None, "second"))),
        ],
    }
    for code, moves in refused.items():
        for number, move in enumerate(moves):
            with pytest.raises(Refused) as caught:
                move()
            assert caught.value.code == code, number


@pytest.mark.parametrize(
    "amount", [0, -1, 0.5, True, None, "3", Decimal(0), Decimal("NaN"), Decimal("Infinity"), Decimal("1E-9"), 36_501]
)
def test_amounts_that_are_no_limit_are_refused(amount):
    with pytest.raises(Refused) as caught:
        Limit(amount, "hour")
    assert (caught.value.code, caught.value.status) == ("clock-limit", 422)


def test_limits_from_text():
    assert Limit.of(" 2.5 ", "workday") == Limit(Decimal("2.5"), "workday")
    for text in ("", "two", "1,5", "-1", "0x10"):
        with pytest.raises(Refused, match="clock-limit"):
            Limit.of(text, "hour")
    with pytest.raises(Refused, match="clock-unit"):
        Limit.of("1", "month")


@given(histories(), calendars, st.randoms())
def test_the_same_events_in_any_order_give_the_same_due(history, calendar, random):
    pauses, extensions = list(history.pauses), list(history.extensions)
    random.shuffle(pauses)
    random.shuffle(extensions)
    shuffled = replace(history, pauses=tuple(pauses), extensions=tuple(extensions))
    assert due(shuffled, calendar) == due(history, calendar)


@given(histories(), calendars)
def test_step_by_step_is_the_same_as_at_once(history, calendar):
    built = replace(history, pauses=(), extensions=())
    for wait in history.pauses:
        built = resume(pause(built, wait.since, wait.reason), wait.until)
    for more in history.extensions:
        built = extend(built, more)
    assert built == history
    assert due(built, calendar) == due(history, calendar)


@given(histories(), calendars)
def test_pauses_of_no_length_move_nothing(history, calendar):
    empty = tuple(wait._replace(until=wait.since) for wait in history.pauses)
    assert due(replace(history, pauses=empty), calendar) == due(replace(history, pauses=()), calendar)


@given(histories(), calendars, limits)
def test_an_extension_never_shortens(history, calendar, more):
    assert due(extend(history, more), calendar) >= due(history, calendar)


@given(histories(), calendars)
def test_a_pause_never_shortens_and_a_longer_one_never_gives_less(history, calendar):
    assert due(history, calendar) >= due(replace(history, pauses=()), calendar)
    if history.pauses:
        last = history.pauses[-1]
        longer = (*history.pauses[:-1], last._replace(until=last.until + timedelta(hours=7)))
        assert due(replace(history, pauses=longer), calendar) >= due(history, calendar)


@given(histories(), calendars)
def test_cutting_a_pause_in_two_changes_nothing(history, calendar):
    halves = []
    for wait in history.pauses:
        middle = wait.since + (wait.until - wait.since) // 2
        halves += [wait._replace(until=middle), wait._replace(since=middle)]
    assert due(replace(history, pauses=tuple(halves)), calendar) == due(history, calendar)


@given(st.integers(1, 30), st.sampled_from(["workhour", "workday"]), st.integers(0, 200), st.integers(0, 13 * 3600))
def test_pausing_outside_office_hours_moves_no_working_limit(amount, unit, day, length):
    evening = at("2026-01-04 19:00") + timedelta(days=day)  # closed from 18:30 to 09:00 all year
    running = Clock("handle", Limit(amount, unit), at("2026-01-04 10:00"))
    away = resume(pause(running, evening, "waiting"), evening + timedelta(seconds=length))
    assert due(away, CHINA) == due(running, CHINA)


@given(histories(), calendars, seconds, seconds)
def test_use_never_falls_and_is_whole_at_the_due(history, calendar, first, second):
    first, second = (history.started_at + timedelta(seconds=value) for value in sorted((first, second)))
    assert consumed(history, calendar, first) <= consumed(history, calendar, second)
    order = ("ok", "soon", "late")
    assert order.index(light(history, calendar, first)) <= order.index(light(history, calendar, second))
    moment = due(history, calendar)
    assert light(history, calendar, moment) != "late"
    assert light(history, calendar, moment + timedelta(seconds=1)) == "late"
    later_pauses = any(wait.until > moment for wait in history.pauses)
    if not later_pauses:
        assert share(history, calendar, moment) == 1.0
