"""A day by keyboard: list, tabs, case after case, moves by number; views, several at once, a slip undone; paper."""

from gezhi.loop.models import Case, Notice, SavedView
from gezhi.trust import service as trust

LIT = ("书院路路灯不亮", "滨河路路灯不亮", "南湖路路灯不亮")


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def ghost(page, **event):
    """A key that an input method still holds."""
    page.evaluate(
        "(given) => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...given}))", event
    )


def test_list_and_cases_are_worked_through_by_keys(site):
    office = site.office
    cases = [office.receive(text, matter="010404", kind="complaint") for text in LIT]
    page = site.page("dora")
    site.open(page, "/desk/?tab=to_accept&order=oldest")
    press = page.keyboard.press
    press("a")
    assert page.locator(".rows li.sel").count() == 3
    press("a")
    assert page.locator(".rows li.sel").count() == 0
    with page.expect_navigation():
        press("]")
    tab = page.locator("nav.tabs a[aria-current]").inner_text()
    with page.expect_navigation():
        press("[")
    assert page.locator("nav.tabs a[aria-current]").inner_text() != tab
    site.open(page, "/desk/?tab=to_accept&order=oldest")
    for event in ({"key": "j", "isComposing": True}, {"key": "j", "keyCode": 229}, {"key": "x", "keyCode": 229}):
        ghost(page, **event)
    assert page.locator(".rows li.cur").count() == 0
    press("j")
    assert page.evaluate("document.activeElement.matches('.rows a.t')")  # the focus goes along, and is seen
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    with page.expect_navigation():
        press("o")
    assert page.url.endswith(f"/desk/{cases[0]}/")
    assert "1 / 3" in page.locator("[data-siblings]").inner_text()
    for key, place in (("j", 1), ("j", 2), ("k", 1)):
        with page.expect_navigation():
            press(key)
        page.wait_for_selector("[data-siblings]:not([hidden])")
        assert page.url.endswith(f"/desk/{cases[place]}/")
    press("m")
    assert page.locator(".band details.menu[open]").count() == 1
    second = page.locator(".menu-list.moves a[data-nth]").nth(1).get_attribute("href")
    with page.expect_navigation():
        press("2")
    assert second.partition("?")[2].partition("#")[0] in page.url
    page.wait_for_selector("[data-siblings]:not([hidden])")
    press("e")
    assert page.evaluate("document.activeElement.closest('#move-form') !== null")
    area = page.locator("#move-form textarea").first
    area.focus()
    here = page.url
    for key in ("j", "k", "m", "b", "2", "?", "/"):
        press(key)
    assert (area.input_value(), page.url) == ("jkmb2?/", here)
    area.evaluate("(one) => one.blur()")
    press("?")
    assert page.locator("dialog#keys[open]").count() == 1
    press("j")
    assert page.url == here
    press("Escape")
    with page.expect_navigation():
        press("b")
    assert "order=oldest" in page.url
    assert site.faults == []


def test_a_view_is_kept_several_are_sent_and_a_slip_is_taken_back(site):
    office = site.office
    cases = [office.receive(text, matter="010404", kind="complaint") for text in LIT]
    for case in cases:
        office.move(case, "accept", "dora")
    page = site.page("dora")
    site.open(page, "/desk/?tab=to_dispatch&order=oldest")
    page.locator("details.keep summary").click()
    page.fill("#view-name", "待派路灯")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert SavedView.objects.get().name == "待派路灯"
    page.wait_for_selector(".saved-views a[aria-current]")  # fetched after the page
    assert page.locator(".saved-views a[aria-current] b").inner_text() == "3"

    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.keyboard.press("b")
    assert page.evaluate("document.activeElement.closest('[data-when-selected]') !== null")
    with page.expect_navigation():
        page.locator("[data-when-selected] button", has_text="派单").first.press("Enter")
    assert page.locator("tbody tr").count() == 2
    page.wait_for_function("() => document.documentElement.dataset.keysReady")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.closest('#move-form') !== null")
    assert "待派单 → 待签收" in page.locator("tbody").inner_text()
    with page.expect_navigation():
        page.locator("#move-form .actions button").click()
    assert {Case.objects.get(pk=case).state for case in cases[:2]} == {"dispatched"}
    with page.expect_navigation():
        page.locator("button", has_text="全部撤销").click()
    assert {Case.objects.get(pk=case).state for case in cases} == {"accepted"}

    site.open(page, f"/desk/{cases[2]}/")
    with page.expect_navigation():
        page.locator("#move-form .actions button").click()
    assert page.locator(".undo").count() == 1
    page.keyboard.press("u")
    assert focused(page) == "撤销"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Case.objects.get(pk=cases[2]).state == "accepted"
    assert page.locator(".time s").count() == 1
    assert site.faults == []


def test_the_bell_counts_and_paper_hides_what_is_sealed(site):
    office = site.office
    case = office.to("handling", office.receive(LIT[0], matter="010404", name="王小明", phone="13812346207"))
    office.move(case, "supervise", "sue", reason="限期办结")
    trust.deliver_pending(Case.objects.get(pk=case).received_at.replace(year=2099))
    assert Notice.objects.filter(user=office.users["hugo"]).exists()
    page = site.page("hugo")
    page.wait_for_selector(".bell b")
    asked = []
    page.on("request", lambda request: "/notices/count/" in request.url and asked.append(request.url))
    site.open(page, f"/desk/{case}/")
    page.wait_for_function("document.querySelector('.bell [data-count]') !== null")
    assert page.locator(".bell b").count() == 0  # the case was opened, so its notices are read
    assert len(asked) == 1
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator(".reveal button").first.click()
    page.wait_for_selector(".reveal .plain")
    assert "13812346207" in page.locator(".reveal").inner_text()
    page.emulate_media(media="print")
    assert not page.locator(".reveal").is_visible()
    assert not page.locator(".top").is_visible()
    assert not page.locator(".siblings").is_visible()
    assert page.locator("h1").is_visible()
    assert "13812346207" not in page.evaluate("document.body.innerText")
    site.open(page, "/desk/?tab=handling")
    for hidden in (".top", ".filters", ".bulk", ".rows .pick", ".hints"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".rows a.t").first.is_visible()
    assert len(asked) == 2
    assert site.faults == []
