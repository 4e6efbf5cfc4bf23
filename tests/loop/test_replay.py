"""Replay proves stored states, and finds what was changed behind its back."""

import pytest
from django.db import connection

from gezhi.loop import service
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.service import replay
from gezhi.loop.service.replaying import Difference
from gezhi.trust.rules import Actor


def faults():
    return [found for found in replay() if isinstance(found, Difference)]


@pytest.fixture
def lived(office):
    main = office.to("handling")
    other = office.receive("也不亮", matter="0101")
    office.move(other, "merge", "dora", main=main)
    case = office.to("verifying")
    office.move(case, "callback", "cal", contacted=True, satisfaction="dissatisfied", for_unit="仍不亮")
    office.move(main, "ask", "hugo", ask="?")
    office.later(days=1)
    office.move(main, "supply", "citizen", words="18 号")
    return case


def test_all_states_follow_from_their_steps(lived):
    assert faults() == []


def test_what_the_system_signs_belongs_to_no_person(office):
    case = office.to("dispatched")
    service.move(case, "sign", {}, actor=Actor.system("loop"), now=office.now)
    assert Case.objects.get(pk=case).owner is None
    assert faults() == []


@pytest.mark.parametrize(
    "change", [{"state": "closed"}, {"round": 9}, {"urgency": 4}, {"due_at": None}, {"more": {}}, {"outcome": "partly"}]
)
def test_a_changed_case_is_found(lived, change):
    Case.objects.filter(pk=lived).update(**change)
    assert {fault.case for fault in faults()} == {lived}


def test_a_changed_clock_is_found(lived):
    CaseClock.objects.filter(case=lived, stage="handle", round=2).update(amount=99)
    assert [fault.what for fault in faults()] == ["clocks"]


@pytest.mark.parametrize("change", ["actor = 'x'", "acted_at = acted_at + interval '1 s'", "facts = '{}'", "unit = 9"])
def test_a_changed_step_is_found(lived, change):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # triggers off
        cursor.execute(f"UPDATE loop_step SET {change} WHERE case_id = %s AND no = 3", [lived])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert "step 3" in {fault.what for fault in faults()}
