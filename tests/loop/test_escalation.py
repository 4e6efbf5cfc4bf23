"""The worker climbs the ladder once per rung, by working time, and leaves stopped clocks alone."""

from datetime import timedelta

import pytest

from gezhi.kernel.clock import light
from gezhi.loop.models import Case, CaseClock, Rung, Step
from gezhi.loop.rules.clocks import kernel_clock
from gezhi.loop.service.escalating import escalate_due
from gezhi.loop.store import content
from gezhi.loop.store.rows import running_of


@pytest.fixture
def ladder(office):
    for level, share, role in ((1, 80, "handler"), (2, 100, "unit_lead"), (3, 150, "supervisor")):
        Rung.objects.create(stage="handle", level=level, share=share, role=role, pack="test")
    content.forget()
    return office


def levels(case):
    return [s.facts["level"] for s in Step.objects.filter(case=case, move="escalate").order_by("no")]


def test_each_rung_is_climbed_once(ladder):
    case = ladder.to("handling")
    assert escalate_due(ladder.now) == 0
    ladder.now = CaseClock.objects.get(case=case, stage="handle").due_at.replace(hour=2)  # within the last day
    assert escalate_due(ladder.now) == 1
    assert escalate_due(ladder.now) == 0
    ladder.later(days=30)
    assert escalate_due(ladder.now) == 1
    assert levels(case) == [1, 3]


def test_a_paused_clock_does_not_climb(ladder):
    case = ladder.to("handling")
    ladder.move(case, "ask", "hugo", ask="?")
    ladder.later(days=60)
    assert escalate_due(ladder.now) == 0
    assert levels(case) == []


def test_an_early_rung_is_climbed_by_working_time_not_by_the_wall(office):
    Rung.objects.create(stage="handle", level=1, share=50, urgency=4, role="unit_lead", pack="test")
    content.forget()
    case = office.to("handling", office.receive(matter="0101", urgency=4))
    clock = CaseClock.objects.get(case=case, stage="handle")  # Monday; five working days, due next Monday evening
    office.now = clock.started_at + timedelta(days=3)  # Thursday morning: two days and a little
    assert escalate_due(office.now) == 0
    office.later(hours=6)  # Thursday afternoon: half of it, though a good deal less than half of the week
    assert escalate_due(office.now) == 1
    assert levels(case) == [1]


def test_clocks_at_the_top_of_their_ladder_hold_up_no_others(ladder):
    Rung.objects.create(stage="verify", level=9, share=500, role="supervisor", pack="test")
    content.forget()
    late = [ladder.to("handling") for _ in range(3)]
    ladder.later(days=60)
    assert escalate_due(ladder.now, limit=10) == 3
    fresh = ladder.to("handling")
    ladder.later(days=9)
    assert escalate_due(ladder.now, limit=3) == 1
    assert levels(fresh)
    assert [levels(case) for case in late] == [[3]] * 3


def test_a_list_turns_yellow_when_the_clock_does(office):
    case = office.to("handling")
    CaseClock.objects.filter(case=case).exclude(stage="handle").update(finished_at=office.now)
    office.move(case, "contact", "hugo", reached="reached")
    row = Case.objects.get(pk=case)
    clock = kernel_clock(running_of(CaseClock.objects.get(case=case, stage="handle")))
    assert (row.due_stage, row.due_at > row.soon_at) == ("handle", True)
    calendar = content.content().calendar
    assert light(clock, calendar, row.soon_at) == "soon"
    assert light(clock, calendar, row.soon_at - timedelta(minutes=1)) == "ok"
