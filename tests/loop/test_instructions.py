"""A leader's instruction: submitted, reviewed, written, fed back by the units named, closed; no case ends before."""

from datetime import timedelta

import pytest

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Involvement, Limit, Rung, Step, StepText
from gezhi.loop.rules.snapshot import Snapshot
from gezhi.loop.rules.tabs import BY_NAME
from gezhi.loop.service import replay
from gezhi.loop.service.escalating import escalate_due
from gezhi.loop.service.reading import view
from gezhi.loop.service.replaying import Difference
from gezhi.loop.store import content, worklist
from gezhi.trust.service import open_text

WORDS = {"words": "请住建局会同街道一周内拿出方案。", "due": "2026-03-06"}
PAPER = {"leader": "张副市长", "paper": "临府批〔2026〕12号"}
REPLY = {"outcome": "solved", "reply": "已修好。"}


def state(case):
    return (Case.objects.get(pk=case).more.get("instruction") or {}).get("state")


def clocks(case):
    return list(CaseClock.objects.filter(case=case, stage="instruct", finished_at=None))


def whole():
    return not [found for found in replay() if isinstance(found, Difference)]


def test_the_whole_way_from_submission_to_close(office):
    case = office.to("handling")
    office.move(case, "instruct_ask", "lena", leader="张副市长", words="涉及两个单位，拟请协调。")
    assert state(case) == "asked"
    with pytest.raises(Refused, match="instruction-running"):
        office.move(case, "instruct_ask", "dora", leader="李市长", words="再报")
    with pytest.raises(Refused, match="not-allowed"):
        office.move(case, "instruct_review", "lena", approve=True)
    office.move(case, "instruct_review", "dora", approve=True)
    assert state(case) == "approved"
    office.later(minutes=5)
    units = [office.units["urban"].pk, office.units["housing"].pk]
    office.move(case, "instruct", "mayor", **WORDS, units=units)
    assert state(case) == "waiting"
    assert Case.objects.get(pk=case).due_stage in ("contact", "instruct", "handle")
    assert Involvement.objects.filter(case=case, unit=office.units["housing"]).exists()
    due = clocks(case)[0].due_at
    assert content.content().calendar.local_date(due).isoformat() == "2026-03-06"
    with pytest.raises(Refused, match="instruction-other-unit"):
        office.move(case, "instruct_answer", "hugo", unit=office.units["street"].pk, note="x")
    with pytest.raises(Refused, match="not-allowed"):
        office.move(case, "instruct_answer", "dora", note="desk cannot feed back for a unit")
    office.move(case, "instruct_answer", "hana", note="住建局已派员。")
    assert state(case) == "waiting"
    assert clocks(case), "one of two units has answered"
    office.move(case, "instruct_answer", "hugo", note="已会同整改。")
    assert state(case) == "answered"
    assert not clocks(case)
    office.move(case, "instruct_back", "mayor", reason="没有说明资金来源", due="2026-03-10")
    assert state(case) == "waiting"
    assert len(clocks(case)) == 1
    for who in ("hana", "hugo"):
        office.move(case, "instruct_answer", who, note="已补充。")
    office.move(case, "reply", "hugo", **REPLY)
    office.move(case, "review_pass", "lena")
    office.move(case, "instruct_close", "sue")
    assert state(case) == "closed"
    assert whole()


def test_the_desk_names_the_leader_and_the_paper_and_words_are_sealed(office):
    case = office.to("dispatched")
    with pytest.raises(Refused, match="instruction-unnamed"):
        office.move(case, "instruct", "dora", **WORDS, leader="张副市长")
    with pytest.raises(Refused, match="instruction-day-past"):
        office.move(case, "instruct", "dora", **{**WORDS, **PAPER, "due": "2026-03-01"})
    office.move(case, "instruct", "dora", **WORDS, **PAPER)
    step = Step.objects.get(case=case, move="instruct")
    assert "张" not in str(step.facts)
    assert "批" not in str(step.facts)
    texts = open_text(Case.objects.select_related("requester").get(pk=case).requester,
                      StepText.objects.get(step=step).sealed)  # fmt: skip
    assert texts == {"words": WORDS["words"], **PAPER}
    assert clocks(case)[0].due_at < office.now + timedelta(days=5)


