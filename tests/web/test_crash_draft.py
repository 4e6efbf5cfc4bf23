"""A call half typed when the tab crashes and the web process is killed: signed in again, the words are there."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from browser_site import chromium
from playwright.sync_api import Error, sync_playwright
from running_installation import Installation, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PORT, PASSWORD = "18473", "orange-kettle-seven"
SEED = f"""
import django
django.setup()
from datetime import UTC, datetime
from django.apps import apps
from django.contrib.auth.hashers import make_password
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post
root, now = Actor.system("tests"), datetime.now(UTC)
top = apps.get_model("trust", "Unit").objects.get(parent=None)
apps.get_model("trust", "User").objects.create(
    username="olive", display_name="Olive", unit=top, password=make_password("{PASSWORD}"), password_changed_at=now)
grant_post("olive", "operator", top.code, actor=root, now=now)
"""
WORDS = "昨晚十二点搅拌站又开工了，家里老人没法睡"


@pytest.fixture
def office(tmp_path):
    office = Installation(tmp_path / "data")
    office.run("init")
    office.serve("--port", PORT)
    environment = {**office.environment, "DJANGO_SETTINGS_MODULE": "gezhi.web.settings"}
    subprocess.run([sys.executable, "-c", SEED], env=environment, capture_output=True, text=True, check=True)
    yield office
    office.end()


def signed_in(browser, office, address="desk/call/"):
    page = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.goto(f"{office.address}sign-in/")
    page.fill("#f-username", "olive")
    page.fill("#f-password", PASSWORD)
    page.locator("main form button.primary").click()
    page.goto(f"{office.address}{address}")
    return page


def test_what_was_typed_is_there_after_a_crash_of_tab_and_server(office):
    with ThreadPoolExecutor(1) as apart:  # another browser of this run may have its loop in this thread
        apart.submit(typed_and_crashed, office).result()


def typed_and_crashed(office):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = signed_in(browser, office)
        page.fill("#f-phone", "13812346207")
        page.fill("#f-text", WORDS)
        page.locator("label:has([name=kind][value=complaint])").click()
        with page.expect_response(lambda answer: "/desk/call/draft/" in answer.url, timeout=15_000) as kept:
            pass
        assert kept.value.ok
        assert page.evaluate("Object.keys(localStorage).filter((n) => n.includes('draft')).length") == 0
        own = page.url.removeprefix(office.address)  # what the browser opens again after a crash
        assert "form=" in own
        crash(page)
        first = office.process("web")
        office.kill(first)
        wait_until(lambda: office.process("web") not in {None, first} and office.ready())
        beside = signed_in(browser, office)  # another call: empty, with the unfinished one at hand
        assert beside.input_value("#f-text") == ""
        assert WORDS[:12] in beside.inner_text(".draft-other")
        again = signed_in(browser, office, own)  # another browser: nothing of the first is left
        assert again.input_value("#f-text") == WORDS
        assert again.input_value("#f-phone") == "13812346207"
        assert again.is_checked("[name=kind][value=complaint]")
        assert again.locator(".draft-back").count() == 1
        again.keyboard.press("F9")
        again.locator("#messages .notice.is-good").wait_for()
        assert again.input_value("#f-text") == ""
        browser.close()


def crash(page):
    """The renderer dies as it does when memory runs out: no event of leaving is sent."""
    with page.expect_event("crash", timeout=20_000), suppress(Error):
        page.goto("chrome://crash", timeout=5_000)
