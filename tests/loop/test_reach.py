"""What citizens are told by mail and SMS: only who wished it, only harmless words, not by night, once."""

import hashlib
import hmac
import json
import stat
from datetime import timedelta

import pytest
from partner_hand import SECRET, signed
from reach_hand import gateway, wished

from gezhi.kernel.errors import Refused
from gezhi.kit.senders.sms import Sms, gateway_of
from gezhi.loop.models import Case, CodeItem, Piece, ReachStop, ReachWish, TellingVersion
from gezhi.loop.partners import service, store
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.reach import service as reach
from gezhi.loop.reach import store as messages
from gezhi.loop.service.receiving import case_token
from gezhi.loop.store import content
from gezhi.trust.rules import Actor
from gezhi.trust.service import amend

SYSTEM = Actor.system("tests")


def test_who_wished_it_is_told_by_sms_of_each_step_that_has_a_text(office, out, tmp_path):
    case = wished(office, "sms")
    office.to("verifying", case)
    out.round()
    row = Case.objects.get()
    link = f"https://12345.example.cn/f/{case_token(row.pk)}/"
    assert [one["text"] for one in out.sms] == [
        f"编号{row.number}，已收到。{link}",
        f"{row.number}已答复：已修好。 {link}",
    ]
    assert {one["to"] for one in out.sms} == {"13800001234"}
    assert out.mail == []
    [first, *_] = (tmp_path / "outgoing" / "sms").glob("*.json")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    for piece in Piece.objects.all():
        assert "1380000" not in repr(piece.facts) + piece.key
        assert "修好" not in repr(piece.facts)
    out.round()
    assert len(out.sms) == 2


@pytest.mark.parametrize("way", ["", "mail", "sms"])
def test_nobody_else_is_told(office, out, way):
    wished(office, way)
    office.receive("没有留下愿望", phone="13900000000")
    out.round()
    assert (len(out.sms), len(out.mail)) == (way == "sms", way == "mail")


def test_a_letter_bears_the_marks_by_which_its_answer_finds_the_case(office, out, mailbox):
    mailbox.put()
    case = wished(office, "mail")
    out.round()
    [letter] = out.mail
    row = Case.objects.get()
    assert letter["To"] == "wang@example.cn"
    assert row.number in letter["Subject"]
    assert letter["Auto-Submitted"] == "auto-generated"
    from mail_hand import letter as written

    for n, heads in enumerate(({"In_Reply_To": letter["Message-ID"]}, {"subject": f"答复: {letter['Subject']}"})):
        mailbox.look(written(text=f"还是不亮 {n}", mark=f"a{n}@example.cn", **heads))
    assert row.steps.filter(move="supplement").count() == 2
    assert case == str(row.pk)


def test_of_a_confidential_case_no_word_goes_out(office, out):
    office.to("verifying", wished(office, "mail", confidential=True))
    out.round()
    assert len(out.mail) == 2
    assert all("修好" not in letter.get_content() and "王" not in letter.get_content() for letter in out.mail)


def test_the_public_answer_goes_out_and_not_the_one_inside(office, out):
    case = wished(office, "sms")
    office.to("handling", case)
    office.move(case, "reply", "hugo", outcome="solved", reply="内部：责任在张三")
    office.move(case, "review_pass", "lena", public_reply="已经更换灯具")
    out.round()
    assert "更换灯具" in out.sms[-1]["text"]
    assert "张三" not in out.sms[-1]["text"]


@pytest.mark.parametrize("approve", [True, False])
def test_an_extension_is_told_only_when_it_is_approved(office, out, approve):
    case = wished(office, "sms")
    office.to("handling", case)
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="等配件", amount=2, unit_of="workday")
    office.move(case, "postpone_decide", "dora", approve=approve)
    out.round()
    assert any("延期" in one["text"] for one in out.sms) == approve


def test_texts_follow_the_language_of_the_wish(office, out):
    from django.utils import translation

    with translation.override("en"):
        wished(office, "sms")
    out.round()
    assert out.sms[0]["text"].startswith("Received ")


