"""A resident in both languages, by keyboard and in large type read aloud; a link and the field in English."""

from datetime import timedelta

import pytest
from django.utils import timezone
from journey_site import AXE, PHONE, hindrances, overflow, settle
from test_journey_field import asked, go, look, phone, quiet, reported, sent
from test_journey_links import ASK, NAME, NUMBER, case_of, into

from gezhi.loop.links import service
from gezhi.loop.models import Case, FieldAct, Link, Step
from gezhi.loop.service import case_token

LANGUAGES = ("zh-hans", "en")
TEXT = "书院路 45 号门口的路灯已经三天不亮了，晚上老人走路很危险。"
TABS = 60
HEARD = """() => {
  window.heard = [];
  speechSynthesis.speak = (said) => { window.heard.push([said.lang, said.text]); };
  speechSynthesis.cancel = () => { window.heard.push(['', 'stop']); };
}"""


def reach(page, selector):
    """By Tab alone until the focus stands there, and is seen to stand there."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def accepted_by_axe(page):
    assert not AXE.exists() or hindrances(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_reported_followed_and_rated_without_a_pointer(site, language):
    page = site.page(size=PHONE, language=language)
    keys = page.keyboard
    site.open(page, "/")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.skip')"), "the first stop leads past the bar"
    reach(page, "main a[href='/report/']")
    with page.expect_navigation():
        keys.press("Enter")
    settle(page)
    for name, words in (("text", TEXT), ("place", "书院路 45 号")):
        reach(page, f"[name={name}]")
        keys.insert_text(words)
    reach(page, "[name=who]")
    keys.press("ArrowRight")
    assert page.locator("[name=who][value=anonymous]").is_checked()
    reach(page, "main form button.primary")
    with page.expect_navigation():
        keys.press("Enter")
    page.locator("#secret").wait_for()
    accepted_by_axe(page)
    case = Case.objects.get()
    assert case.anonymous
    reach(page, "main a.btn.primary")
    with page.expect_navigation():
        keys.press("Enter")
    assert case.number in page.inner_text("main")
    site.office.to("verifying", str(case.pk))
    page.reload()
    settle(page)
    accepted_by_axe(page)
    reach(page, ".answer a.btn.primary")
    with page.expect_navigation():
        keys.press("Enter")
    settle(page)
    for name in ("solved", "satisfaction"):
        reach(page, f"[name={name}]")
        keys.press("Space")
    reach(page, "main form button.primary")
    with page.expect_navigation():
        keys.press("Enter")
    assert Step.objects.filter(case=case, move="rate").count() == 1
    assert site.faults == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_type_and_the_answer_read_aloud(site, language):
    case = site.office.to("verifying", site.office.receive(TEXT, matter="010404", kind="complaint"))
    page = site.page(size=PHONE, language=language)
    page.add_init_script(f"({HEARD})()")
    site.open(page, f"/f/{case_token(case)}/")
    usual = page.evaluate("getComputedStyle(document.querySelector('main p')).fontSize")
    page.locator("[name=size][value=elder]").click()
    settle(page)
    assert page.locator("html[data-size=elder]").count() == 1
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)") > float(usual[:-2])
    accepted_by_axe(page)
    button = page.locator("[data-read-aloud]")
    button.press("Enter")
    page.wait_for_timeout(100)
    said = page.evaluate("window.heard.filter((one) => one[0])")
    whole = "".join(text for _, text in said)
    assert "路灯已修复，今晚起正常亮灯。" in whole
    assert {tongue.lower()[:2] for tongue, _ in said} == {language[:2]}
    assert button.get_attribute("aria-pressed") == "true"
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    assert site.faults == []


def test_a_link_in_english_from_the_digits_to_the_case(site):
    case = case_of(site)
    day = timezone.localdate(timezone.now() + timedelta(days=2))
    wish = service.Wish(NAME, NUMBER, ASK, day)
    link = service.send(case, wish, actor=site.office.actor("hugo"), now=timezone.now())
    person = site.page(size=PHONE, language="en", scripts=False)
    person.goto(f"{site.url}/l/{link.token}/")
    into(person)
    person.locator("form[action$='/sign/'] button").click()
    person.locator(".notice.is-good").wait_for()
    assert "You are taking care of it" in person.inner_text("h1")
    person.locator("#finish label:has([value=done])").click()
    person.fill("#f-finish-words", "The lamp is changed.")
    person.locator("#finish button.primary").click()
    person.wait_for_url("**/?said=finish")
    desk = site.page("hugo", language="en")
    site.open(desk, "/desk/links/")
    desk.get_by_role("link", name="Look at the answer").click()
    settle(desk)
    desk.locator("#approve button.primary").click()
    desk.locator("#messages .notice.is-good").wait_for()
    assert "Taken over" in desk.inner_text("#messages")
    assert Link.objects.get().state == "approved"
    assert site.faults == []


def test_the_field_in_english_without_a_line_and_with_one(site, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path / "files"
    task = asked(site, reported(site))
    page = phone(site, "en")
    page.context.set_offline(True)
    go(site, page, f"/field/tasks/{task.pk}/")
    page.get_by_text("Your position is known to 15 m").or_(page.get_by_text("15 m")).first.wait_for()
    look(page)
    page.locator(".field-kept").wait_for()
    assert not FieldAct.objects.exists()
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    sent(page)
    assert FieldAct.objects.get().kind == "before"
    assert quiet(site) == []
