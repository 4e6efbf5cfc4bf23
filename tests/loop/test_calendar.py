"""The working calendar is filled with public holidays by itself, and what an office changed stays changed."""

from datetime import date

import pytest

from gezhi.kernel.calendar import DayRow
from gezhi.loop import install
from gezhi.loop.models import CalendarDay
from gezhi.loop.service import calendar
from gezhi.loop.service.calendar import fill_year, set_day
from gezhi.loop.store import content
from gezhi.trust.rules import Actor

ROOT = Actor.system("tests")
FIRST_OCTOBER, MADE_UP = date(2026, 10, 1), date(2026, 10, 10)


def test_a_new_installation_knows_the_holidays(office):
    install.install(now=office.now)
    kept = content.content().calendar
    assert not kept.is_workday(FIRST_OCTOBER)
    assert kept.is_workday(MADE_UP)
    assert set(CalendarDay.objects.values_list("day__year", flat=True)) == {2025, 2026, 2027}
    count = CalendarDay.objects.count()
    install.install(now=office.now)
    assert CalendarDay.objects.count() == count


def test_a_day_that_the_office_changed_stays_changed(office):
    fill_year(2026, actor=ROOT, now=office.now)
    set_day(FIRST_OCTOBER, "", actor=ROOT, now=office.now)
    set_day(MADE_UP, "holiday", name_zh="市庆", actor=ROOT, now=office.now)
    assert fill_year(2026, actor=ROOT, now=office.now) == 0
    assert not CalendarDay.objects.filter(day=FIRST_OCTOBER).exists()
    assert CalendarDay.objects.get(day=MADE_UP).name_zh == "市庆"


def test_an_arrangement_announced_later_replaces_the_provisional_days(office, monkeypatch):
    provisional = [
        DayRow(date(2027, 10, day), "holiday", "国庆节", "National Day", verified=False) for day in (1, 2, 3)
    ]
    announced = [DayRow(date(2027, 10, day), "holiday", "国庆节", "National Day", verified=True) for day in (1, 2, 4)]
    monkeypatch.setattr(calendar, "rows_of", lambda _country, _year: provisional)
    assert fill_year(2027, actor=ROOT, now=office.now) == 3
    set_day(date(2027, 10, 2), "workday", actor=ROOT, now=office.now)
    monkeypatch.setattr(calendar, "rows_of", lambda _country, _year: announced)
    assert fill_year(2027, actor=ROOT, now=office.now) == 2
    kept = {row.day.day: (row.kind, row.verified) for row in CalendarDay.objects.filter(day__year=2027)}
    assert kept == {1: ("holiday", True), 2: ("workday", True), 4: ("holiday", True)}


@pytest.mark.parametrize(("country", "day"), [("CN", date(2026, 10, 1)), ("NL", date(2026, 4, 27))])
def test_another_country_has_its_own_holidays(office, settings, country, day):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, country=country)
    assert fill_year(2026, actor=ROOT, now=office.now) > 5
    assert CalendarDay.objects.get(day=day).kind == "holiday"


def test_a_country_that_nobody_knows_leaves_the_year_empty(office, settings):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, country="XX")
    assert fill_year(2026, actor=ROOT, now=office.now) == 0


def test_an_empty_year_is_filled_from_the_page(office):
    from django.test import Client

    client = Client()
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    denied = client.post("/desk/calendar/fill/", {"year": "2024"})
    assert denied.status_code == 403
    assert not CalendarDay.objects.exists()


def test_the_page_fills_a_year_and_says_what_is_not_announced(office):
    from django.test import Client

    from gezhi.trust.service.roles import grant_post

    grant_post("dora", "sysadmin", "city", actor=ROOT, now=office.now)
    client = Client()
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "zh-hans"
    assert "录入法定节假日" in client.get("/desk/calendar/?year=2024").content.decode()
    answer = client.post("/desk/calendar/fill/", {"year": "2024"}, follow=True)
    assert "已录入" in answer.content.decode()
    assert "录入法定节假日" not in answer.content.decode()
    client.post("/desk/calendar/fill/", {"year": "2027"})
    assert "尚未公布" in client.get("/desk/calendar/?year=2027").content.decode()
