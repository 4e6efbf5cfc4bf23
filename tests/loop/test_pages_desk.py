"""The desk in a browser without scripts: lists, the case page and its forms, the call screen, content pages."""

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.loop.models import Case, CatalogueVersion, Step
from gezhi.loop.pages import exporting


@pytest.fixture
def site(office, settings):
    """Browsers of the people of the office, signed in, by name."""
    from datetime import timedelta

    from django.utils import timezone

    office.now = timezone.now() - timedelta(hours=1)

    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def act(client, case, move, **data):
    page = client.get(f"/desk/{case}/?move={move}")
    assert page.status_code == 200
    form = page.context["opened"] or page.context["primary"]
    assert form["name"] == move
    answer = client.post(f"/desk/{case}/{move}/", {"key": form["key"], "last": form["last"], **data})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer


def test_the_list_shows_what_is_ones_own(office, site):
    mine = office.to("handling")
    office.to("handling", lead="housing")
    page = site("hugo").get("/desk/?tab=handling")
    assert page.status_code == 200
    assert [str(row["id"]) for row in page.context["rows"]] == [mine]
    assert page.context["tabs"][1]["current"] is False
    text = page.content.decode()
    assert "路灯不亮" in text
    assert "Worklist" in text


def test_a_list_takes_eight_statements_at_most(office, site):
    for _ in range(7):
        office.to("handling")
    client = site("dora")
    client.get("/desk/?tab=handling")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/desk/?tab=handling")
    assert len(page.context["rows"]) == 7
    assert len(captured) <= 8, [query["sql"][:80] for query in captured]


def test_search_and_filters_narrow_the_list(office, site):
    case = office.receive("夜间施工噪声扰民，丽江新城六栋", matter="0102", channel="web")
    office.receive("学校门口没有斑马线", matter="02")
    client = site("dora")
    assert [str(r["id"]) for r in client.get("/desk/?tab=open&q=丽江新城").context["rows"]] == [case]
    assert [str(r["id"]) for r in client.get("/desk/?tab=open&matter=01").context["rows"]] == [case]
    empty = client.get("/desk/?tab=open&q=没有这个词")
    assert empty.context["rows"] == []
    assert "Nothing fits" in empty.content.decode()


def test_a_case_goes_through_its_whole_life_on_its_page(office, site):
    case = office.receive("路灯不亮", kind="complaint", name="王小明", phone="13812346207")
    act(site("dora"), case, "accept", matter="0101", kind="complaint", urgency="2")
    dispatch = site("dora").get(f"/desk/{case}/")
    assert dispatch.context["primary"]["name"] == "dispatch"
    unit = next(f for f in dispatch.context["primary"]["fields"] if f["name"] == "unit")
    assert [o["value"] for o in unit["options"] if o["selected"]] == [office.units["urban"].pk]
    act(site("dora"), case, "dispatch", unit=office.units["urban"].pk)
    act(site("hugo"), case, "return", cause="not_ours", basis="职责清单", proposed=office.units["housing"].pk)
    act(site("dora"), case, "adjudicate", ruling="reject", basis="职责清单 1")
    act(site("hugo"), case, "sign")
    page = site("hugo").get(f"/desk/{case}/")
    assert page.context["primary"]["name"] == "contact", "one speaks with the person first"
    assert "?move=reply" in page.context["moves"][0]["url"]
    act(site("hugo"), case, "contact", reached="reached", note="已通话")
    page = site("hugo").get(f"/desk/{case}/")
    assert page.context["primary"]["name"] == "reply"
    assert [move["url"].split("move=")[1] for move in page.context["moves"][:3]] == [
        "note#move", "task#move", "ask#move"
    ]  # fmt: skip
    assert site("dora").get(f"/desk/{case}/").context["primary"] is None, "the desk does not do the unit's work"
    act(site("hugo"), case, "postpone_ask", cause="parts", reason="等配件", amount="2", unit_of="workday")
    act(site("dora"), case, "postpone_decide", approve="1", amount="2")
    act(site("hugo"), case, "reply", outcome="solved", reply="路灯已修好。")
    act(site("lena"), case, "review_pass")
    act(site("cal"), case, "callback", contacted="1", satisfaction="dissatisfied", solved="unsolved", score_speed="2",
        for_unit="仍不亮")  # fmt: skip
    row = Case.objects.get(pk=case)
    assert (row.state, row.round) == ("dispatched", 2)
    page = site("hugo").get(f"/desk/{case}/").content.decode()
    for said in ("the same unit handles it", "路灯已修好。", "round 2"):
        assert said in page, said
    assert "Dissatisfied" not in page
    assert "Dissatisfied" in site("dora").get(f"/desk/{case}/").content.decode()
    assert "13812346207" not in page
    assert "王小明" not in page


