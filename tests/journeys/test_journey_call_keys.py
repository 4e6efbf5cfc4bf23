"""The call screen by keys: its unit follows the matter, nothing half-typed is lost, a draft thrown away is gone."""

from gezhi.loop.models import Case, FormQuestion
from gezhi.loop.store import content


def test_the_unit_follows_a_matter_chosen_by_hand_unless_the_clerk_chose_one(site):
    page = site.page("dora")
    site.open(page, "/desk/call/?new=1")
    unit = "document.querySelector('#f-unit').value"
    keys = page.keyboard
    urban, power = (str(site.office.units[code].pk) for code in ("urban_management", "power_company"))
    keys.press("Alt+m")
    keys.insert_text("路灯")
    keys.press("Enter")
    page.wait_for_function(f"() => {unit} === '{urban}'")
    assert page.locator("[data-chip=unit]").is_visible(), "and says by which row"
    keys.press("Alt+u")
    keys.insert_text("power_company")
    keys.press("Enter")
    assert page.evaluate(unit) == power
    keys.press("Alt+m")
    keys.insert_text("夜间施工")
    with page.expect_response(lambda answer: answer.url.endswith("/suggest/")):
        keys.press("Enter")
    page.wait_for_timeout(300)
    assert page.evaluate(unit) == power, "what the clerk chose stays"
    assert site.faults == []


def test_a_half_typed_date_is_said_at_its_field_and_never_sent_as_empty(site):
    FormQuestion.objects.create(code="010404-day", matter="010404", position=99, type="date", required=False,
                                text_zh="从哪天开始？", text_en="Since which day?", pack="test")  # fmt: skip
    content.forget()
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    keys = page.keyboard
    keys.press("Alt+t")
    keys.insert_text("书院路路灯不亮")
    keys.press("Alt+m")
    keys.insert_text("路灯")
    keys.press("Enter")
    page.locator("[name=q-010404-day]").focus()
    keys.type("11")
    keys.press("F9")
    page.locator("#questions .field-error").wait_for()
    assert "没有填完整" in page.locator("#questions .field-error").inner_text()
    assert page.evaluate("document.activeElement.name") == "q-010404-day"
    assert Case.objects.count() == 0
    page.fill("[name=q-010404-day]", "2026-11-02")
    assert page.locator("#questions .field-error").count() == 0
    with page.expect_navigation():
        keys.press("F9")
    assert Case.objects.count() == 1


def test_a_draft_thrown_away_is_gone_without_a_word_of_sending(site):
    page = site.page("olive")
    site.open(page, "/desk/call/")
    page.fill("#f-text", "昨晚工地又开工了")
    page.wait_for_function("() => document.querySelector('[data-draft-note]').textContent.includes(':')")
    with page.expect_navigation():
        page.reload()
    assert page.input_value("#f-text") == "昨晚工地又开工了", "the same call is still the same"
    with page.expect_navigation():
        page.locator("[data-drops]").click()
    page.wait_for_timeout(300)
    assert page.input_value("#f-text") == ""
    assert "可能没有送达" not in page.inner_text("body")
    site.open(page, "/desk/call/")
    assert "可能没有送达" not in page.inner_text("body")


def test_c_opens_the_call_screen_and_tab_leads_from_the_number_into_the_form(site):
    page = site.page("olive")
    site.open(page, "/desk/?tab=to_accept")
    assert "C" in page.locator("[data-plain=c] kbd").inner_text()
    with page.expect_navigation():
        page.keyboard.press("c")
    site.open(page, page.url.removeprefix(site.url))
    page.keyboard.press("Alt+0")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "f-name"
    page.keyboard.press("Alt+t")
    page.keyboard.press("Alt+n")
    assert page.evaluate("document.activeElement.id") == "f-name"
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(300)
    assert Case.objects.count() == 0, "which ending is meant is not guessed"


