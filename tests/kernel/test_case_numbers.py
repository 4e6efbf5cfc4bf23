"""Case numbers: patterns that hold, numbers written and read back, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.errors import Refused
from gezhi.kernel.numbers import Number, Pattern, clean

DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("text", "number", "reach", "scope"),
    [
        ("{area6}{yyyyMMdd}{seq:5}", "4403062026070100012", "day", "4403062026070100000"),
        ("LJ-{yyyyMMdd}-{seq:4}", "LJ-20260701-0012", "day", "LJ-20260701-0000"),
        ("{area9}{yyyy}{MM}{dd}{seq:3}", "44030601020260701012", "day", "44030601020260701000"),
        ("{area12}-{yyyyMM}-{seq:6}", "440306010000-202607-000012", "month", "440306010000-202607-000000"),
        ("12345-{yyyy}{seq:8}", "12345-202600000012", "year", "12345-202600000000"),
        ("{area4}{seq:12}", "4403000000000012", "ever", "4403000000000000"),
        ("{seq:2}{MMdd}{yyyy}{area2}", "120701202644", "day", "000701202644"),
    ],
)
def test_numbers_are_written_and_read_back(text, number, reach, scope):
    pattern = Pattern(text)
    assert pattern.render(area="440306010", on=DAY, serial=12) == number
    assert (pattern.reach, pattern.scope(area="440306010", on=DAY), pattern.length) == (reach, scope, len(number))
    read = pattern.parse(number)
    assert read.serial == 12
    assert "440306010000".startswith(read.area)
    assert read.on == (DAY if reach == "day" else None)
    assert read.year == (None if reach == "ever" else 2026)


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.integers(1, 99_999), st.integers(100_000, 999_999))
def test_reading_is_the_inverse_of_writing(on, serial, area):
    pattern = Pattern("A{area6}{yyyyMMdd}-{seq:5}")
    number = pattern.render(area=str(area), on=on, serial=serial)
    assert pattern.parse(number) == Number(str(area), on.year, on.month, on.day, serial)
    assert pattern.matches(number)
    assert not pattern.matches(number + "0")
    assert not pattern.matches(number[1:])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "sequence"),
        ("{yyyyMMdd}", "sequence"),
        ("{seq:3}{seq:3}", "sequence"),
        ("{area6}{area9}{seq:3}", "area"),
        ("{MM}{seq:3}", "date"),
        ("{yyyy}{dd}{seq:3}", "date"),
        ("{MMdd}{seq:3}", "date"),
        ("{yyyy}{yyyyMMdd}{seq:3}", "date"),
        ("{seq}", "part"),
        ("{seq:0}", "part"),
        ("{seq:13}", "part"),
        ("{area7}{seq:3}", "part"),
        ("{}{seq:3}", "part"),
        ("{seq:3", "character"),
        ("seq}", "character"),
        ("{{seq:3}}", "character"),
        ("lj{seq:3}", "character"),
        ("A/{seq:3}", "character"),
        ("A {seq:3}", "character"),
        ("A" * 38 + "{seq:3}", "length"),
    ],
)
def test_patterns_that_do_not_hold_are_refused(text, reason):
    with pytest.raises(Refused) as caught:
        Pattern(text)
    facts = caught.value.facts
    assert (caught.value.code, caught.value.status, facts["reason"]) == ("number-pattern", 422, reason)
    assert facts["part"], "the sentence names the place"


def test_the_longest_pattern_holds():
    assert Pattern("A" * 37 + "{seq:3}").length == 40


@pytest.mark.parametrize("serial", [0, -1, 1000])
def test_a_serial_that_does_not_fit_is_refused(serial):
    pattern = Pattern("{yyyy}{seq:3}")
    assert pattern.capacity == 999
    assert pattern.render(area="", on=DAY, serial=999) == "2026999"
    with pytest.raises(Refused, match="number-full"):
        pattern.render(area="440306", on=DAY, serial=serial)


@pytest.mark.parametrize("area", ["", "44", "4403", "44030", "4403061", "44O306"])
def test_an_area_that_is_no_code_is_refused(area):
    with pytest.raises(Refused, match="number-area"):
        Pattern("{area6}{seq:3}").render(area=area, on=DAY, serial=1)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "LJ-20260229-0001",
        "LJ-20261301-0001",
        "LJ-20260701-0000",
        "LJ-20260701-001",
        "LJ20260701-0001",
        "XX-20260701-0001",
    ],
)
def test_what_is_no_number_is_refused(number):
    pattern = Pattern("LJ-{yyyyMMdd}-{seq:4}")
    assert not pattern.matches(number)
    with pytest.raises(Refused, match="number-malformed"):
        pattern.parse(number)


def test_numbers_are_read_as_people_type_them():
    assert clean("　ｌｊ－２０２６０７０１－0012\t") == "LJ-20260701-0012"
    assert Pattern("LJ-{yyyyMMdd}-{seq:4}").parse("lj-2026 0701-0012").on == DAY
    assert Pattern("{yyyyMM}{seq:4}").matches("2024021234")
    assert not Pattern("{yyyyMM}{seq:4}").matches("2024131234")
    assert not Pattern("{yyyy}{seq:4}").matches("00001234"), "there is no year 0"
