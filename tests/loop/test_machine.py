"""Random people make random moves on random cases; what must never happen is watched after each of them.

The machine knows nothing of the workflow table: it tries everything, and judges by the few laws written here.
"""

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock
from gezhi.loop.service.replaying import Difference, replay

DESK, UNIT = ("olive", "dora", "sue", "cal", "mayor"), ("hugo", "lena", "hana", "liam", "tom")
HOME = {"hugo": "urban", "lena": "urban", "hana": "housing", "liam": "housing", "tom": "street"}
# Who may never succeed with what, whatever the state: written down from the roles of the field, not from the table.
ONLY_UNIT = {"sign", "return", "reply", "postpone_ask", "hangup_ask", "transfer", "task_done", "supervise_answer",
             "instruct_answer", "task_refuse"}  # fmt: skip
ONLY_DESK = {"accept", "decline", "answer", "dispatch", "adjudicate", "postpone_decide", "hangup_decide", "void_decide",
             "callback", "close", "merge", "split", "reopen", "supervise", "correct", "void_ask",
             "repeat_mark", "repeat_clear", "instruct_review", "instruct", "instruct_back",
             "instruct_close", "change_lead", "hangup_review", "supervise_accept",
             "supervise_back"}  # fmt: skip
NEVER_CITIZEN = (
    ONLY_UNIT
    | ONLY_DESK
    | {"contact", "note", "task", "review_pass", "review_back", "resume", "ask", "instruct_ask"}
    | {"undo", "task_back", "task_remind"}
)
MOVES = sorted(
    NEVER_CITIZEN | {"supply", "rate", "redo", "chase", "supplement", "withdraw", "appeal", "adopt", "escalate"}
)
ANSWERED = {"verifying", "closed", "declined"}
ENDED = {"closed", "declined", "withdrawn", "void", "merged"}


def data_for(draw, name, office, cases):
    unit = st.sampled_from(["urban", "housing", "street"]).map(lambda code: office.units[code].pk)
    texts = {"reason": "r", "basis": "b", "reply": "答复", "note": "n", "words": "w", "ask": "?"}
    need = {
        "accept": {}, "dispatch": {"unit": draw(unit), "assisting": draw(st.lists(unit, max_size=2))},
        "return": {"cause": "not_ours", "basis": texts["basis"]}, "task": {"unit": draw(unit), "ask": "协助"},
        "adjudicate": {"ruling": draw(st.sampled_from(["uphold", "reject", "fallback"])), "unit": draw(unit),
                       "basis": "b"},
        "contact": {"reached": draw(st.sampled_from(["reached", "unreached"]))}, "note": {"note": "n"},
        "task_done": {"note": "n"}, "ask": {"ask": "?"}, "supply": {"words": "w"}, "supplement": {"words": "w"},
        "postpone_ask": {"cause": "parts", "reason": "r", "amount": 2}, "reopen": {"reason": "r"},
        "appeal": {"reason": "r"},
        "postpone_decide": {"approve": draw(st.booleans()), "amount": 2}, "redo": {"reason": "r"},
        "hangup_ask": {"cause": "funds", "reason": "r", "review_on": "2026-12-01"}, "close": {"reason": "r"},
        "hangup_decide": {"approve": draw(st.booleans())}, "void_decide": {"approve": draw(st.booleans())},
        "void_ask": {"cause": "test", "reason": "r"}, "split": {"reason": "r"}, "supervise": {"reason": "r"},
        "reply": {"outcome": draw(st.sampled_from(["solved", "partly"])), "reply": "答复"},
        "review_back": {"reason": "r"}, "answer": {"reply": "答复"}, "supervise_answer": {"note": "n"},
        "decline": {"cause": "court", "basis": "b", "reply": "答复"},
        "callback": {"contacted": draw(st.booleans()),
                     "satisfaction": draw(st.sampled_from(["basic", "dissatisfied"])), "for_unit": "w"},
        "rate": {"satisfaction": draw(st.sampled_from(["very", "very_dissatisfied"])), "for_unit": "w"},
        "merge": {"main": draw(st.sampled_from(cases))}, "transfer": {"user": office.users["lena"].pk},
        "correct": {"matter": draw(st.sampled_from(["0101", "0102", "02"])), "reason": "r"},
        "instruct_ask": {"leader": "张", "words": "w"}, "instruct_review": {"approve": draw(st.booleans())},
        "instruct": {"words": "w", "due": "2026-12-01", "leader": "张", "paper": "1",
                     "units": draw(st.lists(unit, max_size=2, unique=True))},
        "instruct_answer": {"note": "n"}, "instruct_back": {"reason": "r", "due": "2026-12-02"},
        "escalate": {"stage": "handle", "level": 1}, "repeat_clear": {"reason": "r"},
        "change_lead": {"unit": draw(unit), "keep": draw(st.booleans()), "reason": "r", "basis": "b",
                        "assisting": draw(st.lists(unit, max_size=1))},
        "task_refuse": {"unit": draw(unit), "reason": "r"}, "task_back": {"unit": draw(unit), "reason": "r"},
        "task_remind": {"unit": draw(unit)}, "supervise_back": {"reason": "r"},
        "hangup_review": {"keep": draw(st.booleans()), "review_on": "2026-12-15", "reason": "r"},
        "repeat_mark": {"earlier": draw(st.sampled_from(cases)), "why": "same_problem"},
    }  # fmt: skip
    return need.get(name, {})


