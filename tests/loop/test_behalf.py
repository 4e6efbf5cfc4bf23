"""Reporting for somebody of the family: both named and sealed, two links, one only reads; looks are on record."""

import json

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, OnBehalf, Step
from gezhi.loop.public.service.publishing import of_requester
from gezhi.loop.service import case_token
from gezhi.loop.service.behalf import behalf_token
from gezhi.loop.service.reading import reveal_requester
from gezhi.trust.rules import Actor
from gezhi.trust.service import erase, find_by_phone

REPORT = {"text": "父亲腿脚不便，小区没有坡道，进出要人抬", "place": "南湖路", "who": "phone", "phone": "138 1234 6207",
          "name": "王小明", "key": "b1", "website": "", "behalf": "parent", "behalf_name": "王桂兰",
          "behalf_phone": "13900005678"}  # fmt: skip


@pytest.fixture
def citizen(office):
    office.now = timezone.now()
    client = Client()
    client.cookies["gezhi_language"] = "zh-hans"
    return client


@pytest.fixture
def case(citizen):
    answer = citizen.post("/report/", REPORT)
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get()


def link(case):
    return f"/f/{behalf_token(case.pk)}/"


def test_both_are_sealed_and_both_get_a_link(citizen, case):
    row = OnBehalf.objects.get(case=case)
    assert row.relation == "parent"
    for secret in ("王桂兰", "13900005678"):
        assert secret.encode() not in bytes(row.sealed) + bytes(case.story)
    assert Step.objects.get(case=case).facts["behalf"] == "parent"
    assert "王桂兰" not in json.dumps(Step.objects.get(case=case).facts, ensure_ascii=False)
    assert find_by_phone("13812346207") == [case.requester_id], "whoever reported stays the requester"
    done = citizen.get(f"/report/{case_token(case.pk)}/").content.decode()
    assert link(case) in done
    assert f"/f/{case_token(case.pk)}/" in done
    assert behalf_token(case.pk) != case_token(case.pk)


def test_the_person_concerned_reads_and_does_nothing_else(citizen, case):
    page = citizen.get(link(case))
    text = page.content.decode()
    assert page.status_code == 200
    assert "家人替您反映" in text
    assert "没有坡道" in text
    assert "<form" not in text.partition('<main id="main"')[2].partition("</main>")[0]
    assert case_token(case.pk) not in text
    assert "王小明" not in text
    for move in ("withdraw", "supplement", "chase", "redo", "rate", "mine", "who", "public", "mark"):
        assert citizen.post(f"{link(case)}{move}/", {"key": "x", "words": "x"}).status_code in (404, 405), move
        assert citizen.get(f"{link(case)}{move}/").status_code in (404, 405), move
    case.refresh_from_db()
    assert case.state == "received"
    own = citizen.get(f"/f/{case_token(case.pk)}/").content.decode()
    assert "王桂兰" in own
    assert link(case) in own


@pytest.mark.parametrize(
    ("change", "field"),
    [({"behalf_name": ""}, "behalf_name"), ({"name": ""}, "name"), ({"who": "anonymous"}, "name"),
     ({"behalf": "boss"}, "behalf"), ({"behalf_phone": "1" * 41}, "behalf_phone")],
)  # fmt: skip
def test_both_must_be_named_and_nothing_is_lost(citizen, change, field):
    answer = citizen.post("/report/", {**REPORT, **change})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.content.decode()
    assert Case.objects.count() == OnBehalf.objects.count() == 0


def test_a_name_without_a_relation_is_somebody_of_the_family(citizen):
    assert citizen.post("/report/", {**REPORT, "behalf": ""}).status_code == 302
    assert OnBehalf.objects.get().relation == "other"


def test_a_look_names_both_and_is_on_record_for_both(office, case):
    known = reveal_requester(case.pk, actor=office.actor("dora"), now=office.now, purpose="handling")
    assert (known["name"], known["behalf_name"], known["behalf_phone"]) == ("王小明", "王桂兰", "13900005678")
    looks = apps.get_model("trust", "Reveal").objects.filter(case_id=case.pk)
    assert sorted(row.fields for row in looks) == ["behalf", "name,phone"]
    assert {row.purpose for row in looks} == {"handling"}
    with pytest.raises(Refused):
        reveal_requester(case.pk, actor=office.actor("hugo"), now=office.now)


def test_the_desk_sees_for_whom_and_the_unit_complained_about_does_not(office, case):
    site = Client()
    site.force_login(office.users["dora"])
    assert "代家人反映：父母" in site.get(f"/desk/{case.pk}/").content.decode()
    Case.objects.filter(pk=case.pk).update(complained=office.units["centre"].pk)
    assert "代家人反映" not in site.get(f"/desk/{case.pk}/").content.decode()


def test_erasing_takes_both(office, citizen, case):
    erase(case.requester_id, actor=Actor.system("tests"), now=office.now)
    assert "王桂兰" not in citizen.get(link(case)).content.decode()
    of_requester(str(case.requester_id))
    assert OnBehalf.objects.count() == 0
    assert citizen.get(link(case)).status_code == 404


def test_an_api_takes_it_too_and_nothing_more_than_it_says(office):
    site = Client()
    site.force_login(office.users["olive"])
    body = {"text": "没有坡道", "name": "王小明", "phone": "13812346207", "behalf": "parent", "behalf_name": "王桂兰"}
    answer = site.post("/api/v1/loop/cases", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content.decode()
    bad = site.post("/api/v1/loop/cases", json.dumps({**body, "token_hash": "x"}), content_type="application/json")
    assert bad.status_code == 422
    assert OnBehalf.objects.count() == 1


CALL = {"phone": "13812346207", "name": "王小明", "kind": "complaint", "place": "南湖路", "text": "小区没有坡道",
        "confidential": "normal", "key": "c1", "ending": "receive", "behalf": "parent", "behalf_name": "王桂兰",
        "behalf_phone": "13900005678"}  # fmt: skip


def desk(office):
    office.now = timezone.now()
    site = Client()
    site.force_login(office.users["olive"])
    site.cookies["gezhi_language"] = "zh-hans"
    return site


def test_a_call_for_somebody_of_the_family_is_taken_on_the_call_screen(office):
    site = desk(office)
    page = site.get("/desk/call/").content.decode()
    for name in ("behalf", "behalf_name", "behalf_phone"):
        assert f'name="{name}"' in page
    assert "Alt L" in page
    done = site.post("/desk/call/", CALL)
    assert done.status_code == 302, done.content.decode()
    row = OnBehalf.objects.get()
    assert (row.relation, row.case.channel) == ("parent", "hotline")
    assert "王桂兰".encode() not in bytes(row.sealed)
    assert find_by_phone("13812346207") == [row.case.requester_id]


@pytest.mark.parametrize(("change", "field"), [({"behalf_name": ""}, "behalf_name"), ({"name": ""}, "name"),
                                               ({"behalf": "boss"}, "behalf")])  # fmt: skip
def test_what_is_missing_on_a_call_is_said_and_what_was_typed_stays(office, change, field):
    answer = desk(office).post("/desk/call/", {**CALL, **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in page
    assert "小区没有坡道" in page
    assert 'value="13900005678"' in page
    assert Case.objects.count() == 0


def test_a_name_of_the_family_alone_is_kept_as_a_draft(office):
    site = desk(office)
    assert site.post("/desk/call/draft/", {"key": "d1", "behalf_name": "王桂兰", "began": ""}).status_code == 200
    assert 'value="王桂兰"' in site.get("/desk/call/?form=d1").content.decode()
