"""Finding a matter and a ready text by typing: by other words than the name, by none that fits; the view stays."""

from contextlib import nullcontext

MATTER = "document.querySelector('#f-matter').value"


def test_a_matter_is_found_by_what_people_call_it(site):
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    page.keyboard.press("Alt+m")
    with page.expect_response("**/desk/matters/words/"):
        page.keyboard.insert_text("狗证")
    hit = page.locator("#f-matter-list li").first
    hit.get_by_text("按“").wait_for()
    assert "犬只管理" in hit.inner_text()
    assert "狗证" in hit.inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate(MATTER) == "030105"
    assert site.faults == []


def test_a_word_that_fits_nothing_stays_and_is_marked(site):
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    page.keyboard.press("Alt+m")
    page.keyboard.insert_text("火星移民")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+r")
    field = page.locator("#f-matter-find")
    assert field.input_value() == "火星移民"
    assert field.get_attribute("aria-invalid") == "true"
    assert "还没有选定" in page.locator(".picker .field-error").inner_text()
    assert page.evaluate(MATTER) == ""
    field.fill("夜间施工")
    page.keyboard.press("Enter")
    assert page.evaluate(MATTER) == "110101"
    assert page.locator(".picker .field-error").count() == 0
    assert field.get_attribute("aria-invalid") is None


def test_a_ready_text_leaves_the_view_where_it_is(site):
    case = site.office.to("handling", site.office.receive(
        "青年路路灯不亮。" * 30, matter="010404", kind="complaint", name="王小明", phone="13812346207"))  # fmt: skip
    page = site.page("hugo")
    site.open(page, f"/desk/{case}/?move=reply")
    page.locator("#f-reply").scroll_into_view_if_needed()
    before = page.evaluate("window.scrollY")
    page.keyboard.press("Alt+s")
    page.locator("#ready-list [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    assert "【" in page.evaluate("getSelection().toString()")
    assert page.evaluate("window.scrollY") == before


def offered(page, words):
    """The names that the field for the matter offers for what is typed, once it knows what people call things."""
    page.keyboard.press("Alt+m")
    page.fill("#f-matter-find", "")
    with page.expect_response("**/desk/matters/words/") if words == "施工" else nullcontext():
        page.keyboard.insert_text(words)
    page.wait_for_timeout(300)
    return [row.partition("\n")[0] for row in page.locator("#f-matter-list li").all_inner_texts()]


def test_the_common_matter_comes_before_the_one_that_merely_begins_so(site):
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    rows = offered(page, "施工")
    assert rows.index("夜间施工") < rows.index("施工安全")
    assert offered(page, "施工安全")[0] == "施工安全", "what is called exactly so comes first"
    for number in range(3):
        site.office.receive(f"工地{number}号塔吊没有护栏", matter="011201", kind="complaint")
    page = site.page("olive")
    site.open(page, "/desk/call/?new=1")
    rows = offered(page, "施工")
    assert rows[0] == "施工安全", "in this office it is the commoner one"