def test_a_refused_form_keeps_what_was_typed_and_says_why(office, site):
    case = office.to("handling")
    client = site("hugo")
    answer = client.post(f"/desk/{case}/reply/", {"key": "k1", "last": "4", "reply": "写了很多字"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很多字" in text
    assert 'href="#f-outcome"' in text
    assert 'name="key" value="k1"' in text
    assert Case.objects.get(pk=case).state == "handling"


def test_a_form_about_an_older_state_is_refused(office, site):
    case = office.to("handling")
    office.move(case, "note", "lena", note="看过现场")
    last = Case.objects.get(pk=case).last
    answer = site("hugo").post(
        f"/desk/{case}/reply/", {"key": "k", "last": last - 1, "outcome": "solved", "reply": "好"}
    )
    assert answer.status_code == 409
    assert answer.context["opened"]["last"] == last
    assert "看过现场" in answer.content.decode()


def test_the_same_form_twice_is_one_move(office, site):
    case = office.to("handling")
    client = site("hugo")
    data = {"key": "once", "last": Case.objects.get(pk=case).last, "note": "到现场"}
    for _ in range(2):
        assert client.post(f"/desk/{case}/note/", data).status_code == 302
    assert Step.objects.filter(case=case, move="note").count() == 1


def test_others_do_not_see_the_case_and_others_moves_are_refused(office, site):
    case = office.to("handling")
    assert site("hana").get(f"/desk/{case}/").status_code == 404
    answer = site("lena").post(f"/desk/{case}/dispatch/", {"key": "k", "unit": office.units["housing"].pk})
    assert answer.status_code == 403
    assert Client().get(f"/desk/{case}/").status_code == 302


def test_revealing_is_an_act_with_a_purpose(office, site):
    case = office.to("handling")
    client = site("hugo")
    assert "13800001234" not in client.get(f"/desk/{case}/").content.decode()
    shown = client.post(f"/desk/{case}/reveal/", {"purpose": "first_contact"}, headers={"HX-Request": "true"})
    assert "13800001234" in shown.content.decode()
    assert "13800001234" not in client.get(f"/desk/{case}/").content.decode()


def test_bulk_signs_several_and_names_what_is_refused(office, site):
    cases = [office.to("dispatched") for _ in range(2)]
    done = office.to("handling")
    client = site("hugo")
    ask = client.get("/desk/bulk/sign/", {"case": [*cases, done]})
    assert ask.status_code == 200
    answer = client.post("/desk/bulk/sign/", {"case": [*cases, done], "key": "b1"}, follow=True)
    assert "2 cases done" in answer.content.decode()
    assert [str(one["id"]) for one in answer.context["sheet"] if not one["done"]] == [done]
    assert {Case.objects.get(pk=case).state for case in cases} == {"handling"}


def test_export_is_recorded_and_no_formula(office, site):
    office.receive("=HYPERLINK(1)", matter="01")
    office.receive("|CMD(2)", matter="01")
    answer = site("dora").get("/desk/export.csv?tab=open")
    text = answer.getvalue().decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in text
    assert "'|CMD(2)" in text
    assert site("olive").get("/desk/export.csv").status_code == 403


def test_a_list_that_is_too_long_is_said_to_be_cut_before_it_is_exported(office, site, monkeypatch):
    monkeypatch.setattr(exporting, "LIMIT", 2)
    cases = [office.receive(f"路灯 {n}", matter="01") for n in range(3)]
    client = site("dora")
    asked = client.get("/desk/export.csv?tab=open&order=oldest")
    assert asked["Content-Type"].startswith("text/html")
    assert "Only the first 2 of 3 cases" in asked.content.decode()
    acts = apps.get_model("trust", "LedgerRecord").objects.filter(act="case.export")
    assert not acts.exists()
    sent = client.post(asked.context["action"])
    numbers = [Case.objects.get(pk=case).number for case in cases]
    lines = sent.getvalue().decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == numbers[:2]
    assert acts.get().body == '{"rows":2}'
    monkeypatch.setattr(exporting, "COUNTED", 2)
    assert "of 2+ cases" in client.get("/desk/export.csv?tab=open").content.decode()
    monkeypatch.setattr(exporting, "LIMIT", 3)
    whole = client.get("/desk/export.csv?tab=open")
    assert len(whole.getvalue().decode("utf-8-sig").splitlines()) == 4


def test_what_one_may_read_is_not_all_that_one_may_export(office, site):
    """Cal calls citizens of the whole city back and evaluates one bureau, whose list he may take out."""
    from gezhi.trust.rules import Actor
    from gezhi.trust.service import grant_post

    grant_post("cal", "evaluator", "urban", actor=Actor.system("tests"), now=office.now)
    own, other = office.to("handling"), office.receive("学校门口堵车", matter="02")
    client = site("cal")
    own, other = (Case.objects.get(pk=case).number for case in (own, other))
    assert other in client.get("/desk/?tab=open").content.decode()
    listed = client.get("/desk/export.csv?tab=open").getvalue().decode("utf-8-sig")
    assert own in listed
    assert other not in listed
    assert other not in client.get(f"/desk/export.csv?tab=open&q={other}").getvalue().decode("utf-8-sig")


# ---- the call screen

CALL = {"phone": "13812346207", "name": "王女士", "kind": "complaint", "place": "丽江新城", "text": "昨晚工地又开工了",
        "urgency": "2", "confidential": "normal", "key": "call-1"}  # fmt: skip


def test_a_call_is_dispatched_in_one_act(office, site):
    client = site("dora")
    assert client.get("/desk/call/").status_code == 200
    data = {**CALL, "ending": "dispatch", "matter": "0102", "unit": office.units["housing"].pk}
    answer = client.post("/desk/call/", data)
    assert answer.status_code == 302
    assert answer.cookies["gezhi_done"].value == "call-1"
    row = Case.objects.get()
    assert (row.state, row.matter, row.lead.code, row.channel, row.urgency) == (
        "dispatched",
        "0102",
        "housing",
        "hotline",
        2,
    )
    client.post("/desk/call/", data)
    assert Case.objects.count() == 1


def test_a_question_is_answered_at_once(office, site):
    data = {**CALL, "ending": "answer", "matter": "0102", "reply": "22 点后禁止施工。"}
    answer = site("olive").post("/desk/call/", data)
    assert answer.status_code == 302
    assert Case.objects.get().state == "closed"


def test_what_an_ending_lacks_is_said_beside_its_field(office, site):
    answer = site("olive").post("/desk/call/", {**CALL, "ending": "dispatch"})
    assert answer.status_code == 422
    assert answer.context["f"]["matter"]["error"]
    assert "昨晚工地又开工了" in answer.content.decode()
    assert Case.objects.count() == 0


def test_a_call_is_added_to_the_callers_case_or_merged_into_anothers(office, site):
    client = site("olive")
    own = office.receive("昨晚工地开工", phone="13812346207", name="王女士")
    other = office.receive("丽江新城夜间施工", phone="13900001111")
    past = client.post("/desk/call/past/", {"phone": "138 1234 6207"}).content.decode()
    assert own in past
    assert other not in past
    client.post("/desk/call/", {**CALL, "ending": "add", "to": own})
    assert Step.objects.filter(case=own, move="supplement").count() == 1
    assert Case.objects.count() == 2
    client.post("/desk/call/", {**CALL, "ending": "add", "to": other, "key": "call-2"})
    assert Case.objects.filter(main=other, state="merged").count() == 1


def test_suggestions_come_as_a_part(office, site):
    answer = site("olive").post("/desk/call/suggest/", {"text": "路灯不亮", "matter": "0101"})
    assert answer.status_code == 200
    assert "urban" in answer.content.decode()


# ---- content pages


def test_the_catalogue_is_edited_tried_and_published(office, site):
    office.to("handling")
    client = site("dora")
    page = client.get("/desk/catalogue/?q=housing")
    assert [row["lead"] for row in page.context["rows"]] == ["housing"]
    answer = client.post("/desk/catalogue/row/", {"matter": "01", "area": "", "lead": "street", "basis_zh": "新依据"})
    assert answer.status_code == 302
    tried = client.get("/desk/catalogue/try/?edition=draft&since=2020-01-01")
    assert tried.context["moved"] == "1"
    assert [row["title"] for row in tried.context["rows"]] != [""]
    assert client.get("/desk/catalogue/publish/?edition=draft").status_code == 200
    client.post("/desk/catalogue/publish/", {"edition": "draft", "name": "2026-2"})
    assert CatalogueVersion.objects.get(in_force=True).name == "2026-2"
    assert client.get("/desk/catalogue/export.xlsx?edition=2026-2").content[:2] == b"PK"
    assert site("hugo").get("/desk/catalogue/").context["can_edit"] is False
    assert site("hugo").get("/desk/catalogue/row/").status_code == 403


def test_matters_are_searched_and_renamed(office, site):
    client = site("dora")
    assert client.get("/desk/matters/?q=噪声").context["total"] == 1
    client.post("/desk/matters/edit/", {"code": "0101", "parent": "01", "name_zh": "路灯照明", "name_en": ""})
    assert "路灯照明" in client.get("/desk/matters/").content.decode()
    assert client.post("/desk/matters/edit/", {"code": "!", "name_zh": "x"}).status_code == 422


def test_a_day_of_the_calendar_is_changed_by_who_may(office, site):
    from loop_office import ROOT

    from gezhi.trust.service.roles import grant_post

    grant_post("sue", "sysadmin", "city", actor=ROOT, now=office.now)
    client = site("sue")
    assert client.get("/desk/calendar/?year=2026").status_code == 200
    assert client.get("/desk/calendar/?day=2026-10-08").context["opened"]["words"]
    client.post("/desk/calendar/", {"day": "2026-10-08", "kind": "holiday", "name_zh": "补休"})
    page = client.get("/desk/calendar/?year=2026").content.decode()
    assert "补休" in page
    assert site("hugo").post("/desk/calendar/", {"day": "2026-10-09", "kind": "holiday"}).status_code == 403
    assert client.get("/desk/calendar/hours/").status_code == 200
    bad = client.post("/desk/calendar/hours/", {"from_0": "13-40", "to_0": "x", "periods_0": "y"})
    assert bad.status_code == 422


def test_an_assisting_unit_answers_by_the_form(office, site):
    case = office.to("handling")
    office.move(case, "task", "hugo", unit=office.units["street"].pk, ask="Please look at the pole.")
    act(site("tom"), case, "task_done", note="It leans.", unit=office.units["street"].pk)
    assert Step.objects.filter(case=case, move="task_done").exists()


def test_an_edition_with_marks_in_its_name_is_found_again(office, site):
    CatalogueVersion.objects.create(name="A&B #1", created_at=office.now)
    dora = site("dora")
    page = dora.get("/desk/catalogue/?edition=A%26B%20%231")
    assert page.context["edition"]["name"] == "A&B #1"
    for address in (page.context["urls"]["publish"], page.context["urls"]["export"], page.context["urls"]["try"]):
        assert dora.get(address).status_code == 200
