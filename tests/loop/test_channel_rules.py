"""Rules by channel: limits, more than one sign-off, and a public reply beside the words that stay inside."""

import io

import pytest
from django.utils import translation
from PIL import Image

from gezhi.kernel.errors import Refused
from gezhi.loop.alike.service import earlier
from gezhi.loop.models import Case, CaseClock, CodeItem, Limit
from gezhi.loop.service import case_token, replay
from gezhi.loop.service.attaching import Incoming
from gezhi.loop.service.carrying import carry
from gezhi.loop.service.citizens import citizen_view
from gezhi.loop.service.reading import view
from gezhi.loop.service.replaying import Difference
from gezhi.loop.store import content

INSIDE, OUTSIDE = "内部：经查系养护资金未拨付，责任在财政。", "您好，路灯已列入本月维修计划。"
REPLY = {"outcome": "solved", "reply": INSIDE}


@pytest.fixture
def mailbox(office):
    CodeItem.objects.create(
        list="channel", code="mailbox", name_zh="市长信箱", name_en="Mayor's mailbox", pack="test",
        extra={"sign_offs": 1, "sign_role": "supervisor", "public_reply": True},
    )  # fmt: skip
    Limit.objects.create(stage="handle", channel="mailbox", urgency=1, amount=3, unit_of="workday", pack="test")
    content.forget()
    return office


def letter(office, **data):
    case = office.receive(matter="0101", kind="complaint", channel="mailbox", name="王小明", phone="13800001234")
    office.to("handling", case)
    office.move(case, "reply", "hugo", **REPLY, **data)
    return case


def read_by_citizen(office, case):
    row = Case.objects.select_related("requester", "lead").get(pk=case)
    return citizen_view(row, actor=office.citizen(case))


def page_of(client, case):
    with translation.override("zh-hans"):
        return client.get(f"/f/{case_token(case)}/").content.decode()


def photo():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return Incoming(name="a.png", file=io.BytesIO(out.getvalue()), size=len(out.getvalue()))


def test_limits_of_the_channel_win_over_those_of_the_matter(mailbox):
    Limit.objects.create(stage="handle", matter="0101", amount=9, unit_of="workday", pack="test")
    content.forget()
    cases = {name: mailbox.receive(matter="0101", kind="complaint", channel=name) for name in ("mailbox", "hotline")}
    urgent = mailbox.receive(matter="0101", kind="complaint", channel="mailbox", urgency=3)
    amounts = {}
    for name, case in {**cases, "urgent": urgent}.items():
        mailbox.to("dispatched", case)
        amounts[name] = CaseClock.objects.get(case=case, stage="handle").amount
    assert amounts == {"mailbox": 3, "hotline": 9, "urgent": 9}


def test_an_answer_goes_out_after_two_persons_and_with_public_words_only(mailbox, client):
    case = letter(mailbox)
    other = mailbox.receive(matter="0101", kind="complaint")
    mailbox.move(other, "accept")
    mailbox.move(case, "review_pass", "lena", note="内部审核意见")
    row = Case.objects.get(pk=case)
    assert (row.state, row.more["passed"]) == ("replied", [mailbox.actor("lena").key])
    assert CaseClock.objects.filter(case=case, stage="reply", finished_at=None).exists()
    assert not [entry for entry in read_by_citizen(mailbox, case).entries if entry.move == "review_pass"]
    with pytest.raises(Refused, match="sign-off-own"):
        mailbox.move(case, "review_pass", "lena", public_reply=OUTSIDE)
    with pytest.raises(Refused, match="sign-off-role"):
        mailbox.move(case, "review_pass", "dora", public_reply=OUTSIDE)
    with pytest.raises(Refused, match="public-reply-missing"):
        mailbox.move(case, "review_pass", "sue")
    assert INSIDE not in page_of(client, case)
    assert mailbox.move(case, "review_pass", "sue", public_reply=OUTSIDE).state == "verifying"
    shown = read_by_citizen(mailbox, case)
    told = [text for entry in shown.entries for text in entry.texts.values()]
    assert OUTSIDE in told
    assert not [text for text in told if "内部" in text]
    page = page_of(client, case)
    assert OUTSIDE in page
    assert "内部" not in page
    assert INSIDE in [
        entry.texts.get("reply") for entry in view(case, actor=mailbox.actor("sue"), now=mailbox.now).entries
    ]
    assert not [found for found in replay() if isinstance(found, Difference)]


