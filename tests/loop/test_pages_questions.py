"""The questions of a matter on the citizen's form, at the call screen, through the API, and on the case page."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flat import flat
from gezhi.loop.models import Case, FormQuestion, Keyword, Matter, Step
from gezhi.loop.service import case_token, replay
from gezhi.loop.service.replaying import Difference
from gezhi.loop.store import content
from gezhi.trust.service import open_text

STOP = {"on": "yes", "zh": "请离开至少8米", "en": "Keep at least eight metres away"}
YES_NO = [{"code": "yes", "zh": "是", "en": "Yes"}, {"code": "no", "zh": "否", "en": "No"}]
PROOF = [{"code": "photo", "zh": "照片", "en": "Photo"}, {"code": "bill", "zh": "票据", "en": "Bill"}]
REPORT = {"text": "书院路的路灯三天不亮了", "place": "书院路 12 号", "who": "phone", "phone": "13812346207",
          "key": "r1", "website": "", "matter": "0101"}  # fmt: skip
ANSWERS = {"q-0101-danger": "no", "q-0101-count": "3", "q-0101-since": "2026-03-01"}
CALL = {"phone": "13812346207", "kind": "complaint", "place": "书院路", "text": "路灯不亮", "matter": "0101",
        "confidential": "normal", "key": "call-1"}  # fmt: skip


@pytest.fixture
def asked(office):
    danger = {"options": YES_NO, "stop": STOP}
    rows = [
        ("0101-danger", 1, "choice", True, "有电线落地吗？", "Is a wire on the ground?", danger),
        ("0101-count", 2, "number", True, "几盏不亮？", "How many are out?", {}),
        ("0101-since", 3, "date", False, "从哪天开始？", "Since which day?", {}),
        ("0101-proof", 4, "choices", False, "有哪些凭证？", "What proof is there?", {"options": PROOF}),
        ("0101-pole", 5, "text", False, "灯杆编号？", "Number on the post?", {}),
    ]
    for code, position, kind, required, zh, en, extra in rows:
        FormQuestion.objects.create(
            code=code, matter="0101", position=position, type=kind, required=required, text_zh=zh, text_en=en,
            extra=extra, pack="test",
        )  # fmt: skip
    FormQuestion.objects.create(
        code="0102-hour", matter="0102", position=1, type="text", required=True, text_zh="几点？",
        text_en="At what time?", pack="test",
    )  # fmt: skip
    Keyword.objects.create(matter_code="0101", keyword="路灯", weight=5, pack="test")
    content.forget()
    return office


@pytest.fixture
def citizen(asked):
    client = Client()
    client.cookies["gezhi_language"] = "en"
    return client


@pytest.fixture
def site(asked, db):
    def make(name, language="en"):
        client = Client()
        client.force_login(asked.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = language
        return client

    return make


def told(case):
    return open_text(case.requester, case.story).get("answers", {})


def errors(answer):
    return [error["name"] for error in answer.context["errors"]]


def test_without_scripts_the_questions_come_with_everything_typed(citizen):
    typed = {**REPORT, "step": "questions", "name": "王女士", "q-0101-pole": "LJ-17"}
    del typed["matter"]
    first = citizen.post("/report/", typed)
    page = flat(first.content.decode())
    assert first.status_code == 200
    assert Case.objects.count() == 0
    assert REPORT["text"] in page
    assert REPORT["place"] in page
    assert 'name="key" value="r1"' in page
    assert re.search(r'name="matter" value="0101"(?! checked)', page)
    assert "Is a wire on the ground?" not in page
    assert 'type="hidden" name="q-0101-pole" value="LJ-17"' in page
    second = flat(citizen.post("/report/", {**typed, "matter": "0101"}).content.decode())
    assert re.search(r'name="matter" value="0101" checked', second)
    assert "Is a wire on the ground?" in second
    assert STOP["en"] in second
    assert re.search(r'name="q-0101-pole"[^>]*value="LJ-17"', second)
    assert 'type="hidden" name="q-0101-pole"' not in second


def test_each_question_has_its_control_in_both_languages(citizen):
    english = flat(citizen.post("/report/", {**REPORT, "step": "questions"}).content.decode())
    assert re.search(r'type="radio" name="q-0101-danger" value="yes" required data-shows="stop-0101-danger"', english)
    assert re.search(r'type="text" name="q-0101-count"[^>]*inputmode="decimal"', english)
    assert re.search(r'type="date" name="q-0101-since"', english)
    assert re.search(r'type="checkbox" name="q-0101-proof" value="bill"', english)
    assert re.search(r"Number on the post\?<span class=\"opt\">", english)
    assert "How many are out?</label>" in english
    citizen.cookies["gezhi_language"] = "zh-hans"
    chinese = flat(citizen.post("/report/", {**REPORT, "step": "questions"}).content.decode())
    assert "有电线落地吗？" in chinese
    assert STOP["zh"] in chinese


def test_a_report_with_answers_is_kept_and_danger_is_said_again(citizen):
    answers = {**ANSWERS, "q-0101-danger": "yes", "q-0101-proof": ["photo", "bill"]}
    sent = citizen.post("/report/", {**REPORT, **answers})
    assert sent.status_code == 302, sent.context["errors"]
    case = Case.objects.get()
    assert case.matter == "0101"
    assert told(case) == {
        "0101-danger": "yes", "0101-count": 3, "0101-since": "2026-03-01", "0101-proof": ["photo", "bill"],
    }  # fmt: skip
    assert STOP["en"] in citizen.get(sent["Location"]).content.decode()
    calm = citizen.post("/report/", {**REPORT, **ANSWERS, "key": "r2"})
    assert STOP["en"] not in citizen.get(calm["Location"]).content.decode()


def test_every_wrong_answer_is_said_beside_its_question_and_nothing_is_lost(citizen):
    wrong = {**REPORT, "q-0101-count": "drei", "q-0101-pole": "LJ-17", "q-0102-hour": "23:00", "phone": "12"}
    answer = citizen.post("/report/", wrong)
    page = flat(answer.content.decode())
    assert answer.status_code == 422
    assert errors(answer) == ["phone", "q-0101-danger", "q-0101-count"]
    assert "Please answer “Is a wire on the ground?”" in page
    assert 'id="e-q-0101-count"' in page
    for value in ("drei", "LJ-17", "23:00", REPORT["text"]):
        assert value in page
    bad = citizen.post("/report/", {**REPORT, **ANSWERS, "q-0101-danger": "maybe"})
    assert errors(bad) == ["q-0101-danger"]
    assert "Yes, No" in bad.content.decode()
    assert Case.objects.count() == 0


def test_who_chooses_no_matter_is_asked_nothing(citizen):
    for n, matter in enumerate(("", None)):
        sent = {**REPORT, "key": f"n{n}", "q-0101-count": "drei"} | ({"matter": matter} if matter is not None else {})
        if matter is None:
            del sent["matter"]
        assert citizen.post("/report/", sent).status_code == 302
    assert {(case.matter, bool(told(case))) for case in Case.objects.all()} == {("", False)}


def test_the_parts_for_htmx_follow_words_and_matter(citizen):
    words = {"text": REPORT["text"], "place": REPORT["place"]}
    about = flat(citizen.post("/report/questions/", words).content.decode())
    assert 'id="matters"' in about
    assert re.search(r'name="matter" value="0101"', about)
    asked = {**words, "matter": "0102", "q-0101-count": "4"}
    only = flat(citizen.post("/report/questions/", asked, headers={"HX-Target": "questions"}).content.decode())
    assert 'id="matters"' not in only
    assert "At what time?" in only
    assert 'type="hidden" name="q-0101-count" value="4"' in only


def test_where_nothing_is_guessed_the_matter_may_be_picked_from_a_list(citizen):
    first = flat(citizen.get("/report/").content.decode())
    assert '<details class="more-about"><summary>Choose what it is about' in first
    assert re.search(r'<select name="matter" id="f-matter"[^>]*><option value="">The office decides</option>', first)
    assert '<optgroup label="Urban works"><option value="0101">Street lights</option>' in first
    assert "data-picker" not in first.partition('id="matters"')[2].partition("</select>")[0]
    other = {**REPORT, "text": "别的什么事情，完全不同", "step": "questions"}
    chosen = flat(
        citizen.post("/report/", other).content.decode()
    )  # without scripts: choose, then ask for the questions
    assert '<option value="0101" selected>' in chosen
    assert "Is a wire on the ground?" in chosen
    untouched = flat(
        citizen.post("/report/questions/", {"text": REPORT["text"], "matter": "", "guess": ""}).content.decode()
    )
    assert re.search(r'type="radio" name="matter" value="0101"', untouched)
    assert not re.search(r'name="matter" value="" checked', untouched)


def test_the_list_holds_deeper_matters_only_where_they_ask(citizen):
    for code, zh, en in (("010101", "灯杆倾斜", "Leaning post"), ("010102", "亮度不足", "Too dim")):
        Matter.objects.create(code=code, parent="0101", level=3, name_zh=zh, name_en=en, pack="test")
    FormQuestion.objects.create(code="010101-lean", matter="010101", type="text", text_zh="?", text_en="?", pack="test")
    content.forget()
    page = flat(citizen.get("/report/").content.decode())
    assert '<option value="010101">Street lights › Leaning post</option>' in page
    assert "Too dim" not in page


def test_the_list_stays_where_what_is_guessed_asks_nothing(citizen, monkeypatch):
    monkeypatch.setattr("gezhi.loop.pages.asking.guessed", lambda *_: (["none-asks"], "none-asks"))
    part = flat(
        citizen.post("/report/questions/", {"text": "今天天气很好啊", "guess": "", "matter": ""}).content.decode()
    )
    assert "<select" in part
    assert 'name="matter"' in part


def test_where_no_matter_asks_anything_there_is_no_list(citizen):
    FormQuestion.objects.all().delete()
    content.forget()
    assert 'id="matters"' not in citizen.get("/report/").content.decode()


def test_a_matter_that_was_only_guessed_gives_way_and_a_chosen_one_stays(citizen):
    left = citizen.post("/report/questions/", {"text": "别的什么事情", "matter": "0102", "guess": "0102"})
    assert "At what time?" not in left.content.decode()
    stays = citizen.post("/report/questions/", {"text": "别的什么事情", "matter": "0102", "guess": "-"})
    assert "At what time?" in stays.content.decode()


@pytest.mark.parametrize(("answer", "urgency", "flagged"), [("yes", 3, True), ("no", 1, False)])
def test_an_answer_that_tells_of_danger_is_seen_at_the_desk(citizen, site, answer, urgency, flagged):
    assert citizen.post("/report/", {**REPORT, **ANSWERS, "q-0101-danger": answer}).status_code == 302
    case = Case.objects.get()
    step = Step.objects.get(case=case, move="receive")
    assert (case.urgency, step.facts["urgency"], step.facts.get("danger", False)) == (urgency, urgency, flagged)
    row = site("dora").get("/desk/?tab=to_accept").context["rows"][0]
    assert ("Urgent" in [flag["words"] for flag in row["flags"]]) is flagged
    page = site("dora").get(f"/desk/{case.pk}/")
    assert ("An answer tells of danger" in [flag["words"] for flag in page.context["case"]["flags"]]) is flagged
    assert [found for found in replay() if isinstance(found, Difference)] == []


# ---- the call screen


@pytest.mark.parametrize(("chosen", "kept"), [("1", 3), ("4", 4)])
def test_a_caller_who_tells_of_danger_is_urgent_whatever_was_chosen(site, asked, chosen, kept):
    sent = {**CALL, "ending": "receive", "urgency": chosen, "q-0101-danger": "yes"}
    assert site("dora").post("/desk/call/", sent).status_code == 302
    assert Case.objects.get().urgency == kept


def test_the_operator_asks_on_the_same_screen_and_is_never_held_up(site, asked):
    client = site("dora")
    shown = flat(client.post("/desk/call/questions/", {"matter": "0101", "q-0101-count": "2"}).content.decode())
    assert "How many are out?" in shown
    assert re.search(r'name="q-0101-count"[^>]*value="2"', shown)
    assert "asks nothing more" in client.post("/desk/call/questions/", {"matter": "01"}).content.decode()
    sent = {**CALL, "ending": "dispatch", "unit": asked.units["urban"].pk, "q-0101-count": "2"}
    once = client.post("/desk/call/", sent)  # what the caller does not know is asked about once
    assert (once.status_code, Case.objects.count()) == (422, 0)
    answer = client.post("/desk/call/", {**sent, "sure": once.context["doubt"]["sure"]})
    assert answer.status_code == 302
    case = Case.objects.get()
    assert (case.state, told(case)) == ("dispatched", {"0101-count": 2})
    assert site("hugo").post("/desk/call/questions/", {"matter": "0101"}).status_code == 403


def test_a_wrong_answer_on_the_call_screen_is_said_beside_it(site):
    answer = site("dora").post("/desk/call/", {**CALL, "ending": "receive", "q-0101-count": "many"})
    assert answer.status_code == 422
    assert errors(answer) == ["q-0101-count"]
    assert 'value="many"' in answer.content.decode()
    assert Case.objects.count() == 0


def test_answers_to_a_call_that_is_added_to_the_callers_case_are_words_of_it(site, asked):
    own = asked.receive("路灯不亮", phone="13812346207", name="王女士", matter="0101")
    answer = site("olive").post("/desk/call/", {**CALL, "ending": "add", "to": own, "q-0101-count": "5"})
    assert answer.status_code == 302
    assert Step.objects.filter(case=own, move="supplement").count() == 1
    page = flat(site("dora").get(f"/desk/{own}/").content.decode())
    assert "How many are out? 5" in page


# ---- the case page, and correcting the matter


def test_the_case_page_has_the_words_of_question_and_answer_in_both_languages(site, asked):
    case = asked.receive(matter="0101", answers={"0101-danger": "yes", "0101-count": 1200})
    assert site("dora").get(f"/desk/{case}/").context["case"]["answers"] == [
        {"q": "Is a wire on the ground?", "a": "Yes"},
        {"q": "How many are out?", "a": "1,200"},
    ]
    chinese = site("dora", "zh-hans").get(f"/desk/{case}/").context["case"]["answers"]
    assert chinese[0] == {"q": "有电线落地吗？", "a": "是"}


def test_correcting_the_matter_keeps_the_answers_and_their_words(site, asked):
    case = asked.receive(matter="0101", kind="complaint", answers={"0101-count": 3})
    asked.move(case, "accept")
    asked.move(case, "correct", matter="0102", reason="误选")
    row = Case.objects.get(pk=case)
    assert (row.matter, told(row)) == ("0102", {"0101-count": 3})
    page = site("dora").get(f"/desk/{case}/")
    assert page.context["case"]["answers"] == [{"q": "How many are out?", "a": "3"}]


def test_a_question_that_a_new_version_drops_keeps_its_words_and_is_asked_no_more(site, asked):
    case = asked.receive(matter="0101", answers={"0101-count": 3})
    FormQuestion.objects.filter(code="0101-count").update(active=False)
    content.forget()
    page = site("dora").get(f"/desk/{case}/")
    assert page.context["case"]["answers"] == [{"q": "How many are out?", "a": "3"}]
    assert [one.code for one in content.content().questions_for("0101")][:2] == ["0101-danger", "0101-since"]


def test_what_an_office_asks_itself_wins_and_what_is_asked_above_is_asked_below(asked):
    FormQuestion.objects.create(code="0101-count", matter="0101", type="text", text_zh="多少盏？", pack="local")
    FormQuestion.objects.create(code="all", matter="01", type="text", text_zh="您住在附近吗？", pack="local")
    content.forget()
    found = content.content().questions_for("0101")
    assert [one.code for one in found[:2]] == ["all", "0101-count"]
    assert found[1].text_zh == "多少盏？"


def test_the_case_page_needs_no_more_statements_for_answers(site, asked):
    client = site("dora")
    bare = asked.receive(matter="0102")
    full = asked.receive(matter="0101", answers={"0101-count": 3})
    counts = []
    for case in (bare, bare, full):
        with CaptureQueriesContext(connection) as sent:
            client.get(f"/desk/{case}/")
        counts.append(len(sent))
    assert counts[1] == counts[2]


# ---- the API


@pytest.fixture
def post(asked):
    from gezhi.trust.rules import Actor
    from gezhi.trust.service.users import create_token

    token = create_token("olive", "test", actor=Actor.system("tests"), now=asked.now)
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def send(**body):
        return client.post("/api/v1/loop/cases", {"text": "路灯不亮", **body}, content_type="application/json")

    send.client = client
    return send


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"0101-count": 3}, "answer-missing"),
        ({"0101-danger": "no", "0101-count": 3, "colour": "red"}, "question-unknown"),
        ({"0101-danger": "no", "0101-count": "x"}, "answer-number"),
        ({"0101-danger": "no", "0101-count": -3}, "answer-range"),
        ({"0101-danger": "off", "0101-count": 3}, "answer-choice"),
        ({"0101-danger": "no", "0101-count": 3, "0101-since": "soon"}, "answer-date"),
    ],
)
def test_the_api_refuses_by_the_same_rules(post, answers, code):
    refused = post(matter="0101", answers=answers)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"matter": "0101"}, {}),
        (
            {"matter": "0101", "answers": {"0101-danger": "no", "0101-count": "3", "0101-pole": ""}},
            {"0101-danger": "no", "0101-count": 3},
        ),
        ({"matter": "01", "answers": {"标签": ["甲", "乙"]}}, {"标签": ["甲", "乙"]}),
        ({"answers": {"标签": "每月一题"}}, {"标签": "每月一题"}),
    ],
)
def test_the_api_keeps_what_fits_and_what_nobody_asked(post, body, kept):
    assert post(**body).status_code == 201
    assert told(Case.objects.get()) == kept


def test_the_api_lists_the_questions(post):
    found = post.client.get("/api/v1/loop/questions?matter=0101").json()
    assert [one["code"] for one in found][:2] == ["0101-danger", "0101-count"]
    assert found[0]["stop"] == STOP
    assert found[0]["options"] == YES_NO
    assert found[1]["least"] == "0"
    assert post.client.get("/api/v1/loop/questions?matter=zz").status_code == 422


def test_the_follow_page_lists_the_answers_in_words(citizen):
    citizen.post("/report/", {**REPORT, **ANSWERS, "q-0101-proof": ["photo", "bill"]})
    page = flat(citizen.get(f"/f/{case_token(Case.objects.get().pk)}/").content.decode())
    told_part = page.partition("What you told us")[2]
    for question, answer in (("Is a wire on the ground?", "No"), ("How many are out?", "3"),
                             ("What proof is there?", "Photo, Bill")):  # fmt: skip
        assert f"<dt>{question}</dt><dd>{answer}</dd>" in told_part


def test_an_address_that_asks_without_end_is_not_helped_any_more(citizen, monkeypatch):
    monkeypatch.setattr("gezhi.loop.pages.citizen.LOOKS_FREE", 2)
    words = {"text": REPORT["text"], "place": REPORT["place"]}
    assert [citizen.post("/report/questions/", words).status_code for _ in range(3)] == [200, 200, 204]
    assert citizen.post("/report/", {**REPORT, **ANSWERS}).status_code == 302  # reporting goes on
