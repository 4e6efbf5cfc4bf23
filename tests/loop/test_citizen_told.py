"""The citizen is told why the promised day moved, that a case is being handled again, and keeps the earlier answer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case, CaseClock
from gezhi.loop.service import case_token
from gezhi.loop.service.calendar import set_day
from gezhi.loop.service.recalculating import recalculate
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post

ROOT = Actor.system("tests")


@pytest.fixture
def page(office):
    office.now = timezone.now() - timedelta(minutes=30)
    client = Client()
    client.cookies["gezhi_language"] = "zh-hans"
    return lambda case: client.get(f"/f/{case_token(case)}/")


def handle(case):
    return CaseClock.objects.get(case=case, stage="handle", round=Case.objects.get(pk=case).round)


def short(moment):
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日"


def test_an_approved_extension_is_told_with_its_day_and_its_reason(office, page):
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="内部说明", amount=3, unit_of="workday")
    assert "延长" not in page(case).content.decode(), "nothing is decided yet"
    office.move(case, "postpone_decide", "dora", approve=True)
    text = page(case).content.decode()
    assert "办理期限已经批准延长" in text
    assert short(handle(case).due_at) in text
    assert "parts" in text, "the reason by its name in the list"
    assert "内部说明" not in text


def test_a_refused_extension_is_not_told(office, page):
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="x", amount=3, unit_of="workday")
    office.move(case, "postpone_decide", "dora", approve=False)
    assert "延长" not in page(case).content.decode()


def test_a_day_off_that_moves_the_promise_is_told(office, page):
    case = office.to("handling")
    grant_post("dora", "sysadmin", "city", actor=ROOT, now=office.now)
    before = handle(case).due_at
    day = timezone.localtime(before).date()
    set_day(day, "holiday", actor=office.actor("dora"), now=office.now)
    assert recalculate(day, actor=office.actor("dora"), now=office.now).moved == 1
    assert handle(case).due_at != before
    text = page(case).content.decode()
    assert "的作息有调整，时限已重新计算" in text
    assert f"{day.month}月{day.day}日" in text


def test_after_an_unhappy_rating_the_case_is_handled_again_and_the_answer_stays(office, page):
    case = office.to("verifying")
    assert "已修好。" in page(case).content.decode()
    office.move(case, "rate", "citizen", satisfaction="dissatisfied", solved="unsolved", for_unit="仍不亮")
    text = page(case).content.decode()
    assert "您不满意，正在重新办理（第 2 轮）" in text
    assert text.index("以前的答复") < text.index("已修好。")
    for move, by, data in (
        ("sign", "hugo", {}), ("reply", "hugo", {"outcome": "solved", "reply": "线路已换。"}),
        ("review_pass", "lena", {}),
    ):  # fmt: skip
        office.move(case, move, by, **data)
    text = page(case).content.decode()
    assert text.index("线路已换。") < text.index("以前的答复") < text.index("已修好。")
    assert "正在重新办理" not in text


def test_a_redo_that_the_desk_orders_says_so_without_blaming_the_citizen(office, page):
    case = office.to("verifying")
    office.move(case, "redo", "dora", reason="答复与现场不符")
    text = page(case).content.decode()
    assert "正在重新办理（第 2 轮）" in text
    assert "您不满意" not in text


def test_in_the_first_round_nothing_of_this_is_shown(office, page):
    text = page(office.to("verifying")).content.decode()
    for words in ("以前的答复", "重新办理（第", "延长", "重新计算"):
        assert words not in text, words
