"""The loop through its API: status codes, idempotency, and what a create costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.loop.models import Case


@pytest.fixture
def client_of(office):
    from gezhi.trust.rules import Actor
    from gezhi.trust.service.users import create_token

    def make(name):
        token = create_token(name, "test", actor=Actor.system("tests"), now=office.now)
        return Client(headers={"Authorization": f"Bearer {token}"})

    return make


def post(client, path, body, **headers):
    return client.post(f"/api/v1/loop{path}", body, content_type="application/json", headers=headers)


def test_a_case_is_opened_and_moved(office, client_of):
    olive, dora = client_of("olive"), client_of("dora")
    made = post(olive, "/cases", {"text": "路灯不亮", "matter": "0101", "name": "王小明", "phone": "13800001234"})
    assert made.status_code == 201
    case = made.json()
    assert (case["state"], case["last"]) == ("received", 1)
    done = post(dora, f"/cases/{case['id']}/moves/accept", {"seen": 1})
    assert done.json()["state"] == "accepted"
    late = post(dora, f"/cases/{case['id']}/moves/dispatch", {"seen": 1, "data": {"unit": office.units["urban"].pk}})
    assert (late.status_code, late.json()["code"]) == (409, "case-moved")
    shown = dora.get(f"/api/v1/loop/cases/{case['id']}").json()
    assert shown["story"]["text"] == "路灯不亮"
    assert [step["move"] for step in shown["steps"]] == ["receive", "accept"]
    assert "13800001234" not in str(shown)
    assert "dispatch" in shown["offers"]


def test_the_same_key_opens_one_case(office, client_of):
    olive = client_of("olive")
    first = post(olive, "/cases", {"text": "a"}, **{"Idempotency-Key": "k"})
    again = post(olive, "/cases", {"text": "a"}, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Case.objects.count() == 1


def test_the_same_key_with_other_content_is_refused_not_lost(office, client_of):
    olive, hugo = client_of("olive"), client_of("hugo")
    post(olive, "/cases", {"text": "a"}, **{"Idempotency-Key": "k"})
    other = post(olive, "/cases", {"text": "b"}, **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"], Case.objects.count()) == (409, "key-reused", 1)
    path = f"/cases/{office.to('handling')}/moves/note"
    notes = [post(hugo, path, {"data": {"note": text}}, **{"Idempotency-Key": "n"}) for text in ("a", "a", "b")]
    assert [answer.status_code for answer in notes] == [200, 200, 409]
    assert notes[0].json() == notes[1].json()


def test_no_token_no_case(office):
    assert post(Client(), "/cases", {"text": "a"}).status_code == 401


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "malformed"), ({"text": "   "}, "text-missing"), ({"text": "a", "matter": "zz"}, "matter-unknown"),
     ({"text": "a" * 20001}, "malformed"), ({"text": "a", "colour": "red"}, "malformed"),
     ({"text": "a", "kind": "party"}, "field-invalid"), ({"text": "a\x00b"}, "field-invalid"),
     *(({"text": "a", name: "\x00王"}, "field-invalid") for name in ("name", "channel", "source", "external_number")),
     ({"text": "a", "complained": 99999}, "unit-unknown"), ({"text": "a", "area": "\x00"}, "area-unknown")],
)  # fmt: skip
def test_malformed_reports_are_refused_by_name(office, client_of, body, code):
    answer = post(client_of("olive"), "/cases", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_create_takes_few_statements(office, client_of):
    olive = client_of("olive")
    post(olive, "/cases", {"text": "warm"})
    with CaptureQueriesContext(connection) as captured:
        assert post(olive, "/cases", {"text": "路灯不亮", "matter": "0101", "name": "王"}).status_code == 201
    sent = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
    assert len(sent) <= 12, "\n".join(sent)  # with BEGIN and COMMIT at most 14


def test_reveal_is_for_those_who_may_and_leaves_a_trace(office, client_of):
    case = office.to("handling")
    shown = post(client_of("hugo"), f"/cases/{case}/reveal", {"purpose": "first_contact"})
    assert shown.json()["phone"] == "13800001234"
    assert post(client_of("tom"), f"/cases/{case}/reveal", {"purpose": "first_contact"}).status_code == 404
    row = Case.objects.get(pk=case)
    Case.objects.filter(pk=case).update(confidential=True)
    assert post(client_of("hugo"), f"/cases/{case}/reveal", {}).json()["code"] == "reveal-confidential"
    Case.objects.filter(pk=case).update(confidential=False, complained=row.lead)
    assert post(client_of("hugo"), f"/cases/{case}/reveal", {}).json()["code"] == "reveal-complained"


@pytest.mark.parametrize("amount", ["1e999", "-5", "0", "366", "2000000000"])
def test_amounts_that_are_none_are_refused(office, client_of, amount):
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="Parts are late.", amount=3, unit_of="day")
    body = f'{{"data": {{"approve": true, "amount": {amount}}}}}'
    answer = post(client_of("dora"), f"/cases/{case}/moves/postpone_decide", body)
    assert (answer.status_code, answer.json()["code"] in ("field-invalid", "amount-out-of-range")) == (422, True)