def test_nobody_reviews_what_he_submitted_and_a_refused_one_is_over(office):
    case = office.to("handling")
    office.move(case, "instruct_ask", "sue", leader="李市长", words="拟请批示")
    with pytest.raises(Refused, match="own-request"):
        office.move(case, "instruct_review", "sue", approve=True)
    office.move(case, "instruct_review", "dora", approve=False, note="按程序办即可")
    assert state(case) == "refused"
    office.move(case, "reply", "hugo", **REPLY)
    assert office.move(case, "review_pass", "lena").state == "verifying"


@pytest.mark.parametrize("at", ["asked", "waiting"])
def test_no_case_ends_while_somebody_has_still_to_act(office, at):
    case = office.to("accepted")
    if at == "asked":
        office.move(case, "instruct_ask", "dora", leader="李市长", words="拟请批示")
    else:
        office.move(case, "instruct", "mayor", **WORDS)
    other = office.to("handling")
    for name, data in (("answer", {"reply": "答复"}), ("merge", {"main": other}),
                       ("decline", {"cause": "court", "basis": "b", "reply": "答复"})):  # fmt: skip
        with pytest.raises(Refused, match="instruction-open"):
            office.move(case, name, "dora", **data)
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    office.move(case, "sign", "hugo")
    office.move(case, "reply", "hugo", **REPLY)
    with pytest.raises(Refused, match="instruction-open"):
        office.move(case, "review_pass", "lena")
    office.move(case, "review_back", "lena", reason="先反馈批示")
    office.move(case, "withdraw", "citizen")
    assert state(case) == "closed", "the citizen's word ends it, and the instruction with it"
    assert not CaseClock.objects.filter(case=case, finished_at=None).exists()
    assert whole()


def test_lights_tab_and_ladder_follow_the_day_that_the_leader_set(office):
    Rung.objects.create(stage="instruct", level=1, share=100, role="supervisor", pack="test")
    Limit.objects.filter(stage__in=("contact", "handle", "sign")).delete()
    content.forget()
    case = office.to("handling")
    office.move(case, "instruct", "mayor", **WORDS)
    row = Case.objects.get(pk=case)
    assert row.due_stage == "instruct"
    tab = BY_NAME["instructed"]
    for who in ("mayor", "hugo", "sue"):
        assert worklist.tab_counts(office.actor(who), [tab]) == {"instructed": 1}
    assert worklist.tab_counts(office.actor("tom"), [tab]) == {"instructed": 0}
    office.now = row.due_at
    escalate_due(office.now)
    assert Case.objects.get(pk=case).more["called"][0]["role"] == "supervisor"
    assert worklist.lit(worklist.visible(office.actor("mayor")), "late", office.now + timedelta(minutes=1)).exists()


def test_each_is_offered_what_fits(office):
    case = office.to("handling")
    offered = {who: set(view(case, actor=office.actor(who), now=office.now).offers) for who in ("mayor", "hugo")}
    assert {"instruct"} == {name for name in offered["mayor"] if name.startswith("instruct")}
    assert not {name for name in offered["hugo"] if name.startswith("instruct")}
    office.move(case, "instruct", "mayor", **WORDS)
    assert "instruct_answer" in view(case, actor=office.actor("hugo"), now=office.now).offers
    assert Snapshot().instruction is None


@pytest.mark.parametrize("due", ["2062-03-06", "9999-12-31"])
def test_a_slip_in_the_year_is_refused_and_stops_no_clock(office, due):
    case = office.to("handling")
    for name, who, data in (("instruct", "mayor", {"words": "x"}), ("supervise", "sue", {"reason": "r"})):
        with pytest.raises(Refused, match="day-far"):
            office.move(case, name, who, **data, due=due)
    with pytest.raises(Refused, match="day-far"):
        office.move(case, "hangup_ask", "hugo", cause="funds", reason="r", review_on=due)
    office.move(case, "instruct", "mayor", words="x", due="2029-03-01")
    assert view(case, actor=office.actor("dora"), now=office.now).clocks
    CaseClock.objects.filter(case=case, stage="instruct").update(amount=400_000)  # as an older version let it through
    other = office.to("dispatched")
    Rung.objects.create(stage="sign", level=1, share=1, role="supervisor", pack="test")
    Rung.objects.create(stage="instruct", level=1, share=1, role="supervisor", pack="test")
    content.forget()
    assert escalate_due(office.later(days=5)) >= 1
    assert Case.objects.get(pk=other).more["called"], "one clock that cannot be read keeps no other waiting"