def test_the_night_is_quiet_but_for_what_is_urgent(office, out, settings):
    settings.GEZHI_SMS_QUIET = "00:00-23:59"
    calm, urgent = wished(office, "sms"), wished(office, "sms", urgency=3)
    out.round()
    assert [Case.objects.get(pk=urgent).number in one["text"] for one in out.sms] == [True]
    piece = Piece.objects.get(case=calm)
    assert (piece.state, piece.tries, piece.fault) == ("waiting", 0, "")
    assert piece.next_at > office.now
    service.deliver(office.now + timedelta(hours=1))
    settings.GEZHI_SMS_QUIET = ""
    service.deliver(office.now + timedelta(days=2))
    assert len(out.sms) == 2


def test_what_cannot_be_told_says_why(office, out):
    landline = wished(office, "mail")
    ReachWish.objects.filter(requester=Case.objects.get(pk=landline).requester_id).update(way="sms")
    case = Case.objects.select_related("requester").get()
    amend(case.requester_id, actor=SYSTEM, now=office.now, phone="0791-88886666")
    out.round()
    assert (out.sms, Piece.objects.get().facts["skipped"]) == ([], "no-address")


@pytest.mark.parametrize("fields", [{"reach": "fax"}, {"reach": "mail", "email": "a@b.cn\nBcc: x@y.cn"},
                                    {"reach": "mail", "email": ""}, {"reach": "sms", "phone": ""}])  # fmt: skip
def test_a_wish_without_a_way_is_refused(office, fields):
    with pytest.raises(Refused) as caught:
        office.receive("路灯不亮", **fields)
    assert caught.value.status == 422
    assert not Case.objects.exists()


def test_a_receipt_is_kept_and_a_number_that_is_gone_is_left_alone(office, out, client, monkeypatch):
    from gezhi.loop.partners import door

    wished(office, "sms")
    out.round()
    monkeypatch.setattr(door.timezone, "now", lambda: office.now)
    mark = out.sms[0]["id"]

    def receipt(n, data, secret=SECRET):
        body = json.dumps({"type": "sms.receipt", "data": data}).encode()
        return client.post("/api/partners/sms/events", body, content_type="application/json",
                           headers=signed(f"r{n}", office.now, body, secret))  # fmt: skip

    assert receipt(1, {"id": mark, "state": "delivered"}, SECRET[:-4] + "AAA=").status_code == 401
    assert receipt(2, {"id": mark, "state": "delivered"}).status_code == 200
    assert Piece.objects.get(direction="out").facts["receipt"] == "delivered"
    assert receipt(3, {"id": "nobody", "state": "failed"}).json()["refusal"] == "sms-receipt"
    assert receipt(4, {"id": mark, "state": "exploded"}).json()["refusal"] == "field-invalid"
    assert not ReachStop.objects.exists()
    assert receipt(5, {"id": mark, "state": "failed", "code": "EXPIRED"}).status_code == 200
    assert not ReachStop.objects.exists(), "a telephone that was off hears the next one"
    assert receipt(6, {"id": mark, "state": "blocked", "code": "UNDELIV"}).status_code == 200
    assert ReachStop.objects.get().code == "UNDELIV"
    wished(office, "sms")
    out.round()
    assert len(out.sms) == 1
    assert Piece.objects.filter(direction="out").latest("id").facts["skipped"] == "stopped"


def test_three_messages_that_failed_one_after_the_other_are_enough(office, out):
    wished(office, "sms")
    out.round()
    row, enough = Piece.objects.get(direction="out"), []
    for number, state in enumerate(("failed", "delivered", "failed", "failed", "failed")):
        one = Piece.objects.create(
            partner=row.partner, direction="out", kind=row.kind, key=f"later-{number}", case=row.case, state="done",
            at=row.at, facts={**row.facts, "receipt": state},
        )  # fmt: skip
        enough.append(messages.lost_in_a_row(one, 3))
    assert enough == [False, False, False, False, True]


# ---- the gateway


