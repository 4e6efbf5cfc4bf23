"""Rows written past the ORM: an object made quickly is the object that the ORM makes, and one fault writes nothing."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gezhi.kit import bulk
from gezhi.loop.models import Case, CaseClock, Step, StepText
from gezhi.trust.models import Requester


@pytest.mark.parametrize("model", [Case, CaseClock, Step, Requester])
def test_a_quick_object_holds_what_the_orm_gives(model):
    """Keys that are made anew aside."""
    quick, slow = bulk.fresh(model), model()
    own = {"_state", "id"}
    kept = {name: value for name, value in quick.__dict__.items() if name not in own}
    assert kept == {name: value for name, value in slow.__dict__.items() if name not in own}
    assert (quick._state.adding, quick._state.db) == (slow._state.adding, slow._state.db)
    assert type(quick.pk) is type(slow.pk)


def test_what_is_made_anew_is_not_shared():
    first, second = bulk.fresh(CaseClock), bulk.fresh(CaseClock)
    assert first.pauses is not second.pauses
    assert bulk.fresh(Case).pk != bulk.fresh(Case).pk


def test_relations_are_taken_by_name_and_by_key_and_unknown_fields_refused():
    case = bulk.fresh(Case)
    assert bulk.fresh(Step, case=case).case is case
    assert bulk.fresh(Step, case_id=case.pk).case_id == case.pk
    with pytest.raises(TypeError, match="Step has no field colour"):
        bulk.fresh(Step, colour="red")


def test_several_inserts_are_one_statement_and_fail_together(office):
    case = Case.objects.get(pk=office.receive())
    first = Step.objects.get(case=case)

    def step(no):
        return bulk.fresh(Step, case_id=case.pk, no=no, move="note", source="received", target="received",
                          actor_kind="system", actor="tests", acted_at=office.now, record=first.record)  # fmt: skip

    second = step(2)
    with CaptureQueriesContext(connection) as asked:
        bulk.insert(bulk.part_of(second), bulk.part_of(StepText(step=second, sealed=b"\x00sealed")))
    assert len(asked) == 1
    assert bytes(StepText.objects.get(step=second).sealed) == b"\x00sealed"
    third = step(3)
    again = step(2)  # the number is taken
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(bulk.part_of(third), bulk.part_of(again))
    assert not Step.objects.filter(pk=third.pk).exists()
