"""Cases driven through the workflow with a real database: the common ways and the quarrels."""

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Step


def stages(case: str) -> set[str]:
    return set(CaseClock.objects.filter(case=case, finished_at=None).values_list("stage", flat=True))


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}")


def test_a_case_goes_from_first_word_to_satisfied_citizen(office):
    case = office.to("closed")
    row = Case.objects.get(pk=case)
    assert (row.state, row.outcome, row.satisfaction, row.round) == ("closed", "solved", "satisfied", 1)
    assert row.first_unit == row.lead == office.units["urban"]
    assert stages(case) == set()
    assert [step.move for step in Step.objects.filter(case=case).order_by("no")] == [
        "receive", "accept", "dispatch", "sign", "reply", "review_pass", "callback",
    ]  # fmt: skip


def test_the_sign_clock_starts_at_dispatch(office):
    case = office.to("dispatched")
    assert stages(case) == {"sign", "contact", "handle"}
    assert CaseClock.objects.get(case=case, stage="sign").started_at == office.now


def test_a_return_is_adjudicated_while_the_handling_clock_runs(office):
    case = office.to("dispatched")
    handle = CaseClock.objects.get(case=case, stage="handle")
    office.move(case, "return", "hugo", cause="not_ours", basis="路灯归住建局", proposed=office.units["housing"].pk)
    assert stages(case) == {"handle", "contact", "adjudicate"}
    office.later(hours=1)
    office.move(case, "adjudicate", "dora", ruling="uphold", unit=office.units["housing"].pk, basis="三定方案")
    row = Case.objects.get(pk=case)
    assert (row.state, row.lead) == ("dispatched", office.units["housing"])
    assert row.first_unit == office.units["urban"]
    again = CaseClock.objects.get(case=case, stage="handle")
    assert (again.started_at, again.due_at, again.paused) == (handle.started_at, handle.due_at, False)
    with refused("not-allowed"):
        office.move(case, "sign", "hugo")
    office.move(case, "sign", "hana")


def test_a_unit_returns_once_and_the_second_return_is_final(office):
    case = office.to("dispatched")
    office.move(case, "return", "hugo", cause="not_ours", basis="x")
    office.move(case, "adjudicate", "dora", ruling="reject", basis="归你局")
    with refused("return-used"):
        office.move(case, "return", "hugo", cause="not_ours", basis="x")
    other = office.to("dispatched")
    office.move(other, "return", "hugo", cause="not_ours", basis="x")
    office.move(other, "adjudicate", "dora", ruling="uphold", unit=office.units["housing"].pk, basis="y")
    office.move(other, "return", "hana", cause="not_ours", basis="z")
    with refused("ruling-own-dispatch"):
        office.move(other, "adjudicate", "dora", ruling="fallback", basis="兜底")
    office.move(other, "adjudicate", "sue", ruling="fallback", basis="兜底")
    assert Case.objects.get(pk=other).lead == office.units["street"]
    with refused("return-final"):
        office.move(other, "return", "tom", cause="not_ours", basis="x")


def test_a_return_comes_in_time_or_not_at_all(office):
    case = office.to("dispatched")
    office.later(days=3)
    with refused("return-too-late"):
        office.move(case, "return", "hugo", cause="not_ours", basis="x")


def test_asking_for_material_stops_the_clocks_and_the_answer_moves_the_due(office):
    case = office.to("handling")
    before = CaseClock.objects.get(case=case, stage="handle").due_at
    office.move(case, "ask", "hugo", ask="请补充门牌号")
    assert Case.objects.get(pk=case).paused
    office.later(days=2)
    office.move(case, "supply", "citizen", words="18 号")
    clock = CaseClock.objects.get(case=case, stage="handle")
    assert not clock.paused
    assert clock.due_at > before


