"""What is sent when something odd happens: one piece's fault is its own, a long round sends nothing twice."""

import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from partner_hand import SECRET, listening
from reach_hand import gateway, wished

from gezhi.loop.models import Partner, Piece
from gezhi.loop.partners import service, store
from gezhi.loop.partners.kinds.webhook import Webhook
from gezhi.loop.partners.rules.trying import LEASE
from gezhi.loop.partners.service import sending
from gezhi.loop.partners.service.keeping import Wish
from gezhi.loop.reach import checks
from gezhi.trust.rules import Actor
from gezhi.trust.service import deliver_pending

SYSTEM = Actor.system("tests")


@pytest.fixture
def put(office):
    def made(url, code="county"):
        wish = Wish(code, "webhook", code, wishes={"url": url, "events": ["received"]}, secrets={"secret": SECRET})
        return service.put_partner(wish, actor=SYSTEM, now=office.now)

    return made


@contextmanager
def babbling(said):
    """A server that answers every request with these bytes, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(2)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += line.recv(65536)
                length = next(int(row.split(b":")[1]) for row in head.split(b"\r\n")
                              if row.lower().startswith(b"content-length"))  # fmt: skip
                body = head.partition(b"\r\n\r\n")[2]
                while len(body) < length:
                    body += line.recv(65536)
                line.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/in"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def pending(office):
    office.now = max(office.now, datetime.now(UTC))
    deliver_pending(office.now)


# ---- one message that fails oddly


def test_a_piece_that_fails_oddly_is_counted_and_holds_up_no_other_partner(office, put, monkeypatch):
    plain = Webhook.send

    def odd(self, partner, piece, *, now):
        if partner.code == "odd":
            raise KeyError("nothing that anybody foresaw")
        return plain(self, partner, piece, now=now)

    monkeypatch.setattr(Webhook, "send", odd)
    with listening() as (url, heard):
        put(url, code="odd")
        put(url, code="there")
        office.receive()
        pending(office)
        service.deliver(office.now)
        piece = Piece.objects.get(partner__code="odd")
        assert (len(heard), piece.state, piece.tries, piece.fault) == (1, "waiting", 1, "KeyError")
        assert piece.next_at < office.now + timedelta(seconds=30), "it is tried again as any other"


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
def test_an_answer_that_is_no_http_is_an_answer_that_did_not_come(office, put, said):
    with babbling(said) as url:
        put(url)
        office.receive()
        pending(office)
        service.deliver(office.now)
    piece = Piece.objects.get()
    assert (piece.state, piece.tries) == (("waiting", 1) if said.startswith(b"nonsense") else ("done", 0))


def unworkable(office):
    """The settings that `gezhi check` names as those that cannot work."""
    return [one.facts["setting"] for one in checks.settings_work(office.now) if one.code == "sms-setting"]


@pytest.mark.parametrize(("url", "body", "setting"), [
    (None, '{"to": {to}}', "sms_body"), ("gateway.example.cn/send", "", "sms_url"), (None, '{"to": "x"}', "sms_body"),
])  # fmt: skip
def test_settings_that_cannot_work_are_named_and_cost_no_message_its_tries(office, out, settings, url, body, setting):
    with gateway([(200, b"{}")] * 3) as (there, heard):
        settings.GEZHI_SMS_URL, settings.GEZHI_SMS_BODY = url or there, body
        assert unworkable(office) == [setting]
        if body == '{"to": "x"}':
            return
        wished(office, "sms")
        wished(office, "sms", phone="13700001234")
        out.round()
        assert sorted(Piece.objects.values_list("state", "tries")) == [("waiting", 0), ("waiting", 1)]
        settings.GEZHI_SMS_URL, settings.GEZHI_SMS_BODY = there, ""
        assert unworkable(office) == []
        service.deliver(office.now + timedelta(minutes=1))
        assert len(heard) == 2


# ---- a slow server


def test_a_long_round_sends_nothing_twice_and_nothing_late_is_born_expired(office, put, monkeypatch):
    """Each piece takes a minute; another worker looks after each of them."""
    passed, plain, depth = [0.0], Webhook.send, [0]
    monkeypatch.setattr(sending, "monotonic", lambda: passed[0])

    def slow(self, partner, piece, *, now):
        passed[0] += 60
        done = plain(self, partner, piece, now=now)
        if depth[0] == 0:
            depth[0], until = 1, passed[0]
            service.deliver(office.now + timedelta(seconds=passed[0]), most=1)
            depth[0], passed[0] = 0, until  # the two work beside each other
        return done

    with listening() as (url, heard):
        put(url)
        for n in range(5):
            office.receive(f"第{n}件")
        pending(office)
        monkeypatch.setattr(Webhook, "send", slow)
        service.deliver(office.now)
        marks = [mark for mark, _, _ in heard]
    assert len(marks) == 5
    assert len(set(marks)) == 5
    assert set(Piece.objects.values_list("state", flat=True)) == {"done"}


def test_what_another_worker_has_taken_up_is_left_to_it(office, put):
    put("http://127.0.0.1:9/")
    office.receive()
    pending(office)
    [first] = store.take(office.now, office.now + LEASE, 20)
    later = office.now + LEASE + timedelta(seconds=1)
    [second] = store.take(later, later + LEASE, 20)
    assert not store.held(first, later + LEASE)
    assert store.held(second, later + LEASE)
    assert Partner.objects.get().silent_since is None


def test_json_of_settings_is_read_as_the_gateway_gets_it(tmp_path, office):
    from gezhi.kit.senders import Sms, faults, gateway_of

    body = '{"p": [{"m": " {to} "}], "t": "[x]{text}"}'
    assert faults("http://g.example.cn/", body) == []
    with gateway([(200, b"{}")]) as (url, heard):
        gateway_of(url, body, "", "id", tmp_path).send(Sms("138", "好", "m", office.now))
    assert json.loads(heard[0][2]) == {"p": [{"m": "138"}], "t": "[x]好"}


# ---- sent, and no answer


def test_what_may_have_arrived_is_sent_once_more_at_most(office, out, settings):
    from gezhi.loop.reach.pages.panel import state_of

    with gateway([(504, b"")] * 9) as (url, heard):
        settings.GEZHI_SMS_URL = url
        wished(office, "sms")
        out.round()
        piece = Piece.objects.get()
        assert (len(heard), piece.state, piece.tries) == (1, "waiting", 1)
        for minutes in range(1, 60, 5):
            service.deliver(office.now + timedelta(minutes=minutes))
        assert len(heard) == 1, "an hour in which they are down costs no message its second try"
        for hours in range(2, 30):
            service.deliver(office.now + timedelta(hours=hours, minutes=1))
        piece.refresh_from_db()
    assert (len(heard), piece.state, piece.fault) == (2, "done", "http-504")
    assert Partner.objects.get(code="sms").silent_since is not None
    assert state_of(piece)["words"] == "已发，对方没有回音"


def test_what_may_have_arrived_goes_out_once_they_answer_again(office, out, settings):
    from gezhi.loop.reach.pages.panel import state_of

    with gateway([(504, b""), (200, b"{}"), (200, b"{}")]) as (url, heard):
        settings.GEZHI_SMS_URL = url
        wished(office, "sms")
        out.round()
        wished(office, "sms", phone="13700001234")
        out.round()
        service.deliver(office.now + timedelta(minutes=1))
        assert len(heard) == 3
    assert {state_of(row)["words"] for row in Piece.objects.all()} == {"已发"}


# ---- one mailbox that refuses for the moment


def test_one_mailbox_that_is_put_off_holds_back_no_other_and_is_not_hammered(office, out, monkeypatch):
    from gezhi.loop.partners.kinds.mail import posting

    sent = []

    class Grey:
        def send(self, letter):
            sent.append(letter.to)
            if letter.to.startswith("grey"):
                raise OSError("the mail server answers 451")

    monkeypatch.setattr(posting, "sender", lambda _: Grey())
    wished(office, "mail", email="grey@example.cn")
    wished(office, "mail", email="fine@example.cn", phone="13700001234")
    out.round()
    assert sorted(sent) == ["fine@example.cn", "grey@example.cn"]
    assert Partner.objects.get(code="mail").silent_since is None
    Piece.objects.filter(state="waiting").update(next_at=office.now + timedelta(hours=1))
    wished(office, "mail", email="other@example.cn", phone="13700001235")
    out.round()
    assert sent.count("grey@example.cn") == 1, "what others get does not wake it"
    Partner.objects.filter(code="mail").update(silent_since=office.now)
    wished(office, "mail", email="last@example.cn", phone="13700009999")
    out.round()
    assert (sent.count("last@example.cn"), sent.count("grey@example.cn")) == (1, 1)
    service.deliver(office.now + timedelta(hours=2))
    assert sent.count("grey@example.cn") == 2, "its own hour comes"


def test_a_mail_server_that_is_away_holds_back_all_and_costs_one_try(office, out, monkeypatch):
    from gezhi.kit.senders import Away
    from gezhi.loop.partners.kinds.mail import posting

    class Gone:
        def send(self, letter):
            raise Away(letter.mark)

    monkeypatch.setattr(posting, "sender", lambda _: Gone())
    for n in range(3):
        wished(office, "mail", email=f"w{n}@example.cn", phone=f"1370000123{n}")
    out.round()
    assert sorted(Piece.objects.values_list("tries", flat=True)) == [0, 0, 1]
    assert Partner.objects.get(code="mail").silent_since is not None


# ---- what a gateway answers


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405])
def test_a_key_that_expired_costs_no_message(office, out, settings, status):
    with gateway([(status, b""), (200, b"{}"), (200, b"{}")]) as (url, heard):
        settings.GEZHI_SMS_URL = url
        wished(office, "sms")
        wished(office, "sms", phone="13700001234")
        out.round()
        assert sorted(Piece.objects.values_list("state", "tries")) == [("waiting", 0), ("waiting", 1)]
        service.deliver(office.now + timedelta(minutes=1))
        assert len(heard) == 3
    assert set(Piece.objects.values_list("state", flat=True)) == {"done"}


def test_an_error_in_a_good_status_is_not_sent(office, out, settings):
    said = [b'{"result": {"code": 7}}', b"<html>", b'{"result": {"code": 0}, "id": "G-1"}']
    with gateway([(200, one) for one in said]) as (url, heard):
        settings.GEZHI_SMS_URL, settings.GEZHI_SMS_OK = url, "result.code=0"
        wished(office, "sms")
        out.round()
        piece = Piece.objects.get()
        assert (piece.state, piece.fault, piece.tries) == ("waiting", "said-7", 1)
        assert Partner.objects.get(code="sms").silent_since is None
        for minutes in (1, 2):
            service.deliver(office.now + timedelta(minutes=minutes))
        assert len(heard) == 3
    piece.refresh_from_db()
    assert (piece.state, piece.tries, piece.facts["gateway"], piece.fault) == ("done", 2, "G-1", "")
