"""Letters come in: each once, as a case or on the case that it answers; machines, forgers, bounces told apart."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from mail_hand import answer_to, letter, photo, said

from gezhi.loop.models import Attachment, Case, Piece, ReachStop, ReachWish
from gezhi.loop.partners.kinds.mail.rules import marks
from gezhi.loop.partners.kinds.mail.signing import signed
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, open_text

SYSTEM = Actor.system("tests")


# ---- taken once


def test_a_letter_becomes_a_case_once_and_is_laid_aside(office, mailbox, box):
    [piece] = mailbox.look(letter(files=[("灯.png", "image/png", photo())]))
    case = Case.objects.get()
    assert (piece.state, piece.case_id, case.channel) == ("done", case.pk, "mail")
    assert (said(case)["title"], said(case)["text"]) == ("路灯不亮", "路灯不亮，晚上走路危险。")
    assert identity_of(case.requester) == {"name": "王小明", "email": "wang@example.cn"}
    assert "wang" not in repr(piece.facts) + piece.key
    assert Attachment.objects.get().kind == "image"
    assert (box.names(), len(box.names(".done/cur"))) == ([], 1)
    assert box.names(".done/cur")[0].endswith(":2,S")
    assert ReachWish.objects.get().way == "mail"
    mailbox.look(
        letter(files=[("灯.png", "image/png", photo())]).replace(b"To: 1", b"Received: by another way\r\nTo: 1")
    )
    mailbox.look()
    assert Case.objects.count() == 2, "another photo is another letter"
    again = letter(text="x", subject="y", mark="two@example.cn")
    mailbox.look(again, again.replace(b"To: 1", b"Received: by another way\r\nDelivered-To: o@city.example\r\nTo: 1"))
    assert Case.objects.count() == 3, "the same letter by two ways is one"
    assert box.names() == []


def test_letters_that_all_bear_one_mark_are_all_taken(office, mailbox):
    mailbox.look(letter(text="甲", mark="same@example.cn"), letter(text="乙", mark="same@example.cn"),
                 letter(text="丙", mark=""))  # fmt: skip
    assert sorted(said(case)["text"] for case in Case.objects.all()) == ["丙", "乙", "甲"]


def test_a_letter_stays_where_it_is_while_it_cannot_be_taken(office, mailbox, box, monkeypatch):
    from gezhi.loop.partners.service import taking

    def broken(*_, **__):
        raise OSError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(taking, "_keep", broken)
        mailbox.look(letter())
    assert len(box.names()) == 1
    assert not Case.objects.exists()
    mailbox.look()
    assert Case.objects.count() == 1


# ---- which case


def test_an_answer_goes_to_its_case_and_the_quoted_letter_is_cut_off(office, mailbox):
    mailbox.look(letter())
    case = Case.objects.get()
    mailbox.look(answer_to(case, "灯还是不亮\n\n在 2026年3月2日 10:00，12345 <12345@city.example> 写道：\n> 已经修好"))
    step = case.steps.get(move="supplement")
    assert open_text(case.requester, step.text.sealed) == {"words": "灯还是不亮"}
    assert (step.actor_kind, step.actor) == ("citizen", str(case.requester_id))
    assert Case.objects.count() == 1


@pytest.mark.parametrize("way", ["subject", "plus", "own"])
def test_other_ways_by_which_an_answer_finds_its_case(office, mailbox, way):
    mailbox.look(letter())
    case = Case.objects.get()
    mark = signed(case.pk)
    heads = {"subject": {"subject": f"Re: {marks.subject_mark(case.number, mark)} 已受理"},
             "plus": {"to": marks.plus_address("12345@city.example", str(case.pk), mark)},
             "own": {"References": "<one@example.cn>"}}[way]  # fmt: skip
    mailbox.look(letter(text="补充一句", mark="b@example.cn", **{"subject": "补充", **heads}))
    assert case.steps.filter(move="supplement").count() == 1
    assert Case.objects.count() == 1


def test_what_was_asked_for_is_supplied(office, mailbox):
    mailbox.look(letter())
    case = Case.objects.get()
    office.move(str(case.pk), "accept", "dora", matter="0101", kind="complaint")
    office.move(str(case.pk), "dispatch", "dora", unit=office.units["urban"].pk)
    office.move(str(case.pk), "sign", "hugo")
    office.move(str(case.pk), "ask", "hugo", ask="请补灯杆号")
    mailbox.look(answer_to(case, "灯杆 1203", files=[("杆.png", "image/png", photo())]))
    case.refresh_from_db()
    assert (case.state, case.steps.filter(move="supply").count()) == ("handling", 1)
    assert Attachment.objects.get().step.move == "supply"


def test_forged_threads_reach_no_case(office, mailbox):
    """A wrong signature is nobody's; a right one from another address waits for a person."""
    mailbox.look(letter())
    case = Case.objects.get()
    forged = f"gz.{case.pk.hex}.{'a' * 16}.7@city.example"
    mailbox.look(letter(text="甲", mark="f1@example.cn", sender="evil@example.org", In_Reply_To=f"<{forged}>"),
                 letter(text="乙", mark="f2@example.cn", sender="evil@example.org",
                        subject=f"Re: [{case.number} {'a' * 16}] x"))  # fmt: skip
    assert Case.objects.count() == 3, "a forged mark is no mark: the letters stand on their own"
    *_, piece = mailbox.look(answer_to(case, "我改主意了", sender="evil@example.org"))
    assert (piece.state, piece.fault, piece.facts["number"]) == ("refused", "mail-other-sender", case.number)
    assert not case.steps.filter(move__in=("supplement", "supply", "withdraw")).exists()


