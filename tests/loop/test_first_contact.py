"""First contact before a result: offered first, asked about once, told to the reviewer; a limit unmet is not done."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gezhi.loop.models import Case
from gezhi.loop.store import content

REPLY = {"outcome": "solved", "reply": "路灯灯头已更换，今晚已亮，您可以路过时看看。"}


@pytest.fixture
def site(office, monkeypatch):
    monkeypatch.setattr(content, "FRESH", 600.0)  # on a slow machine nothing is read anew in between
    office.now = timezone.now() - timedelta(days=3)

    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "zh-hans"
        return client

    return browser


KINDS = {
    "named": {"name": "王小明", "phone": "13812346207"},
    "confidential": {"name": "王小明", "phone": "13812346207", "confidential": True},
    "anonymous": {},  # neither name nor number
}


def handled(office, kind):
    return office.to("handling", office.receive("书院路路灯不亮", matter="0101", kind="complaint", **KINDS[kind]))


def limit(page):
    """What the column at the right says of the limit of first contact."""
    [one] = [clock for clock in page.context["clocks"] if clock["label"] == "先行联系"]
    return one


def sent(client, case, move, **data):
    last = Case.objects.get(pk=case).last
    return client.post(f"/desk/{case}/{move}/", {"key": f"{move}-{last}", "last": last, **data})


@pytest.mark.parametrize(("kind", "first"), [("named", "contact"), ("confidential", "contact"), ("anonymous", "reply")])
def test_contact_is_the_first_step_where_somebody_can_be_spoken_with(office, site, kind, first):
    case = handled(office, kind)
    page = site("hugo").get(f"/desk/{case}/")
    assert page.context["primary"]["name"] == first
    fields = {field["name"]: field for field in page.context["primary"]["fields"]}
    if kind == "confidential":
        chosen = [option["value"] for option in fields["reached"]["options"] if option["selected"]]
        assert chosen == ["relay"], "the unit knows no number: the desk passes its words on"
    if kind == "named":
        assert not any(option["selected"] for option in fields["reached"]["options"])


@pytest.mark.parametrize("kind", ["named", "confidential"])
def test_a_result_without_any_contact_is_asked_about_once_and_never_forbidden(office, site, kind):
    case = handled(office, kind)
    hugo = site("hugo")
    page = sent(hugo, case, "reply", **REPLY)
    assert (page.status_code, Case.objects.get(pk=case).state) == (422, "handling")
    assert "还没有先行联系记录" in page.content.decode()
    assert REPLY["reply"] in page.content.decode()
    sure = page.context["opened"]["doubt"]["sure"]
    assert sent(hugo, case, "reply", **REPLY, sure=sure).status_code == 302
    assert Case.objects.get(pk=case).state == "replied"
    review = site("lena").get(f"/desk/{case}/")
    assert limit(review)["words"] == "未联系即结束"
    assert limit(review)["light"] != "late", "neither done nor late: it did not take place"
    text = review.content.decode()
    assert "没有先行联系记录" in text
    assert "没有发现缺漏" not in text
    tried = site("lena").post("/desk/replies/try/", {"case": case, "stored": "1"}).content.decode()
    assert "没有先行联系记录" in tried, "also where the hints are fetched anew"


@pytest.mark.parametrize("reached", ["reached", "unreached", "relay"])
def test_after_a_contact_or_a_try_on_record_nothing_is_asked(office, site, reached):
    case = handled(office, "named")
    hugo = site("hugo")
    assert sent(hugo, case, "contact", reached=reached, note="已联系").status_code == 302
    assert sent(hugo, case, "reply", **REPLY).status_code == 302
    review = site("lena").get(f"/desk/{case}/")
    assert "没有先行联系记录" not in review.content.decode()
    assert limit(review)["words"] != "未联系即结束"


def test_a_contact_taken_back_is_none_and_a_new_round_asks_anew(office, site):
    case = handled(office, "named")
    hugo = site("hugo")
    office.move(case, "contact", "hugo", reached="reached")
    office.move(case, "reply", "hugo", **REPLY)
    office.move(case, "review_back", "lena", reason="请再核实")
    assert sent(hugo, case, "reply", **REPLY).status_code == 302, "the same round: the person was spoken with"


def test_an_anonymous_case_says_that_there_was_nobody_to_contact(office, site):
    case = handled(office, "anonymous")
    hugo = site("hugo")
    assert limit(hugo.get(f"/desk/{case}/"))["words"] == "匿名，无人可联系"
    assert sent(hugo, case, "reply", **REPLY).status_code == 302, "nobody can be spoken with, so nothing is asked"
    review = site("lena").get(f"/desk/{case}/")
    assert (limit(review)["words"], limit(review)["light"]) == ("匿名，无人可联系", "wait")
    assert "没有先行联系记录" not in review.content.decode()


NOTES = {"note": "已与郭女士（郭建华）通话，郭阿姨说13812346207白天打得通，郭家巷口的灯仍不亮。"}


@pytest.mark.parametrize(("given", "kept"), [("郭建华", "郭家巷口"), ("郭女士", "郭家巷口")])
def test_what_officers_wrote_names_a_confidential_person_to_no_unit(office, site, given, kept):
    told = {**KINDS["confidential"], "name": given}
    case = office.to("handling", office.receive("书院路路灯不亮", matter="0101", kind="complaint", **told))
    office.move(case, "note", "dora", **NOTES)
    unit = site("hugo").get(f"/desk/{case}/").content.decode()
    assert "郭女士" not in unit
    assert "郭阿姨" not in unit
    assert ("郭建华" in unit) == (given != "郭建华"), "what the case does not know it cannot tell from other words"
    assert kept in unit, "a street of that name stays"
    desk = site("dora").get(f"/desk/{case}/").content.decode()
    assert "郭女士（郭建华）" in desk, "the desk of the case reads what was written"
