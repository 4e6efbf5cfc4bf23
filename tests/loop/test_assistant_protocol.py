"""The protocol of an assistant: handshake, sessions, malformed messages, tokens, standard input and output."""

import io
import json

import assistant_client
import pytest
from assistant_client import SPOKEN, Assistant

from gezhi.loop.assistant import talking
from gezhi.trust.models import Token

token_of, assistant = assistant_client.token_of, assistant_client.assistant


def test_the_handshake(token_of):
    said = Assistant(token_of("dora")).begin()
    assert said["protocolVersion"] == SPOKEN
    assert said["capabilities"] == {"tools": {"listChanged": True}}
    assert said["serverInfo"]["name"] == "gezhi"
    assert said["instructions"]


def test_another_version_is_answered_with_ours(token_of):
    answer = Assistant(token_of("dora")).post({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                                               "params": {"protocolVersion": "2099-01-01"}})  # fmt: skip
    assert answer.json()["result"]["protocolVersion"] == SPOKEN


def test_before_the_handshake_no_tool_is_listed(token_of):
    one = Assistant(token_of("dora"))
    first = one.post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": SPOKEN}})
    one.session = first["Mcp-Session-Id"]
    assert one.ask("tools/list")["error"]["code"] == -32600
    assert one.ask("ping")["result"] == {}


WRONG = [
    ([{"jsonrpc": "2.0", "id": 1, "method": "ping"}], -32600),
    ({"id": 1, "method": "ping"}, -32600),
    ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, -32600),
    ({"jsonrpc": "2.0", "id": None, "method": "ping"}, -32600),
    ({"jsonrpc": "2.0", "id": True, "method": "ping"}, -32600),
    ({"jsonrpc": "2.0", "id": [1], "method": "ping"}, -32600),
    ({"jsonrpc": "2.0", "id": "x" * 81, "method": "ping"}, -32600),
    ({"jsonrpc": "2.0", "id": 1}, -32600),
    ({"jsonrpc": "2.0", "id": 1, "method": 7}, -32600),
    ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": [1]}, -32600),
    ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": 7}}, -32602),
    ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "find_cases", "arguments": []}}, -32602),
    ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "rm"}}, -32602),
    ({"jsonrpc": "2.0", "id": 1, "method": "resources/list"}, -32601),
    ({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}, -32602),
    ("text", -32600),
    (None, -32600),
]


@pytest.mark.parametrize(("message", "code"), WRONG, ids=lambda value: str(value)[:60])
def test_a_malformed_message_is_named(assistant, message, code):
    answer = assistant("dora").post(message)
    assert answer.status_code in (200, 400)
    assert answer.json()["error"]["code"] == code


def test_no_json_and_too_much_of_it(assistant):
    one = assistant("dora")
    for body in (b"", b"{", b"\xff", b"[" * 100_000, b'"' + b"x" * 1_100_000 + b'"'):
        answer = one.http.post("/mcp", body, content_type="application/json",
                               headers={**one.headers, "Mcp-Session-Id": one.session})  # fmt: skip
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32700)


def test_who_has_no_token_gets_nothing(office, client):
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic Z3o6eA=="}):
        answer = client.post("/mcp", {}, content_type="application/json", headers=headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_another_site_in_a_browser_gets_nothing(assistant):
    one = assistant("dora")
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert one.post(ping, Origin="https://evil.example").status_code == 403
    assert one.post(ping, Origin="null").status_code == 403
    assert one.post(ping, Origin="http://testserver").status_code == 200


def test_a_session_belongs_to_the_token_that_opened_it(assistant, token_of, client):
    one = assistant("dora", "intake")
    for thief in (Assistant(token_of("hugo")), Assistant(token_of("dora"))):
        thief.session = one.session
        assert thief.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).status_code == 404
    client.cookies["gezhi_session"] = one.session
    assert client.get("/desk/")["Location"].startswith("/sign-in/")
    one.session = ""
    assert one.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).status_code == 400


def test_the_session_of_a_browser_is_none_of_an_assistant(office, client, token_of):
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    one = Assistant(token_of("dora"))
    one.session = client.session.session_key
    assert one.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}).status_code == 404


def test_a_session_ends_when_it_is_deleted(assistant):
    one = assistant("dora")
    head = {**one.headers, "Mcp-Session-Id": one.session}
    assert one.http.delete("/mcp", headers=head).status_code == 204
    assert one.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}).status_code == 404
    assert one.http.get("/mcp", headers=head).status_code == 405


def test_another_version_in_a_session_is_refused(assistant):
    answer = assistant("dora").post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, **{"Mcp-Protocol-Version": "1999"})
    assert answer.status_code == 400


def test_a_revoked_token_ends_it_at_once(assistant):
    one = assistant("dora")
    Token.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert one.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}).status_code == 401


def lines(*messages):
    return io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in messages))


def test_standard_input_and_output(token_of, office):
    case = office.receive(matter="0101", kind="complaint")
    out = io.StringIO()
    said = lines(
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": SPOKEN}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call",
         "params": {"name": "unlock_tools", "arguments": {"groups": ["intake"]}}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call",
         "params": {"name": "case_accept", "arguments": {"case": case, "seen": 1}}},
    )  # fmt: skip
    assert talking.converse(token_of("dora"), said, out) == 0
    heard = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one.get("id", one.get("method")) for one in heard] == [1, "notifications/tools/list_changed", 2, 3]
    assert heard[-1]["result"]["structuredContent"]["state"] == "accepted"


def test_a_line_that_is_no_json_ends_nothing(token_of, db):
    out = io.StringIO()
    said = io.BytesIO(b"{\n" + json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode() + b"\n")
    talking.converse(token_of("dora"), said, out)
    heard = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one.get("error", {}).get("code") for one in heard] == [-32700, None]
