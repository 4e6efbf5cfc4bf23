"""Digests by mail: who gets one when, what stands in it, and a mailbox that bounces."""

import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.test import Client

from gezhi.kernel.errors import Refused
from gezhi.kit.senders import Bounced, FileSender, SmtpSender
from gezhi.loop.models import Notice, NoticeWish
from gezhi.loop.notices import digests, service
from gezhi.trust import service as trust


def deliver(office):
    trust.deliver_pending(office.now + timedelta(days=3650))


ANSWERS = {
    b"GONE@": b"550 5.1.1 no such user",
    b"OLD@": b"550 no such user here",
    b"FULL@": b"451 later",
    b"RELAY@": b"554 5.7.1 Relay access denied",
    b"AUTH@": b"530 5.7.0 Must issue STARTTLS first",
}
LATE = {b"spam@": b"554 5.7.1 looks like spam", b"moved@": b"550 5.1.6 mailbox has moved"}  # said after the letter


class Post(socketserver.StreamRequestHandler):
    """A mail server that knows most mailboxes, refuses some for good, some for a while, and some for our own fault."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if b"DROP@" in word:
                return
            if word.startswith(b"RCPT"):
                answer = next((said for name, said in ANSWERS.items() if name in word), b"250 ok")
            elif word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part)
                letter = b"".join(lines)
                answer = next((said for name, said in LATE.items() if b"To: " + name in letter), b"250 ok")
                if answer == b"250 ok":
                    self.server.got.append(letter)
            elif word == b"QUIT":
                self.wfile.write(self.server.bye)
                return
            else:
                answer = b"250 ok"
            self.wfile.write(answer + b"\r\n")


@pytest.fixture
def post():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.got, server.bye, server.daemon_threads = [], b"221 bye\r\n", True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def by_smtp(post):
    return SmtpSender(f"smtp://127.0.0.1:{post.server_address[1]}", "gezhi@example.cn")


def wants(office, name, digest="hourly", address=None):
    address = address or f"{name}@example.cn"
    return service.keep_wish([], digest, address, actor=office.actor(name), now=office.now)


def test_a_letter_holds_numbers_titles_and_links_and_nothing_personal(office, settings, tmp_path):
    settings.GEZHI_DATA, settings.GEZHI_PUBLIC_URL = tmp_path, "https://12345.example.cn"
    settings.GEZHI_LINK_BASE = settings.GEZHI_PUBLIC_URL
    wants(office, "hugo")
    office.to("dispatched", office.receive("路灯不亮，找王小明 13800001234", matter="0101", name="王小明"))
    office.to("dispatched", office.receive("保密的事", matter="0101", confidential=True, name="李红"))
    deliver(office)
    assert digests.send_due(office.now) == 1
    [file] = (tmp_path / "outgoing" / "mail").glob("*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=default)
    text = letter.get_content()
    assert letter["To"] == "hugo@example.cn"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Subject"] == "您的工单有 2 条提醒"
    assert "路灯不亮" in text
    assert text.count("https://12345.example.cn/desk/") == 3
    for hidden in ("13800001234", "保密的事", "李红"):
        assert hidden not in text
    assert digests.send_due(office.now + timedelta(hours=1)) == 0  # nothing new
    assert Notice.objects.filter(user=office.users["hugo"], mailed_at=None).count() == 0


def test_hourly_daily_and_none(office, tmp_path):
    way = FileSender(tmp_path, "gezhi@example.cn")
    for name, digest in (("hugo", "hourly"), ("lena", "daily")):
        wants(office, name, digest)
    evening = office.now.replace(hour=14)  # 22:00 in Shanghai

    def news(moment):
        office.to("dispatched")
        deliver(office)
        Notice.objects.update(at=moment)
        return digests.send_due(moment, by=way)

    early = office.now.replace(hour=22) - timedelta(days=1)  # 06:00
    assert news(early) == 1
    assert news(early + timedelta(hours=1)) == 1
    assert news(early + timedelta(hours=3)) == 2  # past eight: the daily one too
    assert news(early + timedelta(hours=4)) == 1
    assert digests.send_due(evening, by=way) == 0
    service.keep_wish([], "off", "hugo@example.cn", actor=office.actor("hugo"), now=office.now)
    assert news(evening + timedelta(hours=2)) == 0


def test_a_mailbox_that_bounces(office, post, tmp_path):
    """The server refuses it for good: letters stop, its owner is told in the page, and says when it works again."""
    way = by_smtp(post)
    wants(office, "hugo", address="gone@example.cn")
    wants(office, "lena", address="lena@example.cn")
    wants(office, "tom", address="full@example.cn")
    office.to("dispatched")
    deliver(office)
    assert digests.send_due(office.now, by=way) == 1  # lena's
    assert [message_from_bytes(raw)["To"] for raw in post.got] == ["lena@example.cn"]
    wish = NoticeWish.objects.get(user=office.users["hugo"])
    assert (wish.bounce, wish.bounced_at, wish.sent_at) == ("550", office.now, None)
    assert Notice.objects.filter(user=office.users["hugo"], kind="bounced").count() == 1
    assert Notice.objects.filter(user=office.users["hugo"], mailed_at=None, kind="dispatched").count() == 1
    later = office.later(hours=2)
    assert digests.send_due(later, by=way) == 0
    assert len(post.got) == 1  # nobody knocks at a closed door
    client = Client()
    client.force_login(office.users["hugo"], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "en"
    assert "Letters to your mailbox come back" in client.get("/desk/notices/").content.decode()
    page = client.get("/desk/notices/wishes/").content.decode()
    assert "gone@example.cn" in page
    assert "code 550" in page
    client.post("/desk/notices/mailbox/")
    assert NoticeWish.objects.get(user=office.users["hugo"]).bounced_at is None
    wants(office, "hugo", address="hugo@example.cn")
    assert digests.send_due(later, by=way) == 1
    with pytest.raises(Refused, match=r"^mailbox-works"):
        service.confirm_mailbox(actor=office.actor("hugo"), now=later)


def test_a_server_that_is_away_is_asked_again(office, post):
    wants(office, "hugo", address="full@example.cn")
    office.to("dispatched")
    deliver(office)
    assert digests.send_due(office.now, by=by_smtp(post)) == 0
    assert digests.send_due(office.now, by=SmtpSender("smtp://127.0.0.1:1", "gezhi@example.cn")) == 0
    wish = NoticeWish.objects.get(user=office.users["hugo"])
    assert (wish.bounced_at, wish.sent_at) == (None, None)


def test_refusals_that_are_not_of_the_mailbox_stop_nobody(office, post):
    """A server that relays nothing for us says so of every mailbox: none of them is gone."""
    way, people = by_smtp(post), {"hugo": "relay", "lena": "auth", "tom": "spam", "hana": "moved", "liam": "old"}
    for name, box in people.items():
        wants(office, name, address=f"{box}@example.cn")
    case = office.to("dispatched")
    Notice.objects.bulk_create(
        Notice(user=office.users[name], kind="dispatched", case_id=case, origin=name, at=office.now) for name in people
    )
    assert digests.send_due(office.now, by=way) == 0
    stopped = NoticeWish.objects.exclude(bounced_at=None).values_list("user__username", "bounce")
    assert sorted(stopped) == [("hana", "550"), ("liam", "550")]


def test_a_letter_that_was_taken_is_not_sent_again_however_the_server_leaves(office, post):
    way = by_smtp(post)
    wants(office, "hugo")
    for n, bye in enumerate((b"421 too many connections\r\n", b"", b"500 what\r\n"), 1):
        post.bye = bye
        office.to("dispatched")
        deliver(office)
        assert digests.send_due(office.later(hours=2), by=way) == 1
        assert digests.send_due(office.later(hours=2), by=way) == 0
        assert len(post.got) == n


def test_a_server_that_is_away_is_waited_for_once_in_a_round(office):
    """With three hundred people and a server that does not answer, each would wait its twenty seconds."""
    for name in ("hugo", "lena", "tom"):
        wants(office, name)
    case, asked = office.to("dispatched"), []
    Notice.objects.bulk_create(
        Notice(user=office.users[name], kind="task", case_id=case, origin=name, at=office.now)
        for name in ("hugo", "lena", "tom")
    )

    class Gone(SmtpSender):
        def send(self, letter):
            asked.append(letter.to)
            super().send(letter)

    assert digests.send_due(office.now, by=Gone("smtp://127.0.0.1:1", "gezhi@example.cn")) == 0
    assert len(asked) == 1
    assert not NoticeWish.objects.exclude(bounced_at=None, sent_at=None).exists()


def test_a_mailbox_at_which_the_server_hangs_up_keeps_nobody_elses_letter_back(office, post):
    """It comes first in every round: were the round ended there, nobody after it would ever get a letter."""
    wants(office, "hugo", address="drop@example.cn")
    wants(office, "lena")
    case = office.to("dispatched")
    Notice.objects.bulk_create(
        Notice(user=office.users[name], kind="task", case_id=case, origin=name, at=office.now)
        for name in ("hugo", "lena")
    )
    assert office.users["hugo"].pk < office.users["lena"].pk
    assert digests.send_due(office.now, by=by_smtp(post)) == 1
    assert [message_from_bytes(raw)["To"] for raw in post.got] == ["lena@example.cn"]


def test_one_letter_that_cannot_be_written_keeps_no_other_back(office, tmp_path, monkeypatch):
    wants(office, "hugo")
    wants(office, "lena")
    office.to("replied")
    deliver(office)
    write = digests.letter

    def broken(wish, rows, now):
        if wish.user.username == "hugo":
            raise ValueError
        return write(wish, rows, now)

    monkeypatch.setattr(digests, "letter", broken)
    case = Notice.objects.first().case_id
    Notice.objects.create(user=office.users["hugo"], kind="task", case_id=case, origin="x", at=office.now)
    assert digests.send_due(office.now, by=FileSender(tmp_path, "Hotline <gezhi@example.cn>")) == 1
    [file] = tmp_path.glob("*.eml")
    assert message_from_bytes(file.read_bytes(), policy=default)["Message-ID"].endswith("@example.cn>")


def test_a_delivery_report_stops_the_mailbox_it_names(office, tmp_path, capsys):
    from argparse import Namespace

    from gezhi.loop.notices.commands import bounced

    wants(office, "hugo", address="Gone@example.cn")
    report = tmp_path / "report.eml"
    report.write_bytes(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        b"Final-Recipient: rfc822; gone@example.cn\nAction: failed\nStatus: 5.1.1\n\n--x--\n"
    )
    assert bounced(Namespace(file=[str(report), str(report)])) == 0
    assert "1 mailboxes stopped" in capsys.readouterr().out
    assert NoticeWish.objects.get(user=office.users["hugo"]).bounce == "5.1.1"


def test_an_address_is_wanted_before_letters_are(office):
    headers = ("a@b.cn\nBcc: x@y.cn", "a\x00@b.cn", "=?utf-8?q?a=0A?=@b.cn")
    for address in ("", "hugo", "a@b", "a b@c.cn", "张三@例子.cn", *headers):
        with pytest.raises(Refused, match=r"^mail-address"):
            service.keep_wish([], "daily", address, actor=office.actor("hugo"), now=office.now)
    with pytest.raises(Refused, match=r"^field-invalid"):
        service.keep_wish([], "weekly", "", actor=office.actor("hugo"), now=office.now)
    assert issubclass(Bounced, Exception)
