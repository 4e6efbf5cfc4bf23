"""A day of the office in both languages: each role at its own desk, and one person of a small office at all of them."""

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from journey_office import CITY, PASSWORD, ROOT, now
from journey_site import act, choose, settle

from gezhi.loop.models import Case, Step
from gezhi.trust.rules import SMALL_OFFICE
from gezhi.trust.service import acts, set_office
from gezhi.trust.service.roles import grant_post

MOBILE = "13812346207"
LAMP = "书院路 45 号门口的路灯三天不亮，老人晚上出门危险。"
LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])
WORDS = {
    "zh-hans": {"lamp": "路灯", "why": "职责清单", "none": "没有待回访的工单"},
    "en": {"lamp": "Street lights", "why": "Dispatch catalogue", "none": "No call-back waits here"},
}


def take_call(site, page, language):
    """The operator writes down what a caller says and hands it on."""
    site.open(page, "/desk/call/")
    page.keyboard.press("Alt+0")
    page.keyboard.insert_text(MOBILE)
    page.fill("#f-text", LAMP)
    page.fill("#f-place", "书院路 45 号")
    choose(page, "matter", WORDS[language]["lamp"])
    page.locator("label:has([name=kind][value=complaint])").click()
    page.keyboard.press("F9")
    page.locator("#messages .notice.is-good").wait_for()
    return Case.objects.get()


def from_list(site, page, path, case):
    """Open a case where its reader finds it, in a list of his."""
    site.open(page, path)
    page.locator(f".rows a.t[href^='/desk/{case.pk}/']").first.click()
    settle(page)


def stored(case, state, **facts):
    row = Case.objects.get(pk=case.pk)
    assert row.state == state
    assert {name: getattr(row, name) for name in facts} == facts


@LANGUAGES
def test_every_role_does_its_part_of_a_day(site, language):
    said = WORDS[language]
    olive, dora, hugo, lena, sue, cal, eva = (
        site.page(who, language=language) for who in ("olive", "dora", "hugo", "lena", "sue", "cal", "eva")
    )
    case = take_call(site, olive, language)
    stored(case, "received", kind="complaint", matter="010404", channel="hotline")

    from_list(site, dora, "/desk/", case)
    act(dora, "accept")
    assert said["why"] in dora.inner_text("#h-unit")
    act(dora, "dispatch")
    stored(case, "dispatched", lead_id=site.office.units["urban_management"].pk)

    from_list(site, sue, "/desk/?tab=open", case)
    act(sue, "supervise", reason="居民三次来电，请今日答复")

    act(hugo_at(site, hugo, case), "sign")
    act(hugo, "supervise_answer", note="今晚八时前修复")
    act(hugo, "contact", reached="reached", note="约定今晚检修")
    act(hugo, "reply", outcome="solved", reply="已派人查看。")
    from_list(site, lena, "/desk/?tab=to_review", case)
    assert "已派人查看。" in lena.inner_text("main")
    act(lena, "review_back", reason="没有说明何时修好")
    act(hugo_at(site, hugo, case), "reply", outcome="solved", reply="灯头已更换，今晚六时亮灯。")
    from_list(site, lena, "/desk/?tab=to_review", case)
    act(lena, "review_pass")
    site.open(sue, "/desk/supervision/")
    assert Case.objects.get(pk=case.pk).number in sue.inner_text("main")

    site.open(cal, "/desk/callbacks/next/")
    assert cal.url.startswith(f"{site.url}/desk/{case.pk}/")
    assert "灯头已更换，今晚六时亮灯。" in cal.inner_text("main")
    act(cal, "callback", contacted="1", satisfaction="satisfied", solved="solved")
    stored(case, "closed", satisfaction="satisfied", solved="solved")
    site.open(cal, "/desk/callbacks/")
    assert said["none"] in cal.inner_text("main")

    site.open(eva, "/desk/scores/")
    assert eva.locator("a[href='/desk/scores/new/']").count() == 1
    assert site.faults == []


def hugo_at(site, page, case):
    """The handler with the case open."""
    from_list(site, page, "/desk/?tab=open", case)
    return page


ALL = ("operator", "dispatcher", "handler", "unit_lead", "supervisor", "callback", "evaluator")


def lone_clerk(site):
    """A town of one clerk who holds every post but those of the administrators."""
    set_office("profile", SMALL_OFFICE, actor=ROOT, now=now())
    unit = apps.get_model("trust", "Unit").objects.get(code=CITY)
    apps.get_model("trust", "User").objects.create(
        username="wu", display_name="吴敏", unit=unit, password=make_password(PASSWORD), password_changed_at=now()
    )
    for role in ALL:
        grant_post("wu", role, CITY, actor=ROOT, now=now())
    acts.look_again()


@LANGUAGES
def test_one_person_does_it_all(site, language):
    lone_clerk(site)
    wu = site.page("wu", language=language)
    case = take_call(site, wu, language)
    site.open(wu, f"/desk/{case.pk}/")
    act(wu, "accept")
    act(wu, "dispatch")
    act(wu, "sign")
    act(wu, "contact", reached="reached", note="约定今晚检修")
    act(wu, "supervise", reason="今日办结")
    act(wu, "supervise_answer", note="今晚八时前修复")
    act(wu, "reply", outcome="solved", reply="已修复，今晚亮灯。")
    act(wu, "review_pass")
    site.open(wu, "/desk/callbacks/next/")
    act(wu, "callback", contacted="1", satisfaction="very", solved="solved")
    stored(case, "closed", satisfaction="very")
    by = set(Step.objects.filter(case=case).values_list("actor", flat=True))
    assert by == {str(apps.get_model("trust", "User").objects.get(username="wu").pk)}
    for path in ("/desk/", "/desk/supervision/", "/desk/callbacks/", "/desk/scores/", "/desk/documents/"):
        site.open(wu, path)
        assert wu.locator("h1").count() == 1
    assert site.faults == []
