"""What scripts add, in Chromium: a call by keyboard alone, keys of a list, drafts that survive, access for all."""

import pytest
from browser_site import AXE, running

from gezhi.loop.models import Case, Step

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def site(committing_db):
    with running() as site:
        yield site


def test_a_question_is_answered_and_a_call_dispatched_by_keyboard_alone(site):
    page = site.page("dora")
    site.open(page, "/desk/call/")
    keys = page.keyboard
    keys.press("Alt+0")
    keys.type("13812346207")
    keys.press("Alt+t")
    keys.type("工地夜里几点以后不能施工？")
    keys.press("Alt+k")
    keys.press("Space")
    keys.press("Alt+m")
    keys.type("噪声")
    keys.press("Enter")
    keys.press("Alt+r")
    keys.type("22 点至次日 6 点不能施工。")
    with page.expect_navigation():
        keys.press("F2")
    row = Case.objects.get()
    assert (row.state, row.kind, row.channel) == ("closed", "consult", "hotline")

    site.open(page, "/desk/call/")
    keys.press("Alt+0")
    keys.type("13812346207")
    keys.press("Alt+t")
    page.wait_for_selector("#past .past li b")
    keys.type("丽江新城北门工地又开工了")
    keys.press("Alt+m")
    keys.type("噪声")
    keys.press("Enter")
    keys.press("Alt+u")
    keys.type("housing")
    keys.press("Enter")
    with page.expect_navigation():
        keys.press("F4")
    new = Case.objects.exclude(pk=row.pk).get()
    assert (new.state, new.matter, new.lead.code) == ("dispatched", "0102", "housing")
    assert site.faults == []


def test_a_key_held_down_or_pressed_behind_a_dialog_ends_no_call(site):
    """F6 takes the first case that fits and waits for a second press: a finger that stays too long is none."""
    main = site.office.receive("工地夜里施工", phone="13812346207", matter="0102")
    page = site.page("dora")
    site.open(page, "/desk/call/")
    page.keyboard.press("Alt+0")
    page.keyboard.type("13812346207")
    page.keyboard.press("Alt+t")
    page.wait_for_selector("#past .past li b")
    page.keyboard.type("又开工了")
    held = "new KeyboardEvent('keydown', {key: 'F6', repeat: true, bubbles: true})"
    sent = "() => document.querySelector('form[data-call]').dataset.sent || ''"
    page.keyboard.press("F6")
    for _ in range(3):
        page.evaluate(f"() => document.activeElement.dispatchEvent({held})")
    assert page.evaluate(sent) == ""
    page.keyboard.press("Alt+s")
    page.wait_for_selector("dialog[open]")
    for key in ("F9", "F4", "F6"):
        page.keyboard.press(key)
    assert page.evaluate(sent) == ""
    page.keyboard.press("Escape")
    page.keyboard.press('Control+"')
    assert Step.objects.filter(case=main).count() == 1
    with page.expect_navigation():
        page.keyboard.press("F6")
    assert Step.objects.filter(case=main, move="supplement").count() == 1
    assert site.faults == []


def test_a_list_is_walked_and_left_by_keys_and_keeps_its_place(site):
    for _ in range(3):
        site.office.to("dispatched")
    page = site.page("hugo")
    site.open(page, "/desk/?tab=to_sign")
    page.wait_for_selector("[data-list][data-list-ready]")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator(".rows li.sel").count() == 2
    assert page.locator("[data-selected-count]").inner_text().strip()
    second = page.locator(".rows li.cur").get_attribute("id")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/desk/" in page.url
    page.click("a[data-back]")
    page.wait_for_selector(f"#{second}.cur")
    assert page.url.endswith("/desk/?tab=to_sign")
    page.keyboard.press("?")
    assert page.locator("dialog#keys[open]").count() == 1
    assert site.faults == []


def test_a_draft_survives_a_crash_and_goes_once_it_is_sent(site):
    case = site.office.to("handling")
    first = site.page("hugo")
    site.open(first, f"/desk/{case}/?move=note")
    first.fill("#f-note", "到现场看过，灯杆编号 8812")
    first.wait_for_selector("[data-draft-note]:not(:empty)", timeout=20_000)
    context = first.context
    first.close(run_before_unload=False)
    page = site.page("hugo", context=context)
    site.open(page, f"/desk/{case}/?move=note")
    assert page.input_value("#f-note") == "到现场看过，灯杆编号 8812"
    assert page.locator(".notice.is-due").count() == 1
    with page.expect_navigation():
        page.click("#move-form button.primary")
    assert Step.objects.filter(case=case, move="note").count() == 1
    site.open(page, f"/desk/{case}/?move=note")
    assert page.input_value("#f-note") == ""
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('gezhi.draft.')).length") == 0


def test_a_second_press_sends_nothing_more(site):
    case = site.office.to("handling")
    page = site.page("hugo")
    site.open(page, f"/desk/{case}/?move=note")
    page.fill("#f-note", "到现场")
    page.evaluate("const b = document.querySelector('#move-form button.primary'); b.click(); b.click();")
    page.wait_for_selector(".notice.is-good")
    assert Step.objects.filter(case=case, move="note").count() == 1


def test_a_report_works_with_scripts_off_and_on(site):
    for scripts in (False, True):
        context = site.browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
        page = site.page(context=context)
        page.goto(site.server.url + "/report/")
        page.fill("#f-text", f"路灯不亮，已经三天了 {scripts}")
        page.fill("#f-place", "书院路 45 号")
        if scripts:
            page.check("input[value=anonymous]")
            page.wait_for_selector("#named", state="hidden")
        else:
            page.fill("#f-phone", "13812346207")
        page.click("main form button.primary")
        page.wait_for_selector("#secret")
        page.click(".act a.primary")
        assert "书院路 45 号" in page.inner_text("main")
    assert Case.objects.count() == 2
    assert Case.objects.filter(anonymous=True).count() == 1


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is collected by npm at set-up")
def test_nothing_keeps_people_out(site):
    from gezhi.loop.service import case_token

    case = site.office.to("handling")
    done = site.office.to("verifying")
    citizen = [("/", ""), ("/report/", ""), (f"/f/{case_token(case)}/", ""), (f"/f/{case_token(done)}/rate/", "")]
    screens = ("?tab=open", "call/", "catalogue/", "calendar/", "matters/")
    desk = [(f"/desk/{screen}", "dora") for screen in screens]
    desk += [(f"/desk/{case}/", "hugo"), (f"/desk/{done}/", "cal")]
    found = {}
    for path, who in (*citizen, *desk):
        page = site.page(who, language="zh-hans", width=1366 if who else 390)
        site.open(page, path)
        found[path] = site.hindrances(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert site.faults == []
