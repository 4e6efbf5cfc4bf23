"""The office's provider: set up on its page, signed in by, and left; at a desk and on a phone, in both languages."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from journey_site import AXE, PHONE, hindrances, overflow, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDE = {"width": 1440, "height": 900}
HERE = "/office/sign-in/"


@pytest.fixture
def provider():
    sys.path.append(str(Path(__file__).parents[1] / "trust"))  # the provider of the room's tests
    from identity_provider import Provider

    from gezhi.trust.oidc import service

    service.forget()
    one = Provider()
    yield one
    one.stop()
    service.forget()
    service.secret_file().unlink(missing_ok=True)


def shot(page, name):
    """A picture for people, where a folder for pictures is named."""
    folder = os.environ.get("GEZHI_TEST_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def kept_nobody_out(page, name):
    shot(page, name)
    assert overflow(page) <= 0, name
    if AXE.exists():
        assert hindrances(page) == [], name


def set_up(page, provider):
    """As the security administrator does: address, client, a rule, a dry run."""
    page.fill("#f-issuer", provider.issuer)
    page.fill("#f-client_id", provider.client)
    page.fill("#f-secret", provider.secret)
    page.locator("form[action='/office/sign-in/provider/'] button.primary").click()
    settle(page)
    page.locator("form[action='/office/sign-in/probe/'] button").click()
    page.wait_for_selector(".notice.is-good")
    page.fill("#f-claim", "groups")
    page.fill("#f-value", "urban-handlers")
    page.select_option("select[name=role]", "handler")
    page.evaluate("document.querySelector('select[name=unit]').value = 'urban_management'")
    page.locator("form[action='/office/sign-in/rules/'] button.primary").click()
    page.wait_for_selector("#rules table")
    page.fill("#f-claims", '{"groups": ["urban-handlers"]}')
    page.locator("#try form button").click()
    page.wait_for_selector("#try .notice.is-good")


def test_set_up_signed_in_and_left(site, provider):
    from gezhi.trust.oidc import service

    desk, phone = site.page("sec", size=WIDE), site.page("sec", size=PHONE, language="en")
    site.open(desk, HERE)
    kept_nobody_out(desk, "provider-empty-zh-1440")
    set_up(desk, provider)
    kept_nobody_out(desk, "provider-zh-1440")
    site.open(phone, HERE)
    kept_nobody_out(phone, "provider-en-390")

    person = site.page(size=PHONE, scripts=False)
    person.goto(f"{site.url}/sign-in/?next=/account/")
    shot(person, "sign-in-zh-390")
    person.get_by_role("link", name="用单位统一账号登录").click()
    person.wait_for_url(f"{site.url}/account/")
    assert person.get_by_role("heading", name="李洁").is_visible()
    shot(person, "account-zh-390")

    provider.void()
    assert service.check_due(timezone.now() + timedelta(minutes=4)) == {"void": 1}
    person.goto(f"{site.url}/account/")
    assert "/sign-in/" in person.url
    assert site.faults == []


@pytest.mark.parametrize(("language", "size"), [("zh-hans", PHONE), ("en", WIDE)], ids=["zh-390", "en-1440"])
def test_the_sign_in_page_with_both_ways(site, provider, language, size):
    from gezhi.trust.oidc import service
    from gezhi.trust.rules import Actor

    given = {"issuer": provider.issuer, "client_id": provider.client}
    service.set_provider(given, actor=Actor.system("tests"), now=timezone.now())
    page = site.page(size=size, language=language)
    site.open(page, "/sign-in/?left=1")
    kept_nobody_out(page, f"sign-in-left-{language}-{size['width']}")
    provider.status = 503
    page.locator("a.wide-btn").click()
    settle(page)
    kept_nobody_out(page, f"sign-in-away-{language}-{size['width']}")
    assert "HTTP 503" in page.content()
