"""A call rings in the browser: the bar, the screen with number and earlier cases, the case that holds the call."""

import time
from datetime import time as clock
from datetime import timedelta

import pytest
from django.utils import timezone
from journey_office import now

from gezhi.loop.calls import use
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.calls.service.rostering import put_extension, put_on_duty, put_shift
from gezhi.loop.models import Call
from gezhi.trust.rules import Actor

MOBILE = "13812346207"
SOON = 3.0  # seconds: the machine of a test may be busy; the benchmark measures the second


@pytest.fixture
def on_shift(site):
    """Olive works with telephone 8001."""
    dora, olive = site.office.actor("dora"), site.office.users["olive"].pk
    put_extension(olive, "8001", actor=dora, now=now())
    row = put_shift(
        None, name_zh="全天", name_en="", starts=clock(0), ends=clock(0), active=True, actor=dora, now=now()
    )
    for day in (0, 1):  # midnight may pass meanwhile
        put_on_duty(
            timezone.localtime(now() + timedelta(days=day)).date(), row.pk, [olive], None, actor=dora, now=now()
        )
    site.office.receive("路灯不亮", phone=MOBILE)
    use.look_again()
    yield site
    use.look_again()


def tell(event, **more):
    known = {
        "call_id": "j1", "event": event, "at": now(), "direction": "in", "caller": MOBILE, "called": "12345",
        "agent": "8001", "skill": "", "queue_s": None, "talk_s": None, "recording_url": "", "rating": None,
    }  # fmt: skip
    return hear({**known, **more}, actor=Actor.system("cti"), now=now()).call


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_call_rings_is_opened_and_becomes_a_case(on_shift, language):
    page = on_shift.page("olive", language=language)
    on_shift.open(page, "/desk/")
    page.wait_for_timeout(800)  # the desk knows its address
    call, begun = tell("ringing"), time.monotonic()
    page.locator(".ring a").wait_for(timeout=SOON * 1000)
    assert time.monotonic() - begun < SOON
    words = page.inner_text(".ring")
    assert "138****6207" in words
    assert ("历史工单 1 件" if language == "zh-hans" else "1 earlier case") in words
    page.locator(".ring a").click()
    page.locator("#f-phone").wait_for()
    assert page.input_value("#f-phone") == MOBILE
    page.locator("#past li").first.wait_for()
    assert page.locator("#past li").count() == 1
    page.fill("#f-text", "楼道灯坏了三天。")
    page.keyboard.press("F9")
    page.locator(".notice.is-good").wait_for()
    assert Call.objects.get(pk=call.pk).case is not None
    tell("ended", talk_s=40)
    on_shift.open(page, "/desk/")
    page.wait_for_timeout(1000)
    assert page.locator(".ring a").count() == 0