def test_nobody_approves_what_they_asked_for(office):
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="等配件", amount=3, unit_of="workday")
    with refused("not-allowed"):
        office.move(case, "postpone_decide", "hugo", approve=True, amount=3)
    with refused("pending-first"):
        office.move(case, "reply", "hugo", outcome="solved", reply="好了")
    before = CaseClock.objects.get(case=case, stage="handle").due_at
    office.move(case, "postpone_decide", "dora", approve=True, amount=3)
    assert CaseClock.objects.get(case=case, stage="handle").due_at > before


def test_hanging_up_pauses_and_resuming_goes_on(office):
    case = office.to("handling")
    office.move(case, "hangup_ask", "hugo", cause="funds", reason="无资金", review_on="2026-09-01")
    office.move(case, "hangup_decide", "sue", approve=True)
    assert Case.objects.get(pk=case).state == "suspended"
    office.later(days=30)
    office.move(case, "resume", "hugo")
    assert stages(case) == {"contact", "handle"}


def test_the_second_dissatisfaction_raises_supervision(office):
    case = office.to("verifying")
    office.move(
        case, "callback", "cal", contacted=True, satisfaction="dissatisfied", solved="unsolved", for_unit="仍不亮"
    )
    row = Case.objects.get(pk=case)
    assert (row.state, row.round, row.supervised, row.lead) == ("dispatched", 2, False, office.units["urban"])
    assert stages(case) == {"sign", "contact", "handle"}
    for name, by, data in (
        ("sign", "hugo", {}), ("reply", "hugo", {"outcome": "solved", "reply": "再修"}), ("review_pass", "lena", {}),
    ):  # fmt: skip
        office.move(case, name, by, **data)
    office.move(case, "rate", "citizen", satisfaction="very_dissatisfied", solved="unsolved", scores={"speed": 1},
                for_unit="仍不亮")  # fmt: skip
    row = Case.objects.get(pk=case)
    assert (row.state, row.round, row.redos, row.supervised) == ("dispatched", 3, 2, True)


def test_every_merged_requester_is_answered(office):
    main = office.to("handling")
    others = [office.receive(f"同一盏路灯不亮 {n}", matter="0101") for n in range(2)]
    for other in others:
        office.move(other, "merge", "dora", main=main)
        assert stages(other) == set()
    office.move(main, "reply", "hugo", outcome="solved", reply="已换灯泡")
    office.move(main, "review_pass", "lena")
    for other in others:
        row = Case.objects.get(pk=other)
        assert (row.state, row.outcome) == ("closed", "solved")
        step = Step.objects.get(case=other, move="answered")
        assert step.text is not None
    office.move(others[0], "rate", "citizen", satisfaction="dissatisfied", for_unit="仍不亮")
    assert Case.objects.get(pk=others[0]).state == "accepted"


def test_when_the_main_case_is_withdrawn_the_others_stand_alone_again(office):
    main = office.to("handling")
    other = office.receive("也不亮", matter="0101")
    office.move(other, "merge", "dora", main=main)
    office.move(main, "withdraw", "citizen", reason="算了")
    assert Case.objects.get(pk=other).state == "accepted"
    assert stages(other) == {"dispatch"}


def test_what_one_may_not_see_is_not_there(office):
    case = office.to("handling", lead="housing")
    with refused("case-not-found"):
        office.move(case, "note", "hugo", note="偷看")


def test_a_stale_screen_is_told(office):
    from gezhi.loop import service

    case = office.to("accepted")
    with refused("case-moved"):
        service.move(case, "dispatch", {"unit": office.units["urban"].pk}, actor=office.actor("dora"), now=office.now,
                     seen=1)  # fmt: skip


def test_the_same_key_moves_once(office):
    from gezhi.loop import service

    case = office.to("accepted")
    args = {"actor": office.actor("dora"), "now": office.now, "key": "k1"}
    first = service.move(case, "dispatch", {"unit": office.units["urban"].pk}, **args)
    again = service.move(case, "dispatch", {"unit": office.units["urban"].pk}, **args)
    assert (first.repeated, again.repeated, first.last) == (False, True, again.last)


