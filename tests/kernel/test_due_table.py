"""When limits fall due, row by row: (start, amount, unit, due, remark), each with its weekdays."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.kernel.calendars import CHINA, HOLIDAYS, SEASONS, WORKDAYS, wall
from tests.kernel.calendars import at as local

from gezhi.kernel.calendar import from_rows
from gezhi.kit import public_holidays

ROWS = [
    # workday: counted from the next working day, due when the office closes
    ("Mon 2026-07-06 10:00", 1, "workday", "Tue 2026-07-07 18:30", "the starting day does not count"),
    ("Mon 2026-07-06 00:00", 1, "workday", "Tue 2026-07-07 18:30", "midnight belongs to the day that begins"),
    ("Mon 2026-07-06 23:59:59", 1, "workday", "Tue 2026-07-07 18:30", "nor does its last second"),
    ("Mon 2026-07-06 18:30", 1, "workday", "Tue 2026-07-07 18:30", "at the closing minute"),
    ("Fri 2026-07-10 17:00", 1, "workday", "Mon 2026-07-13 18:30", "over a weekend"),
    ("Sat 2026-07-11 10:00", 1, "workday", "Mon 2026-07-13 18:30", "started on Saturday: Monday is the first"),
    ("Sun 2026-07-12 23:00", 2, "workday", "Tue 2026-07-14 18:30", "started on Sunday"),
    ("Mon 2026-07-06 10:00", 5, "workday", "Mon 2026-07-13 18:30", "five working days, one weekend"),
    ("Mon 2026-07-06 10:00", 30, "workday", "Mon 2026-08-17 18:30", "thirty working days, six weekends"),
    ("Tue 2025-09-30 16:00", 1, "workday", "Thu 2025-10-09 17:30", "National Day 2025, eight days off"),
    ("Tue 2025-09-30 16:00", 3, "workday", "Sat 2025-10-11 17:30", "Saturday 11 October 2025 is a make-up day"),
    ("Tue 2025-09-30 16:00", 4, "workday", "Mon 2025-10-13 17:30", "and Sunday 12 October is not"),
    ("Fri 2025-09-26 16:00", 1, "workday", "Sun 2025-09-28 18:30", "Sunday 28 September 2025 is a make-up day"),
    ("Wed 2026-09-30 16:00", 1, "workday", "Thu 2026-10-08 17:30", "National Day 2026, winter hours from 1 October"),
    ("Wed 2026-09-30 16:00", 3, "workday", "Sat 2026-10-10 17:30", "Saturday 10 October 2026 is a make-up day"),
    ("Fri 2026-09-18 16:00", 1, "workday", "Sun 2026-09-20 18:30", "Sunday 20 September 2026 is a make-up day"),
    ("Thu 2026-09-24 16:00", 1, "workday", "Mon 2026-09-28 18:30", "Mid-Autumn 2026"),
    ("Sat 2026-02-14 10:00", 1, "workday", "Tue 2026-02-24 17:30", "Spring Festival 2026, started on a make-up day"),
    ("Fri 2026-02-13 10:00", 1, "workday", "Sat 2026-02-14 17:30", "the make-up Saturday before it counts"),
    ("Wed 2026-02-18 10:00", 5, "workday", "Sat 2026-02-28 17:30", "inside the festival; make-up Saturday is fifth"),
    ("Mon 2025-01-27 17:00", 1, "workday", "Wed 2025-02-05 17:30", "Spring Festival 2025"),
    ("Fri 2025-01-24 17:00", 1, "workday", "Sun 2025-01-26 17:30", "Sunday 26 January 2025 is a make-up day"),
    ("Wed 2025-12-31 17:00", 1, "workday", "Sun 2026-01-04 17:30", "year end; Sunday 4 January 2026 is a make-up day"),
    ("Wed 2025-12-31 17:00", 2, "workday", "Mon 2026-01-05 17:30", "year end, two days"),
    ("Thu 2026-04-30 10:00", 1, "workday", "Wed 2026-05-06 18:30", "Labour Day; summer hours when it is over"),
    ("Tue 2026-04-28 10:00", 2, "workday", "Thu 2026-04-30 17:30", "the last winter day"),
    ("Thu 2026-06-18 10:00", 1, "workday", "Mon 2026-06-22 18:30", "Dragon Boat"),
    # shares of a working day start at once
    ("Mon 2026-01-12 09:00", "0.5", "workday", "Mon 2026-01-12 14:00", "half of 7 h: 3 h + 0.5 h after lunch"),
    ("Mon 2026-01-12 15:30", "0.5", "workday", "Tue 2026-01-13 10:30", "2 h left today of 3.5 h"),
    ("Sat 2026-01-10 15:30", "0.5", "workday", "Mon 2026-01-12 14:00", "half a day from Saturday"),
    ("Mon 2026-01-12 15:30", "1.5", "workday", "Wed 2026-01-14 14:00", "above one day the next day counts"),
    # workhour
    ("Mon 2026-07-06 09:00", 1, "workhour", "Mon 2026-07-06 10:00", "inside the morning"),
    ("Mon 2026-07-06 11:30", 1, "workhour", "Mon 2026-07-06 14:30", "over lunch"),
    ("Mon 2026-07-06 11:00", 1, "workhour", "Mon 2026-07-06 12:00", "due at the closing minute, not at reopening"),
    ("Mon 2026-07-06 12:00", 1, "workhour", "Mon 2026-07-06 15:00", "started at the closing minute"),
    ("Mon 2026-07-06 12:30", 1, "workhour", "Mon 2026-07-06 15:00", "started at lunch"),
    ("Mon 2026-07-06 07:00", 1, "workhour", "Mon 2026-07-06 10:00", "before opening"),
    ("Mon 2026-07-06 18:30", 1, "workhour", "Tue 2026-07-07 10:00", "after closing"),
    ("Fri 2026-07-10 18:00", 1, "workhour", "Mon 2026-07-13 09:30", "over a weekend"),
    ("Tue 2025-09-30 18:00", 1, "workhour", "Thu 2025-10-09 09:30", "over National Day"),
    ("Thu 2026-04-30 17:00", 8, "workhour", "Wed 2026-05-06 18:30", "0.5 h of winter, 7.5 h of summer"),
    ("Wed 2026-09-30 18:00", 8, "workhour", "Fri 2026-10-09 09:30", "0.5 h of summer, 7 h and 0.5 h of winter"),
    ("Wed 2025-12-31 17:00", 4, "workhour", "Sun 2026-01-04 14:00", "year end into a make-up Sunday"),
    ("Mon 2026-07-06 09:00", "0.25", "workhour", "Mon 2026-07-06 09:15", "a quarter"),
    # natural units
    ("Fri 2025-09-26 23:30", 2, "hour", "Sat 2025-09-27 01:30", "hours count at night"),
    ("Tue 2025-09-30 18:00", 24, "hour", "Wed 2025-10-01 18:00", "and on holidays"),
    ("Wed 2025-12-31 23:00", 2, "hour", "Thu 2026-01-01 01:00", "year end"),
    ("Tue 2025-09-30 18:00", 7, "day", "Tue 2025-10-07 18:00", "calendar days, holidays included"),
    ("Sat 2026-02-28 08:15", 1, "day", "Sun 2026-03-01 08:15", "end of February"),
    ("Wed 2028-02-23 08:15", 7, "day", "Wed 2028-03-01 08:15", "a leap year"),
    ("Sat 2026-02-28 08:00", "1.5", "day", "Sun 2026-03-01 20:00", "a day and a half"),
]


def stated(text: str) -> datetime:
    """The instant of a row, once its weekday has been checked against the date."""
    weekday, moment = text.split(" ", 1)
    assert datetime.fromisoformat(moment).strftime("%a") == weekday, text
    return local(moment)


@pytest.mark.parametrize(("start", "amount", "unit", "due", "remark"), ROWS, ids=[row[4] for row in ROWS])
def test_due(start, amount, unit, due, remark):
    stated(due)
    assert wall(CHINA.add(stated(start), Decimal(amount), unit)) == due, remark


@pytest.mark.parametrize("year", [2025, 2026])
def test_library_rows_make_the_announced_calendar(year):
    calendar = from_rows(public_holidays.rows(year), hours=SEASONS)
    announced = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    assert [calendar.is_workday(day) for day in announced] == [CHINA.is_workday(day) for day in announced]
    assert calendar.verified_years == {year}
    assert calendar.workdays == {day for day in WORKDAYS if day.year == year}
    assert calendar.holidays <= {day for day in HOLIDAYS if day.year == year}


def test_library_rows_are_named_in_both_languages_and_in_order():
    found = public_holidays.rows(2026)
    assert [row.day for row in found] == sorted(row.day for row in found)
    assert {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"} <= {row.name_zh for row in found}
    assert all(row.name_zh and row.name_en and row.verified for row in found)
    swapped = next(row for row in found if row.day == date(2026, 1, 2))
    assert swapped.name_en == "Day off (substituted from 2026-01-04)"


def test_a_year_that_is_not_announced_is_not_verified():
    found = public_holidays.rows(public_holidays.ANNOUNCED_UNTIL + 1)
    assert found
    assert not any(row.verified for row in found)
    calendar = from_rows([*public_holidays.rows(2026), *found])
    assert calendar.is_verified(local("2026-12-01 09:00"), local("2026-12-31 23:59"))
    assert not calendar.is_verified(local("2026-12-01 09:00"), local("2027-01-01 00:00"))
