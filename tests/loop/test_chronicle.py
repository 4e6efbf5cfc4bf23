"""A chronicle writes what the verbs would have written: the same states, facts, clocks, records and events."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from loop_office import MONDAY, ROOT

from gezhi.kernel.errors import Refused
from gezhi.loop import service
from gezhi.loop.service.chronicle import Chronicle
from gezhi.trust.service import open_text, verb, verify_ledger

REPORT = {
    "text": "路灯不亮，晚上走路危险。",
    "matter": "0101",
    "kind": "complaint",
    "name": "王小明",
    "phone": "13800001234",
}
NAMES = ("state", "last", "round", "matter", "kind", "urgency", "lead_id", "owner_id", "first_unit_id", "outcome",
         "satisfaction", "solved", "redos", "chases", "supervised", "closed_at", "more", "due_at", "soon_at",
         "due_stage", "paused", "matter_version", "anonymous", "channel", "received_at")  # fmt: skip
CLOCKS = ("key", "stage", "round", "unit", "amount", "unit_of", "started_at", "due_at", "finished_at", "paused",
          "pauses", "extensions", "rung")  # fmt: skip


def rows(name):
    return apps.get_model("loop", name)._default_manager


def history(office):
    """A long life: a correction, a quarrel, a task, a pause, more time, a redo, an end."""
    urban, housing, street = (office.units[code].pk for code in ("urban", "housing", "street"))
    return [
        ("accept", "olive", {"note": "已核对"}),
        ("correct", "olive", {"matter": "0102", "reason": "是施工噪声"}),
        ("dispatch", "dora", {"unit": urban, "assisting": [street]}),
        ("return", "hugo", {"cause": "not_ours", "basis": "不归我们", "proposed": housing}),
        ("adjudicate", "sue", {"ruling": "uphold", "unit": housing, "basis": "归住建"}),
        ("sign", "hana", {}),
        ("contact", "hana", {"reached": "reached", "note": "已通话"}),
        ("task_done", "tom", {"unit": street, "note": "已配合"}),
        ("ask", "hana", {"ask": "请补照片"}),
        ("supply", "citizen", {"words": "照片在此"}),
        ("postpone_ask", "hana", {"cause": "parts", "reason": "等配件", "amount": 3, "unit_of": "workday"}),
        ("postpone_decide", "sue", {"approve": True, "amount": 3}),
        ("chase", "citizen", {"words": "快一点"}),
        ("reply", "hana", {"outcome": "solved", "reply": "已整改。"}),
        ("review_pass", "liam", {}),
        (
            "callback",
            "cal",
            {"contacted": True, "satisfaction": "dissatisfied", "solved": "unsolved", "for_unit": "仍不亮"},
        ),
        ("sign", "hana", {}),
        ("reply", "hana", {"outcome": "solved", "reply": "再次整改。"}),
        ("review_pass", "liam", {}),
        ("callback", "cal", {"contacted": True, "satisfaction": "very", "solved": "solved", "scores": {"speed": 5}}),
    ]


@verb("test.chronicle")
def write(tell, *, actor, now):
    """A chronicle within one act."""
    book = Chronicle()
    told = tell(book)
    book.write()
    return told


def by_chronicle(office, acts):
    def tell(book):
        now = MONDAY
        told = book.receive(service.Report(**REPORT), actor=office.actor("olive"), now=now)
        for name, by, data in acts:
            now += timedelta(minutes=30)
            actor = told_citizen(told) if by == "citizen" else office.actor(by)
            book.move(told, name, data, actor=actor, now=now)
        return told

    return str(write(tell, actor=ROOT, now=MONDAY).case.pk)


def told_citizen(told):
    from gezhi.trust.service import citizen_actor

    return citizen_actor(told.citizen, kind="citizen")


def by_verbs(office, acts):
    office.now = MONDAY
    case = office.receive(REPORT["text"], **{k: v for k, v in REPORT.items() if k != "text"})
    for name, by, data in acts:
        office.later(minutes=30)
        office.move(case, name, by, **data)
    return case


def facts_of(case):
    """Everything stored of a case but keys and what depends on them."""
    row = rows("Case").select_related("requester").get(pk=case)
    steps = list(rows("Step").filter(case=case).order_by("no"))
    actors = {str(row.requester_id): "citizen"}
    texts = {t.step_id: open_text(row.requester, t.sealed) for t in rows("StepText").filter(step__case=case)}
    return {
        "case": {name: getattr(row, name) for name in NAMES},
        "story": open_text(row.requester, row.story),
        "clocks": sorted(tuple(str(v) for v in c) for c in rows("CaseClock").filter(case=case).values_list(*CLOCKS)),
        "steps": [
            (s.no, s.move, s.source, s.target, s.actor_kind, actors.get(s.actor, s.actor), s.unit, s.acted_at, s.facts,
             texts.get(s.pk))
            for s in steps
        ],
        "units": sorted(rows("Involvement").filter(case=case).values_list("unit", flat=True)),
        "events": [
            {k: v for k, v in e.payload.items() if k != "number"}
            for e in apps.get_model("trust", "Outbox")._default_manager.filter(subject_id=str(case)).order_by("pk")
        ],
        "words": len(str(rows("CaseText").get(case=case).search)) > 0,
    }  # fmt: skip


def test_one_history_written_both_ways_is_the_same(office):
    acts = history(office)
    one, two = facts_of(by_verbs(office, acts)), facts_of(by_chronicle(office, acts))
    assert len(one["steps"]) == len(acts) + 1
    for part in one:
        assert one[part] == two[part], part


def test_replay_and_ledger_prove_a_chronicle(office):
    by_chronicle(office, history(office))
    assert [fault for fault in service.replay() if not isinstance(fault, int)] == []
    assert verify_ledger(timezone.now()).whole


def test_who_was_merged_is_answered(office):
    def tell(book):
        main = book.receive(service.Report(**REPORT), actor=office.actor("olive"), now=MONDAY)
        other = book.receive(service.Report(**REPORT), actor=office.actor("olive"), now=MONDAY + timedelta(minutes=1))
        now = MONDAY + timedelta(minutes=5)
        book.move(other, "merge", {"main": str(main.case.pk)}, actor=office.actor("olive"), now=now)
        book.move(main, "answer", {"reply": "已转达。"}, actor=office.actor("olive"), now=now + timedelta(minutes=5))
        return other

    other = write(tell, actor=ROOT, now=MONDAY)
    case = rows("Case").select_related("requester").get(pk=other.case.pk)
    assert case.state == "closed"
    text = rows("StepText").get(step__case=case, step__move="answered")
    assert open_text(case.requester, text.sealed) == {"reply": "已转达。"}


@pytest.mark.parametrize(
    ("name", "by", "data", "code"),
    [
        ("dispatch", "hugo", {"unit": 0}, "not-allowed"),
        ("reply", "hugo", {"outcome": "solved", "reply": "好"}, "move-not-from-here"),
        ("accept", "olive", {"colour": "red"}, "field-unknown"),
        ("dispatch", "dora", {"unit": 999_999}, "move-not-from-here"),
        ("answered", "dora", {}, "move-reserved"),
    ],
)
def test_a_chronicle_refuses_what_the_verbs_refuse(office, name, by, data, code):
    def tell(book):
        told = book.receive(service.Report(**REPORT), actor=office.actor("olive"), now=MONDAY)
        book.move(told, name, data, actor=office.actor(by), now=MONDAY + timedelta(minutes=5))

    with pytest.raises(Refused) as refused:
        write(tell, actor=ROOT, now=MONDAY)
    assert refused.value.code in (code, "case-not-found")
    assert not rows("Case").exists()
