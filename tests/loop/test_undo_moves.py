"""A slip taken back: the former state exactly, both steps kept, refused once it has gone further."""

from dataclasses import replace

import pytest
from django.apps import apps

from gezhi.kernel.errors import Refused
from gezhi.loop import service
from gezhi.loop.models import Case, CaseClock, Involvement, Notice, Step
from gezhi.loop.rules.moves import MOVES
from gezhi.loop.rules.snapshot import fold
from gezhi.loop.scores.rules.history import Act, history
from gezhi.loop.service.citizens import citizen_view
from gezhi.loop.service.reading import view
from gezhi.loop.service.replaying import Difference, replay
from gezhi.loop.service.undoing import undo
from gezhi.loop.store.rows import snapshot_of, step_value
from gezhi.trust import service as trust


def stored(case):
    row = Case.objects.get(pk=case)
    return replace(snapshot_of(row, CaseClock.objects.filter(case=case).order_by("key")), last=0)


def faults():
    return [found for found in replay() if isinstance(found, Difference)]


WAYS = {
    "accept": ("", "dora", {"matter": "0102", "kind": "help", "urgency": 3}),
    "dispatch": ("accepted", "dora", {"unit": "urban", "assisting": ["housing"]}),
    "correct": ("handling", "dora", {"urgency": 4, "matter": "0102", "reason": "r"}),
    "transfer": ("handling", "hugo", {"user": "lena"}),
    "task": ("handling", "hugo", {"unit": "housing", "ask": "?"}),
    "postpone_ask": ("handling", "hugo", {"cause": "parts", "reason": "r", "amount": 2}),
    "hangup_ask": ("handling", "hugo", {"cause": "funds", "reason": "r", "review_on": "2026-12-01"}),
    "reply": ("handling", "hugo", {"outcome": "solved", "reply": "已修好。"}),
    "void_ask": ("handling", "dora", {"cause": "test", "reason": "r"}),
}


def laid(office, name):
    """A case just before the move, and the move's form."""
    state, by, data = WAYS[name]
    case = office.receive("路灯不亮", matter="0101", kind="complaint") if not state else office.to(state)
    keys = {"unit": lambda v: office.units[v].pk, "assisting": lambda v: [office.units[u].pk for u in v],
            "user": lambda v: office.users[v].pk}  # fmt: skip
    return case, by, {key: keys.get(key, lambda v: v)(value) for key, value in data.items()}


def test_every_move_that_may_be_taken_back_is_tried_here():
    assert set(WAYS) == {move.name for move in MOVES if move.undoable}


@pytest.mark.parametrize("name", WAYS)
def test_what_is_taken_back_is_as_it_was(office, name):
    case, by, data = laid(office, name)
    before = stored(case)
    units = set(Involvement.objects.filter(case=case).values_list("unit__code", flat=True))
    office.later(minutes=3)
    office.move(case, name, by, **data)
    assert stored(case) != before
    office.later(minutes=9)
    done = undo(case, actor=office.actor(by), now=office.now)
    assert stored(case) == before
    assert set(Involvement.objects.filter(case=case).values_list("unit__code", flat=True)) == units
    steps = list(Step.objects.filter(case=case).order_by("no"))
    assert [steps[-2].move, steps[-1].move, steps[-1].no] == [name, "undo", done.last]
    assert faults() == []
    values = [step_value(step) for step in steps]
    assert replace(fold(values), last=0) == replace(fold(values[:-2]), last=0)
    assert trust.verify_ledger(office.now).whole
    record = apps.get_model("trust", "LedgerRecord").objects.get(act="case.undo", subject_id=case)
    assert record.actor_id == str(office.users[by].pk)


