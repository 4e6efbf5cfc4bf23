"""Bodies that come slowly, never end or are far too large: nobody else waits for them, and no disk fills."""

import io
import threading
import time

import pytest

from gezhi.web.gate import EACH, PLACES, Gate, largest_body


class Wire:
    """A body that stops after its first bytes until it is let go on."""

    def __init__(self, data=b"a" * 10, *, stop=True):
        self.data, self.go, self.sent = data, threading.Event(), False
        if not stop:
            self.go.set()

    def read(self, size):
        if self.sent:
            self.go.wait(60)
            return b""
        self.sent = True
        return self.data[:size]


HELD = []  # senders on the way, each with its thread


class Said:
    """What the server is told to answer."""

    def __call__(self, status, headers, exc_info=None):
        self.status, self.headers = status, dict(headers)


def inner(environ, start):
    body = environ["wsgi.input"].read() if environ.get("CONTENT_LENGTH") else b""
    start("200 OK", [])
    return [b"%d" % len(body)]


def asked(gate, wire=None, length="", where="203.0.113.9", **more):
    said = Said()
    environ = {"CONTENT_LENGTH": length, "REMOTE_ADDR": where, "wsgi.input": wire or io.BytesIO(), **more}
    return said, gate(environ, said)


def stuck(gate, count, where="203.0.113.9"):
    """Senders who begin a body and never end it."""
    wires = [Wire() for _ in range(count)]
    threads = [threading.Thread(target=asked, args=(gate, wire, "1000", where), daemon=True) for wire in wires]
    HELD.extend(zip(wires, threads, strict=True))
    for thread in threads:
        thread.start()
    until = time.monotonic() + 20
    while not all(wire.sent for wire in wires):
        assert time.monotonic() < until
        time.sleep(0.01)
    return wires, threads


@pytest.fixture
def gate():
    """A gate; whoever was still on the way at the end of a test is let go."""
    yield Gate(inner, at_once=2, largest=1000, proxies=["10.0.0.1"])
    for wire, _ in HELD:
        wire.go.set()
    while HELD:
        _, thread = HELD.pop()
        thread.join(20)
        assert not thread.is_alive()


def test_many_slow_senders_keep_nobody_else_from_being_served(gate):
    wires, threads = stuck(gate, EACH)
    for path in ("", "10"):
        said, body = asked(gate, io.BytesIO(b"a" * 10), path, where="198.51.100.1")
        assert (said.status, b"".join(body)) == ("200 OK", path.encode() or b"0")
    for wire in wires:
        wire.go.set()
    for thread in threads:
        thread.join(20)
    assert not gate.waiting, "places are given back"


def test_one_address_holds_no_more_than_its_share_and_all_together_no_more_than_there_are(gate):
    stuck(gate, EACH)
    said, _ = asked(gate, Wire(stop=False), "10")
    assert (said.status[:3], said.headers["Retry-After"]) == ("503", "5")
    for number in range(1, PLACES // EACH):
        stuck(gate, EACH, where=f"203.0.113.{number}")
    assert asked(gate, Wire(stop=False), "10", where="198.51.100.1")[0].status[:3] == "503"
    assert asked(gate)[0].status == "200 OK", "whoever only reads is served"


def test_behind_a_proxy_of_ours_the_senders_share_is_counted_and_from_others_nothing_is_believed(gate):
    stuck(gate, EACH, where="10.0.0.1")
    by_proxy = {"where": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}
    assert asked(gate, io.BytesIO(b"a"), "1", **by_proxy)[0].status == "200 OK"
    stuck(gate, EACH, where="203.0.113.9")
    forged = {"where": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "198.51.100.8"}
    assert asked(gate, io.BytesIO(b"a"), "1", **forged)[0].status[:3] == "503"


def test_what_is_too_large_is_refused_before_its_bytes_are_taken(gate):
    wire = Wire()
    assert asked(gate, wire, "1001")[0].status[:3] == "413"
    assert not wire.sent
    assert asked(gate, io.BytesIO(b"a" * 1000), "1000")[0].status == "200 OK"


def test_a_body_that_does_not_tell_its_length_is_measured_on_the_way(gate):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}
    assert asked(gate, io.BytesIO(b"a" * 5000), **chunked)[0].status[:3] == "413"
    said, body = asked(gate, io.BytesIO(b"a" * 900), **chunked)
    assert (said.status, b"".join(body)) == ("200 OK", b"900")


def test_half_a_body_is_no_body(gate):
    assert asked(gate, io.BytesIO(b"a" * 400), "900")[0].status[:3] == "400"


def test_a_fault_of_the_product_gives_its_place_back():
    def falls(environ, start):
        raise ZeroDivisionError

    gate = Gate(falls, at_once=1, largest=1000)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            asked(gate)


def test_a_sender_who_goes_away_is_nobody_any_more(gate):
    class Gone:
        def read(self, size):
            raise ConnectionResetError

    assert asked(gate, Gone(), "10")[0].status[:3] == "400"
    assert not gate.waiting


def test_the_largest_form_of_ours_fits():
    assert largest_body(20) == 185 * 2**20
