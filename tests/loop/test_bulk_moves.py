"""Several cases at once: foreseen, made one by one, safe against a second click and against what moved meanwhile."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.loop.models import Case, Step
from gezhi.loop.pages import bulk
from gezhi.loop.rules.moves import BY_NAME
from gezhi.loop.service.foreseeing import foresee


@pytest.fixture
def site(office):
    from datetime import timedelta

    from django.utils import timezone

    office.now = timezone.now() - timedelta(minutes=30)

    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def hidden(page):
    return {field["name"]: field["value"] for field in page.context["m"]["fields"] if field["type"] == "hidden"}


def form(page, **more):
    """What the shown form sends."""
    fields = [field for field in page.context["m"]["fields"] if field["type"] == "hidden"]
    cases = [str(field["value"]) for field in fields if field["name"] == "case"]
    rest = {field["name"]: field["value"] for field in fields if field["name"] != "case"}
    return {**rest, "case": cases, "key": page.context["m"]["key"], **more}


def states(cases):
    return [Case.objects.get(pk=case).state for case in cases]


def test_each_case_is_foreseen_made_and_answered_by_itself(office, site):
    able = [office.to("dispatched") for _ in range(3)]
    signed, foreign = office.to("handling"), office.to("dispatched", lead="housing")
    client = site("hugo")
    page = client.get("/desk/bulk/sign/", {"case": [*able, signed, foreign], "list": "tab=to_sign"})
    told = {str(one["id"]): one for one in page.context["cases"]}
    assert set(told) == {*able, signed}  # what he may not see is not there
    assert [(told[case]["now"], told[case]["then"], told[case]["why"]) for case in able] == [
        ("To sign for", "Being handled", "")
    ] * 3
    assert told[signed]["then"] == ""
    assert "Being handled" in told[signed]["why"]
    assert (page.context["able"], page.context["unable"], page.context["back"]) == (3, 1, "/desk/?tab=to_sign")
    sent = form(page)
    assert sent["case"] == able
    office.move(able[0], "note", "lena", note="moved meanwhile")
    answer = client.post("/desk/bulk/sign/", sent)
    sheet = {str(one["id"]): one for one in answer.context["sheet"]}
    assert [sheet[case]["done"] for case in able] == [False, True, True]
    assert "moved on since" in sheet[able[0]]["why"]
    assert states(able) == ["dispatched", "handling", "handling"]
    assert "2 cases done" in answer.content.decode()
    again = client.post("/desk/bulk/sign/", sent)  # the second click
    assert [one["done"] for one in again.context["sheet"]] == [False, True, True]
    assert Step.objects.filter(case__in=able, move="sign").count() == 2


def test_all_of_the_filter_is_taken_up_to_a_bound_that_is_said(office, site, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 4)
    noise = [office.receive(f"施工噪声 {n}", matter="0102") for n in range(5)]
    light = office.receive("路灯不亮", matter="0101")
    client = site("dora")
    page = client.get("/desk/bulk/accept/", {"all": "1", "list": "tab=to_accept&matter=0102&order=oldest"})
    assert [str(one["id"]) for one in page.context["cases"]] == noise[:4]
    assert "only its first 4 cases" in page.content.decode()
    client.post("/desk/bulk/accept/", form(page, matter="0102", kind="complaint", urgency="1"))
    assert states([*noise, light]) == ["accepted"] * 4 + ["received"] * 2


def test_what_was_done_to_several_is_taken_back_together(office, site):
    cases = [office.to("accepted") for _ in range(2)]
    client = site("dora")
    page = client.get("/desk/bulk/dispatch/", {"case": cases})
    done = client.post("/desk/bulk/dispatch/", form(page, unit=office.units["urban"].pk))
    assert states(cases) == ["dispatched", "dispatched"]
    assert done.context["undo"]
    last = {f"last-{one['id']}": one["last"] for one in done.context["sheet"]}
    office.move(cases[0], "sign", "hugo")
    back = client.post("/desk/bulk/undo/", {"case": cases, "key": "u", **last})
    assert states(cases) == ["handling", "accepted"]
    assert [one["done"] for one in back.context["sheet"]] == [False, True]
    assert client.get("/desk/bulk/undo/", {"case": cases}).status_code == 404


def test_foreseeing_asks_the_database_nothing_for_a_case(office, site):
    for _ in range(3):
        office.to("dispatched")
    office.to("handling")
    rows = list(Case.objects.select_related(*bulk.JOINED))
    hugo, dora = office.actor("hugo"), office.actor("dora")
    foresee(rows, BY_NAME["sign"], actor=hugo, now=office.now)  # content is read
    with CaptureQueriesContext(connection) as captured:
        mine = foresee(rows, BY_NAME["sign"], actor=hugo, now=office.now)
        hers = foresee(rows, BY_NAME["sign"], actor=dora, now=office.now)
    assert len(captured) == 0
    assert sorted(one.refused.code if one.refused else one.target for one in mine) == [
        "handling", "handling", "handling", "move-not-from-here",
    ]  # fmt: skip
    assert {one.refused.code for one in hers} == {"not-allowed"}


def test_an_imported_case_that_nobody_took_over_is_not_accepted_unseen(office, site):
    case = office.receive("旧件", matter="0101")
    Case.objects.filter(pk=case).update(dormant=True)
    found = foresee(list(Case.objects.select_related(*bulk.JOINED)), BY_NAME["accept"], actor=office.actor("dora"),
                    now=office.now)  # fmt: skip
    assert [one.refused.code for one in found] == ["imported-not-adopted"]