def test_control_enter_sends_the_form_of_a_move(site):
    office = site.office
    case = office.to("handling", office.receive("书院路路灯不亮", matter="010404", kind="complaint"))
    page = site.page("hugo")
    site.open(page, f"/desk/{case}/?move=note")
    page.locator("#move-form textarea").first.focus()
    page.keyboard.insert_text("已联系施工队，明天进场。")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert page.locator("#messages .notice.is-good").count() == 1


def test_control_enter_sends_from_anywhere_and_asks_where_nothing_was_typed(site):
    office = site.office
    case = office.to("handling", office.receive("书院路路灯不亮", matter="010404", kind="complaint"))
    page = site.page("hugo")
    site.open(page, f"/desk/{case}/?move=note")
    page.evaluate("document.activeElement.blur()")
    before = Case.objects.get(pk=case).last
    page.keyboard.press("Control+Enter")
    assert page.evaluate("document.activeElement.matches('#move-form .actions button')")
    page.wait_for_timeout(300)
    assert Case.objects.get(pk=case).last == before, "nothing was typed: nothing is sent by one stroke"
    page.fill("#f-note", "已联系施工队，明天进场。")
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert Case.objects.get(pk=case).last == before + 1


VALUE = "document.querySelector('#f-{}').value"


def test_a_ready_answer_brings_its_matter_and_the_same_key_takes_both_back(site):
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    keys = page.keyboard
    page.wait_for_function("() => document.activeElement.id === 'f-phone'")
    keys.insert_text("13812346207")
    keys.press("Alt+k")
    keys.press("1")
    keys.press("Alt+t")
    keys.insert_text("身份证丢了人在外地能补办吗")
    page.locator("[data-used=know-id-card][data-key='Alt+4']").wait_for()
    whole = page.locator("[data-used=know-id-card] .said")
    assert "…" not in whole.inner_text()
    assert whole.evaluate("(one) => one.scrollHeight <= one.clientHeight + 1"), "the first can be read whole"
    keys.press("Alt+7")
    assert page.evaluate("document.activeElement.id") == "f-text", "the hands stay where they are"
    assert page.locator("#ready-at-once.whole").count() == 1
    with page.expect_response(lambda answer: answer.url.endswith("/suggest/")):
        keys.press("Alt+4")
    assert page.evaluate(VALUE.format("matter")) == "030302"
    page.wait_for_function(f"() => {VALUE.format('unit')} !== ''")
    assert len(page.input_value("#f-reply")) > 60
    with page.expect_response(lambda answer: answer.url.endswith("/suggest/")):
        keys.press("Alt+4")
    assert page.evaluate(VALUE.format("matter")) == ""
    assert page.evaluate(VALUE.format("unit")) == ""
    assert page.input_value("#f-reply") == ""
    assert page.locator("input[name=used]").count() == 0, "and it is not counted"
    keys.press("Alt+m")
    keys.insert_text("夜间施工")
    keys.press("Enter")
    keys.press("Alt+s")
    page.locator("#ready-list [role=option]").first.wait_for()
    keys.press("Enter")
    assert page.evaluate(VALUE.format("matter")) == "110101", "a matter that was chosen stays"
    assert site.faults == []


def test_a_suggestion_taken_over_leaves_the_hands_in_the_text(site):
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    keys = page.keyboard
    keys.press("Alt+t")
    keys.insert_text("书院路晚上太吵了睡不着")
    page.locator("[data-take][data-key='Alt+1']").wait_for()
    assert page.evaluate(VALUE.format("matter")) == "", "what is not sure waits to be taken"
    with page.expect_response(lambda answer: answer.url.endswith("/suggest/")):
        keys.press("Alt+1")
    page.wait_for_timeout(200)
    keys.insert_text("，三天了")
    assert page.input_value("#f-text") == "书院路晚上太吵了睡不着，三天了"
    assert page.evaluate(VALUE.format("matter")) == "110101"
