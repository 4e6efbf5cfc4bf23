"""Units, users and their posts; the sign-in that slows down guesses; language, large type; two people at one case."""

from django.apps import apps
from journey_office import PASSWORD
from journey_site import PHONE, act, settle

from gezhi.loop.models import Case, Step


def test_a_unit_and_a_user_with_a_post_who_then_signs_in(site):
    sam, sec = site.page("sam"), site.page("sec")
    site.open(sam, "/office/units/")
    sam.locator("a[href='/office/units/new/']").click()
    settle(sam)
    sam.fill("[name=code]", "night_watch")
    sam.fill("[name=name_zh]", "夜间巡查队")
    parent = sam.locator("[name=parent]")
    if parent.get_attribute("data-picker") is not None:
        sam.click("#f-parent-find")
        sam.keyboard.type("urban_management")
        sam.keyboard.press("Enter")
    else:
        parent.select_option("urban_management")
    sam.locator("main form button.primary").click()
    sam.locator("#messages .notice.is-good").wait_for()
    unit = apps.get_model("trust", "Unit").objects.get(code="night_watch")
    assert str(unit.path).split(".")[-2:] == ["urban_management", "night_watch"]

    site.open(sam, "/office/users/new/")
    sam.fill("[name=username]", "ning")
    sam.fill("[name=display_name]", "宁远")
    sam.click("#f-unit-find")
    sam.keyboard.type("night_watch")
    sam.keyboard.press("Enter")
    sam.locator("main form button.primary").last.click()
    settle(sam)
    link = give_link(sam, site)

    site.open(sec, "/office/users/ning/")
    form = sec.locator("form[action$='/posts/']")
    form.locator("[name=role]").select_option("handler")
    sec.click("#f-scope-find")
    sec.keyboard.type("night_watch")
    sec.keyboard.press("Enter")
    form.locator("button.primary").click()
    sec.locator("#messages .notice.is-good").wait_for()

    fresh = site.page()
    fresh.goto(link)
    assert "宁远" in fresh.inner_text("main")
    fresh.locator("main form button").first.click()
    fresh.wait_for_url("**/account/password/**")
    fresh.fill("[name=password]", "river-stone-lantern")
    fresh.fill("[name=again]", "river-stone-lantern")
    fresh.locator("main form button.primary").click()
    fresh.wait_for_url("**/account/")
    site.open(fresh, "/desk/")
    assert fresh.locator(".tabs a").count() > 2
    assert site.faults == []


def give_link(page, site):
    """The one-time link, shown after making the user or asked for on his page."""
    shown = page.locator("text=/http:\\/\\/.*sign-in\\/link/")
    if not shown.count():
        site.open(page, "/office/users/ning/")
        page.locator("form[action$='/link/'] button, button[formaction$='/link/']").first.click()
        settle(page)
    words = shown.first.inner_text() or shown.first.input_value()
    return next(word for word in words.split() if "/sign-in/link/" in word)


def test_guessing_a_password_is_slowed_down_and_told(site):
    page = site.page(size=PHONE)
    for _ in range(12):
        site.sign_in(page, "olive", "not-the-password")
        assert page.locator("#errors").count() == 1
        said = page.inner_text("#errors")
        if "too-many" in said or "秒" in said or "分钟" in said:
            break
    assert "秒" in said or "分钟" in said, said
    site.sign_in(page, "olive", PASSWORD)
    assert page.locator("#errors").count() == 1  # the right one waits too, else the wait would tell
    assert "/sign-in/" in page.url


def test_language_and_large_type_are_chosen_and_remembered(site):
    page = site.page(size=PHONE)
    site.open(page, "/")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    plain = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.locator("button[name=language][value=en]").click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    assert "What can we do for you?" in page.inner_text("h1")
    page.locator("button[name=size][value=elder]").click()
    page.wait_for_function("document.documentElement.dataset.size === 'elder'")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= max(20, plain)
    assert page.locator(".hotline a[href='tel:12345']").is_visible()
    site.open(page, "/report/")
    assert page.get_attribute("html", "data-size") == "elder"
    assert page.get_attribute("html", "lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_two_dispatchers_at_once_the_second_is_told_and_loses_nothing(site):
    office = site.office
    case = office.to("accepted", office.receive("路灯不亮，晚上走路危险", place="书院路 45 号"))
    one, two = site.page("dora"), site.page("dana")
    site.open(one, f"/desk/{case}/")
    site.open(two, f"/desk/{case}/")
    two.fill("#move-form [name=note]", "请当天到现场，来电人行动不便")
    act(one, "dispatch")
    two.locator("#move-form .actions > button").last.click()
    two.locator("#errors").wait_for()
    told = two.inner_text("#errors")
    assert Case.objects.get(pk=case).state == "dispatched"
    assert Step.objects.filter(case=case, move="dispatch").count() == 1
    seen = two.inner_text("main")
    assert "已派给城市管理局" in seen
    assert "又有了变动" in told
    assert "待签收" in told
    kept = two.locator("[name=note]")
    assert kept.count() == 1
    assert kept.first.input_value() == "请当天到现场，来电人行动不便"
