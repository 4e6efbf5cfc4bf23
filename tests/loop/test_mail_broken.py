"""One letter, one folder or one partner that is broken keeps nothing else from being taken."""

import json

import pytest
from mail_hand import imap, letter, said

from gezhi.loop.models import Attachment, Case, Partner, Piece
from gezhi.loop.partners import service
from gezhi.loop.partners.kinds.mail.adapter import Mail
from gezhi.loop.partners.kinds.mail.rules import reading
from gezhi.loop.partners.service.keeping import Wish
from gezhi.trust.rules import Actor

SYSTEM = Actor.system("tests")
BROKEN = b"=?utf-8?B?A?="  # one letter of base64 is no byte


def good(n=1):
    return letter(text=f"好信{n}", mark=f"good{n}@example.cn")


def bare(head, body=b"words"):
    return b"Message-ID: <bad@example.cn>\r\n" + head + b"\r\n\r\n" + body


def parted(disposition):
    head = b"From: wang@example.cn\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=x"
    return bare(head, b"--x\r\n\r\nwords\r\n--x\r\n" + disposition + b"\r\n\r\nbytes of it\r\n--x--\r\n")


@pytest.mark.parametrize(
    "raw",
    [
        bare(b"From: wang@example.cn\r\nSubject: " + BROKEN),
        bare(b"From: " + BROKEN + b" <wang@example.cn>\r\nSubject: s"),
        bare(b"From: wang@example.cn\r\nSubject: s\r\nX-Failed-Recipients: " + BROKEN + b"\r\nReturn-Path: " + BROKEN),
        parted(b'Content-Disposition: attachment; filename="' + BROKEN + b'"'),
        parted(b"Content-Disposition: attachment; filename*=unicode_escape''a%5Cud800.txt"),
        parted(b"Content-Disposition: attachment; filename*=a%00b''x.txt"),
        parted(b'Content-Disposition: attachment; filename="=?utf-7?Q?+2AA-?="'),
        bare(b"From: wang@example.cn\r\nSubject: =?unicode_escape?Q?=5Cud800?=", b"words"),
        bare(b"From: wang@example.cn\r\nSubject: s\r\nContent-Type: text/plain; charset=utf-7", b"words +2AA-"),
        bare(b"From: w@example.cn\r\nSubject: s\r\nContent-Type: text/plain; charset=unicode_escape", rb"words\udfff"),
    ],
)  # fmt: skip
def test_a_letter_with_a_broken_head_or_name_is_taken_and_so_is_the_next(office, mailbox, box, raw):
    mailbox.look(raw, good())
    texts = [said(piece.case)["text"] for piece in Piece.objects.order_by("id")]
    assert len(texts) == 2
    assert "words" in texts[0]
    assert texts[1] == "好信1"
    assert box.names() == []
    assert Partner.objects.get().silent_since is None


def test_words_of_a_head_beside_the_broken_one_are_read():
    body = reading.read(bare(b"From: wang@example.cn\r\nSubject: " + BROKEN + b" =?utf-8?B?6Lev54Gv?="))
    assert "路灯" in body["subject"]
    assert body["from"] == "wang@example.cn"
    json.dumps(body, ensure_ascii=False).encode()


@pytest.mark.parametrize("what", ["about", "_parts"])
def test_a_letter_that_breaks_the_reading_in_a_way_nobody_knew_is_left_to_a_person(
    office, mailbox, box, monkeypatch, what
):
    true = getattr(reading, what)

    def fails(given):
        if "bad" in str(given.get("Message-ID")):
            raise ZeroDivisionError
        return true(given)

    monkeypatch.setattr(reading, what, fails)
    other = bare(b"From: wang@example.cn", b"other words")
    mailbox.look(bare(b"From: wang@example.cn"), other, good())
    assert sorted(Piece.objects.filter(state="refused").values_list("fault", flat=True)) == ["mail-broken"] * (
        2 if what == "about" else 1
    ), "two letters of which nothing is known are two"
    assert said(Case.objects.get())["text"] == "好信1"
    assert box.names() == []


