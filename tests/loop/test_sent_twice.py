"""One form sent twice: the same again is one act; other content under its key is refused aloud, never dropped."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.intake.service import typing
from gezhi.loop.models import Case, Draft, Step
from gezhi.loop.store import content

CALL = {"phone": "13812346207", "text": "昨晚工地又开工了", "key": "k-1", "ending": "receive"}
OTHER = {**CALL, "phone": "13912340000", "text": "楼下的井盖不见了"}


@pytest.fixture
def site(office, monkeypatch):
    monkeypatch.setattr(content, "FRESH", 600.0)
    office.now = timezone.now() - timedelta(hours=1)

    def browser(name=""):
        client = Client()
        if name:
            client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def test_two_tabs_that_restored_one_draft_lose_no_call(office, site):
    """Both have the form's key; the second caller must not be answered with the number of the first."""
    first, second = site("olive"), site("olive")
    assert first.post("/desk/call/", CALL).status_code == 302
    assert first.post("/desk/call/", CALL).status_code == 302, "a second press is the same call"
    assert Case.objects.count() == 1
    page = second.post("/desk/call/", OTHER)
    assert page.status_code == 409
    assert OTHER["text"] in page.content.decode()
    assert page.context["key"] != "k-1", "sent again it counts as a new form"
    assert second.post("/desk/call/", {**OTHER, "key": page.context["key"]}).status_code == 302
    assert Case.objects.count() == 2


def test_a_letter_that_comes_after_the_form_brings_no_draft_back(office, site):
    """The save of the last five seconds may arrive behind the form itself: the next caller gets an empty screen."""
    olive = site("olive")
    for before in (True, False):
        key = f"k-{before}"
        if before:
            assert olive.post("/desk/call/draft/", {**CALL, "key": key}).status_code == 200
        assert olive.post("/desk/call/", {**CALL, "key": key}).status_code == 302
        assert olive.post("/desk/call/draft/", {**CALL, "key": key}).status_code == 200
        for address in ("/desk/call/", f"/desk/call/?form={key}"):
            page = olive.get(address).content.decode()
            assert ("is back, kept" in page, "draft-other" in page) == (False, False)
    assert {row.state for row in Draft.objects.all()} == {"dropped"}
    assert not any(row.sealed or row.wrapped_key for row in Draft.objects.all()), "nothing of what was typed stays"
    assert typing.sweep(timezone.now() + timedelta(days=2)) == 2
    assert olive.post("/desk/call/draft/", {**CALL, "key": "k-9"}).status_code == 200
    assert olive.post("/desk/call/draft/drop/", {"key": "k-9"}).status_code == 302
    assert olive.post("/desk/call/draft/", {**CALL, "key": "k-9"}).status_code == 200, "what was thrown away stays away"
    assert "is back, kept" not in olive.get("/desk/call/?form=k-9").content.decode()


def test_a_citizen_who_goes_back_and_writes_of_something_else_is_not_given_the_old_number(office, site):
    citizen = site()
    sent = {"text": "路灯不亮，晚上走路危险", "place": "丽江路 12 号", "who": "anonymous", "key": "c-1"}
    assert citizen.post("/report/", sent)["Location"] == citizen.post("/report/", sent)["Location"]
    page = citizen.post("/report/", {**sent, "text": "楼下的井盖不见了，有小孩在玩"})
    assert page.status_code == 409
    assert "楼下的井盖不见了" in page.content.decode()
    assert page.context["key"] != "c-1"
    assert Case.objects.count() == 1


def test_a_second_note_under_the_key_of_the_first_is_not_called_done(office, site):
    case = office.to("handling")
    hugo = site("hugo")
    note = {"note": "已到现场", "key": "n-1"}
    assert hugo.post(f"/desk/{case}/note/", note).status_code == 302
    assert hugo.post(f"/desk/{case}/note/", note).status_code == 302
    page = hugo.post(f"/desk/{case}/note/", {**note, "note": "配件已订，周五到"})
    assert page.status_code == 409
    assert "配件已订，周五到" in page.content.decode()
    assert Step.objects.filter(case=case, move="note").count() == 1
