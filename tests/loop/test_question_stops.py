"""Answers that end the form: call 110, or not ours and where to go; the desk may take it all the same and says why."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case, FormQuestion, Step
from gezhi.loop.store import content
from gezhi.trust.service import open_text

YES_NO = [{"code": "yes", "zh": "是", "en": "Yes"}, {"code": "no", "zh": "否", "en": "No"}]
COURT = {"on": "yes", "kind": "elsewhere", "zh": "请找法院", "en": "Go to the court", "to": "https://court.example.cn/"}
POLICE = {"on": "yes", "kind": "call", "zh": "请立即拨打110", "en": "Call 110 now", "to": "tel:110"}
WARN = {"on": "yes", "zh": "请离开", "en": "Keep away"}
REPORT = {"text": "书院路的路灯三天不亮了", "place": "书院路", "who": "phone", "phone": "13812346207", "key": "r1",
          "website": "", "matter": "0101"}  # fmt: skip
CALL = {"phone": "13812346207", "kind": "complaint", "place": "书院路", "text": "路灯不亮", "matter": "0101",
        "confidential": "normal", "key": "call-1", "ending": "receive"}  # fmt: skip


@pytest.fixture
def asked(office):
    office.now = timezone.now()
    for n, (code, stop) in enumerate((("law", COURT), ("fight", POLICE), ("wire", WARN))):
        FormQuestion.objects.create(
            code=f"0101-{code}", matter="0101", position=n, type="choice", required=False, text_zh=f"{code}？",
            text_en=f"{code}?", extra={"options": YES_NO, "stop": stop}, pack="test",
        )  # fmt: skip
    FormQuestion.objects.create(
        code="0101-court", matter="0101", position=9, type="text", required=True, text_zh="哪个法院？",
        text_en="Which court?", extra={"only": {"code": "0101-law", "on": "no"}}, pack="test",
    )  # fmt: skip
    content.forget()
    return office


def site(asked, name=""):
    client = Client()
    client.cookies["gezhi_language"] = "en"
    if name:
        client.force_login(asked.users[name])
    return client


@pytest.mark.parametrize(
    ("code", "words", "to"),
    [("law", "Go to the court", "https://court.example.cn/"), ("fight", "Call 110 now", "tel:110")],
)
def test_a_citizen_is_told_where_to_go_and_no_case_is_opened(asked, code, words, to):
    answer = site(asked).post("/report/", {**REPORT, f"q-0101-{code}": "yes"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'href="{to}"' in page
    assert REPORT["text"] in page
    assert f'href="#f-q-0101-{code}"' in page
    assert Case.objects.count() == 0
    taken = site(asked).post("/report/", {**REPORT, f"q-0101-{code}": "yes", "stop_reason": "I want to"})
    assert taken.status_code == 422, "only the desk takes it all the same"
    assert Case.objects.count() == 0


def test_a_warning_is_told_and_taken(asked):
    assert site(asked).post("/report/", {**REPORT, "q-0101-wire": "yes"}).status_code == 302
    assert Case.objects.get().urgency == 3


def test_the_desk_is_stopped_and_may_take_it_with_a_reason(asked):
    desk = site(asked, "olive")
    stopped = desk.post("/desk/call/", {**CALL, "q-0101-law": "yes"})
    page = stopped.content.decode()
    assert stopped.status_code == 422
    assert 'name="stop_reason"' in page
    assert "Go to the court" in page
    assert Case.objects.count() == 0
    taken = desk.post("/desk/call/", {**CALL, "q-0101-law": "yes", "stop_reason": "法院已转回"})
    assert taken.status_code == 302, taken.content.decode()
    case = Case.objects.get()
    facts = Step.objects.filter(case=case).order_by("no").first().facts
    assert facts["stop_over"] == "0101-law"
    assert "法院" not in json.dumps(facts, ensure_ascii=False)
    assert open_text(case.requester, case.story)["stop_reason"] == "法院已转回"
    assert case.urgency == 1, "another office is no danger"
    assert "法院已转回" in desk.get(f"/desk/{case.pk}/").content.decode()


def test_the_api_refuses_with_where_to_go(asked):
    desk = site(asked, "olive")
    body = {"text": "路灯不亮", "matter": "0101", "answers": {"0101-law": "yes"}}
    answer = desk.post("/api/v1/loop/cases", json.dumps(body), content_type="application/json")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "question-stops")
    assert told["facts"]["to"] == "https://court.example.cn/"
    assert told["facts"]["stop"] == "elsewhere"
    assert told["facts"]["question"] == "0101-law"
    again = desk.post(
        "/api/v1/loop/cases", json.dumps({**body, "stop_reason": "转回"}), content_type="application/json"
    )
    assert again.status_code == 201
    listed = desk.get("/api/v1/loop/questions?matter=0101").json()
    assert {one["code"]: (one["stop"] or {}).get("kind") for one in listed}["0101-fight"] == "call"


def test_a_question_that_hangs_on_another_is_asked_only_then(asked):
    wanted = site(asked).post("/report/", {**REPORT, "q-0101-law": "no"})
    assert wanted.status_code == 422
    assert 'href="#f-q-0101-court"' in wanted.content.decode()
    assert site(asked).post("/report/", {**REPORT, "q-0101-wire": "no", "q-0101-court": "ignored"}).status_code == 302
    case = Case.objects.get()
    assert open_text(case.requester, case.story)["answers"] == {"0101-wire": "no"}
    page = site(asked).post("/report/questions/", {"matter": "0101", "text": REPORT["text"]}).content.decode()
    assert "Only where “law?” is answered “No”." in page