# ---- loops and floods


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {"Return_Path": "<>"},
        {"List_Id": "<news.example.cn>"}, {"sender": "noreply@example.cn"}, {"subject": "自动回复：我在休假"},
        {"sender": "MAILER-DAEMON@example.cn"},
    ],
)  # fmt: skip
def test_what_a_machine_wrote_is_kept_and_makes_no_case(office, mailbox, box, heads):
    [piece] = mailbox.look(letter(**heads))
    assert (piece.state, piece.fault) == ("refused", "mail-automatic")
    assert not Case.objects.exists()
    assert len(box.names(".failed/cur")) == 1


def test_our_own_letters_are_not_answered(office, mailbox):
    mailbox.look(letter())
    case = Case.objects.get()
    mark = f"{marks.message_mark(str(case.pk), signed(case.pk), '9')}@city.example"
    pieces = mailbox.look(letter(mark=mark), letter(text="z", mark="z@x.cn", sender="12345@city.example"))
    assert [piece.fault for piece in pieces[1:]] == ["mail-own", "mail-own"]
    assert Case.objects.count() == 1


def test_a_flood_from_one_address_stops_at_the_number_allowed(office, mailbox):
    mailbox.put(most=3)
    mailbox.look(*(letter(text=f"第 {n} 封", mark=f"{n}@example.cn") for n in range(5)))
    assert Case.objects.count() == 3
    assert [piece.fault for piece in Piece.objects.filter(state="refused")] == ["mail-too-many"] * 2
    mailbox.look(letter(text="别人的", sender="li@example.cn", mark="li@example.cn"))
    office.later(hours=2)
    mailbox.look(letter(text="后来的", mark="later@example.cn"))
    assert Case.objects.count() == 5


# ---- letters that come back


STANDARD = """Return-Path: <>
From: MAILER-DAEMON@mx.example.cn
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.cn

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <{mark}@city.example>
--b--
"""
QMAIL = """Return-Path: <>
From: MAILER-DAEMON@mx.example.cn
Subject: failure notice

Hi. This is the qmail-send program at mx.example.cn.

<{to}>:
550 no such user here

--- Below this line is a copy of the message.

Message-ID: <{mark}@city.example>
"""
CHINESE = """From: postmaster@qq.example
Subject: =?gb18030?B?z7XNs83L0MU=?=
Content-Type: text/plain; charset=gb18030
Content-Transfer-Encoding: 8bit

收件人邮件地址（{to}）不存在，邮件无法送达。 550 5.1.1
Message-ID: <{mark}@city.example>
"""


@pytest.mark.parametrize("report", [STANDARD, QMAIL, CHINESE])
def test_a_letter_that_comes_back_stops_further_ones(office, mailbox, report):
    mailbox.look(letter())
    case = Case.objects.get()
    raw = report.format(to="wang@example.cn", mark=marks.message_mark(str(case.pk), signed(case.pk), "3"))
    *_, piece = mailbox.look(raw.encode("gb18030"))
    assert (piece.state, piece.case_id) == ("done", case.pk)
    assert ReachStop.objects.get().case_id == case.pk
    mailbox.look(letter(text="我又能收信了", mark="new@example.cn"))
    assert not ReachStop.objects.exists(), "who writes can be written to"


@pytest.mark.parametrize(("to", "forged"), [("wang@example.cn", True), ("other@example.cn", False)])
def test_a_report_that_proves_nothing_stops_nobody(office, mailbox, to, forged):
    mailbox.look(letter())
    case = Case.objects.get()
    mark = marks.message_mark(str(case.pk), "b" * 16 if forged else signed(case.pk), "3")
    *_, piece = mailbox.look(STANDARD.format(to=to, mark=mark).encode())
    assert (piece.state, piece.fault) == ("refused", "mail-bounce-unknown")
    assert not ReachStop.objects.exists()


# ---- letters that are hard to read


