"""A call left unfinished: the next one begins empty, the old one waits in a bar with keys of its own."""

from gezhi.loop.models import Case, Draft

OLD = {"phone": "13700000031", "name": "陈晓燕", "text": "火柴厂路的车位被锁住了"}


def typed(page, **fields):
    for name, words in fields.items():
        page.fill(f"#f-{name}", words)
    page.wait_for_function("() => document.querySelector('[data-draft-note]').textContent.includes(':')", timeout=15000)


def held(page):
    return {name: page.input_value(f"#f-{name}") for name in OLD}


def call_key(site, page):
    """C on the worklist, and the call screen once its keys work."""
    site.open(page, "/desk/?tab=to_accept")
    with page.expect_navigation():
        page.keyboard.press("c")
    page.wait_for_function("() => document.documentElement.dataset.keysReady && document.activeElement.id")


def test_c_opens_an_empty_form_and_the_old_call_is_taken_up_by_a_key(site):
    page = site.page("olive")
    call_key(site, page)
    typed(page, **OLD)
    own = page.url
    call_key(site, page)
    assert held(page) == {"phone": "", "name": "", "text": ""}
    bar = page.locator(".draft-other")
    assert [words in bar.inner_text() for words in (OLD["phone"], OLD["text"])] == [True, True]
    keys = page.keyboard
    keys.insert_text("13900000077")  # the hands find the number without a key
    keys.press("Alt+t")
    keys.insert_text("楼下路灯不亮")
    assert page.input_value("#f-phone") == "13900000077"
    with page.expect_navigation():
        keys.press("F9")
    case = Case.objects.get()
    assert Draft.objects.filter(state="open").count() == 1, "the old call still waits"
    page.wait_for_function("() => document.documentElement.dataset.keysReady")
    with page.expect_navigation():
        keys.press("Alt+g")
    page.wait_for_function("() => document.documentElement.dataset.keysReady && document.activeElement.id === 'f-text'")
    assert (held(page), page.url) == (OLD, own)
    keys.insert_text("，没有人管")
    assert page.input_value("#f-text") == "火柴厂路的车位被锁住了，没有人管", "gone on with at its end, not typed over"
    keys.press("Alt+n")
    keys.press("Alt+t")
    keys.insert_text("。")
    assert page.input_value("#f-text").startswith("火柴厂路的车位被锁住了"), "the key selects no words"
    with page.expect_navigation():
        keys.press("F9")
    assert Case.objects.exclude(pk=case.pk).count() == 1
    assert site.faults == []


def test_the_bar_is_in_the_help_and_throws_away_by_key_and_enter(site):
    page = site.page("olive")
    site.open(page, "/desk/call/")
    typed(page, **OLD)
    call_key(site, page)
    page.locator("h1.sr").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    told = page.locator("dialog#keys").inner_text()
    for key in ("Alt G", "Alt X", "Alt B", "Alt O"):
        assert key in told, key
    page.keyboard.press("Escape")
    page.fill("#f-text", "新的一通电话")
    page.keyboard.press("Alt+x")
    assert Draft.objects.filter(state="open").count() >= 1, "the key alone throws nothing away"
    with page.expect_response(lambda answer: answer.url.endswith("/drop/")):
        page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('.draft-other')")
    assert page.input_value("#f-text") == "新的一通电话"
    page.wait_for_function("() => document.activeElement.id === 'f-phone'")
    call_key(site, page)
    assert OLD["phone"] not in page.inner_text("body")
    assert site.faults == []


def test_what_never_reached_the_server_is_offered_with_the_next_call_and_fills_none_of_its_fields(site):
    page = site.page("olive")
    site.open(page, "/desk/call/")
    page.route("**/desk/call/draft/", lambda route: route.abort())
    typed(page, **OLD)
    assert page.evaluate("Object.keys(localStorage).filter((n) => n.includes('draft')).length") == 1
    page.unroute("**/desk/call/draft/")
    page.evaluate("navigator.sendBeacon = () => false")
    call_key(site, page)
    assert held(page) == {"phone": "", "name": "", "text": ""}
    page.locator(".draft-other").wait_for()
    assert OLD["phone"] in page.inner_text(".draft-other")
    assert page.evaluate("Object.keys(localStorage).filter((n) => n.includes('draft')).length") == 0
    with page.expect_navigation():
        page.keyboard.press("Alt+g")
    assert held(page) == OLD
