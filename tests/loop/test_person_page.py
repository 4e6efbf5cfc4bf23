"""A person's own page: what the link opens, what four digits open more, correcting, taking along, asking to erase."""

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from privacy_office import lay_privacy, rule, years
from test_erasure import faults, found
from test_retention_story import called

from gezhi.kernel.errors import Refused
from gezhi.kit import uploads
from gezhi.loop.models import Attachment, Case, PersonRequest
from gezhi.loop.person import service, slots
from gezhi.loop.person.pages import own
from gezhi.loop.person.service.proving import scope
from gezhi.loop.service import Report, case_token, receive
from gezhi.loop.service.reading import reveal_requester
from gezhi.trust import service as trust
from gezhi.trust.service import acts
from gezhi.trust.service.ledger import seal_pending, verify

PHONE = "13900004321"
ME = {"name": "林晓燕", "phone": PHONE, "kind": "complaint", "matter": "0101"}


@pytest.fixture
def home(office, settings, monkeypatch):
    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    monkeypatch.setattr("gezhi.loop.pages.common.now", lambda: office.now)
    monkeypatch.setattr(own, "LASTS", 10**9)
    return lay_privacy(office)


def address(case, rest=""):
    return f"/f/{case_token(case)}/mine/{rest}"


def proved(case, digits=PHONE[-4:]):
    made = Client()
    assert made.post(address(case, "prove/"), {"digits": digits}).status_code == 302
    return made


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def number(case):
    return Case.objects.get(pk=case).number


def test_the_link_opens_one_request_and_four_digits_the_others_of_the_same_person(home):
    first = home.receive("路灯不亮", **ME)
    second = home.receive("井盖松动", **{**ME, "phone": "+86 139-0000-4321", "name": " 林晓燕"})
    wife = home.receive("楼道漏水", **{**ME, "name": "陈大勇"})
    secret = home.receive("举报某单位", **ME, confidential=True)
    stranger = home.receive("停水", name="林晓燕", phone="13700000000")
    reveal_requester(second, actor=home.actor("dora"), now=home.now, purpose="dispatch")
    page = text(Client().get(address(first)))
    assert number(first) in page
    for hidden in (number(second), "林晓燕", PHONE, number(secret)):
        assert hidden not in page
    page = text(proved(first).get(address(first)))
    assert number(second) in page
    assert "林晓燕" in page
    assert PHONE in page
    assert address(second)[: -len("mine/")] in page, "each opens by its own link"
    for hidden in (number(wife), number(secret), number(stranger)):
        assert hidden not in page
    assert "1件" in page, "how many came from this phone under another name"
    assert "派单" in page or "dispatch" in page.lower() or "分派" in page, "who looked, and what for"
    page = text(proved(secret).get(address(secret)))
    assert number(first) not in page, "nor does the link of a protected one open the rest"
    assert number(secret) in page


def test_what_a_stranger_may_have_typed_into_a_form_opens_nothing_of_others(home):
    mine = home.receive("邻居打人", **ME)
    secret = home.receive("举报某单位", **ME, confidential=True)
    nameless = home.receive("停水", phone=PHONE)
    called(home)  # a call of this number that became no case
    for case, purpose in ((mine, "dispatch"), (secret, "verification"), (nameless, "emergency")):
        reveal_requester(case, actor=home.actor("dora"), now=home.now, purpose=purpose)
    web = trust.citizen_actor("web", kind="link")
    forged = [
        receive(Report(text="试探一下", name=name, phone=PHONE), actor=web, now=home.now).moved.case
        for name in ("林晓燕", "")
    ]
    for case in forged:
        page = text(proved(case).get(address(case)))
        assert not [each for each in (mine, secret, nameless) if number(each) in page]
        assert "派单" not in page, "nor who looked at them"
        seen = scope(Case.objects.select_related("requester").get(pk=case), proven=True)
        assert (len(seen.cases), len(seen.requesters), seen.others) == (1, 1, 0)
    row = Case.objects.select_related("requester").get(pk=nameless)
    assert [str(one.pk) for one in scope(row, proven=True).cases] == [nameless], "without a name nobody is the same"
    held = service.held_on(scope(Case.objects.select_related("requester").get(pk=mine), proven=True), now=home.now)
    assert [one.purpose for one in held.reveals] == ["dispatch"], "who read a protected one stays with its own link"
    assert held.calls == []


