"""A critical case: the unit is telephoned, the call is logged, nobody answering climbs the ladder, no log no reply."""

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Limit, Rung, Step
from gezhi.loop.service import replay
from gezhi.loop.service.escalating import escalate_due
from gezhi.loop.service.replaying import Difference
from gezhi.loop.store import content

REPLY = {"outcome": "solved", "reply": "已抢修。"}


@pytest.fixture
def town(office):
    Limit.objects.create(stage="phone", urgency=4, amount=20, unit_of="minute", pack="test", source="test rule")
    for level, share, role in ((1, 50, "unit_lead"), (2, 100, "dispatcher")):
        Rung.objects.create(stage="phone", urgency=4, level=level, share=share, role=role, pack="test")
    content.forget()
    return office


def dispatched(town, urgency=4):
    case = town.receive("燃气管被挖断，有人晕倒", matter="0101", kind="help", urgency=urgency)
    town.move(case, "accept", matter="0101", kind="help")
    town.move(case, "dispatch", unit=town.units["urban"].pk)
    return case


def running(case):
    return CaseClock.objects.filter(case=case, stage="phone", finished_at=None).count()


def called(case):
    return [
        (s.facts["level"], s.facts["roles"]) for s in Step.objects.filter(case=case, move="escalate").order_by("no")
    ]


def test_the_clock_runs_for_critical_cases_only(town):
    assert running(dispatched(town)) == 1
    assert running(dispatched(town, urgency=3)) == 0


def test_an_unanswered_call_changes_nothing_and_an_answered_one_stops_the_clock(town):
    case = dispatched(town)
    town.move(case, "phone", answered="0", person="李主任", number="0790-6221234", at="09:03")
    assert running(case) == 1
    town.move(case, "phone", answered="1", person="李主任", words="马上到场")
    assert running(case) == 0
    assert not [found for found in replay() if isinstance(found, Difference)]
    facts = Step.objects.filter(case=case, move="phone").order_by("no").values_list("facts", flat=True)
    assert [fact["answered"] for fact in facts] == [False, True]
    assert facts[0]["at"] == "09:03"
    assert "李主任" not in str(list(facts))  # words of people are sealed


def test_ten_minutes_call_the_lead_and_twenty_the_duty_room(town):
    case = dispatched(town)
    town.later(minutes=9)
    assert escalate_due(town.now) == 0
    town.later(minutes=1)
    escalate_due(town.now)
    assert called(case) == [(1, ["unit_lead"])]
    town.later(minutes=10)
    escalate_due(town.now)
    escalate_due(town.now)
    assert called(case) == [(1, ["unit_lead"]), (2, ["dispatcher"])]


def test_it_cannot_be_answered_without_the_log(town):
    case = dispatched(town)
    town.move(case, "sign", "hugo")
    town.move(case, "phone", "hugo", answered="0", person="调度室")
    with pytest.raises(Refused, match="phone-missing"):
        town.move(case, "reply", "hugo", **REPLY)
    town.move(case, "phone", "dora", answered="1", person="周明")
    assert town.move(case, "reply", "hugo", **REPLY).state == "replied"


def test_a_case_that_becomes_critical_gets_the_clock_and_one_that_was_not_loses_it(town):
    case = dispatched(town, urgency=2)
    town.move(case, "correct", urgency=4, reason="有人受伤")
    assert running(case) == 1
    town.move(case, "correct", urgency=3, reason="没有人受伤")
    assert running(case) == 0
    with pytest.raises(Refused, match="phone-not-critical"):
        town.move(case, "phone", answered="1", person="周明")
    assert not [found for found in replay() if isinstance(found, Difference)]


def test_another_unit_is_telephoned_anew(town):
    case = dispatched(town)
    town.move(case, "phone", answered="1", person="周明")
    town.move(case, "return", "hugo", cause="not_ours", basis="不属本单位", proposed=town.units["housing"].pk)
    town.move(case, "adjudicate", "sue", ruling="uphold", unit=town.units["housing"].pk, basis="三定规定")
    assert running(case) == 1
    assert not Case.objects.get(pk=case).more.get("phoned")


def test_a_time_that_is_none_is_refused(town):
    case = dispatched(town)
    with pytest.raises(Refused, match="field-invalid"):
        town.move(case, "phone", answered="1", person="周明", at="25:00")
    with pytest.raises(Refused, match="field-missing"):
        town.move(case, "phone", answered="1")
