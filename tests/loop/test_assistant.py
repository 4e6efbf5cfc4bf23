"""An assistant in a person's name: handshake, tools unlocked by rights, every act marked, nobody's identity shown."""

import io
import json

import pytest
from django.test import Client

from gezhi.loop.assistant import rules, talking
from gezhi.loop.models import Case, Step
from gezhi.loop.rules.moves import MOVES
from gezhi.trust.models import LedgerRecord, Token
from gezhi.trust.rules import Actor
from gezhi.trust.service import users

SPOKEN = "2025-06-18"


class Assistant:
    """A client written from the standard: it keeps the session and numbers its questions."""

    def __init__(self, token, **headers):
        self.http, self.number, self.session = Client(enforce_csrf_checks=True), 0, ""
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream", **headers}
        self.heard = []

    def post(self, message, **headers):
        session = {"Mcp-Session-Id": self.session, "Mcp-Protocol-Version": SPOKEN} if self.session else {}
        return self.http.post("/mcp", json.dumps(message), content_type="application/json",
                              headers={**self.headers, **session, **headers})  # fmt: skip

    def ask(self, method, **params):
        self.number += 1
        answer = self.post({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        if answer["Content-Type"].startswith("text/event-stream"):
            sent = [json.loads(part.partition("data: ")[2]) for part in answer.content.decode().split("\n\n") if part]
            self.heard += sent[:-1]
            return sent[-1]
        return answer.json()

    def begin(self):
        hello = {"protocolVersion": SPOKEN, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        first = self.post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})
        self.session = first["Mcp-Session-Id"]
        assert self.post({"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
        return first.json()["result"]

    def tools(self):
        return {tool["name"]: tool for tool in self.ask("tools/list")["result"]["tools"]}

    def call(self, tool, /, **arguments):
        answer = self.ask("tools/call", name=tool, arguments=arguments)
        return answer.get("result", answer)

    def done(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert not result.get("isError"), result
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        return result["structuredContent"]

    def refused(self, tool, /, **arguments):
        result = self.call(tool, **arguments)
        assert result["isError"], result
        assert result["content"][0]["text"].startswith(result["structuredContent"]["code"])
        return result["structuredContent"]["code"]


@pytest.fixture
def token_of(office):
    return lambda name: users.create_token(name, "assistant", actor=Actor.system("tests"), now=office.now)


@pytest.fixture
def assistant(token_of):
    def of(name, *groups):
        one = Assistant(token_of(name))
        one.begin()
        if groups:
            one.done("unlock_tools", groups=list(groups))
        return one

    return of


# ---- the protocol


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


# ---- tools


FIRST = {"find_cases", "read_case", "what_can_i_do", "unlock_tools"}


def test_four_tools_at_first_and_more_when_unlocked(assistant):
    one = assistant("dora")
    assert set(one.tools()) == FIRST
    assert not one.heard
    told = one.done("unlock_tools", groups=["intake"])
    assert [said["method"] for said in one.heard] == ["notifications/tools/list_changed"]
    assert set(one.tools()) == FIRST | set(told["tools"])
    assert "case_dispatch" in told["tools"]
    assert "create_case" in told["tools"]
    one.done("unlock_tools", groups=["intake"])
    assert len(one.heard) == 1  # nothing changed the second time
    one.done("unlock_tools", groups=["figures"])
    assert {"case_dispatch", "figures"} <= set(one.tools())


def test_a_new_session_starts_with_four_again(assistant):
    one = assistant("dora", "intake")
    one.begin()
    assert set(one.tools()) == FIRST


def test_two_persons_are_offered_different_tools(assistant):
    dora, hugo = assistant("dora", "intake", "handling"), assistant("hugo", "handling")
    assert "case_dispatch" in dora.tools()
    assert "case_dispatch" not in hugo.tools()
    assert "case_sign" in hugo.tools()
    assert "case_sign" not in dora.tools()


def test_a_group_without_any_right_stays_shut(assistant):
    hugo = assistant("hugo")
    assert hugo.refused("unlock_tools", groups=["intake"]) == "tools-not-yours"
    assert set(hugo.tools()) == FIRST
    assert hugo.refused("unlock_tools", groups=["everything"]) == "argument-wrong"


def test_a_tool_that_is_not_unlocked_is_none(assistant, office):
    one = assistant("dora")
    case = office.receive(matter="0101", kind="complaint")
    answer = one.call("case_accept", case=case, seen=1)
    assert answer["error"]["code"] == -32602
    assert Case.objects.get(pk=case).state == "received"


def test_what_must_never_be_offered_is_not(assistant):
    names = "reveal export receive undo history refresh undo_import escalate recalculate succeed answered rate"
    forbidden = {f"case_{name}" for name in names.split()}
    for name in ("dora", "sue", "lena", "cal"):
        one = assistant(name)
        groups = [group["group"] for group in one.done("what_can_i_do")["groups"]]
        one.done("unlock_tools", groups=groups)
        assert not forbidden & set(one.tools())


def test_every_move_of_the_table_has_its_place_or_is_kept_back():
    kept_back = {move.name for move in MOVES} - set(rules.OFFERED)
    assert kept_back == {"receive", "history", "refresh", "undo_import", "rate", "answered", "escalate", "recalculate",
                         "succeed", "undo"}  # fmt: skip
    own = {"case", "seen", "key"}
    assert not [move.name for move in rules.OFFERED.values() for field in move.fields if field.name in own]


def test_schemas_say_what_is_needed(assistant):
    tool = assistant("hugo", "handling").tools()["case_reply"]
    schema = tool["inputSchema"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["case", "seen", "outcome", "reply"]
    assert "solved" in schema["properties"]["outcome"]["enum"]
    assert tool["annotations"]["readOnlyHint"] is False
    assert tool["title"] == "提交办理结果"


# ---- work


def test_a_case_is_found_read_and_moved_in_a_persons_name(assistant, office):
    case = office.receive(matter="0101", kind="complaint", name="王小明", phone="13800001234")
    one = assistant("dora", "intake")
    (row,) = one.done("find_cases", tab="to_accept")["items"]
    assert row["id"] == case
    read = one.done("read_case", case=row["number"])
    offer = {one["move"]: one for one in read["offers"]}["accept"]
    assert (offer["tool"], offer["unlocked"]) == ("case_accept", True)
    done = one.done("case_accept", case=row["number"], seen=read["last"])
    assert done["state"] == "accepted"
    step = Step.objects.get(case=case, no=2)
    assert (step.actor_kind, step.actor) == ("user", str(office.users["dora"].pk))
    assert step.facts["via"] == "assistant"
    body = json.loads(LedgerRecord.objects.get(pk=step.record).body)
    assert body["via"] == "assistant"
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    assert "via" not in Step.objects.get(case=case, no=3).facts  # by hand


def test_the_case_page_says_who_did_it_by_what(assistant, office, client):
    case = office.receive(matter="0101", kind="complaint")
    assistant("dora", "intake").done("case_accept", case=case, seen=1)
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    assert "由智能助手代办" in client.get(f"/desk/{case}/").content.decode()


def test_what_is_stored_can_still_be_proved(assistant, office):
    from gezhi.loop.service import replay
    from gezhi.loop.service.replaying import Difference

    case = office.receive(matter="0101", kind="complaint")
    assistant("dora", "intake").done("case_accept", case=case, seen=1)
    assert not [found for found in replay() if isinstance(found, Difference)]


def test_nobody_learns_who_asked(assistant, office):
    case = office.receive("我叫王小明，电话13800001234，身份证360102199001011234，楼下路灯坏了。",
                          matter="0101", kind="complaint", name="王小明", phone="13800001234")  # fmt: skip
    office.move(case, "accept")
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    office.move(case, "sign", "hugo")
    office.move(case, "note", "hugo", note="已电话13900005678联系。")
    hugo = assistant("hugo", "handling", "replies")
    looks = [("read_case", {"case": case}), ("find_cases", {}), ("what_can_i_do", {"case": case}),
             ("reply_hints", {"case": case, "reply": "已修好。"})]  # fmt: skip
    said = json.dumps([hugo.done(name, **arguments) for name, arguments in looks], ensure_ascii=False)
    assert "路灯坏了" in said
    for secret in ("13800001234", "13900005678", "360102199001011234", "王*", '"requester"'):
        assert secret not in said


def test_a_hidden_case_is_not_there(assistant, office):
    case = office.to("handling", lead="housing")
    number = Case.objects.get(pk=case).number
    hugo = assistant("hugo", "handling")
    for name in (case, number):
        assert hugo.refused("read_case", case=name) == "case-not-found"
        assert hugo.refused("what_can_i_do", case=name) == "case-not-found"
        assert hugo.refused("case_note", case=name, seen=4, note="x") == "case-not-found"
    assert hugo.done("find_cases", words=number)["items"] == []
    nowhere = "0190a000-0000-7000-8000-000000000000"
    unknown, hidden = (hugo.call("read_case", case=one)["structuredContent"] for one in (nowhere, case))
    assert unknown == hidden


def test_rights_hold_for_each_act(assistant, office):
    """Tom may sign for the street; a case that urban has is not his, whatever tool is unlocked."""
    case = office.to("handling")
    tom = assistant("tom", "handling")
    assert tom.refused("case_reply", case=case, seen=4, outcome="solved", reply="好了") == "case-not-found"
    lena = assistant("lena", "deciding")
    assert "case_adjudicate" not in lena.tools()
    assert Case.objects.get(pk=case).state == "handling"


def test_a_post_taken_away_takes_its_tools(assistant, office):
    from gezhi.trust.service import revoke_post

    hugo = assistant("hugo", "handling")
    assert "case_sign" in hugo.tools()
    revoke_post(office.users["hugo"].holdings.get().pk, actor=Actor.system("tests"), now=office.now)
    assert set(hugo.tools()) == FIRST


def test_a_case_that_has_moved_on_is_said_so(assistant, office):
    case = office.receive(matter="0101", kind="complaint")
    one = assistant("dora", "intake")
    office.move(case, "accept")
    assert one.refused("case_decline", case=case, seen=1, cause="court", basis="b", reply="r") == "case-moved"


def test_the_same_call_is_done_once(assistant, office):
    case = office.to("handling")
    hugo = assistant("hugo", "handling")
    first = hugo.done("case_note", case=case, seen=4, note="查看", key="k1")
    again = hugo.done("case_note", case=case, seen=4, note="查看", key="k1")
    assert (first["last"], again["last"], again["repeated"]) == (5, 5, True)
    assert hugo.refused("case_note", case=case, seen=5, note="另一件", key="k1") == "key-reused"
    repeat = {"jsonrpc": "2.0", "id": 77, "method": "tools/call",
              "params": {"name": "case_note", "arguments": {"case": case, "seen": 5, "note": "再看"}}}  # fmt: skip
    told = [hugo.post(repeat).json()["result"]["structuredContent"]["last"] for _ in range(2)]
    assert told == [6, 6]


def test_a_new_case_by_an_assistant(assistant):
    one = assistant("olive", "intake")
    made = one.done("create_case", text="路灯不亮", matter="0101", kind="complaint", name="王小明", phone="13800001234")
    assert made["state"] == "received"
    assert set(made) == {"case", "number", "state", "last", "repeated"}  # not the citizen's own secrets
    assert Step.objects.get(case=made["case"]).facts["via"] == "assistant"
    record = LedgerRecord.objects.get(act="case.receive", subject_id=made["case"])
    assert "13800001234" not in record.body


BAD = [
    {"case": 7, "seen": 1},
    {"seen": 1},
    {"case": "x" * 81, "seen": 1},
    {"case": "LJ-1", "seen": "1"},
    {"case": "LJ-1", "seen": True},
    {"case": "LJ-1", "seen": -1},
    {"case": "LJ-1", "seen": 1, "state": "closed"},
    {"case": "LJ-1", "seen": 1, "actor": "user:1"},
    {"case": "LJ-1", "seen": 1, "note": "a\x00b"},
    {"case": "LJ-1", "seen": 1, "urgency": 1.5},
    {"case": "LJ-1", "seen": 1, "key": ""},
]


@pytest.mark.parametrize("arguments", BAD, ids=str)
def test_arguments_of_the_wrong_form_do_nothing(assistant, arguments):
    assert assistant("dora", "intake").refused("case_accept", **arguments) == "argument-wrong"


def test_what_the_desk_looks_up(assistant, office):
    one = assistant("dora", "catalogue", "figures", "replies")
    assert one.done("why_this_unit", matter="0102")["lead"]["code"] == "housing"
    assert one.done("why_this_unit", matter="02") == {"found": False}
    assert one.refused("why_this_unit", matter="99") == "matter-unknown"
    assert [row["code"] for row in one.done("find_matters", words="路灯")["matters"]] == ["0101"]
    assert [row["code"] for row in one.done("list_units", words="urban")["units"]] == ["urban"]
    office.receive(matter="0101")
    assert one.done("figures")["tabs"]["to_accept"] == 1
    assert one.done("ready_texts", words="没有这样的文本")["texts"] == []


# ---- by input and output


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
