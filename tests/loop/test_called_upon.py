"""Whom an escalation or a hang-up due for review calls upon: a tab of their own, a mark, a notice; until it is over."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Rung, Step
from gezhi.loop.rules.tabs import BY_NAME
from gezhi.loop.service import replay
from gezhi.loop.service.escalating import escalate_due, review_due
from gezhi.loop.service.replaying import Difference
from gezhi.loop.store import content
from gezhi.loop.store.worklist import Wish, page, tab_counts


@pytest.fixture
def ladder(office):
    for stage in ("handle", "task"):
        for level, share, role in ((1, 80, "handler"), (2, 100, "unit_lead"), (3, 150, "supervisor")):
            Rung.objects.create(stage=stage, level=level, share=share, role=role, pack="test")
    content.forget()
    return office


def called(office, name):
    """The cases in the tab of one person; the count beside the tab must say the same."""
    actor = office.actor(name)
    rows = [str(case.pk) for case in page(actor, Wish(tab="escalated"), office.now).rows]
    assert tab_counts(actor, [BY_NAME["escalated"]]) == {"escalated": len(rows)}
    return rows


def late(office, case, share=100):
    clock = CaseClock.objects.get(case=case, stage="handle", finished_at=None)
    office.now = clock.due_at + (timedelta(minutes=1) if share == 100 else timedelta(days=30))
    escalate_due(office.now)


def sound():
    return [found for found in replay() if isinstance(found, Difference)] == []


def browser(office, name):
    client = Client()
    client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "en"
    return client


def test_the_role_of_the_rung_sees_the_case_and_others_do_not(ladder):
    case = ladder.to("handling")
    late(ladder, case)
    assert called(ladder, "lena") == [case]  # leads the unit in charge
    assert [called(ladder, name) for name in ("liam", "sue", "hugo", "dora")] == [[], [], [], []]
    late(ladder, case, 150)
    assert called(ladder, "sue") == [case]
    assert called(ladder, "lena") == [case]
    assert sound()


def test_it_is_over_when_its_clock_ends(ladder):
    case = ladder.to("handling")
    late(ladder, case, 150)
    ladder.move(case, "reply", "hugo", outcome="solved", reply="已修好")
    assert called(ladder, "sue") == [case]  # the clock ends with the review
    ladder.move(case, "review_pass", "lena")
    assert called(ladder, "sue") == []
    assert "called" not in Case.objects.get(pk=case).more
    assert sound()


def test_a_unit_that_was_in_charge_before_is_not_called_upon(ladder):
    case = ladder.to("dispatched")
    ladder.move(case, "return", "hugo", cause="not_ours", basis="x")
    ladder.move(case, "adjudicate", "dora", ruling="uphold", unit=ladder.units["housing"].pk, basis="y")
    late(ladder, case)
    assert (called(ladder, "lena"), called(ladder, "liam")) == ([], [case])


def test_the_lead_of_an_assisting_unit_is_called_upon_for_its_part(ladder):
    case = ladder.to("handling")
    ladder.move(case, "task", "hugo", unit=ladder.units["housing"].pk, ask="查物业")
    ladder.now = CaseClock.objects.get(case=case, stage="task").due_at + timedelta(minutes=1)
    escalate_due(ladder.now)
    assert called(ladder, "liam") == [case]


def test_the_row_has_a_mark_and_the_page_says_who_and_when(ladder):
    case = ladder.to("handling")
    late(ladder, case, 150)
    client = browser(ladder, "sue")
    listed = client.get("/desk/?tab=escalated")
    assert [str(row["id"]) for row in listed.context["rows"]] == [case]
    assert [flag["words"] for flag in listed.context["rows"][0]["flags"]] == ["Escalated"]
    assert "Escalated" in [tab["label"] for tab in listed.context["tabs"]]
    shown = client.get(f"/desk/{case}/")
    assert [one["role"] for one in shown.context["case"]["called"]] == ["Supervisor"]
    assert shown.context["case"]["called"][0]["at"] == Step.objects.get(case=case, move="escalate").acted_at
    assert "Called upon" in shown.content.decode()


def test_the_list_stays_within_eight_statements(ladder):
    for _ in range(3):
        case = ladder.to("handling")
    late(ladder, case, 150)
    client = browser(ladder, "sue")
    client.get("/desk/?tab=escalated")
    with CaptureQueriesContext(connection) as captured:
        client.get("/desk/?tab=escalated")
    assert len(captured) <= 8


def hung_up(office, day):
    case = office.to("handling")
    office.move(case, "hangup_ask", "hugo", cause="funds", reason="待拨款", review_on=day.isoformat())
    office.move(case, "hangup_decide", "dora", approve=True)
    return case


def test_a_hangup_comes_to_attention_on_its_day_and_once(office):
    case = hung_up(office, date(2026, 3, 20))
    office.now = office.now.replace(day=19, hour=15, minute=59)  # one minute before midnight in Shanghai
    assert review_due(office.now) == 0
    office.later(minutes=1)
    assert [review_due(office.now), review_due(office.now), review_due(office.later(days=9))] == [1, 0, 0]
    step = Step.objects.get(case=case, move="escalate")
    assert (step.facts["reason"], step.facts["review_on"]) == ("hangup-review", "2026-03-20")
    assert (called(office, "sue"), called(office, "dora"), called(office, "lena")) == ([case], [case], [])
    assert sound()


def test_it_ends_with_the_hangup_and_a_second_hangup_has_its_own_day(office):
    case = hung_up(office, date(2026, 3, 20))
    review_due(office.later(days=30))
    office.move(case, "resume", "hugo")
    assert called(office, "dora") == []
    office.move(case, "hangup_ask", "hugo", cause="funds", reason="仍待拨款", review_on="2026-05-01")
    assert review_due(office.later(days=1)) == 0
    office.move(case, "hangup_decide", "dora", approve=True)
    assert review_due(office.now) == 0
    assert review_due(office.later(days=60)) == 1
    assert called(office, "dora") == [case]
    assert sound()


def test_a_hangup_with_a_day_without_end_is_refused_and_harms_no_other(office):
    with pytest.raises(Refused, match="day-far"):
        hung_up(office, date(9999, 12, 31))
    case = hung_up(office, date(2026, 3, 20))
    assert review_due(office.later(days=40)) == 1
    assert called(office, "sue") == [case]


def test_the_page_says_that_the_hangup_is_due(office):
    case = hung_up(office, date(2026, 3, 20))
    review_due(office.later(days=30))
    page_ = browser(office, "dora").get(f"/desk/{case}/")
    roles = [one["role"] for one in page_.context["case"]["called"]]
    assert len(roles) == 2
    assert "the hang-up is to be looked at again" in page_.content.decode()


def test_nobody_escalates_by_hand(office):
    case = office.to("handling")
    with pytest.raises(Refused):
        office.move(case, "escalate", "sue", stage="handle", level=3)