def test_the_gateway_gets_its_own_json_signed_and_no_word_breaks_it(office, out, settings):
    with gateway([(200, b'{"data": {"sid": "G-7"}}')]) as (url, heard):
        settings.GEZHI_SMS_URL, settings.GEZHI_SMS_SECRET = f"{url}/send/{{to}}", "s3cret"
        settings.GEZHI_SMS_BODY = '{"mobile": ["{to}"], "msg": "[x] {text}", "ref": "{id}"}'
        settings.GEZHI_SMS_ANSWER, settings.GEZHI_SMS_SIGN = "data.sid", '【"}云溪】'
        wished(office, "sms")
        out.round()
    [(path, head, body)] = heard
    said = json.loads(body)
    assert path == "/send/13800001234"
    assert set(said) == {"mobile", "msg", "ref"}
    assert said["msg"].startswith('[x] 【"}云溪】编号')
    made = hmac.new(b"s3cret", head["X-Gezhi-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert head["X-Gezhi-Signature"] == made
    assert Piece.objects.get().facts["gateway"] == "G-7"


def test_a_gateway_that_is_away_is_tried_again_and_one_that_refuses_is_not(office, out, settings):
    with gateway([(503, b""), (200, b"{}"), (422, b"")]) as (url, heard):
        settings.GEZHI_SMS_URL = url
        wished(office, "sms")
        out.round()
        assert (Piece.objects.get().state, Piece.objects.get().fault) == ("waiting", "http-503")
        service.deliver(office.now + timedelta(minutes=1))
        assert Piece.objects.get().state == "done"
        wished(office, "sms", phone="13700001234")
        out.round()
        assert len(heard) == 3
    assert Piece.objects.latest("id").fault == "sms-refused"


def test_only_http_addresses_are_posted_to(tmp_path, office):
    with pytest.raises(OSError, match="ValueError"):
        gateway_of("file:///etc/passwd", "", "", "id", tmp_path).send(Sms("1", "x", "m", office.now))


def test_a_long_answer_is_cut_so_that_the_link_stays(office, out, settings):
    settings.GEZHI_SMS_PARTS = 2
    case = wished(office, "sms")
    office.to("handling", case)
    office.move(case, "reply", "hugo", outcome="solved", reply="已更换灯具。" * 200)
    office.move(case, "review_pass", "lena")
    out.round()
    text = out.sms[-1]["text"]
    assert len(text) <= 134
    assert text.endswith("/")
    assert "…" in text


# ---- the texts of the office


GOOD = {"subject_zh": "收到", "text_zh": "编号{number} {link}"}


def test_the_office_words_a_text_in_versions_and_goes_back(office, out):
    CodeItem.objects.filter(code="received-sms").update(pack="citizen-requests")
    content.forget()
    dora = office.actor("dora")
    reach.put_texts("received-sms", {"text_zh": "新的{number}"}, off=False, actor=dora, now=office.now)
    wished(office, "sms")
    out.round()
    assert out.sms[0]["text"].startswith("新的")
    reach.put_texts("received-sms", {"text_zh": "新的{number}"}, off=True, actor=dora, now=office.now)
    wished(office, "sms")
    out.round()
    assert len(out.sms) == 1
    reach.put_back("received-sms", actor=dora, now=office.now)
    wished(office, "sms")
    out.round()
    assert out.sms[1]["text"].startswith("编号")
    rows = TellingVersion.objects.order_by("version")
    assert [(row.version, row.off, row.pack) for row in rows] == [(1, False, False), (2, True, False), (3, False, True)]


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({"text_zh": "{name}您好"}, "telling-holder"), ({"text_zh": "{number"}, "telling-holder"),
        ({"text_zh": "{0.__class__}"}, "telling-holder"), ({"text_zh": " "}, "field-missing"),
        ({"text_zh": "x" * 2001}, "text-too-long"), ({"text_zh": "好", "text_en": "{phone}"}, "telling-holder"),
    ],
)  # fmt: skip
def test_what_may_not_stand_in_a_text_is_refused(office, out, texts, code):
    with pytest.raises(Refused) as caught:
        reach.put_texts("received-sms", texts, off=False, actor=office.actor("dora"), now=office.now)
    assert caught.value.code == code
    assert not TellingVersion.objects.exists()


@pytest.mark.parametrize("name", ["hugo", "olive", "mayor"])
def test_only_who_may_words_them(office, out, name):
    with pytest.raises(Refused) as caught:
        reach.put_texts("received-sms", GOOD, off=False, actor=office.actor(name), now=office.now)
    assert caught.value.status == 403


def test_one_partner_alone_tells(office, out):
    for code in ("sms-two", "mail-two"):
        kind = code.partition("-")[0]
        service.put_partner(Wish(code, kind, code, wishes={"address": "o@city.example"}), actor=SYSTEM, now=office.now)
    wished(office, "sms")
    wished(office, "mail")
    out.round()
    assert (len(out.sms), len(out.mail)) == (1, 1)
    assert {piece.partner_id for piece in Piece.objects.all()} == {store.partner("sms").pk, store.partner("mail").pk}