def test_void_needs_a_second_person(office):
    case = office.to("accepted")
    office.move(case, "void_ask", "dora", cause="test", reason="测试数据")
    with refused("not-allowed"):
        office.move(case, "void_decide", "dora", approve=True)
    office.move(case, "void_decide", "sue", approve=True)
    assert Case.objects.get(pk=case).state == "void"


def test_assisting_units_have_their_own_clock_and_hold_the_reply(office):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["urban"].pk, assisting=[office.units["housing"].pk])
    office.move(case, "sign", "hugo")
    assert "task" in stages(case)
    with refused("tasks-open"):
        office.move(case, "reply", "hugo", outcome="solved", reply="好了")
    office.move(case, "task_done", "hana", note="已配合")
    assert "task" not in stages(case)
    office.move(case, "reply", "hugo", outcome="solved", reply="好了")


def test_a_postponement_is_granted_as_it_was_asked(office):
    case = office.to("handling")
    before = CaseClock.objects.get(case=case, stage="handle")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="灯头三天后到", amount=3, unit_of="day")
    office.move(case, "postpone_decide", "dora", approve=True)
    after = CaseClock.objects.get(case=case, stage="handle")
    assert after.extensions == [[3, "day"]]
    assert (after.due_at - before.due_at).days == 3
    assert Step.objects.get(case=case, move="postpone_decide").facts["unit_of"] == "day"


def test_the_decider_may_grant_less(office):
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="灯头三天后到", amount=9, unit_of="workhour")
    office.move(case, "postpone_decide", "dora", approve=True, amount=4)
    assert CaseClock.objects.get(case=case, stage="handle").extensions == [[4, "workhour"]]


def test_what_a_unit_asked_for_ends_when_the_case_goes_to_another(office):
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="等零件", amount=3)
    office.move(case, "return", "hugo", cause="not_ours", basis="路灯归住建局", proposed=office.units["housing"].pk)
    office.move(case, "adjudicate", "sue", ruling="uphold", unit=office.units["housing"].pk, basis="职责清单")
    office.move(case, "sign", "hana")
    office.move(case, "reply", "hana", outcome="solved", reply="已修好。")
    with refused("move-not-from-here"):
        office.move(case, "postpone_decide", "dora", approve=True)


def test_nobody_merges_into_a_case_that_he_may_not_read(office):
    from loop_office import ROOT

    from gezhi.trust.service.roles import grant_post

    users = type(office.users["tom"]).objects
    office.users["otto"] = users.create(username="otto", display_name="Otto", unit=office.units["street"])
    grant_post("otto", "operator", "street", actor=ROOT, now=office.now)
    foreign = office.to("handling", lead="housing")
    mine, other = (office.receive(by="otto", matter="0101") for _ in range(2))
    with refused("main-not-found"):
        office.move(mine, "merge", "otto", main=foreign)
    assert office.move(mine, "merge", "otto", main=other).state == "merged"


def test_a_call_sent_twice_is_told_where_it_ended(office):
    from gezhi.loop.service import Report
    from gezhi.loop.service.registering import register

    def send():
        unit = {"unit": office.units["urban"].pk}
        report = Report(text="路灯不亮", matter="0101")
        return register(report, "dispatch", unit, actor=office.actor("dora"), now=office.now, key="twice").moved

    first, again = send(), send()
    assert (first.state, again.state, again.last, again.repeated) == ("dispatched", "dispatched", first.last, True)
    assert Case.objects.count() == 1


def test_nothing_is_merged_into_an_import_that_nobody_took_over(office):
    main, case = office.receive(matter="0101"), office.receive(matter="0101")
    Case.objects.filter(pk=main).update(dormant=True)
    with refused("imported-not-adopted"):
        office.move(case, "merge", main=main)
