"""The worker climbs the ladder once per rung, by working time, and leaves stopped clocks alone."""

import pytest

from gezhi.loop.models import CaseClock, Rung, Step
from gezhi.loop.service.escalating import escalate_due
from gezhi.loop.store import content


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
