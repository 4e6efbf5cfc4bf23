"""Letters and short messages at servers that are slow, hang up, or answer nothing: what is known, and what is not."""

import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gezhi.kit.senders import Away, Letter, Sms, SmtpSender, Unsure, gateway_of, letters, sms

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
