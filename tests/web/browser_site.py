"""A site with a small office behind it and Chromium in front of it, for tests that need what scripts do."""

import os
import shutil
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "loop"))
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium():
    """The Chromium that is installed."""
    wanted = [os.environ.get("GEZHI_CHROMIUM", ""), *NAMES]
    return next(found for name in wanted if name and (found := shutil.which(name)))


class Site:
    """The running site, its office, and browsers signed in by name."""

    def __init__(self, office, server, browser):
        self.office, self.server, self.browser = office, server, browser
        self.faults = []

    def page(self, who="", language="zh-hans", width=1366, context=None):
        """A new page; everything that its console complains of is kept in `faults`."""
        own = context or self.browser.new_context(viewport={"width": width, "height": 768}, bypass_csp=False)
        cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.server.url}]
        if who:
            client = Client()
            client.force_login(self.office.users[who], backend="gezhi.trust.backend.PeopleBackend")
            name = settings.SESSION_COOKIE_NAME
            cookies.append({"name": name, "value": client.cookies[name].value, "url": self.server.url})
        own.add_cookies(cookies)
        page = own.new_page()
        page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def open(self, page, path):
        page.goto(self.server.url + path)
        page.wait_for_function(
            """() => document.documentElement.classList.contains('js')
            && (document.documentElement.dataset.keysReady
                || !document.querySelector('[data-list], [data-key], [data-case], [data-desk]'))"""
        )

    def hindrances(self, page):
        """What axe finds that keeps people out."""
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
        return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]


@contextmanager
def running():
    """The office in the database, the site on a port, one Chromium."""
    from loop_office import build_office

    from gezhi.trust.service import acts

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop in this thread; the tests await nothing
    acts.look_again()
    office = build_office()
    office.now = timezone.now() - timedelta(hours=3)
    server = LiveServer("127.0.0.1")
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            try:
                yield Site(office, server, browser)
            finally:
                browser.close()
                connections.close_all()  # those of playwright's loop are not those that the fixture closes
    finally:
        server.stop()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        acts.look_again()
