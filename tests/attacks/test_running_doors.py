"""A running installation and raw sockets: slow bodies, huge ones, two lengths, other hosts, headers without end."""

import os
import socket
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

pytestmark = pytest.mark.slow
COOKIE = "Cookie: gezhi_csrf=abcdefghijklmnopqrstuvwxyzabcdef\r\n"  # with it, a form is read before it is judged
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    import sys

    sys.path.append(str(Path(__file__).parents[1] / "web"))
    from running_installation import Installation

    memory = Path("/dev/shm")
    with ExitStack() as stack:
        base = (
            stack.enter_context(TemporaryDirectory(dir=memory, prefix="gezhi-doors-"))
            if os.access(memory, os.W_OK)
            else tmp_path_factory.mktemp("doors")
        )
        office = Installation(Path(base) / "data")
        stack.callback(office.end)
        office.run("init")
        office.serve("--port", "18437")
        yield office


def opened(server):
    port = int(server.address.rstrip("/").rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def raw(server, text, body=b""):
    """The first line of what a server says to bytes as they are; empty where it hangs up."""
    with opened(server) as line:
        with suppress(OSError):  # it may answer and hang up before all of it was sent
            line.sendall(text.encode() + body)
        try:
            return line.recv(4096).decode(errors="replace").partition("\r\n")[0]
        except OSError:
            return ""


def seconds(server):
    before = time.monotonic()
    with urllib.request.urlopen(server.address + "sign-in/", timeout=30) as answer:
        assert answer.status == 200
    return time.monotonic() - before


def test_forms_that_never_end_hold_up_nobody(server):
    seconds(server)
    with ExitStack() as stack:
        for _ in range(40):
            line = stack.enter_context(opened(server))
            line.sendall(
                f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{COOKIE}{FORM}Content-Length: 1000\r\n\r\nu".encode()
            )
        time.sleep(1)
        assert seconds(server) < 10
        said = raw(server, f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{COOKIE}{FORM}Content-Length: 1000\r\n\r\nu")
        assert " 503" in said, "one address has its share"
    time.sleep(1)
    ended = (
        f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{COOKIE}{FORM}Content-Length: 3\r\nConnection: close\r\n\r\nu=1"
    )
    assert " 403" in raw(server, ended), "and gives it back"


def test_heads_that_never_end_hold_up_nobody(server):
    with ExitStack() as stack:
        for _ in range(40):
            line = stack.enter_context(opened(server))
            line.sendall(b"GET /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        assert seconds(server) < 10


@pytest.mark.parametrize(
    "path", ["/report/", "/sign-in/", "/api/partners/x/events", "/mcp", "/open311/v2/requests.json"]
)
def test_a_body_of_gigabytes_is_refused_before_it_is_sent(server, path):
    said = raw(
        server, f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{COOKIE}Content-Length: 50000000000\r\n\r\n", b"x" * 1000
    )
    assert " 413" in said


def test_a_body_without_a_length_is_cut_at_the_same_size(server):
    head = "POST /api/partners/x/events HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = (b"80000\r\n" + b"x" * 0x80000 + b"\r\n") * 2 + b"0\r\n\r\n"
    assert " 413" in raw(server, head, pieces), "of the door's own bound"


@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: abc\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 4, 5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 18446744073709551617\r\n",
    ],
)
def test_lengths_that_contradict_are_no_request(server, lengths):
    said = raw(server, f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{lengths}\r\nabcde")
    assert said == "" or " 400" in said or " 413" in said, said


def test_a_second_request_hidden_in_a_body_is_no_request_of_the_first(server):
    hidden = "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with opened(server) as line:
        line.sendall(
            f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(hidden)}\r\n"
            f"Connection: close\r\n\r\n{hidden}".encode()
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "host",
    [
        "Host: evil.cn\r\n",
        "",
        "Host: 127.0.0.1\r\nHost: evil.cn\r\n",
        "Host: evil.cn\r\nX-Forwarded-Host: 127.0.0.1\r\n",
    ],
)
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/open311/v2/discovery.json"])
def test_another_host_is_not_answered_to(server, host, path):
    assert " 400" in raw(server, f"GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n")


def test_whoever_only_asks_whether_we_live_is_answered_by_the_bare_address(server):
    assert " 200" in raw(server, "GET /healthz HTTP/1.1\r\nHost: 10.1.2.3\r\nConnection: close\r\n\r\n")


def test_a_head_without_end_is_cut(server):
    said = raw(server, "GET /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + "a" * 2_000_000 + "\r\n\r\n")
    assert said == "" or " 431" in said or " 400" in said


def test_a_path_that_leads_out_of_the_static_files_leads_nowhere(server):
    for path in (
        "/static/../keys/django",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%5c..%5cconfig.toml",
        "/static//etc/passwd",
    ):
        said = raw(server, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert " 404" in said, path