def test_who_was_merged_and_who_cites_it_read_the_public_words(mailbox, client):
    case = letter(mailbox, public_reply=OUTSIDE)
    other = mailbox.receive(matter="0101", kind="complaint", name="李四", phone="13900001234")
    mailbox.move(case, "review_back", "lena", reason="补充")
    mailbox.move(other, "accept")
    mailbox.move(other, "merge", main=case)
    mailbox.move(case, "reply", "hugo", **REPLY, public_reply=OUTSIDE)
    mailbox.move(case, "review_pass", "lena")
    mailbox.move(case, "review_pass", "sue")
    page = page_of(client, other)
    assert OUTSIDE in page
    assert "内部" not in page
    assert earlier(case, actor=mailbox.actor("dora")).reply == OUTSIDE


def test_files_of_the_inside_answer_stay_inside(mailbox):
    case = mailbox.receive(matter="0101", kind="complaint", channel="mailbox", name="王小明", phone="13800001234")
    mailbox.to("handling", case)
    hugo, sue = mailbox.actor("hugo"), mailbox.actor("sue")
    carry(case, "reply", REPLY, [photo()], actor=hugo, now=mailbox.now)
    mailbox.move(case, "review_pass", "lena")
    assert read_by_citizen(mailbox, case).files == []
    carry(case, "review_pass", {"public_reply": OUTSIDE}, [photo()], actor=sue, now=mailbox.now)
    shown = read_by_citizen(mailbox, case)
    assert [file.step.move for file in shown.files] == ["review_pass"]
    assert [file.step_id for file in shown.files] == [key for keys in shown.given.values() for key in keys]


def test_a_new_round_needs_both_again_and_no_one_answers_alone(mailbox):
    case = letter(mailbox, public_reply=OUTSIDE)
    mailbox.move(case, "review_pass", "lena")
    mailbox.move(case, "review_back", "sue", reason="再核")
    mailbox.move(case, "reply", "hugo", **REPLY)
    mailbox.move(case, "review_pass", "lena")
    with pytest.raises(Refused, match="public-reply-missing"):
        mailbox.move(case, "review_pass", "sue")
    fresh = mailbox.receive(matter="0101", kind="consult", channel="mailbox")
    with pytest.raises(Refused, match="channel-needs-review"):
        mailbox.move(fresh, "answer", "dora", matter="0101", kind="consult", reply="答复")
    with pytest.raises(Refused, match="channel-needs-review"):
        mailbox.move(fresh, "decline", "dora", cause="court", basis="条例第九条", reply="不予受理。")
    plain = mailbox.receive(matter="0101", kind="consult")
    declined = mailbox.move(plain, "decline", "dora", cause="court", basis="条例第九条", reply="不予受理。")
    assert declined.state == "declined"


def test_other_channels_are_as_before(mailbox, client):
    case = mailbox.to("replied")
    assert mailbox.move(case, "review_pass", "lena").state == "verifying"
    assert "已修好。" in page_of(client, case)


def test_a_letter_merged_into_a_call_keeps_its_second_signature_and_its_public_words(mailbox, client):
    call = mailbox.receive(matter="0101", kind="complaint", name="李四", phone="13900001234")
    letter = mailbox.receive(matter="0101", kind="complaint", channel="mailbox", name="王小明", phone="13800001234")
    mailbox.move(letter, "accept")
    mailbox.move(letter, "merge", main=call)
    with pytest.raises(Refused, match="channel-needs-review") as refused:
        mailbox.move(call, "answer", "dora", matter="0101", kind="complaint", reply="答复")
    assert refused.value.facts["channel"] == "mailbox"
    mailbox.to("handling", call)
    mailbox.move(call, "reply", "hugo", **REPLY)
    assert mailbox.move(call, "review_pass", "lena").state == "replied"
    with pytest.raises(Refused, match="public-reply-missing"):
        mailbox.move(call, "review_pass", "sue")
    assert mailbox.move(call, "review_pass", "sue", public_reply=OUTSIDE).state == "verifying"
    for case in (call, letter):
        assert OUTSIDE in page_of(client, case)
        assert "内部" not in page_of(client, case)
    assert not [found for found in replay() if isinstance(found, Difference)]
