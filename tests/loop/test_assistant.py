"""An assistant in a person's name: tools unlocked by rights, every act marked, nobody's identity shown."""

import json

import assistant_client
import pytest

from gezhi.loop.assistant import rules
from gezhi.loop.models import Case, Step
from gezhi.loop.rules.moves import MOVES
from gezhi.trust.models import LedgerRecord
from gezhi.trust.rules import Actor

token_of, assistant = assistant_client.token_of, assistant_client.assistant

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
                         "succeed", "undo", "past", "field_ask", "field_cancel", "field_find"}  # fmt: skip
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