def test_the_work_goes_on_after_a_slip_and_scores_know_nothing_of_it(office):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["housing"].pk)
    assert view(case, actor=office.actor("hana"), now=office.now).case.lead.code == "housing"
    undo(case, actor=office.actor("dora"), now=office.now)
    with pytest.raises(Refused, match=r"^case-not-found"):
        view(case, actor=office.actor("hana"), now=office.now)
    for name, by, data in (("dispatch", "dora", {"unit": office.units["urban"].pk}), ("sign", "hugo", {})):
        office.later(minutes=2)
        office.move(case, name, by, **data)
    acts = [
        Act(s.no, s.move, s.source, s.target, s.actor_kind, s.acted_at, s.facts)
        for s in Step.objects.filter(case=case).order_by("no")
    ]
    told = history(case, 1, "hotline", acts)
    assert [moment.act.move for moment in told.moments] == ["receive", "accept", "dispatch", "sign"]
    assert told.leads == [office.units["urban"].pk]
    assert {clock.unit for clock in told.clocks.values()} <= {None, office.units["urban"].pk}
    row = Case.objects.get(pk=case)
    assert row.first_unit == office.units["urban"]
    public = [entry.move for entry in citizen_view(row, actor=office.citizen(case)).entries]
    assert public == ["receive", "accept", "dispatch", "undo", "dispatch", "sign"]
    shown = view(case, actor=office.actor("dora"), now=office.now)
    assert shown.undone == {3}
    assert "back" not in shown.entries[3].facts


def refused(code):
    return pytest.raises(Refused, match=f"^{code}")


def test_it_is_refused_to_others_too_late_and_once_somebody_acted(office):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    with refused("undo-not-yours"):
        undo(case, actor=office.actor("olive"), now=office.now)
    with refused("case-not-found"):
        undo(case, actor=office.actor("tom"), now=office.now)
    with refused("case-moved"):
        undo(case, actor=office.actor("dora"), now=office.now, seen=2)
    start = office.now
    office.later(minutes=10, seconds=1)
    with refused("undo-late"):
        undo(case, actor=office.actor("dora"), now=office.now)
    office.now = start
    office.move(case, "sign", "hugo")
    for who in ("dora", "hugo"):  # it was signed for; a signature is a fact
        with refused("undo-nothing"):
            undo(case, actor=office.actor(who), now=office.now)
    assert Case.objects.get(pk=case).state == "handling"


def test_it_is_refused_once_somebody_has_read_of_it_or_a_letter_went_out(office):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    last = Case.objects.get(pk=case).last
    dora, hugo = office.users["dora"], office.users["hugo"]
    told = {"kind": "dispatched", "case_id": case, "step": last, "at": office.now}
    Notice.objects.create(user=dora, origin="a", read_at=office.now, **told)  # one's own reading binds nobody
    note = Notice.objects.create(user=hugo, origin="b", **told)
    for name in ("read_at", "mailed_at"):
        Notice.objects.filter(pk=note.pk).update(read_at=None, mailed_at=None)
        Notice.objects.filter(pk=note.pk).update(**{name: office.now})
        with refused("undo-read"):
            undo(case, actor=office.actor("dora"), now=office.now)
    Notice.objects.filter(pk=note.pk).update(mailed_at=None)
    undo(case, actor=office.actor("dora"), now=office.now)


def test_the_same_form_takes_back_once_and_nothing_before(office):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    args = {"actor": office.actor("dora"), "now": office.now, "key": "k"}
    assert not service.move(case, "undo", **args).repeated
    assert service.move(case, "undo", **args).repeated
    with refused("undo-nothing"):  # the acceptance before it is not the last step any more
        undo(case, actor=office.actor("dora"), now=office.now)
    assert Case.objects.get(pk=case).state == "accepted"


def test_the_page_offers_it_for_as_long_as_it_holds(office):
    case = office.to("accepted")
    at = office.now
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    shown = view(case, actor=office.actor("dora"), now=office.now)
    assert (shown.undo_until - at).total_seconds() == 600
    assert view(case, actor=office.actor("olive"), now=office.now).undo_until is None
    office.later(minutes=11)
    assert view(case, actor=office.actor("dora"), now=office.now).undo_until is None