def test_guessing_digits_is_slowed_down_and_a_proof_holds_for_its_own_link(home):
    case, other = home.receive("路灯不亮", **ME), home.receive("停水", name="赵六", phone="13700000000")
    guesser = Client()
    for digits in ("0000", "1111", "", "43210", "四三二一"):
        assert guesser.post(address(case, "prove/"), {"digits": digits}).status_code == 422
    assert guesser.post(address(case, "prove/"), {"digits": PHONE[-4:]}).status_code == 429, "right or not, he waits"
    home.later(days=2)
    assert guesser.post(address(case, "prove/"), {"digits": PHONE[-4:]}).status_code == 302
    thief = Client()
    thief.cookies[own.COOKIE] = guesser.cookies[own.COOKIE].value
    assert "赵六" not in text(thief.get(address(other)))
    assert "13700000000" not in text(thief.get(address(other)))
    for rest, data in (("correct/", {"name": "贼"}), ("ask/erase/", {}), ("copy/", {})):
        assert Client().post(address(case, rest), data).status_code == 403
        assert thief.post(address(other, rest), data).status_code == 403
    assert Client().get("/f/none/mine/").status_code == 404


def test_name_and_address_are_corrected_at_once_in_every_request(home):
    first, second = home.receive("路灯不亮", **ME), home.receive("井盖松动", **ME)
    me = proved(first)
    assert (
        me.post(address(first, "correct/"), {"name": "林小燕", "address": "人民路三号", "email": ""}).status_code == 302
    )
    for case in (first, second):
        person = Case.objects.select_related("requester").get(pk=case).requester
        assert trust.identity_of(person) == {"name": "林小燕", "phone": PHONE, "address": "人民路三号"}
        assert person.masked_name == "林**"
    assert me.post(address(first, "correct/"), {"phone": "13800000000"}).status_code == 302
    assert len(trust.find_by_phone(PHONE)) == 2, "the phone is not changed by a form that any holder of it may send"
    assert me.post(address(first, "correct/"), {"name": "林" * 200}).status_code == 422


def test_a_new_phone_is_checked_by_a_person_before_it_counts(home):
    case = home.receive("路灯不亮", **ME)
    me = proved(case)
    assert "has-error" in text(me.post(address(case, "ask/identity/"), {"phone": "12"}), 422)
    assert me.post(address(case, "ask/identity/"), {"id_no": "1" * 4000}).status_code == 422
    assert me.post(address(case, "ask/identity/"), {"phone": "13811112222", "case": [case]}).status_code == 302
    row = PersonRequest.objects.get()
    assert (row.due_at - row.asked_at).days == 15
    service.decide(row.pk, grant=True, actor=home.actor("dora"), now=home.now)
    assert trust.find_by_phone(PHONE) == []
    assert len(trust.find_by_phone("13811112222")) == 1


def test_a_wrong_text_is_corrected_by_the_desk_and_what_stood_there_stays_sealed(home):
    case = home.receive("路灯不亮三天", **ME)
    me = proved(case)
    assert me.post(address(case, "ask/correct/"), {"words": "不是三天，是三十天"}).status_code == 302
    assert me.post(address(case, "ask/correct/"), {"words": "再说一遍"}).status_code == 409, "one at a time"
    row = PersonRequest.objects.get()
    dora = Client()
    dora.force_login(home.users["dora"])
    assert number(case) in text(dora.get("/desk/person/"))
    page = text(dora.get(f"/desk/person/{row.pk}/"))
    assert "不是三天，是三十天" in page
    assert "路灯不亮三天" in page
    assert dora.post(f"/desk/person/{row.pk}/", {"grant": "1", "text": "", "answer": ""}).status_code == 422
    sent = {"grant": "1", "text": "路灯不亮三十天", "answer": "已更正。"}
    assert dora.post(f"/desk/person/{row.pk}/", sent).status_code == 302
    assert dora.post(f"/desk/person/{row.pk}/", sent).status_code == 409
    owner = Case.objects.select_related("requester").get(pk=case)
    story = trust.open_text(owner.requester, owner.story)
    assert story["text"] == "路灯不亮三十天"
    assert [one["text"] for one in story["earlier"]] == ["路灯不亮三天"]
    assert faults() == []
    assert "已更正。" in text(me.get(address(case)))
    for name in ("hugo", "aud"):
        other = Client()
        other.force_login(home.users[name])
        assert other.get("/desk/person/").status_code == 403
        assert other.get(f"/desk/person/{row.pk}/").status_code == 403