@pytest.mark.parametrize("where", ["work", "keep"])
def test_a_fault_nobody_knew_leaves_the_letter_to_a_person_and_the_next_is_taken(
    office, mailbox, box, monkeypatch, where
):
    from gezhi.loop.partners.service import taking

    if where == "work":
        accept = Mail.accept
        fails = lambda self, partner, piece, body, **known: (  # noqa: E731 - two lines of one test
            1 / 0 if "odd" in body["text"] else accept(self, partner, piece, body, **known)
        )
        monkeypatch.setattr(Mail, "accept", fails)
    else:
        keep = taking._keep
        monkeypatch.setattr(
            taking, "_keep", lambda *a, **known: 1 / 0 if "odd" in a[3]["text"] else keep(*a, **known)
        )  # fmt: skip
    mailbox.look(letter(text="odd", mark="odd@example.cn"), good())
    rows = list(Piece.objects.order_by("id").values_list("state", "fault"))
    assert rows == [("refused", "piece-fault"), ("done", "")]
    assert (box.names(), len(box.names(".failed/cur"))) == ([], 1)
    mailbox.look()
    assert Case.objects.count() == 1


def test_a_partner_that_breaks_is_marked_and_the_next_is_asked(office, mailbox, box, monkeypatch, caplog):
    fetch = Mail.fetch

    def fails(self, partner, *, now):
        if partner.code == "aaa":
            raise KeyError("nobody knew")
        return fetch(self, partner, now=now)

    service.put_partner(Wish("aaa", "mail", "坏的", channel="mail"), actor=SYSTEM, now=office.now)
    monkeypatch.setattr(Mail, "fetch", fails)
    box.lay(good())
    assert service.fetch_all(office.now) == 1
    assert Partner.objects.get(code="aaa").silent_since == office.now
    assert Partner.objects.get(code="mail").silent_since is None
    assert "nobody knew" in caplog.text


@pytest.mark.parametrize("prefix", ["INBOX.", "INBOX/"])
@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS MOVE", "IMAP4rev1 UIDPLUS"])
def test_a_server_that_wants_its_folders_below_the_inbox(office, mailbox, prefix, capabilities):
    with imap(capabilities=capabilities, prefix=prefix) as server:
        server.lay(good(1))
        server.lay(good(2))
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        mailbox.look()
        assert {box for box, flags, _ in server.letters.values() if "\\Deleted" not in flags} == {f"{prefix}done"}
    assert Case.objects.count() == 2


def test_a_server_that_lets_no_folder_be_made_is_taken_from_all_the_same(office, mailbox):
    with imap(prefix="nowhere") as server:
        server.lay(good(1))
        server.lay(good(2))
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        mailbox.look()
        assert Case.objects.count() == 2
        assert Partner.objects.get().silent_since is None
        server.said.clear()
        mailbox.look()
        assert not [line for line in server.said if "PEEK" in line], "what was taken is not fetched again and again"
    assert Case.objects.count() == 2


def test_a_letter_that_the_server_cannot_hand_out_is_passed_over(office, mailbox):
    with imap(broken={1}) as server:
        server.lay(good(1))
        server.lay(good(2))
        mailbox.put(box=f"imap://127.0.0.1:{server.server_address[1]}/", user="office")
        mailbox.look()
        assert (server.where(1)[0], server.where(2)[0]) == ("INBOX", "done")
    assert Case.objects.count() == 1


def test_a_letter_that_another_look_moved_holds_up_no_other(office, mailbox, box, monkeypatch):
    from gezhi.loop.partners.kinds.mail.boxes.maildir import Maildir

    move = Maildir.move

    def twice(self, name, to):
        move(self, name, to)
        move(self, name, to)

    monkeypatch.setattr(Maildir, "move", twice)
    mailbox.look(good(1), good(2))
    assert (Case.objects.count(), box.names(), Attachment.objects.count()) == (2, [], 0)
    assert Partner.objects.get().silent_since is None
