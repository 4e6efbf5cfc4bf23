"""The call screen: drafts that the server keeps, calls that bring no case, earlier cases, the object."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flat import flat
from gezhi.loop.intake import store
from gezhi.loop.intake.service import typing
from gezhi.loop.models import Case, CodeItem, Draft, NoCase
from gezhi.loop.service.receiving import case_secret
from gezhi.loop.store import content
from gezhi.trust.models import LedgerRecord
from gezhi.trust.service import open_text

PHONE = "13812346207"
TYPED = {"phone": PHONE, "name": "王女士", "text": "昨晚工地又开工了", "kind": "complaint", "key": "k-1",
         "began": "2026-03-02T01:00:00+00:00", "q-0101-count": "2"}  # fmt: skip


@pytest.fixture
def site(office, monkeypatch):
    monkeypatch.setattr(content, "FRESH", 600.0)  # on a slow machine nothing is read anew in between
    office.now = timezone.now() - timedelta(hours=1)

    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def test_a_draft_lies_sealed_comes_back_and_goes_with_the_case(office, site):
    olive = site("olive")
    assert olive.post("/desk/call/draft/", TYPED).status_code == 200
    assert olive.post("/desk/call/draft/", {**TYPED, "text": "昨晚工地又开工了，家里有老人"}).json()["at"]
    row = Draft.objects.get()
    assert PHONE.encode() not in bytes(row.sealed)
    assert open_text(row, row.sealed)["fields"]["q-0101-count"] == ["2"]
    page = site("olive").get("/desk/call/?form=k-1")  # another browser, as after a crash, at the call's own address
    text = page.content.decode()
    assert page.context["key"] == "k-1"
    for said in ("昨晚工地又开工了，家里有老人", PHONE, "王女士", "is back, kept on the server"):
        assert said in text
    assert page.context["f"]["kind"]["options"][2]["selected"]
    assert "is back, kept" not in site("olive").get("/desk/call/?new=1").content.decode()
    assert "is back, kept" not in site("dora").get("/desk/call/?form=k-1").content.decode(), "drafts are of one person"
    assert "王女士" not in site("dora").get("/desk/call/").content.decode()
    assert site("dora").get(f"/desk/call/?draft={row.pk}").status_code == 404
    assert site("olive").post("/desk/call/", {**TYPED, "ending": "receive"}).status_code == 302
    assert not Draft.objects.filter(state="open").exists()
    gone = site("olive").get("/desk/call/?form=k-1")
    assert "is back, kept" not in gone.content.decode()
    assert gone.context["key"] != "k-1", "what was sent under a key is done with"


def test_a_new_call_begins_empty_and_another_calls_draft_stands_beside_it(office, site):
    olive = site("olive")
    olive.post("/desk/call/draft/", {**TYPED, "text": "昨晚十二点搅拌站又开工了，家里老人没法睡，希望夜里有人来查一查"})
    olive.post("/desk/call/draft/", {"key": "k-3", "kind": "consult", "urgency": "1"})
    for address in ("/desk/call/", "/desk/call/?new=1", "/desk/call/?form=unknown"):
        page = olive.get(address)
        assert page.context["key"] != "k-1", "a new call has a key of its own"
        for name in ("phone", "name", "place", "text"):
            assert not page.context["f"][name]["value"], name
        assert not any(option["selected"] for option in page.context["f"]["kind"]["options"])
        others = page.context["draft"]["others"]
        assert [one["phone"] for one in others] == [PHONE], "a sheet without a word is no draft to take up"
        assert others[0]["words"].startswith("昨晚十二点搅拌站")
        assert len(others[0]["words"]) < 30
        text = page.content.decode()
        for said in (PHONE, "Alt+G", "Alt+X", "Take up", "Throw away"):
            assert said in text, said
    taken = olive.get(others[0]["url"])
    assert taken.context["key"] == "k-1"
    assert taken.context["f"]["name"]["value"] == "王女士"
    assert taken.context["draft"]["others"] == [], "the one in hand is not offered once more"


def test_the_bar_of_drafts_throws_one_away_and_leaves_the_form_in_hand(office, site):
    olive = site("olive")
    olive.post("/desk/call/draft/", TYPED)
    olive.post("/desk/call/draft/", {**TYPED, "key": "k-2", "phone": "13900000009"})
    olive.post("/desk/call/draft/", {**TYPED, "key": "k-3", "phone": "13700000003"})
    given = {"key": "k-2", "beside": "k-3"}
    left = olive.post("/desk/call/draft/drop/", given, headers={"HX-Request": "true"}).content.decode()
    assert (PHONE in left, "13900000009" in left, "13700000003" in left) == (True, False, False)
    assert left.count('data-key="Alt+G"') == 1
    assert olive.get("/desk/call/draft/offered/?beside=k-1").content.decode().count("draft-other") == 1
    assert site("hugo").get("/desk/call/draft/offered/").status_code == 403
    assert PHONE not in site("dora").get("/desk/call/draft/offered/").content.decode()


def test_who_may_not_take_calls_keeps_no_drafts(office, site):
    for path in ("/desk/call/draft/", "/desk/call/draft/drop/", "/desk/call/"):
        assert site("hugo").post(path, TYPED).status_code == 403
    assert not Draft.objects.filter(state="open").exists()
    assert not NoCase.objects.exists()


def test_a_draft_is_thrown_away_kept_apart_and_swept(office, site):
    olive, moment = site("olive"), timezone.now()
    olive.post("/desk/call/draft/", TYPED)
    olive.post("/desk/call/draft/", {**TYPED, "key": "k-2", "text": "另一通电话的内容"})
    page = olive.get("/desk/call/?form=k-2").content.decode()
    assert "另一通电话的内容" in page
    assert "昨晚工地又开工了" in page, "the other one is offered"
    olive.post("/desk/call/draft/drop/", {"key": "k-2"})
    assert "另一通电话的内容" not in olive.get("/desk/call/?form=k-2").content.decode()
    assert "昨晚工地又开工了" in olive.get("/desk/call/").content.decode()
    huge = olive.post("/desk/call/draft/", {**TYPED, "text": "长" * (typing.SIZE + 1)})
    assert huge.status_code == 422
    Draft.objects.update(saved_at=moment - timedelta(hours=30))
    assert "昨晚工地又开工了" not in olive.get("/desk/call/").content.decode()
    CodeItem.objects.create(list="drafts", code="typed", name_zh="草稿", pack="test", extra={"days": 3})
    content.forget()
    assert typing.sweep(moment) == 0, "the pack keeps them longer"
    assert "昨晚工地又开工了" in olive.get("/desk/call/").content.decode()
    assert store.window("typed", store.TYPED) == timedelta(days=3)
    assert typing.sweep(moment + timedelta(days=2)) == 2, "and the empty row of the one thrown away"
    assert not Draft.objects.filter(state="open").exists()


@pytest.mark.parametrize("cause", ["wrong_number", "silent", "nuisance"])
def test_a_call_without_a_case_is_one_act(office, site, cause):
    began = (timezone.now() - timedelta(seconds=9)).isoformat()
    sent = {"phone": PHONE, "key": "n-1", "ending": f"none:{cause}", "began": began}
    olive = site("olive")
    olive.post("/desk/call/draft/", sent)
    for _ in range(2):
        assert olive.post("/desk/call/", sent).status_code == 302
    row = NoCase.objects.get()
    assert (row.cause, row.user, Case.objects.count()) == (cause, office.users["olive"], 0)
    assert 8 <= row.seconds <= 60
    assert not Draft.objects.filter(state="open").exists()
    record = LedgerRecord.objects.get(act="call.no_case")
    assert PHONE not in str(record.body)
    shown = olive.post("/desk/call/past/", {"phone": PHONE}).content.decode()
    assert {"wrong_number": "Wrong number", "silent": "Silent", "nuisance": "Nuisance"}[cause] in shown


def test_a_cause_that_is_not_listed_is_refused_and_packs_name_others(office, site):
    olive = site("olive")
    assert olive.post("/desk/call/", {"ending": "none:bored", "key": "n-2"}).status_code == 422
    CodeItem.objects.create(list="no_case", code="fax", name_zh="传真音", name_en="Fax tone", pack="test")
    content.forget()
    assert "Fax tone" in olive.get("/desk/call/").content.decode()
    assert olive.post("/desk/call/", {"ending": "none:fax", "key": "n-3"}).status_code == 302
    assert olive.post("/desk/call/", {"ending": "none:silent", "key": "n-4"}).status_code == 422


def test_object_and_time_go_with_the_case_and_a_clerk_sends_to_the_dispatchers(office, site):
    olive = site("olive")
    page = olive.get("/desk/call/").content.decode()
    assert 'name="object"' in page
    assert "To the dispatchers" in page
    assert "To the dispatchers" not in site("dora").get("/desk/call/").content.decode()
    sent = {**TYPED, "object": "宏远搅拌站", "occurred": "昨晚十二点", "matter": "0102", "ending": "accept"}
    assert olive.post("/desk/call/", sent).status_code == 302
    row = Case.objects.select_related("requester").get()
    story = open_text(row.requester, row.story)
    assert (row.state, story["object"], story["occurred"]) == ("accepted", "宏远搅拌站", "昨晚十二点")
    refused = olive.post("/desk/call/", {**sent, "key": "k-9", "matter": ""})
    assert refused.status_code == 422
    assert "宏远搅拌站" in refused.content.decode()


def test_open_cases_of_the_number_come_first_and_may_be_chosen(office, site):
    late = office.to("closed", office.receive("井盖松动", phone=PHONE, matter="0101"))
    first = office.receive("路灯不亮", phone=PHONE)
    Case.objects.filter(pk=first).update(received_at=office.now - timedelta(days=3))
    shown = site("olive").post("/desk/call/past/", {"phone": PHONE, "to": late})
    assert [one["id"] for one in shown.context["past"]] == [first, late]
    assert "Remind or add to this one" in shown.content.decode()
    assert f'value="{late}" form="call" checked' in flat(shown.content.decode())


def test_the_screen_takes_few_statements_however_many_cases(office, site):
    olive = site("olive")
    olive.post("/desk/call/draft/", {**TYPED, "text": "路灯不亮，书院路 45 号"})
    office.receive("路灯不亮，书院路 7 号", phone=PHONE, place="书院路")
    olive.get("/desk/call/")

    def statements(path, **posted):
        with CaptureQueriesContext(connection) as captured:
            answer = olive.post(path, posted) if posted else olive.get(path)
        assert answer.status_code == 200
        return len(captured)

    few = statements("/desk/call/"), statements("/desk/call/suggest/", text="路灯不亮，书院路 45 号")
    for number in range(6):
        office.receive(f"路灯不亮，书院路 {number} 号", phone=PHONE, place="书院路")
    many = statements("/desk/call/"), statements("/desk/call/suggest/", text="路灯不亮，书院路 45 号")
    assert many[0] == few[0] <= 14
    assert many[1] <= few[1] <= 20


def test_a_kept_call_tells_number_and_secret_and_its_source_is_chosen(office, site):
    for code, name in (("hotline", "Hotline"), ("mailbox", "Mayor's mailbox"), ("web", "Website")):
        CodeItem.objects.update_or_create(
            list="channel", code=code, defaults={"name_zh": name, "name_en": name, "pack": "test", "extra": {}}
        )
    content.forget()
    olive = site("olive")
    page = flat(olive.get("/desk/call/").content.decode())
    assert '<option value="hotline" selected>Hotline</option>' in page
    assert "Mayor&#x27;s mailbox</option>" in page
    assert 'value="web"' not in page, "nobody enters by hand what citizens send themselves"
    letter = {**TYPED, "channel": "mailbox", "ending": "receive"}
    olive.post("/desk/call/draft/", letter)
    assert 'value="mailbox" selected' in olive.get("/desk/call/?form=k-1").content.decode(), "the draft keeps it"
    said = flat(olive.post("/desk/call/", letter, follow=True).content.decode())
    case = Case.objects.get()
    assert case.channel == "mailbox"
    assert f"number {case.number}, secret {case_secret(case.pk)}." in said
    follow = {"number": case.number, "secret": case_secret(case.pk)}
    assert Client().post("/follow/", follow).status_code == 302, "the person gets in with what was told"
    more = {**TYPED, "key": "k-5", "to": str(case.pk), "ending": "add"}
    assert case_secret(case.pk) not in olive.post("/desk/call/", more, follow=True).content.decode()
    olive.post("/desk/call/", {**TYPED, "key": "k-6", "channel": "web", "ending": "receive"})
    assert Case.objects.order_by("-received_at").first().channel == "hotline"


def test_the_timer_of_an_old_draft_counts_the_present_call(office, site):
    moment = timezone.now()
    olive, began = site("olive"), (moment - timedelta(minutes=3)).isoformat()
    olive.post("/desk/call/draft/", {**TYPED, "began": began})
    assert olive.get("/desk/call/?form=k-1").context["began"] == began, "after a crash the call is still the same"
    Draft.objects.update(saved_at=moment - timedelta(minutes=6))
    page = olive.get("/desk/call/?form=k-1")
    assert page.context["began"] == ""
    assert "昨晚工地又开工了" in page.content.decode()


def test_only_cases_that_tell_the_same_are_offered_as_answered_before(office, site):
    office.to("closed", office.receive("异地住院医保怎么报销，需要什么材料", matter="0101"))
    same = office.to("closed", office.receive("请问低保怎么申请，要到哪里办", matter="0101"))
    shown = site("olive").post("/desk/call/suggest/", {"text": "低保怎么申请？"})
    assert [one["id"] for one in shown.context["answered"]] == [same]


def test_after_the_number_comes_the_form_and_what_leaves_the_page_comes_last(office, site):
    office.receive("路灯不亮", phone=PHONE)
    olive = site("olive")
    olive.post("/desk/call/draft/", TYPED)
    page = olive.get("/desk/call/?form=k-1").content.decode()
    names = ["Discard the draft", 'id="f-phone"', 'id="f-name"', 'id="f-text"', 'id="f-reply"', 'id="past"',
             'id="suggestions"', 'value="answer"', 'href="/desk/intake/"']  # fmt: skip
    places = [page.index(name) for name in names]
    assert places == sorted(places)
    assert 'tabindex="1' not in page
