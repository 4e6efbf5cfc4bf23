"""Letters and short messages at servers that are slow, hang up, or answer nothing: what is known, and what is not."""

import os
import socketserver
import stat
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gezhi.kit.senders import Away, Letter, Sms, SmtpSender, Unsure, files, gateway_of, letters, sender_of, sms

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
LETTER = Letter("wang@example.cn", "收到", "已收到。", "m1", "zh-hans", NOW)


class Post(socketserver.StreamRequestHandler):
    """A mail server in one of these tempers: slow, silent (after the letter), early (hangs up before it)."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"QUIT":
                return self.say("221 bye")
            if word != b"DATA":
                self.say("250 ok")
                continue
            if self.server.temper == "early":
                return None
            self.say("354 go on")
            said = b""
            while not said.endswith(b"\r\n.\r\n"):
                said += self.rfile.readline()
            self.server.taken.append(said)
            if self.server.temper == "silent":
                return None
            time.sleep(0.6)
            self.say("250 taken")
        return None


@contextmanager
def post(temper):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post)
    server.temper, server.taken, server.daemon_threads = temper, [], True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server, SmtpSender(f"smtp://127.0.0.1:{server.server_address[1]}", "gezhi@example.cn")
    finally:
        server.shutdown()
        server.server_close()


def test_a_server_may_look_through_a_letter_for_minutes(monkeypatch):
    assert letters.SCANS >= 180
    monkeypatch.setattr(letters, "WAIT", 0.3)
    with post("slow") as (server, way):
        way.send(LETTER)
    assert len(server.taken) == 1


def test_a_letter_that_was_handed_over_and_not_answered_is_unsure(monkeypatch):
    with post("silent") as (server, way), pytest.raises(Unsure):
        way.send(LETTER)
    assert len(server.taken) == 1
    monkeypatch.setattr(letters, "SCANS", 0.2)
    with post("slow") as (server, way), pytest.raises(Unsure):
        way.send(LETTER)


def test_a_letter_that_was_not_handed_over_is_not_unsure():
    with post("early") as (server, way), pytest.raises(OSError) as caught:  # noqa: PT011 - its class is what is judged
        way.send(LETTER)
    assert not isinstance(caught.value, Unsure | Away)
    assert server.taken == []
    with pytest.raises(Away):
        SmtpSender("smtp://127.0.0.1:1", "gezhi@example.cn").send(LETTER)


@contextmanager
def gateway(status, seconds=0.0, said=b"{}"):
    class Hand(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            with suppress(OSError):  # who asked has gone
                self.end_headers()
                self.wfile.write(said)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hand)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_gateway_that_took_a_message_and_says_nothing_in_time_is_unsure(tmp_path, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT", 0.2)
    message = Sms("13800001234", "收到", "m1", NOW)
    with gateway(200, seconds=0.8) as url, pytest.raises(Unsure):
        gateway_of(url, "", "", "id", tmp_path).send(message)
    with gateway(504) as url, pytest.raises(Unsure):
        gateway_of(url, "", "", "id", tmp_path).send(message)
    with gateway(503) as url, pytest.raises(Away):
        gateway_of(url, "", "", "id", tmp_path).send(message)
    with pytest.raises(Away):
        gateway_of("http://127.0.0.1:1/", "", "", "id", tmp_path).send(message)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_what_is_written_as_a_file_is_for_this_account_alone_and_not_for_ever(tmp_path):
    folder = tmp_path / "outgoing" / "mail"
    folder.mkdir(parents=True, mode=0o755)
    sender_of("", "gezhi@example.cn", tmp_path).send(LETTER)
    gateway_of("", "", "", "id", tmp_path).send(Sms("13800001234", "收到", "m1", NOW))
    [letter], [message] = folder.iterdir(), (tmp_path / "outgoing" / "sms").iterdir()
    assert {stat.S_IMODE(one.stat().st_mode) for one in (letter, message)} == {0o600}
    assert {stat.S_IMODE(one.parent.stat().st_mode) for one in (letter, message)} == {0o700}
    for path, days in ((letter, 31), (message, 29)):
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    assert files.sweep(tmp_path, NOW) == 1
    assert (letter.exists(), message.exists()) == (False, True)
    assert files.sweep(tmp_path / "nothing", NOW) == 0
