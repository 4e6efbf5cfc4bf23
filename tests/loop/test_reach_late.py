"""A message that waited for the morning: it says nothing that was not said to the citizen when it was queued."""

from datetime import timedelta

import pytest
from reach_hand import wished

from gezhi.loop.models import Piece
from gezhi.loop.partners import service


def waits(office, out, settings):
    """An answer that was reviewed, and whose message waits for the end of the night."""
    settings.GEZHI_SMS_QUIET = "00:00-23:59"
    case = wished(office, "sms")
    office.to("verifying", case)
    out.round()
    assert out.sms == []
    return case


def morning(office, out, settings):
    settings.GEZHI_SMS_QUIET = ""
    service.deliver(office.now + timedelta(days=2))
    return [one["text"] for one in out.sms]


def test_the_answer_of_the_review_is_in_it(office, out, settings):
    waits(office, out, settings)
    assert "已修好。" in morning(office, out, settings)[-1]


@pytest.mark.parametrize("reviewed", [False, True])
def test_an_answer_that_came_later_is_not_in_it(office, out, settings, reviewed):
    case = waits(office, out, settings)
    office.move(case, "redo", "citizen", reason="没修好")
    office.move(case, "sign", "hugo")
    office.move(case, "reply", "hugo", outcome="solved", reply="第二次答复，没有审核")
    if reviewed:
        office.move(case, "review_pass", "lena")
        out.round()
    said = morning(office, out, settings)
    assert [text for text in said if "已修好" in text] == []
    assert ["第二次" in text for text in said if "已答复" in text] == [False, *([True] if reviewed else [])]


def test_a_message_that_was_queued_before_steps_were_kept_goes_by_the_state_alone(office, out, settings):
    case = waits(office, out, settings)
    for piece in Piece.objects.filter(case=case):
        piece.facts = {name: said for name, said in piece.facts.items() if name != "step"}
        piece.save()
    assert "已修好。" in morning(office, out, settings)[-1]


# ---- ways that would lead nowhere


def test_a_way_without_texts_or_without_an_address_is_not_offered_and_is_named(office, out, settings):
    from gezhi.loop.models import CodeItem
    from gezhi.loop.reach import checks
    from gezhi.loop.reach.pages.form import ways
    from gezhi.loop.store import content

    def found():
        return [(one.code, one.facts["way"]) for one in checks.settings_work(office.now)]

    settings.GEZHI_PUBLIC_URL = ""
    assert (ways(), found()) == (["sms", "mail"], [])
    settings.GEZHI_MAIL_URL = "smtps://mx.example.cn"
    assert (ways(), found()) == (["sms"], [("reach-no-address", "mail")])
    settings.GEZHI_PUBLIC_URL = "https://12345.example.cn"
    assert (ways(), found()) == (["sms", "mail"], [])
    CodeItem.objects.filter(list="telling", code__endswith="-sms").delete()
    content.forget()
    assert (ways(), found()) == (["mail"], [("reach-unworded", "sms")])
