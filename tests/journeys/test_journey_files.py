"""Files taken from one page: several one after the other, without loading the page anew."""


def form(page):
    return page.locator("form[action$='/reports/daily/file/']")


def test_every_format_of_a_report_is_taken_in_a_row(site):
    page = site.page("dora")
    site.open(page, "/desk/documents/reports/daily/")
    for name in ("xlsx", "pdf", "docx", "docx"):
        with page.expect_download() as taken:
            form(page).locator(f"button[value={name}]").click()
        assert taken.value.suggested_filename.endswith(f".{name}")
        page.locator("form[data-sent]").wait_for(state="detached", timeout=8000)
        assert form(page).locator("button[aria-busy]").count() == 0
    assert site.faults == []


def test_while_a_file_is_made_the_form_is_not_sent_again(site):
    page = site.page("dora")
    site.open(page, "/desk/documents/reports/daily/")
    asked = []
    page.on("request", lambda one: one.method == "POST" and asked.append(one.url))
    with page.expect_download():
        page.evaluate("""() => { const b = document.querySelector("button[value=pdf]"); b.click(); b.click(); }""")
    assert len(asked) == 1


def test_a_document_that_was_made_of_a_case_stands_on_the_page_at_once(site):
    case = site.office.to("dispatched", site.office.receive("书院路路灯不亮", place="书院路 45 号"))
    page = site.page("dora")
    site.open(page, f"/desk/documents/case/{case}/")
    assert page.locator("#made tbody tr").count() == 0
    for count in (1, 2):
        with page.expect_download():
            page.locator("form[action$='/referral/'] button.primary").click()
        page.locator(f"#made tbody tr:nth-child({count})").wait_for(timeout=8000)
    assert "刘敏" in page.locator("#made").inner_text()
    assert site.faults == []