def raw_letter(head, body=b"", sender="wang@example.cn"):
    return f"From: {sender}\r\nMessage-ID: <r@example.cn>\r\n".encode() + head + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (b"Content-Type: text/plain; charset=utf-8", "路灯不亮".encode("gb18030"), "路灯不亮"),
        (b"Content-Type: text/plain; charset=gb2312", "镕基路灯不亮".encode("gb18030"), "镕基路灯不亮"),
        (b"Content-Type: text/plain; charset=no-such", "路灯不亮".encode(), "路灯不亮"),
        (b"Content-Type: text/plain", "路灯不亮".encode("gb18030"), "路灯不亮"),
        (b"Content-Type: text/html; charset=gbk", "<b>路灯</b><script>x()</script>".encode("gbk"), "路灯"),
        (b"Content-Type: multipart/mixed; boundary=x", "--x\r\n\r\n路灯不亮".encode(), "路灯不亮"),
        (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", b"6Lev54Gv5LiN5Lqu!!", "路灯不亮"),
    ],
)
def test_wrong_character_sets_and_broken_parts_are_read_all_the_same(office, mailbox, head, body, text):
    mailbox.look(raw_letter(head, body))
    assert said(Case.objects.get())["text"] == text


def test_a_subject_in_bare_bytes_and_one_with_a_line_break(office, mailbox):
    mailbox.look(raw_letter(b"Subject: " + "路灯不亮".encode("gb18030"), b"x"),
                 raw_letter(b"Subject: =?utf-8?B?6Lev54GvDQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=", b"y"))  # fmt: skip
    titles = sorted(said(case)["title"] for case in Case.objects.all())
    assert titles == ["路灯 Bcc: evil@example.org", "路灯不亮"]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (raw_letter(b"Content-Type: multipart/encrypted; boundary=x", b"--x\r\n\r\nsecret\r\n--x--"), "mail-encrypted"),
        (raw_letter(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data", b"xx"), "mail-encrypted"),
        (raw_letter(b"Content-Type: text/plain", b"x", sender="nobody"), "mail-no-sender"),
        (raw_letter(b"X-Empty: yes"), "mail-empty"),
        (letter(text="x" * 3_000_000), "mail-too-large"),
    ],
)
def test_what_cannot_be_understood_waits_for_a_person_with_its_reason(office, mailbox, box, raw, fault):
    mailbox.put(largest=2)
    [piece] = mailbox.look(raw)
    assert (piece.state, piece.fault) == ("refused", fault)
    assert not Case.objects.exists()
    assert len(box.names(".failed/cur")) == 1


def test_a_thousand_parts_and_letters_within_letters(office, mailbox):
    many = b"".join(b"--x\r\n\r\na\r\n" for _ in range(5000))
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1500))
    inside = EmailMessage()
    inside["From"], inside["Subject"] = "li@example.cn", "inner"
    inside.set_content("inner words")
    outer = EmailMessage()
    outer["From"], outer["Message-ID"], outer["Subject"] = "wang@example.cn", "<o@example.cn>", "outer"
    outer.set_content("outer words")
    outer.add_attachment(inside)
    mailbox.look(raw_letter(b"Content-Type: multipart/mixed; boundary=x\r\nSubject: many", many),
                 raw_letter(b"Subject: deep\r\n" + deep, b"end"), outer.as_bytes())  # fmt: skip
    assert Piece.objects.filter(state="waiting").count() == 0
    case = next(case for case in Case.objects.all() if said(case)["title"] == "outer")
    assert said(case)["text"].startswith("outer words")
    assert "inner words" not in said(case)["text"]
    assert "附件是另一封邮件" in said(case)["text"]


def test_files_that_may_not_be_kept_are_named_and_the_rest_is_taken(office, mailbox):
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    mailbox.look(letter(files=[("灯.png", "image/png", photo()), ("x.svg", "image/svg+xml", svg),
                               ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22"),
                               ("a.exe", "image/png", b"MZ\x00\x00")]))  # fmt: skip
    case = Case.objects.get()
    assert Attachment.objects.filter(case=case).count() == 1
    for name in ("x.svg", "winmail.dat", "a.exe"):
        assert name in said(case)["text"]
    assert Piece.objects.get().facts["left"] == ["mail-winmail", "file-kind", "file-kind"]


def test_addresses_with_more_than_one_line_or_person_are_no_sender(office, mailbox):
    mailbox.look(raw_letter(b"Subject: a", b"a", sender="=?utf-8?Q?wang=40example.cn=0D=0ABcc:x=40y.cn?="),
                 raw_letter(b"Subject: b", b"b", sender='"<evil@example.org>" <wang@example.cn>'))  # fmt: skip
    assert [piece.fault for piece in Piece.objects.order_by("id")] == ["mail-no-sender", ""]
    assert identity_of(Case.objects.get().requester)["email"] == "wang@example.cn"


def test_letters_of_yesterday_do_not_count_today(office, mailbox):
    mailbox.put(most=1)
    mailbox.look(letter(text="一", mark="1@x.cn"))
    office.later(minutes=61)
    mailbox.look(letter(text="二", mark="2@x.cn"))
    assert Case.objects.count() == 2
    assert Piece.objects.latest("id").at - Piece.objects.earliest("id").at == timedelta(minutes=61)