class Machine(RuleBasedStateMachine):
    office = None

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        start = self.office.now
        self.cases = [self.office.receive(f"第{n}件", matter="0101") for n in range(3)]
        self.office.to("handling", self.cases[0])
        self.office.to("dispatched", self.cases[1], lead="housing")
        self.start, self.touched = start, set(self.cases)

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.office.now = self.start

    @rule(data=st.data(), name=st.sampled_from(MOVES), minutes=st.integers(0, 600))
    def somebody_moves(self, data, name, minutes):
        self.office.later(minutes=minutes)
        case = data.draw(st.sampled_from(self.cases))
        by = data.draw(st.sampled_from([*DESK, *UNIT, "citizen", "system"]))
        before = Case.objects.get(pk=case)
        values = data_for(data.draw, name, self.office, self.cases)
        try:
            with transaction.atomic():
                self.office.move(case, name, by, **values)
        except Refused:
            after = Case.objects.get(pk=case)
            assert (after.state, after.last) == (before.state, before.last), "a refusal changed something"
            return
        self.touched.add(case)
        self.judge(before, Case.objects.get(pk=case), name, by)

    def judge(self, before, after, name, by):
        assert after.last == before.last + 1
        assert after.first_unit_id in {before.first_unit_id, after.lead_id}, "the first unit was changed"
        if before.first_unit_id is not None:
            assert after.first_unit_id == before.first_unit_id
        if name in ("reply", "close"):
            assert before.more.get("watch") != "asked", "an answer before that to the supervision"
        if by == "citizen":
            assert name not in NEVER_CITIZEN
        if by in UNIT:
            assert name not in ONLY_DESK
            tasks = {unit for _, unit, *_ in before.more.get("tasks", [])}
            tasks |= set(before.more.get("instruction", {}).get("units", []))
            assert self.office.units[HOME[by]].pk in {before.lead_id, *tasks}, "a foreign unit moved the case"
        if by in DESK:
            assert name not in ONLY_UNIT
        pending = before.more.get("pending")
        if name.endswith("_decide"):
            assert pending["by"] != f"user:{self.office.users[by].pk}", "somebody decided on their own request"

    @invariant()
    def no_clock_runs_twice(self):
        running = list(CaseClock.objects.filter(finished_at=None).values_list("case", "stage", "label", "unit"))
        assert len(running) == len(set(running))
        over = Case.objects.filter(state__in=ENDED).values_list("pk", flat=True)
        assert not CaseClock.objects.filter(case__in=over, finished_at=None).exists(), "a clock runs on an ended case"

    @invariant()
    def no_case_ends_over_an_instruction(self):
        over = Case.objects.filter(state__in={*ENDED, "verifying"}, more__has_key="instruction")
        assert not over.exclude(more__instruction__state__in=("refused", "answered", "closed")).exists()

    @invariant()
    def one_unit_has_one_part(self):
        for case in Case.objects.filter(more__has_key="tasks"):
            waiting = [unit for _, unit, done, *_ in case.more["tasks"] if not done]
            assert len(waiting) == len(set(waiting))
            running = CaseClock.objects.filter(case=case, stage="task", finished_at=None).values_list("unit", flat=True)
            assert set(running) <= set(waiting), "a clock runs for a part that is over"

    @invariant()
    def everybody_merged_is_answered(self):
        for case in Case.objects.filter(state="merged").select_related("main"):
            assert case.main.state not in ANSWERED | {"void", "withdrawn"}

    @invariant()
    def steps_give_the_stored_state(self):
        if self.touched:
            assert [found for found in replay() if isinstance(found, Difference)] == []
            self.touched.clear()

    @invariant()
    def whoever_is_in_charge_can_read(self):
        for case in Case.objects.filter(lead__isnull=False).prefetch_related("involved"):
            assert case.lead_id in {row.unit_id for row in case.involved.all()}


@pytest.mark.slow
def test_no_sequence_of_moves_breaks_the_laws(office):
    Machine.office = office
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12, stateful_step_count=30, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
