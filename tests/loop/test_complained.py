"""The unit complained about: named on the phone or by the citizen, shown to the office, sealed from that unit."""

import pytest
from django.test import Client

from gezhi.loop.models import Case
from gezhi.loop.service.reading import view

CALL = {"phone": "13812346207", "text": "窗口人员态度恶劣", "confidential": "normal", "key": "c1", "ending": "receive",
        "kind": "complaint"}  # fmt: skip
REPORT = {"text": "窗口人员态度恶劣，还拒绝受理", "place": "政务大厅", "who": "phone", "phone": "13812346207",
          "key": "r1", "website": ""}  # fmt: skip


@pytest.fixture
def site(office):
    def make(name=""):
        client = Client()
        if name:
            client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return make


def test_the_operator_names_the_unit_of_a_complaint(office, site):
    form = site("olive").get("/desk/call/").content.decode()
    assert 'name="complained"' in form
    sent = site("olive").post("/desk/call/", {**CALL, "complained": office.units["urban"].pk})
    assert sent.status_code == 302
    assert Case.objects.get().complained_id == office.units["urban"].pk


def test_of_a_call_that_is_no_complaint_no_unit_is_kept(office, site):
    site("olive").post("/desk/call/", {**CALL, "kind": "help", "complained": office.units["urban"].pk})
    assert Case.objects.get().complained_id is None


@pytest.mark.parametrize("value", ["x", "999999", "99999999999999999999"])
def test_a_unit_that_is_none_is_refused_with_everything_kept(office, site, value):
    answer = site("olive").post("/desk/call/", {**CALL, "complained": value})
    assert answer.status_code == 422
    assert CALL["text"] in answer.content.decode()
    answer = site().post("/report/", {**REPORT, "complained": value})
    assert answer.status_code == 422
    assert REPORT["text"] in answer.content.decode()
    assert Case.objects.count() == 0


def test_a_citizen_may_say_which_office_it_is_about(office, site):
    page = site().get("/report/").content.decode()
    assert "Is it about an office or its staff?" in page
    assert '<details class="more-about"' in page
    assert site().post("/report/", {**REPORT, "complained": office.units["housing"].pk}).status_code == 302
    assert Case.objects.get().complained_id == office.units["housing"].pk


def test_the_part_is_open_where_a_unit_was_chosen(office, site):
    page = site().post("/report/", {**REPORT, "place": "", "complained": office.units["housing"].pk}).content.decode()
    assert '<details class="more-about" open' in page


@pytest.mark.parametrize(("confidential", "seen"), [(False, True), (True, False)])
def test_the_case_page_names_it_but_not_to_that_unit_where_it_is_sealed(office, site, confidential, seen):
    case = office.to("handling", office.receive(
        matter="0101", kind="complaint", name="王小明", confidential=confidential, complained=office.units["urban"].pk
    ))  # fmt: skip
    assert "Complained about" in site("dora").get(f"/desk/{case}/").content.decode()
    assert ("Complained about" in site("hugo").get(f"/desk/{case}/").content.decode()) is seen
    assert view(case, actor=office.actor("hugo"), now=office.now).requester == ""


def test_lists_show_no_number_of_who_complains(office, site):
    case = office.to("handling", office.receive(
        "执法人员野蛮收摊，请打13812346207", matter="0101", kind="complaint", complained=office.units["urban"].pk
    ))  # fmt: skip
    for name in ("hugo", "dora"):
        page = site(name).get("/desk/?tab=open").content.decode()
        assert f"/desk/{case}/" in page
        assert "野蛮收摊" in page
        assert "13812346207" not in page
