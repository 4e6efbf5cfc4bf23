"""Scores from end to end, in both languages: worked out, opened to the cases, appealed, judged, counted anew."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from journey_office import now
from journey_site import settle

from gezhi.loop import service
from gezhi.loop.models import Case, ScoreAppeal, ScoreRun
from gezhi.loop.scores import service as scores

LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])
RATED = {"contacted": True, "satisfaction": "satisfied", "solved": "solved"}
WORDS = "当日三次拨打未接，通话清单附后。"


def last_month(day):
    """Nine o'clock of a day of the month before this one."""
    first = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    return timezone.make_aware(datetime.combine(first.replace(day=day), time(9)))


def told_late(office, count):
    """Cases of last month that their unit signed, but whose citizens it called only a fortnight later."""
    made = []
    for n in range(count):
        at = last_month(4) + timedelta(minutes=n)
        report = service.Report(text=f"书院路 {n + 1} 号路灯不亮", channel="hotline")
        case = service.receive(report, actor=office.actor("olive"), now=at).moved.case
        for move, by, data, later in (
            ("accept", "olive", {"matter": "010404", "kind": "complaint"}, timedelta(minutes=1)),
            ("dispatch", "dora", {"unit": office.units["urban_management"].pk}, timedelta(minutes=2)),
            ("sign", "hugo", {}, timedelta(minutes=9)),
            ("contact", "hugo", {"reached": "reached", "note": "已约定检修"}, timedelta(days=14)),
            ("reply", "hugo", {"outcome": "solved", "reply": "灯头已更换，今晚亮灯。"}, timedelta(days=15)),
            ("review_pass", "lena", {}, timedelta(days=15, hours=1)),
            ("callback", "cal", RATED, timedelta(days=16)),
        ):
            service.move(case, move, data, actor=office.actor(by), now=at + later)
        made.append(case)
    return made


def figure(site, page, run, unit):
    """The first figure of a unit on the page of a run, opened to the cases behind it."""
    site.open(page, f"/desk/scores/{run.pk}/")
    page.locator(f"td a[href*='unit={unit.pk}&indicator=response']").first.click()
    settle(page)


@LANGUAGES
def test_a_month_is_scored_appealed_and_scored_again(site, language):
    office = site.office
    unit, cases = office.units["urban_management"], told_late(office, 6)
    eva, lena, sue = (site.page(who, language=language) for who in ("eva", "lena", "sue"))

    site.open(eva, "/desk/scores/new/")
    with eva.expect_navigation():
        eva.locator("main form button.primary").click()  # last month stands in the form
    run = ScoreRun.objects.get()
    assert eva.locator("#progress").count() == 1
    scores.work(run.pk, now=now())  # what the worker does
    eva.locator(f"form[action$='/{run.pk}/publish/'] button").wait_for()  # the page looks again by itself
    line = eva.locator("tr", has=eva.locator(f"a[href*='unit={unit.pk}&indicator=response']")).first
    assert "0.00 %" in line.inner_text()
    with eva.expect_navigation():
        eva.locator(f"form[action$='/{run.pk}/publish/'] button").click()
    assert ScoreRun.objects.get().state == "published"

    figure(site, lena, run, unit)
    numbers = set(Case.objects.filter(pk__in=cases).values_list("number", flat=True))
    shown = {number for number in numbers if number in lena.inner_text("main")}
    assert shown == numbers
    lena.locator("main td a[href*='appeals/new']").first.click()
    settle(lena)
    lena.fill("#f-words", WORDS)
    with lena.expect_navigation():
        lena.locator("main form button.primary").click()
    asked = ScoreAppeal.objects.get()

    site.open(sue, "/desk/scores/appeals/")
    sue.locator(f"a[href$='/appeals/{asked.pk}/review/']").click()
    settle(sue)
    assert WORDS in sue.inner_text("main")
    sue.locator("label:has([name=uphold][value=yes])").click()
    sue.fill("#f-words", "通话清单属实")
    sue.select_option("#f-reason", index=1)
    with sue.expect_navigation():
        sue.locator("main form button.primary").click()
    asked.refresh_from_db()
    assert asked.state == "upheld"

    site.open(eva, f"/desk/scores/{run.pk}/")
    with eva.expect_navigation():
        eva.locator(f"form[action$='/{run.pk}/revise/'] button").click()
    again = ScoreRun.objects.exclude(pk=run.pk).get()
    scores.work(again.pk, now=now())
    figure(site, eva, again, unit)
    left = Case.objects.get(pk=asked.case_id).number
    assert left not in eva.inner_text("main table")
    assert all(number in eva.inner_text("main table") for number in numbers - {left})
    assert site.faults == []
