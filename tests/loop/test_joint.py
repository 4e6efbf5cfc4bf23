"""Working together: the lead changes while the work goes on, parts are refused, taken back, asked for again."""

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Step
from gezhi.loop.scores.rules.events import Window, events_of
from gezhi.loop.scores.rules.history import Act, history
from gezhi.loop.service import replay
from gezhi.loop.service.replaying import Difference


def sound():
    return [found for found in replay() if isinstance(found, Difference)] == []


def refused(office, code, *args, **data):
    with pytest.raises(Refused) as caught:
        office.move(*args, **data)
    assert caught.value.code == code
    return caught.value


def clocks(case, stage):
    return list(CaseClock.objects.filter(case=case, stage=stage).order_by("started_at", "pk"))


def scored(office, case):
    """The events of the whole life of a case, as scores see them."""
    row = Case.objects.get(pk=case)
    acts = [Act(s.no, s.move, s.source, s.target, s.actor_kind, s.acted_at, s.facts)
            for s in Step.objects.filter(case=case).order_by("no")]  # fmt: skip
    window = Window(row.received_at.replace(year=2025), row.received_at.replace(year=2030), lambda at: at)
    return events_of(history(case, row.desk_id, row.channel, acts), window)


def test_the_lead_changes_and_the_handling_limit_runs_on(office):
    housing, urban = office.units["housing"].pk, office.units["urban"].pk
    case = office.to("handling")
    office.move(case, "task", "hugo", unit=housing, ask="查物业")
    before = clocks(case, "handle")[0]
    office.later(hours=3)
    refused(office, "not-allowed", case, "change_lead", "hugo", unit=housing, reason="x", basis="y")
    refused(office, "lead-same", case, "change_lead", unit=urban, reason="x", basis="y")
    refused(office, "field-missing", case, "change_lead", unit=housing, reason="x")
    moved = office.move(case, "change_lead", unit=housing, keep=True, reason="主要是物业问题", basis="物业管理条例")
    assert moved.state == "dispatched"
    row = Case.objects.get(pk=case)
    assert (row.lead_id, row.first_unit_id, row.owner_id) == (housing, urban, None)
    (handle,) = clocks(case, "handle")
    assert (handle.pk, handle.due_at, handle.finished_at) == (before.pk, before.due_at, None)
    assert [c.started_at == office.now for c in clocks(case, "sign")] == [False, True]
    assert [c.finished_at is None for c in clocks(case, "contact")] == [False, True]
    assert [(c.unit, c.finished_at is None) for c in clocks(case, "task")] == [(housing, False), (urban, True)]
    assert [unit for _, unit, done, *_ in row.more["tasks"] if not done] == [urban]
    assert sound()
    office.later(hours=1)
    office.move(case, "sign", "hana")
    office.move(case, "contact", "hana", reached="reached")
    office.move(case, "task_done", "hugo", note="现场已围挡")
    office.move(case, "reply", "hana", outcome="solved", reply="已修好。")
    office.move(case, "review_pass", "liam")
    office.move(case, "callback", "cal", contacted=True, satisfaction="satisfied", solved="solved")
    events = scored(office, case)
    assert [e.facts & {"right", "wrong"} for e in events if e.kind == "sent"] == [
        {"right"}
    ]  # the first dispatch stands
    assert [(e.unit, "in_time" in e.facts) for e in events if e.kind == "handle"] == [(housing, True)]
    assert [e.unit for e in events if e.kind == "contact"] == [housing]  # nobody met the one that the change ended
    assert {e.unit for e in events if e.kind == "task"} == {urban}  # nor the part that became the whole


def test_a_change_of_lead_waits_for_what_was_asked_and_returns_start_anew(office):
    housing = office.units["housing"].pk
    case = office.to("handling")
    office.move(case, "postpone_ask", "hugo", cause="parts", reason="x", amount=2)
    refused(office, "pending-first", case, "change_lead", unit=housing, reason="x", basis="y")
    office.move(case, "postpone_decide", approve=False)
    office.later(days=3)
    refused(office, "return-too-late", case, "return", "hugo", cause="not_ours", basis="x")
    office.move(case, "change_lead", unit=housing, reason="x", basis="y")
    assert [t for t in Case.objects.get(pk=case).more.get("tasks", []) if not t[2]] == []
    assert office.move(case, "return", "hana", cause="not_ours", basis="x").state == "returned"
    assert sound()


