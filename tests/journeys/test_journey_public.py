"""From a report for a parent to the public list: told, looked at, hidden where it must be, followed, taken off."""

import io

import pytest
from journey_public import MEANT, TEXT, answered, digits, shown
from journey_screens import photo
from journey_site import PHONE, hindrances, overflow, settle
from PIL import Image

from gezhi.kit import uploads
from gezhi.loop.models import Case, PublicCase, PublicPhoto


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_somebody_reports_for_a_parent_on_a_phone(site, scripts):
    page = site.page(size=PHONE, scripts=scripts)
    site.open(page, "/report/")
    page.fill("[name=text]", "小区大门没有坡道，轮椅进不去")
    page.fill("[name=place]", "南湖路")
    page.locator("#behalf summary").click()
    page.select_option("[name=behalf]", "parent")
    page.locator("label:has([name=who][value=phone])").click()
    page.fill("[name=phone]", "13812346207")
    page.locator("main form button.primary").click()
    page.locator("#errors").wait_for()
    assert page.locator("#f-behalf_name").is_visible(), "the part with the mistake is open"
    page.fill("[name=behalf_name]", MEANT)
    page.fill("[name=name]", "王小明")
    page.locator("main form button.primary").click()
    page.locator("#secret").wait_for()
    link = page.locator(".number + .number a").get_attribute("href")
    other = site.page(size=PHONE, scripts=scripts)
    site.open(other, link)
    other.locator("main details summary").last.click()
    assert "轮椅进不去" in other.inner_text("main")
    assert other.locator("main form").count() == 0
    assert hindrances(other) == [] if scripts else True
    assert overflow(other) <= 0
    assert Case.objects.get().behalf.relation == "parent"
    assert [fault for fault in site.faults if "422" not in fault] == [], "the form that was refused once is no fault"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_everybody_finds_a_case_and_nobody_in_it(site, scripts):
    entry = shown(site.office, photo())
    page = site.page(size=PHONE, scripts=scripts)
    site.open(page, "/")
    page.locator("main a[href='/public/']").click()
    page.fill("[name=q]", "路灯")
    page.locator("form.seek button.primary").click()
    page.locator(".cases a").first.click()
    page.locator("h1.hero").wait_for()
    assert page.url.endswith(f"/public/{entry.slug}/")
    assert digits(page) == []
    assert "王小明" not in page.inner_text("main")
    assert "今晚起正常亮灯" in page.inner_text("main")
    assert page.locator(".photos img").count() == 1
    assert page.locator("link[rel=alternate]").get_attribute("href").endswith("/feed.atom")
    assert overflow(page) <= 0
    if scripts:
        assert hindrances(page) == []
    site.open(page, "/public/?q=13812346207")
    assert page.locator(".cases li").count() == 0
    assert site.faults == []


def test_large_type_and_reading_aloud_where_the_browser_can_speak(site):
    shown(site.office)
    page = site.page(size=PHONE)
    site.open(page, "/public/")
    page.locator("[name=size][value=elder]").click()
    settle(page)
    assert page.locator("html[data-size=elder]").count() == 1
    assert overflow(page) <= 0
    assert page.locator("[data-read-aloud]").is_visible()
    silent = site.page(size=PHONE)
    silent.add_init_script("delete Object.getPrototypeOf(window).speechSynthesis; delete window.speechSynthesis")
    site.open(silent, "/public/")
    silent.locator("[data-read-aloud]").wait_for(state="hidden")
    bare = site.page(size=PHONE, scripts=False)
    site.open(bare, "/public/")
    assert not bare.locator("[data-read-aloud]").is_visible()


def test_the_desk_hides_part_of_a_photo_by_drawing(site):
    case = answered(site.office, photo())
    page = site.page("dora")
    site.open(page, "/desk/public/")
    page.locator(".rows a.t").first.click()
    page.locator("[data-areas-ready]").wait_for()
    assert TEXT in page.inner_text("form.review")
    assert "13812346207" not in page.input_value("[name=text]")
    page.locator(".frame svg").scroll_into_view_if_needed()
    box = page.locator(".frame svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.8, steps=4)
    page.mouse.up()
    assert page.locator(".frame rect").count() == 1
    assert page.locator("[name=photo]").is_checked()
    assert hindrances(page) == []
    page.locator("button[value=allow]").click()
    page.locator("#messages .notice.is-good").wait_for()
    left, top, width, height = PublicPhoto.objects.get().areas[0]
    assert (round(left), round(top), round(width), round(height)) == pytest.approx((50, 20, 40, 60), abs=2)
    assert Image.open(io.BytesIO(uploads.read(PublicPhoto.objects.get().digest))).size == (1200, 900)
    assert PublicCase.objects.get(case=case).state == "shown"
    assert site.faults == []


def test_the_form_in_a_frame_takes_a_report_without_a_cookie(site, settings):
    settings.GEZHI_EMBED_ORIGINS = ("https://www.example.gov.cn",)
    page = site.page(size=PHONE, scripts=False)
    site.open(page, "/embed/report/?lang=en")
    page.fill("[name=text]", "The lamp at the gate is dark")
    page.fill("[name=place]", "Nanhu Road")
    page.locator("label:has([name=who][value=anonymous])").click()
    page.locator("main form button.primary").click()
    page.locator("#secret").wait_for()
    assert "received" in page.inner_text("h1")
    assert Case.objects.get().number in page.inner_text("main")
    assert overflow(page) <= 0
