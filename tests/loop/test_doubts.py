"""An ending or a move that a careful colleague would stop: asked about once, sent when the same form comes again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case, FormQuestion, NoCase
from gezhi.loop.rules.doubts import Call, Doubt, digest, of_call, of_move
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.store import content
from gezhi.trust.models import LedgerRecord

TEXT = "您好，【地点】的路灯已于【日期】修复。"
ASK = [("q-0101-danger", "危险吗？")]
CALL = {"phone": "13812346207", "text": "路灯几点亮？", "kind": "consult", "urgency": "1", "key": "k-1"}


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (Call("answer", reply="18 点亮灯。", matter="0101"), []),
        (Call("answer", reply="18 点亮灯。"), ["no-matter"]),
        (Call("answer", reply=TEXT, matter="0101"), ["blank", "blank"]),
        (Call("answer", reply="见【2016】3号。", matter="0101"), []),
        (Call("answer", reply="18 点亮灯。", matter="0101", unasked=ASK), ["not-asked"]),
        (Call("answer", reply="18 点亮灯。", matter="0101", unasked=ASK, urgency=4), ["not-asked"]),
        (Call("answer", "consult", reply="18 点亮灯。", matter="0101", unasked=ASK), []),
        (Call("answer", reply="  ", unasked=ASK), []),
        (Call("dispatch", reply=TEXT, matter="0101", unit="7"), []),
        (Call("dispatch", matter="0101", unit="7", unasked=ASK), ["not-asked"]),
        (Call("dispatch", matter="0101", unasked=ASK), []),
        (Call("accept", matter="0101", unasked=ASK, urgency=2), ["not-asked"]),
        (Call("accept", matter="0101", unasked=ASK, urgency=3), []),
        (Call("dispatch", matter="0101", unit="7", unasked=ASK, urgency=4), []),
        (Call("receive", reply=TEXT, unasked=ASK), []),
        (Call("add", reply=TEXT, unasked=ASK), []),
        (Call("none:silent"), []),
        (Call("none:silent", text="路灯不亮"), ["not-kept"]),
    ],
)
def test_what_is_asked_before_a_call_ends(call, found):
    assert [doubt.code for doubt in of_call(call)] == found


@pytest.mark.parametrize(
    ("move", "data", "found"),
    [
        ("reply", {"reply": TEXT}, ["【地点】", "【日期】"]),
        ("reply", {"reply": TEXT, "public_reply": "已于【日期】修复。"}, ["【日期】"]),
        ("reply", {"reply": TEXT, "public_reply": "已修复。"}, []),
        ("decline", {"reply": TEXT}, ["【地点】", "【日期】"]),
        ("ask", {"ask": "请带【材料】。"}, ["【材料】"]),
        ("note", {"note": TEXT}, []),
    ],
)
def test_blanks_count_in_words_that_the_citizen_reads(move, data, found):
    assert [doubt.words for doubt in of_move(BY_NAME[move], data)] == found


def test_the_digest_is_of_exactly_these_findings():
    one, two = Doubt("blank", "reply", "【日期】"), Doubt("no-matter", "matter")
    assert digest([one, two]) == digest([two, one])
    assert len({digest([one]), digest([two]), digest([one, two]), digest([Doubt("blank", "reply", "【天】")])}) == 4


@pytest.fixture
def site(office, monkeypatch):
    monkeypatch.setattr(content, "FRESH", 600.0)
    office.now = timezone.now() - timedelta(hours=1)

    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "zh-hans"
        return client

    return browser


def test_an_answer_with_blanks_and_no_matter_comes_back_once_and_goes_when_sent_again(office, site):
    olive, sent = site("olive"), {**CALL, "ending": "answer", "reply": TEXT}
    kept = LedgerRecord.objects.count()
    page = olive.post("/desk/call/", sent)
    said = page.content.decode()
    assert (page.status_code, Case.objects.count(), LedgerRecord.objects.count()) == (422, 0, kept)
    for words in ("【地点】”还没有填", "【日期】”还没有填", "还没有选事项", "请再按一次 F2", TEXT, CALL["text"]):
        assert words in said
    sure = page.context["doubt"]["sure"]
    assert f'name="sure" value="{sure}"' in said
    assert page.context["doubt"]["field"] == "reply"
    assert not page.context["errors"], "a question is no error"
    other = olive.post("/desk/call/", {**sent, "reply": "请于【天】内来。", "sure": sure})
    assert other.status_code == 422, "another finding is asked about anew"
    assert other.context["key"] == "k-1"
    assert olive.post("/desk/call/", {**sent, "sure": sure}).status_code == 302
    assert Case.objects.get().state == "closed"


def test_what_is_typed_is_not_lost_with_a_call_without_a_case(office, site):
    olive, sent = site("olive"), {**CALL, "ending": "none:silent"}
    page = olive.post("/desk/call/", sent)
    assert (page.status_code, NoCase.objects.count()) == (422, 0)
    assert "不会保留" in page.content.decode()
    assert olive.post("/desk/call/", {**sent, "sure": page.context["doubt"]["sure"]}).status_code == 302
    assert NoCase.objects.count() == 1


def test_a_required_question_is_asked_about_before_a_dispatch_but_never_when_it_is_urgent(office, site):
    FormQuestion.objects.create(code="0101-danger", matter="0101", position=1, type="text", required=True,
                                text_zh="有人受伤吗？", text_en="Is anybody hurt?", pack="test")  # fmt: skip
    content.forget()
    dora = site("dora")
    sent = {**CALL, "matter": "0101", "unit": office.units["urban"].pk, "ending": "dispatch"}
    page = dora.post("/desk/call/", sent)
    assert (page.status_code, Case.objects.count()) == (422, 0)
    assert "还没有问：有人受伤吗？" in page.content.decode()
    assert page.context["doubt"]["field"] == "q-0101-danger"
    assert dora.post("/desk/call/", {**sent, "unit": ""}).context["f"]["unit"]["error"], (
        "what is refused anyway is said"
    )
    assert dora.post("/desk/call/", {**sent, "urgency": "3"}).status_code == 302
    assert Case.objects.get().state == "dispatched"


def test_a_result_with_an_open_blank_is_asked_about_once(office, site):
    case = office.to("handling")
    hugo, last = site("hugo"), Case.objects.get(pk=case).last
    sent = {"key": "r-1", "last": last, "outcome": "solved", "reply": TEXT}
    page = hugo.post(f"/desk/{case}/reply/", sent)
    said = page.content.decode()
    assert (page.status_code, Case.objects.get(pk=case).last) == (422, last)
    assert TEXT in said
    assert "【地点】”还没有填" in said
    sure = page.context["opened"]["doubt"]["sure"]
    assert hugo.post(f"/desk/{case}/reply/", {**sent, "sure": sure}).status_code == 302
    assert Case.objects.get(pk=case).state == "replied"