def test_erasing_is_decided_case_by_case_by_what_the_law_lets(home):
    rule("archive", "case", "erase", 10, duty=True, kinds=["complaint"])
    rule("questions", "case", "erase", 3, kinds=["consult"])
    duty = home.to("closed", home.receive("路灯不亮", **ME))
    free = home.to("closed", home.receive("怎么办证", **{**ME, "kind": "consult"}))
    running = home.receive("井盖松动", **ME)
    me = proved(duty)
    page = text(me.get(address(duty)))
    assert "2036-03" in page, "until when the law wants it kept"
    assert me.post(address(duty, "ask/erase/"), {"case": [duty, free, running], "words": "请删除"}).status_code == 302
    row = PersonRequest.objects.get()
    assert set(row.cases) == {duty, free, running}
    assert (row.due_at - row.asked_at).days == 30
    with pytest.raises(Refused, match="not-allowed"):
        service.decide(row.pk, grant=True, actor=home.actor("dora"), now=home.now)
    sec = Client()
    sec.force_login(home.users["sec"])
    page = text(sec.get(f"/desk/person/{row.pk}/"))
    assert "路灯不亮" not in page, "who decides about erasing needs no word of the case"
    assert sec.post(f"/desk/person/{row.pk}/", {"grant": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "partly"
    assert row.outcome == {duty: "identity", free: "erased", running: "open"}
    assert row.decided_by == home.users["sec"]
    trust.deliver_pending(home.now)
    seal_pending(home.now)
    assert (faults(), verify(home.now).whole) == ([], True)
    kept = {key: Case.objects.select_related("requester").get(pk=key) for key in (duty, free, running)}
    opened = {key: trust.open_text(one.requester, one.story).get("text", "") for key, one in kept.items()}
    assert opened == {duty: "路灯不亮", free: "", running: "井盖松动"}
    assert trust.identity_of(kept[duty].requester) == {}
    assert trust.identity_of(kept[running].requester)["phone"] == PHONE
    assert "token" not in str(found({"怎么办证"}))
    page = text(Client().get(address(free)))
    assert number(free) in page
    assert Client().post(address(free, "ask/erase/")).status_code == 409, "nothing is left to ask about"


def test_what_may_not_be_erased_at_all_is_refused_with_words(home):
    case = home.receive("路灯不亮", **ME)
    me = proved(case)
    assert me.post(address(case, "ask/erase/")).status_code == 302
    row = PersonRequest.objects.get()
    with pytest.raises(Refused, match="erase-forbidden"):
        service.decide(row.pk, grant=True, actor=home.actor("sec"), now=home.now)
    with pytest.raises(Refused, match="field-missing"):
        service.decide(row.pk, grant=False, actor=home.actor("dora"), now=home.now)
    service.decide(row.pk, grant=False, answer="还在办理。", actor=home.actor("dora"), now=home.now)
    assert "还在办理。" in text(me.get(address(case)))
    assert me.post(address(case, "ask/erase/")).status_code == 302, "after its end it may be asked again"
    again = PersonRequest.objects.get(state="asked")
    assert Client().post(address(case, f"withdraw/{again.pk}/")).status_code == 403
    assert me.post(address(case, f"withdraw/{again.pk}/")).status_code == 302
    assert PersonRequest.objects.get(pk=again.pk).state == "withdrawn"


def test_the_copy_holds_everything_and_nothing_of_others(home, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    case = home.to("closed", home.receive("=路灯不亮", **ME))
    home.receive("楼道漏水", **{**ME, "name": "陈大勇"})
    owner = Case.objects.get(pk=case)
    called(home, owner)
    digest = uploads.keep(b"%PDF-1.7 mine")
    Attachment.objects.create(case=owner, kind="pdf", size=13, digest=digest, created_at=home.now)
    reveal_requester(case, actor=home.actor("dora"), now=home.now, purpose="dispatch")
    answer = proved(case).post(address(case, "copy/"))
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert sorted(archive.namelist()) == [
        "calls.csv",
        "cases.csv",
        "data.json",
        f"files/{owner.number}/1.pdf",
        "opened_by.csv",
    ]
    said = json.loads(archive.read("data.json"))
    assert said["identity"]["phone"] == PHONE
    (only,) = said["cases"]
    assert only["story"]["text"] == "=路灯不亮"
    assert {"review_pass"} <= {step["move"] for step in only["steps"]}
    assert [one["purpose"] for one in said["opened_by"]] == ["dispatch"]
    assert len(said["calls"]) == 1
    assert "陈大勇" not in archive.read("data.json").decode()
    assert "漏水" not in archive.read("data.json").decode()
    assert archive.read(f"files/{owner.number}/1.pdf") == b"%PDF-1.7 mine"


def test_marks_of_other_parts_are_shown(home, monkeypatch):
    monkeypatch.setattr(slots, "_marks", {})
    case = home.receive("路灯不亮", **ME)
    people = []

    def marks(requesters):
        people.extend(requesters)
        return [slots.Mark("nuisance", "骚扰电话", "受理中心", home.now, None, "/object/")]

    slots.offer_marks("test", marks)
    page = text(proved(case).get(address(case)))
    assert "骚扰电话" in page
    assert "/object/" in page
    assert Case.objects.get(pk=case).requester_id in people


def test_the_page_takes_the_same_statements_for_any_number_of_requests(home):
    rule("archive", "case", "erase", 10, duty=True)
    case = home.to("closed", home.receive("路灯不亮", **ME))
    me = proved(case)

    def statements():
        me.get(address(case))
        with CaptureQueriesContext(connection) as captured:
            text(me.get(address(case)))
        return len(captured)

    few = statements()
    for _ in range(3):
        home.to("closed", home.receive("井盖松动", **ME))
    assert len(scope(Case.objects.select_related("requester").get(pk=case), proven=True).cases) == 4
    assert statements() == few <= 16


def test_an_anonymous_request_is_held_by_its_link_alone(home):
    case = home.to("closed", home.receive("路灯不亮", matter="0101", kind="complaint"))
    years(home, 1)
    page = text(Client().get(address(case)))
    assert "prove/" not in page, "there is no phone to prove oneself by"
    assert Client().post(address(case, "prove/"), {"digits": "0000"}).status_code == 422
    assert Client().post(address(case, "ask/erase/")).status_code == 302
    row = PersonRequest.objects.get()
    assert row.proof == "link"
    service.decide(row.pk, grant=True, actor=home.actor("sec"), now=home.now)
    assert row.pk in {one.pk for one in PersonRequest.objects.filter(state="granted")}


def test_everybody_reads_beforehand_what_is_kept_and_for_how_long(office, client):
    rule("三年后去掉身份", what="identity", do="erase", after=3, basis_zh="个人信息保护法第十九条")
    rule("nonsense", what="identity", do="fly")
    for address in ("/", "/report/"):
        assert 'href="/privacy/"' in client.get(address).content.decode()
    with translation.override("zh-hans"):
        page = client.get("/privacy/").content.decode()
    assert "三年后去掉身份" in page
    assert "3年" in page
    assert "个人信息保护法第十九条" in page
    assert "nonsense" not in page
