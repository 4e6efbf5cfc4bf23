"""The queue of call-backs: drawn by rule or by lot, tries in vain counted, the next one in one click."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CodeItem, Step
from gezhi.loop.oversight.drawing import sample_of
from gezhi.loop.store import content


def plan(**amounts):
    CodeItem.objects.filter(list="callback_plan").delete()
    for code, amount in amounts.items():
        CodeItem.objects.create(
            list="callback_plan", code=code, name_zh=code, name_en=code, pack="t", extra={"amount": amount}
        )
    content.forget()


@pytest.fixture
def site(office):
    office.now = timezone.now() - timedelta(hours=3)  # what is done here ends before the page looks, on any hour
    client = Client()
    client.force_login(office.users["cal"], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "en"
    yield client
    content.forget()


def verifying(office, kind="complaint"):
    case = office.receive(matter="0101", kind=kind, name="王小明", phone="13800001234")
    return office.to("verifying", case)


def sample(case):
    return Step.objects.filter(case=case, move="callback").latest("no").facts.get("sample")


def test_the_product_says_how_a_case_was_drawn(office, site):
    plan(complaint=100, random=0)
    case, other = verifying(office), verifying(office, "help")
    office.move(case, "callback", "cal", contacted=True, satisfaction="satisfied")
    office.move(other, "callback", "cal", contacted=True, satisfaction="satisfied")
    assert (sample(case), sample(other)) == ("rule", None)
    plan(random=100)
    case = verifying(office)
    office.move(case, "callback", "cal", contacted=False)
    assert sample(case) == "random"
    with pytest.raises(Refused, match="field-unknown"):
        office.move(case, "callback", "cal", contacted=True, satisfaction="very", sample="rule")


def test_the_lot_falls_the_same_each_time_and_near_its_share(office, site):
    plan(complaint=100, random=30)
    kept = content.content()
    rows = [Case(kind="help", received_at=office.now) for _ in range(1000)]
    first = [sample_of(row, kept) for row in rows]
    assert first == [sample_of(row, kept) for row in rows]
    assert 230 < first.count("random") < 370
    assert set(first) == {"random", ""}


def test_calls_in_vain_are_counted_and_then_the_case_may_be_closed(office, site):
    plan(complaint=100, tries=2)
    case = verifying(office)
    office.move(case, "callback", "cal", contacted=False)
    with pytest.raises(Refused, match="callback-tries-left"):
        office.move(case, "close", "cal", skipped="unreachable", reason="两次无人接听")
    assert "called once in vain" in site.get("/desk/callbacks/").content.decode()
    office.move(case, "callback", "cal", contacted=False)
    page = site.get("/desk/callbacks/")
    assert "Close: unreachable" in page.content.decode()
    assert office.move(case, "close", "cal", skipped="unreachable", reason="两次无人接听").state == "closed"


def test_the_case_says_how_many_tries_are_left_and_when_to_try_again(office, site):
    plan(complaint=100, tries=2, again=4)
    case, other = verifying(office), verifying(office)
    assert site.get(f"/desk/{case}/").context["tried"] is None
    office.move(case, "callback", "cal", contacted=False)
    page = site.get(f"/desk/{case}/")
    again = content.content().calendar.add(office.now, 4, "workhour")
    assert page.context["tried"]["again"] == again
    for said in ("Called once in vain, of 2 tries", "Try again from", "1 try left before it may be closed"):
        assert said in page.content.decode(), said
    assert [row["number"] for row in site.get("/desk/callbacks/").context["rows"]] == [
        Case.objects.get(pk=key).number for key in (other, case)
    ], "it rests behind those that may be called now"
    office.move(case, "callback", "cal", contacted=False)
    page = site.get(f"/desk/{case}/")
    assert "Called 2 times in vain, of 2 tries" in page.content.decode()
    assert f"/desk/{case}/?move=close#move" in page.content.decode()
    plan(complaint=100, tries=2)
    assert "It may be tried again now" in site.get(f"/desk/{case}/").content.decode(), "no pause in the plan"
    site.force_login(office.users["hugo"], backend="gezhi.trust.backend.PeopleBackend")
    assert site.get(f"/desk/{case}/").context["tried"] is None


def test_a_new_round_counts_anew(office, site):
    plan(complaint=100, tries=1)
    case = verifying(office)
    office.move(case, "callback", "cal", contacted=False)
    office.move(case, "callback", "cal", contacted=True, satisfaction="dissatisfied", for_unit="仍不亮")
    office.move(case, "sign", "hugo")
    office.move(case, "reply", "hugo", outcome="solved", reply="再次修好")
    office.move(case, "review_pass", "lena")
    with pytest.raises(Refused, match="callback-tries-left"):
        office.move(case, "close", "cal", skipped="unreachable", reason="x")


def test_what_was_not_drawn_is_closed_only_where_the_plan_says_so(office, site):
    plan(complaint=100, random=0, outside=0)
    case, drawn = verifying(office, "help"), verifying(office)
    with pytest.raises(Refused, match="callback-due"):
        office.move(case, "close", "cal", skipped="outside", reason="未抽中")
    plan(complaint=100, random=0, outside=1)
    with pytest.raises(Refused, match="callback-due"):
        office.move(drawn, "close", "cal", skipped="outside", reason="未抽中")
    page = site.get("/desk/callbacks/?view=outside")
    assert [str(row["id"]) for row in page.context["rows"]] == [case]
    assert "Close without call-back" in page.content.decode()
    assert office.move(case, "close", "cal", skipped="outside", reason="未抽中").state == "closed"


def test_the_next_one_opens_after_each(office, site):
    plan(complaint=100)
    first, second = verifying(office), verifying(office)
    answer = site.get("/desk/callbacks/next/")
    assert answer.url == f"/desk/{first}/?move=callback&from=queue#move"
    form = site.get(answer.url).context["opened"]
    assert form["action"] == f"/desk/{first}/callback/?from=queue"
    sent = {"key": form["key"], "last": form["last"], "contacted": "0"}
    answer = site.post(form["action"], sent)
    assert site.get(answer.url).url.startswith(f"/desk/{second}/")
    rows = site.get("/desk/callbacks/").context["rows"]
    assert [str(row["id"]) for row in rows] == [second, first]  # who was called in vain today comes last
    office.move(second, "callback", "cal", contacted=True, satisfaction="very")
    assert site.get(f"/desk/callbacks/next/?after={first}").url == "/desk/callbacks/"


def test_the_unit_has_no_queue(office, site):
    client = Client()
    client.force_login(office.users["lena"], backend="gezhi.trust.backend.PeopleBackend")
    assert client.get("/desk/callbacks/").status_code == 403


def test_the_number_of_statements_does_not_grow(office, site):
    plan(complaint=100)

    def count():
        site.get("/desk/callbacks/")
        with CaptureQueriesContext(connection) as captured:
            assert site.get("/desk/callbacks/").status_code == 200
        return len(captured)

    verifying(office)
    one = count()
    for _ in range(4):
        verifying(office)
    assert count() == one <= 12


def test_an_empty_queue_says_how_cases_come(office, site):
    assert "No call-back waits here" in site.get("/desk/callbacks/").content.decode()
