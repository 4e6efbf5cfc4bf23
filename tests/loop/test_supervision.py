"""The board of supervision: what is late comes first, filters by state and unit, the same list as CSV."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

AGO = 4  # days before the present that the cases are demanded


@pytest.fixture
def site(office):
    office.now = timezone.now() - timedelta(days=AGO)

    def browser(name="sue"):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def supervised(office, days, lead="urban"):
    case = office.to("handling", lead=lead)
    due = timezone.localdate() + timedelta(days=days - AGO)  # not by the office's clock, which may pass midnight
    office.move(case, "supervise", "sue", reason=f"限 {days} 天", due=due.isoformat())
    return case


def rows(client, query=""):
    return client.get(f"/desk/supervision/{query}").context["rows"]


def test_the_board_says_who_demanded_what_and_how_late_it_is(office, site):
    near, late = supervised(office, 9), supervised(office, 2)
    office.move(late, "escalate", "system", stage="handle", level=2, roles=["unit_lead"])
    first, second = rows(site())
    assert [str(first["id"]), str(second["id"])] == [late, near]
    assert (first["by"], first["reason"], first["over"], first["level"]) == ("Sue", "限 2 天", 2, 2)
    assert (first["code"], second["code"], second["over"]) == ("late", "open", 0)
    assert "2 days over" in site().get("/desk/supervision/").content.decode()


def test_an_answer_ends_the_count_until_it_is_demanded_again(office, site):
    case = supervised(office, 1)
    office.move(case, "supervise_answer", "hugo", note="已安排施工")
    (row,) = rows(site(), "?state=answered")
    assert (row["over"], row["code"]) == (0, "answered")
    assert rows(site(), "?state=late") == []
    office.move(case, "supervise", "sue", reason="还没有动工")
    (row,) = rows(site(), "?state=open")
    assert (row["times"], row["reason"], row["due"]) == (2, "还没有动工", None)


def test_units_are_filtered_and_see_their_own(office, site):
    own, other = supervised(office, 1), supervised(office, 1, lead="housing")
    unit = office.units["housing"].pk
    assert [str(row["id"]) for row in rows(site(), f"?unit={unit}")] == [other]
    assert [str(row["id"]) for row in rows(site("lena"))] == [own]


def test_the_list_is_exported_with_a_record(office, site):
    supervised(office, 2)
    before = apps.get_model("trust", "LedgerRecord").objects.filter(act="case.export").count()
    text = site().get("/desk/supervision/export.csv").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Number,Notice,Title,Lead unit,Demanded by")
    assert "限 2 天" in text
    assert "Past its day,2" in text
    assert apps.get_model("trust", "LedgerRecord").objects.filter(act="case.export").count() == before + 1


def test_a_case_sent_back_twice_is_there_by_itself(office, site):
    case = office.to("verifying")
    office.move(case, "redo", "cal", reason="x")
    for name, by, data in (("sign", "hugo", {}), ("reply", "hugo", {"outcome": "solved", "reply": "y"}),
                           ("review_pass", "lena", {}), ("redo", "cal", {"reason": "z"})):  # fmt: skip
        office.move(case, name, by, **data)
    (row,) = rows(site())
    assert row["by"] == "automatic: sent back twice"


def test_the_number_of_statements_does_not_grow(office, site):
    client = site()

    def count():
        client.get("/desk/supervision/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/supervision/")
        return len(captured)

    supervised(office, 1)
    one = count()
    for _ in range(4):
        supervised(office, 1)
    assert count() == one <= 14


def test_an_empty_board_says_what_comes_here(office, site):
    assert "Nothing is supervised here" in site().get("/desk/supervision/").content.decode()


def test_instructions_late_or_near_their_day_stand_on_the_board(office, site):
    today = timezone.localdate(office.now)
    late, near, far, done = (office.to("handling") for _ in range(4))
    for case, days in ((late, 2), (near, 4), (far, 60), (done, 2)):
        office.move(case, "instruct", "mayor", words="请抓紧办理。", due=(today + timedelta(days=days)).isoformat())
    office.move(done, "instruct_answer", "lena", note="已办。")
    page = site().get("/desk/supervision/")
    found = page.context["pressing"]
    assert [row["url"] for row in found["rows"]] == [f"/desk/{late}/", f"/desk/{near}/"]
    assert (found["count"], found["late"]) == (2, 1)
    text = page.content.decode()
    assert "Instructions late or near their day" in text
    assert "/desk/instructions/?state=waiting" in text
    assert site("tom").get("/desk/supervision/").context["pressing"] is None, "another unit reads none of it"
