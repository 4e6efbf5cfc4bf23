"""On the page of a request its reporter says how he is told, or stops it; without scripts, and nobody else does."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from reach_hand import wished

from gezhi.kernel.errors import Refused
from gezhi.kit.senders.letters import Letter, message_of
from gezhi.loop.models import Case, Partner, Piece, ReachStop
from gezhi.loop.partners import service as partners
from gezhi.loop.reach import wishes
from gezhi.loop.reach.pages import own
from gezhi.loop.reach.service.wishing import change
from gezhi.loop.service.behalf import behalf_token
from gezhi.loop.service.receiving import case_token
from gezhi.trust.models import LedgerRecord
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend, citizen_actor, erase, identity_of

SYSTEM = Actor.system("tests")
PHONE, MAIL = "13800001234", "wang@example.cn"


@pytest.fixture
def citizen(out):
    client = Client()
    client.cookies["gezhi_language"] = "en"
    return client


def page_of(case, tail=""):
    return f"/f/{case_token(case)}/{tail}"


def fold(client, case, tail=""):
    """The part of the page that says how he is told; nothing where the page has none."""
    found = re.search(
        r'<details[^>]*id="reach".*?</details>', client.get(page_of(case, tail)).content.decode(), re.DOTALL
    )
    return found[0] if found else ""


def key_in(part):
    return re.search(r'name="key" value="([^"]+)"', part)[1]


def save(client, case, **said):
    return client.post(page_of(case, "reach/"), said)


def known(case):
    return identity_of(Case.objects.select_related("requester").get(pk=case).requester)


def wish_of(case):
    row = wishes.of(Case.objects.get(pk=case).requester_id)
    return row and (row.way, row.agreed_by)


def records():
    return [
        (row, json.loads(row.body))
        for row in LedgerRecord.objects.filter(act="reach.wish").order_by("recorded_at", "id")
    ]


def test_the_page_shows_the_present_way_and_neither_number_nor_its_last_digits(office, citizen):
    case = wished(office, "sms")
    part = fold(citizen, case)
    assert "How we tell you" in part
    assert "138********" in part
    assert PHONE[-4:] not in re.sub(r'value="[^"]{20,}"', "", part)  # they prove who he is on another page
    assert re.search(r'value="sms" checked', part)
    assert 'name="email"' not in part  # one is known
    assert MAIL not in part
    assert " open" not in part.split(">")[0]
    assert " open" in fold(citizen, case, "reach/").split(">")[0]


def test_after_stop_nothing_is_told_not_even_what_waits_and_after_a_new_wish_it_is(office, out, citizen):
    case = wished(office, "sms")
    answer = save(citizen, case, reach="", key="k1")
    assert answer.status_code == 302
    assert answer["Location"] == page_of(case)
    out.round()
    assert [piece.facts["skipped"] for piece in Piece.objects.filter(case=case)] == []
    office.to("handling", case)
    assert wish_of(case) == ("none", "page")
    assert "You are not told" in fold(citizen, case)
    assert out.sms == out.mail == []
    save(citizen, case, reach="mail", key="k2")
    office.move(case, "reply", "hugo", outcome="solved", reply="已更换灯具。")
    office.move(case, "review_pass", "lena")
    out.round()
    assert out.sms == []
    assert [letter["To"] for letter in out.mail] == [MAIL]


def test_what_was_queued_before_the_stop_does_not_go_out(office, out, citizen, settings):
    settings.GEZHI_SMS_QUIET = "00:00-23:59"
    case = wished(office, "sms")
    out.round()
    assert Piece.objects.get(case=case).state == "waiting"
    save(citizen, case, reach="")
    settings.GEZHI_SMS_QUIET = ""
    partners.deliver(office.now + timedelta(days=2))
    assert out.sms == []
    assert Piece.objects.get(case=case).facts["skipped"] == "no-wish"


def test_each_change_has_one_record_of_codes(office, citizen):
    case = wished(office, "sms")
    for _ in range(2):  # a double click
        assert save(citizen, case, reach="mail", key="k1").status_code == 302
    assert save(citizen, case, reach="mail", key="k2").status_code == 302  # says what holds already
    [(row, body)] = records()
    assert (row.subject_kind, row.subject_id, row.actor_kind) == ("case", case, "citizen")
    assert body == {"way": "mail", "before": "sms", "added": False, "lifted": False}
    assert save(citizen, case, reach="", key="k1").status_code == 409  # the key of another form
    assert wish_of(case) == ("mail", "page")


def test_an_address_is_asked_for_where_none_is_known_and_only_there(office, out, citizen):
    case = wished(office, "", email="")
    assert 'name="email"' in fold(citizen, case)
    assert save(citizen, case, reach="mail", email=" Wang@Example.CN ", key="k1").status_code == 302
    assert known(case)["email"] == MAIL
    [(_, body)] = records()
    assert body["added"] is True
    assert not LedgerRecord.objects.filter(body__icontains="example").exists()
    part = fold(citizen, case)
    assert "w***@example.cn" in part
    assert 'name="email"' not in part
    save(citizen, case, reach="mail", email="thief@example.cn", key="k2")
    assert known(case)["email"] == MAIL, "one that is known is changed by who proves himself"
    out.round()
    assert {letter["To"] for letter in out.mail} <= {MAIL}


@pytest.mark.parametrize("email", [
    "", "wang", "wang@", "a@b.cn, c@d.cn", "a@b.cn\nBcc: x@y.cn", "a@b.cn\r\nBcc: x@y.cn", "a@b.cn%0aBcc: x@y.cn",
    "<a@b.cn>", "a@b.cn\x00", "x" * 300 + "@b.cn", "王@b.cn",
])  # fmt: skip
def test_a_wrong_address_is_refused_with_the_reason_and_stays_as_typed(office, out, citizen, email):
    case = wished(office, "sms", email="")
    answer = save(citizen, case, reach="mail", email=email, key="k1")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#f-email"' in page
    assert "e-mail address is not complete" in page
    part = re.search(r'<details[^>]*id="reach" open.*?</details>', page, re.DOTALL)[0]
    assert re.search(r'value="mail" checked', part)
    assert key_in(part).startswith("k1")
    assert wish_of(case)[0] == "sms"
    assert "email" not in known(case)
    assert records() == []
    out.round()
    assert out.mail == []


@pytest.mark.parametrize("way", ["fax", "none", "mail ", "sms\n"])
def test_a_way_that_is_none_is_refused(office, citizen, way):
    case = wished(office, "sms")
    assert save(citizen, case, reach=way).status_code == 422
    assert wish_of(case)[0] == "sms"


def test_only_ways_of_this_office_that_lead_to_him_are_offered(office, citizen):
    case = wished(office, "mail", phone="0791-88886666")
    assert 'value="sms"' not in fold(citizen, case)
    assert save(citizen, case, reach="sms").status_code == 422
    Partner.objects.filter(kind="mail").update(active=False)
    part = fold(citizen, case)
    assert 'value="mail"' not in part
    assert 'value=""' in part
    assert save(citizen, case, reach="").status_code == 302
    assert fold(citizen, case) == "", "no way, no wish, nothing to say"


def test_nobody_else_changes_it(office, out, citizen):
    case, other = wished(office, "sms"), wished(office, "sms", phone="13900000000")
    assert save(citizen, other, reach="").status_code == 302
    assert wish_of(case)[0] == "sms"
    for token in ("x" * 22, "x" * 200):
        assert citizen.post(f"/f/{token}/reach/", {"reach": ""}).status_code == 404
        assert citizen.get(f"/f/{token}/reach/").status_code == 404
    row = Case.objects.get(pk=case)
    for actor in (citizen_actor(str(Case.objects.get(pk=other).requester_id), kind="citizen"), SYSTEM,
                  citizen_actor(str(row.requester_id), kind="link"), office.actor("dora")):  # fmt: skip
        with pytest.raises(Refused) as caught:
            change(row, "", actor=actor, now=office.now)
        assert caught.value.status == 404
    assert wish_of(case)[0] == "sms"


def test_whom_it_is_for_only_reads(office, citizen):
    case = wished(office, "sms", behalf="parent", behalf_name="王老", behalf_phone="13700000000")
    token = behalf_token(case)
    page = citizen.get(f"/f/{token}/").content.decode()
    assert 'id="reach"' not in page
    assert "138***" not in page
    assert citizen.get(f"/f/{token}/reach/").status_code == 404
    assert citizen.post(f"/f/{token}/reach/", {"reach": ""}).status_code == 404
    assert wish_of(case)[0] == "sms"


def test_who_cannot_be_asked_is_not(office, citizen):
    anonymous = office.receive("匿名", name="", phone="")
    erased = wished(office, "sms")
    erase(Case.objects.get(pk=erased).requester_id, actor=SYSTEM, now=office.now)
    for case in (anonymous, erased):
        assert fold(citizen, case, "reach/") == ""
        assert save(citizen, case, reach="mail", email=MAIL).status_code == 404
    assert wish_of(anonymous) is None
    assert wish_of(erased) == ("sms", "desk")  # it goes with the event of the erasure
    assert records() == []


@pytest.mark.parametrize(("way", "to", "code", "why"), [
    ("sms", PHONE, "UNDELIV", "came back"), ("sms", PHONE, "blocked", "says stop"), ("mail", MAIL, "550", "came back"),
])  # fmt: skip
def test_a_stop_says_why_and_is_lifted_by_the_person(office, out, citizen, way, to, code, why):
    case = wished(office, way)
    wishes.stop(way, to, code, None, office.now)
    wishes.stop(way, "another@example.cn", code, None, office.now)
    part = fold(citizen, case)
    assert why in part
    assert code in part
    assert "nothing goes there at present" in part
    assert 'name="again"' in part
    save(citizen, case, reach=way, key="k1")
    out.round()
    assert out.sms == out.mail == []
    assert Piece.objects.get(case=case).facts["skipped"] == "stopped"
    save(citizen, case, reach=way, again="1", key="k2")
    assert 'name="again"' not in fold(citizen, case)
    assert records()[-1][1]["lifted"] is True
    assert ReachStop.objects.count() == 1, "the stop of another address stays"
    office.to("verifying", case)
    out.round()
    assert (len(out.sms), len(out.mail)) == ((1, 0) if way == "sms" else (0, 1))


def test_a_stop_is_not_lifted_for_an_address_that_was_only_just_typed(office, citizen):
    case = wished(office, "sms", email="")
    wishes.stop("mail", MAIL, "550", None, office.now)
    save(citizen, case, reach="mail", email=MAIL, again="1")
    assert ReachStop.objects.exists()
    assert "550" in fold(citizen, case)


def test_who_changes_it_without_end_waits_but_can_always_stop(office, citizen, monkeypatch):
    monkeypatch.setattr(own, "FREE", 3)
    case = wished(office, "sms")
    answers = [save(citizen, case, reach=("mail", "sms")[n % 2]).status_code for n in range(6)]
    assert answers == [302] * 3 + [429] * 3
    assert save(citizen, case, reach="").status_code == 302
    assert wish_of(case) == ("none", "page")


def test_a_form_without_its_csrf_mark_changes_nothing(office, out):
    case = wished(office, "sms")
    assert Client(enforce_csrf_checks=True).post(page_of(case, "reach/"), {"reach": ""}).status_code == 403
    assert wish_of(case)[0] == "sms"


# ---- letters say how to stop them


def test_a_letter_ends_with_the_page_on_which_it_is_stopped(office, out, citizen):
    case = wished(office, "mail")
    out.round()
    [letter] = out.mail
    link = f"https://12345.example.cn{page_of(case, 'reach/#reach')}"
    assert letter.get_content().rstrip().endswith(link)
    assert letter["List-Unsubscribe"] == f"<{link}>"
    assert "List-Unsubscribe-Post" not in letter
    part = fold(citizen, case, "reach/")
    assert save(citizen, case, reach="", key=key_in(part)).status_code == 302
    assert wish_of(case)[0] == "none"


def test_a_short_message_has_the_link_alone(office, out):
    case = wished(office, "sms")
    out.round()
    assert out.sms[0]["text"].endswith(page_of(case))
    assert "reach" not in out.sms[0]["text"]


@pytest.mark.parametrize(("stop", "head"), [
    ("https://12345.a-long-name-of-a-district.another-long-name.gov.cn/f/" + "x" * 60 + "/reach/", True),
    ("https://a.cn/\nBcc: x@y.cn", False), ("https://a.cn/>, <https://b.cn", False), ("javascript:alert(1)", False),
    ("", False),
])  # fmt: skip
def test_the_head_of_a_letter_holds_an_address_whole_or_not_at_all(office, stop, head):
    letter = Letter("a@b.cn", "s", "t", "m", "en", office.now + timedelta(), stop=stop)
    raw = message_of(letter, "o@city.example").as_bytes().decode()
    assert (f"\r\nList-Unsubscribe: <{stop}>\r\n" in raw) == head
    assert "Bcc" not in raw
    assert head or "List-Unsubscribe" not in raw


def test_an_address_that_came_another_way_is_not_overwritten(office, citizen):
    case = wished(office, "sms", email="")
    amend(Case.objects.get(pk=case).requester_id, actor=SYSTEM, now=office.now, email="王@例子.中国")
    assert 'value="mail"' not in fold(citizen, case)
    assert save(citizen, case, reach="mail", email=MAIL).status_code == 422
    assert known(case)["email"] == "王@例子.中国"
