"""Work without a mouse: a question answered on the phone, a list walked and searched."""

from gezhi.loop.models import Case


class Keys:
    """The keyboard alone; counts what is pressed besides the letters of the words."""

    def __init__(self, page):
        self.page, self.pressed, self.typed = page, 0, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, words):
        self.page.keyboard.insert_text(words)  # as an input method gives Chinese
        self.typed += len(words)


def test_a_question_is_answered_at_once_in_a_few_keys(site):
    page = site.page("olive")
    site.open(page, "/desk/call/")
    keys = Keys(page)
    keys.press("Alt+0")
    keys.type("13812346207")
    keys.press("Alt+k", "Space", "Alt+t")
    keys.type("请问小区装修中午可以施工吗？")
    keys.press("Alt+m")
    keys.type("装修")
    keys.press("Enter", "Alt+r")
    keys.type("12 时至 14 时不能进行产生噪声的装修。")
    with page.expect_navigation():
        keys.press("F2")
    assert keys.pressed <= 8
    row = Case.objects.get()
    assert (row.state, row.outcome, row.kind, row.channel) == ("closed", "answered", "consult", "hotline")
    notice = page.locator("#messages .notice.is-good").inner_text()
    assert row.number in notice
    assert "已办结" in notice
    assert page.input_value("#f-text") == ""
    site.open(page, f"/desk/{row.pk}/")
    assert "12 时至 14 时不能进行产生噪声的装修。" in page.locator(".time").inner_text()
    assert site.faults == []


def test_an_answer_with_open_blanks_and_no_matter_goes_only_at_the_second_press(site):
    page = site.page("olive")
    site.open(page, "/desk/call/")
    keys = Keys(page)
    keys.press("Alt+t")
    keys.type("请问小区装修中午可以施工吗？")
    keys.press("Alt+r")
    keys.type("请于【日期】前到【地点】办理。")
    with page.expect_navigation():
        keys.press("F2")
    assert Case.objects.count() == 0
    said = page.locator("#doubts").inner_text()
    for words in ("【日期】", "【地点】", "还没有选事项", "请再按一次 F2"):
        assert words in said
    page.wait_for_function("() => document.documentElement.dataset.keysReady")
    assert page.evaluate("document.activeElement.id") == "f-reply"
    keys.type("11月30日")  # the open blank is selected: typing fills it
    assert page.input_value("#f-reply") == "请于11月30日前到【地点】办理。"
    with page.expect_navigation():
        keys.press("F2")  # other findings than before: asked about anew
    assert Case.objects.count() == 0
    page.wait_for_function("() => document.documentElement.dataset.keysReady")
    with page.expect_navigation():
        keys.press("F2")
    assert Case.objects.get().state == "closed"
    assert [one for one in site.faults if "422" not in one] == []


def test_a_question_is_answered_with_tab_alone(site):
    """Who knows no key of the screen reaches everything in the order that it is seen in."""
    page = site.page("olive")
    site.open(page, "/desk/call/")
    page.keyboard.press("Alt+0")
    keys = Keys(page)
    keys.type("13812346207")
    told = {"f-text": "医保报销去哪里办？", "f-matter-find": "医保报销", "f-reply": "带身份证到各镇街便民服务中心。"}
    for field, words in told.items():
        for _ in range(20):
            keys.press("Tab")
            if page.evaluate("document.activeElement.id") == field:
                break
        assert page.evaluate("document.activeElement.id") == field
        keys.type(words)
    for _ in range(8):
        keys.press("Tab")
        if page.evaluate("document.activeElement.value") == "answer":
            break
    with page.expect_navigation():
        keys.press("Enter")
    row = Case.objects.get()
    assert (row.state, row.outcome) == ("closed", "answered")
    assert keys.pressed <= 30


def test_a_list_is_walked_searched_and_filtered_by_keys(site):
    office = site.office
    office.receive("书院路路灯不亮，晚上走路危险", place="书院路 45 号", matter="010404", kind="complaint")
    noise = office.receive("工地夜间施工扰民，丽江新城六栋", place="丽江新城", matter="110101", kind="complaint")
    school = office.receive("学校门口没有斑马线，请增设", matter="010404", kind="suggest", channel="web")
    page = site.page("dora")
    site.open(page, "/desk/?tab=to_accept")
    keys = Keys(page)

    keys.press("j", "j", "x", "k", "x")
    assert page.locator(".rows li.sel").count() == 2
    assert "2" in page.locator("[data-selected-count]").inner_text()
    assert page.locator("[data-when-selected] button", has_text="受理").is_visible()
    here = page.locator(".rows li.cur a.t").inner_text()
    with page.expect_navigation():
        keys.press("Enter")
    assert page.locator("h1").inner_text() in here

    site.open(page, "/desk/?tab=open")
    keys.press("/")
    keys.type("丽江新城")
    with page.expect_navigation():
        keys.press("Enter")
    assert [one.get_attribute("href") for one in page.locator(".rows a.t").all()] == [f"/desk/{noise}/"]
    assert "1" in page.locator(".work-head [role=status]").inner_text()

    number = Case.objects.get(pk=school).number
    keys.press("/")
    keys.type(number.lower())
    with page.expect_navigation():
        keys.press("Enter")
    assert page.locator(f".rows a.t[href='/desk/{school}/']").count() == 1

    site.open(page, "/desk/?tab=open")
    page.locator(".filters a", has_text="居民网页").or_(page.locator(".filters a[href*='channel=web']")).first.focus()
    with page.expect_navigation():
        keys.press("Enter")
    assert [one.get_attribute("href") for one in page.locator(".rows a.t").all()] == [f"/desk/{school}/"]
    assert site.faults == []
