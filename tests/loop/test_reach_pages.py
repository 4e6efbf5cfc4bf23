"""Pages of what citizens are told: texts at the desk, what went out beside a case, the wish in the report form."""

from reach_hand import signed_in, wished

from gezhi.loop.models import Case, ReachStop, ReachWish, TellingVersion
from gezhi.loop.partners import service
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.service.receiving import case_token
from gezhi.trust.rules import Actor
from gezhi.trust.service import erase
from gezhi.trust.service.roles import grant_post

SYSTEM = Actor.system("tests")


def test_the_texts_page_shows_one_on_a_case_before_it_is_saved(office, out, client):
    case = wished(office, "sms")
    signed_in(client, office, "dora")
    assert "received" in client.get("/desk/tellings/").content.decode()
    number = Case.objects.get(pk=case).number
    typed = {"text_zh": "看 {number} {link}", "case": number}
    page = client.post("/desk/tellings/received-sms/", {**typed, "step": "look"}).content.decode()
    assert f"看 {number} https://" in page
    assert not TellingVersion.objects.exists()
    wrong = client.post("/desk/tellings/received-sms/", {**typed, "case": "LJ-0", "step": "look"})
    assert wrong.status_code == 422
    bad = client.post("/desk/tellings/received-sms/", {"text_zh": "{phone}"})
    assert bad.status_code == 422
    assert "{phone}" in bad.content.decode()
    assert client.post("/desk/tellings/received-sms/", typed).status_code == 302
    assert TellingVersion.objects.get().texts["text_zh"] == "看 {number} {link}"
    assert client.get("/desk/tellings/none/").status_code == 404


def test_a_case_that_one_may_not_read_is_no_preview(office, out, client):
    case = wished(office, "sms")
    model, unit = type(office.users["dora"]), office.units["housing"]
    office.users["dan"] = model.objects.create(username="dan", display_name="Dan", unit=unit)
    grant_post("dan", "dispatcher", "housing", actor=SYSTEM, now=office.now)
    signed_in(client, office, "dan")
    number = Case.objects.get(pk=case).number
    page = client.post("/desk/tellings/received-sms/", {"text_zh": "{number} {link}", "case": number, "step": "look"})
    assert page.status_code == 422
    assert case_token(case) not in page.content.decode()


def test_the_case_page_says_what_the_citizen_was_told_and_what_came_back(office, out, client):
    case = wished(office, "sms")
    out.round()
    ReachStop.objects.create(way="sms", address_hash=b"x", code="UNDELIV", case_id=case, at=office.now)
    page = signed_in(client, office, "dora").get(f"/desk/{case}/").content.decode()
    part = page[page.index('id="told"') :]
    assert "UNDELIV" in part
    assert "received" in part
    assert "13800001234" not in part[: part.index("</section>")]


def test_the_report_form_offers_only_the_ways_that_there_are(office, client):
    from gezhi.loop.models import CodeItem
    from gezhi.loop.store import content

    for way in ("sms", "mail"):
        CodeItem.objects.create(list="telling", code=f"received-{way}", name_zh="收到", pack="test",
                                extra={"way": way, "moves": ["receive"], "text_zh": "{number}"})  # fmt: skip
    content.forget()
    assert 'name="reach"' not in client.get("/report/").content.decode()
    service.put_partner(Wish("sms", "sms", "短信"), actor=SYSTEM, now=office.now)
    page = client.get("/report/").content.decode()
    assert 'value="sms"' in page
    assert 'name="email"' not in page
    said = {"text": "路灯不亮，晚上走路危险", "place": "人民路 1 号", "who": "phone", "phone": "13800001234"}
    assert client.post("/report/", {**said, "reach": "mail", "email": "a@b.cn"}).status_code == 302
    assert not ReachWish.objects.exists(), "a way that is not offered is none"
    assert client.post("/report/", {**said, "reach": "sms"}).status_code == 302
    assert (ReachWish.objects.get().way, ReachWish.objects.get().agreed_by) == ("sms", "form")
    assert client.post("/report/", {**said, "who": "anonymous", "reach": "sms"}).status_code == 302
    assert ReachWish.objects.count() == 1


def test_an_erased_person_wishes_nothing_any_more(office, out):
    case = Case.objects.get(pk=wished(office, "sms"))
    erase(case.requester_id, actor=SYSTEM, now=office.now)
    out.round()
    assert out.sms == []
    assert not ReachWish.objects.exists()
