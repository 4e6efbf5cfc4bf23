"""The product on a port of its own and Chromium in front of it: pages, people who sign in, what axe finds."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
WAIT = 30_000  # milliseconds: a busy machine is slow, not wrong


def chromium() -> str:
    """The Chromium that is installed, or nothing."""
    wanted = (os.environ.get("GEZHI_CHROMIUM", ""), *NAMES)
    return next((found for name in wanted if name and (found := shutil.which(name))), "")


class Quiet(WSGIRequestHandler):
    """Requests answered without a line in the output of the tests."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        logging.getLogger("journeys").debug(format, *args)


class Server(ThreadedWSGIServer):
    """One thread for each connection, as the real server has several; what a closed browser leaves is no fault."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        logging.getLogger("journeys").debug("connection of %s ended", client_address)


@contextmanager
def served() -> Iterator[str]:
    """The product on 127.0.0.1, its static files too."""
    server = Server(("127.0.0.1", 0), Quiet, ipv6=False)
    server.set_app(get_wsgi_application())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def browsing() -> Iterator[Browser]:
    """One Chromium; while it lives, a loop runs in this thread, of which Django's guards must not take fright."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            try:
                yield browser
            finally:
                browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Site:
    """The running site and its visitors; everything that a console complains of is kept in `faults`."""

    def __init__(self, url: str, browser: Browser, office: Any) -> None:
        self.url, self.browser, self.office = url, browser, office
        self.faults: list[str] = []
        self.contexts: list[BrowserContext] = []

    def page(self, who: str = "", *, language: str = "zh-hans", size: Any = None, scripts: bool = True) -> Page:
        """A browser of its own for one person, signed in by name through the form; nobody is a citizen."""
        context = self.browser.new_context(
            viewport=size or (DESK if who else PHONE),
            java_script_enabled=scripts,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.add_cookies([{"name": "gezhi_language", "value": language, "url": self.url}])
        context.set_default_timeout(WAIT)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and self.faults.append(f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        if who:
            self.sign_in(page, who)
        return page

    def sign_in(self, page: Page, who: str, password: str = "") -> None:
        """Through the form, as people do."""
        from journey_office import PASSWORD

        self.open(page, "/sign-in/")
        page.fill("#f-username", who)
        page.fill("#f-password", password or PASSWORD)
        page.locator("main form button.primary").click()
        page.wait_for_load_state()

    def open(self, page: Page, path: str) -> None:
        """An address of the site, its scripts started."""
        page.goto(self.url + path)
        settle(page)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def settle(page: Page) -> None:
    """Until the scripts that the page asks for have taken hold of it."""
    page.wait_for_load_state()
    if page.evaluate("() => { try { return document.scripts.length > 0 } catch { return false } }"):
        page.wait_for_function(
            """() => !document.documentElement.classList.contains('js')
            ? !window.matchMedia('(scripting: enabled)').matches
            : [...document.querySelectorAll('[data-picker]')].every((e) => e.dataset.pickerReady)
              && [...document.querySelectorAll('[data-list]')].every((e) => e.dataset.listReady)
              && (document.documentElement.dataset.keysReady
                  || !document.querySelector('[data-key], [data-case], [data-desk]'))
              && [...document.querySelectorAll('[data-upload]')].every((e) => e.dataset.uploadReady)"""
        )


def choose(page: Page, field: str, words: str) -> None:
    """An entry of a field that finds by typing."""
    page.click(f"#f-{field}-find")
    page.keyboard.type(words)
    page.locator(f"#f-{field}-list li[aria-selected=true]").wait_for()
    page.keyboard.press("Enter")


def act(page: Page, move: str, **data: str) -> None:
    """One move of the case that is open: its form, opened from "more" where it is no next step, filled, sent."""
    form = page.locator(f"#move-form[action$='/{move}/']")
    if not form.count():
        page.locator(".band details.menu summary").click()
        page.locator(f".band .menu-list a[href*='move={move}']").click()
        settle(page)
    for name, value in data.items():
        one = form.locator(f"[name={name}]").first
        kind = one.get_attribute("type")
        if kind == "radio":
            form.locator(f"label:has([name={name}][value='{value}'])").click()
        elif one.get_attribute("data-picker") is not None:
            choose(page, name, value)
        elif kind == "checkbox":
            one.check()
        else:
            one.fill(value)
    form.locator(".actions > button").last.click()
    page.locator("#messages .notice.is-good, .errors, #messages .notice.is-bad").first.wait_for()
    said = page.locator(".errors, #messages .notice.is-bad").all_inner_texts()
    assert not said, f"{move} was refused: {said}"
    settle(page)


def hindrances(page: Page) -> list[str]:
    """What axe finds that keeps people out: serious and critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