def test_a_part_is_refused_asked_for_again_and_taken_back(office):
    housing, street = office.units["housing"].pk, office.units["street"].pk
    case = office.to("handling")
    for unit in (housing, street):
        office.move(case, "task", "hugo", unit=unit, ask="协助")
    refused(office, "not-allowed", case, "task_refuse", "hugo", unit=housing, reason="x")
    office.move(case, "task_refuse", "hana", reason="不在本区")
    assert clocks(case, "task")[0].finished_at is not None
    refused(office, "task-not-open", case, "task_done", "hana", unit=housing, note="n")
    refused(office, "tasks-open", case, "reply", "hugo", outcome="solved", reply="好")
    office.move(case, "task", "hugo", unit=housing, ask="仍请协助")
    refused(office, "task-refused-once", case, "task_refuse", "hana", reason="还是不行")
    office.move(case, "task_remind", "hugo", unit=street, note="明天到期")
    office.move(case, "task_back", "hugo", unit=street, reason="不需要了")
    refused(office, "task-not-open", case, "task_remind", "hugo", unit=street)
    office.move(case, "task_done", "hana", note="已办")
    assert sound()
    office.move(case, "reply", "hugo", outcome="solved", reply="好")
    events = [e for e in scored(office, case) if e.kind == "task"]
    assert [(e.unit, "in_time" in e.facts) for e in events] == [(housing, True)]  # neither refused nor taken back


def test_supervision_is_answered_accepted_or_sent_back_before_the_case_goes_on(office):
    case = office.to("handling")
    refused(office, "due-past", case, "supervise", "sue", reason="x", due="2026-03-01")
    office.move(case, "supervise", "sue", reason="限期", due="2026-03-04")
    step = Step.objects.get(case=case, move="supervise")
    assert (step.facts["notice"], step.facts["unit"]) == ("2026-0001", office.units["urban"].pk)
    (clock,) = clocks(case, "supervise")
    assert clock.due_at.isoformat() == "2026-03-04T15:15:00+00:00"  # whole hours before midnight in Shanghai
    refused(office, "supervision-not-answered", case, "supervise_accept", "sue")
    refused(office, "supervision-unanswered", case, "reply", "hugo", outcome="solved", reply="好")
    refused(office, "not-allowed", case, "supervise_accept", "lena")
    office.move(case, "supervise_answer", "hugo", note="已安排")
    assert clocks(case, "supervise")[0].finished_at == office.now
    office.move(case, "supervise_back", "sue", reason="没有时间表", due="2026-03-06")
    office.move(case, "supervise_answer", "lena", note="周五前完成")
    office.move(case, "reply", "hugo", outcome="solved", reply="好")
    office.move(case, "review_pass", "lena")
    refused(office, "supervision-open", case, "close", "dora", reason="x")
    office.move(case, "supervise_accept", "sue", note="可以")
    refused(office, "supervision-accepted", case, "supervise_answer", "lena", note="n")
    assert office.move(case, "close", "dora", reason="x").state == "closed"
    assert sound()


def test_the_citizens_word_closes_a_case_and_the_supervision_goes_on_without_limit(office):
    case = office.to("verifying")
    office.move(case, "supervise", "sue", reason="限期", due="2026-03-09")
    done = office.move(case, "callback", "cal", contacted=True, satisfaction="very", solved="solved")
    assert done.state == "closed"
    assert not CaseClock.objects.filter(case=case, finished_at=None).exists()
    office.move(case, "supervise_answer", "hugo", note="已办")
    office.move(case, "supervise_accept", "sue")
    assert Case.objects.get(pk=case).more["watch"] == "accepted"
    assert sound()


def test_a_hangup_is_reviewed_within_its_days_and_not_for_ever(office):
    from gezhi.loop.models import CodeItem
    from gezhi.loop.service.escalating import review_due
    from gezhi.loop.store import content

    CodeItem.objects.filter(list="hangup_reason").update(extra={"review_days": 35, "most_days": 80})
    content.forget()
    case = office.to("handling")
    ask = {"cause": "funds", "reason": "待拨款"}
    refused(office, "review-day-far", case, "hangup_ask", "hugo", review_on="2026-04-30", **ask)
    refused(office, "review-day-past", case, "hangup_ask", "hugo", review_on="2026-03-02", **ask)
    office.move(case, "hangup_ask", "hugo", review_on="2026-03-20", **ask)
    office.move(case, "hangup_decide", approve=True)
    office.later(days=20)
    assert review_due(office.now) == 1
    assert Case.objects.get(pk=case).more["called"]
    refused(office, "not-allowed", case, "hangup_review", "hugo", keep=False, reason="x")
    refused(office, "field-missing", case, "hangup_review", keep=True, reason="x")
    assert office.move(case, "hangup_review", keep=True, review_on="2026-04-20", reason="仍待").state == "suspended"
    assert "called" not in Case.objects.get(pk=case).more
    assert [review_due(office.now), review_due(office.later(days=30))] == [0, 1]  # called again on the new day
    far = refused(office, "hangup-too-long", case, "hangup_review", keep=True, review_on="2026-05-22", reason="x")
    assert (far.facts["days"], far.facts["since"]) == (80, "2026-03-02")
    assert office.move(case, "hangup_review", keep=False, reason="资金到位").state == "handling"
    assert not clocks(case, "handle")[0].paused
    assert sound()
