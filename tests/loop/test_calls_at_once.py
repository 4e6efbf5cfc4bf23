"""Two at once about one call, one shift, one telephone: really committing, in threads."""

import threading
from datetime import timedelta

import pytest
from at_once import at_once
from calls_helpers import CTI, PHONE, body, tell, whole_day
from django.utils import timezone
from loop_office import build_office

from gezhi.kernel.errors import Refused
from gezhi.loop.calls.service import hearing, linking
from gezhi.loop.calls.service.hearing import hear
from gezhi.loop.calls.service.rostering import copy_week, hand_over, put_extension, put_on_duty, take_over
from gezhi.loop.models import Call, CallEvent, Extension, Handover, OnDuty, Ringback
from gezhi.loop.service.receiving import Report
from gezhi.loop.service.registering import register


@pytest.fixture
def desk(committing_db):
    from gezhi.loop.store import content, numbers
    from gezhi.trust.service import acts

    acts.look_again()
    content.forget()
    numbers.forget()
    office = build_office()
    put_extension(office.users["olive"].pk, "8001", actor=office.actor("dora"), now=office.now)
    yield office
    content.forget()
    numbers.forget()


def test_events_of_one_call_that_come_together_are_one_call(desk):
    told = [body(desk, "ringing"), body(desk, "answered", after=9, queue_s=9),
            body(desk, "ended", after=60, talk_s=51), body(desk, "rated", after=70, rating=5)]  # fmt: skip
    later = desk.now + timedelta(minutes=2)
    given = at_once(*(lambda said=said: hear(said, actor=CTI, now=later) for said in [*told, *told]))
    assert not [one for one in given if isinstance(one, Exception)]
    assert sum(one.repeated for one in given) == 4
    call = Call.objects.get()
    assert (call.state, call.wait_s, call.talk_s, call.rating, call.events.count()) == ("ended", 9, 51, 5, 4)
    twisted = at_once(
        *(lambda n=n: hear(body(desk, "missed", call="x", after=n), actor=CTI, now=later) for n in (1, 2))
    )
    assert [one.code for one in twisted if isinstance(one, Refused)] == ["cti-conflict"]
    assert CallEvent.objects.filter(call__call_id="x").count() == 1


def test_calls_of_one_number_missed_together_are_one_to_ring_back(desk):
    later = desk.now + timedelta(minutes=2)
    given = at_once(*(
        lambda n=n: hear(body(desk, "missed", call=f"m{n}", after=n), actor=CTI, now=later) for n in range(4)
    ))  # fmt: skip
    assert not [one for one in given if isinstance(one, Exception)]
    row = Ringback.objects.get()
    assert 1 <= row.missed <= 4  # those told out of order were part of a later one's count


def test_a_case_bound_while_the_end_is_told_keeps_its_call(desk, monkeypatch):
    """The end of a call is written while the case is saved: the one must not write over the other."""
    call = tell(desk, "answered")
    reading, bound = threading.Event(), threading.Event()
    work_out = hearing._work_out

    def slow(*given):
        reading.set()
        bound.wait(1.5)  # with the row held, nothing is bound before this ends
        work_out(*given)

    monkeypatch.setattr(hearing, "_work_out", slow)

    def end():
        hear(body(desk, "ended", after=30, talk_s=30), actor=CTI, now=desk.now + timedelta(minutes=1))

    def link():
        reading.wait(10)
        actor = desk.actor("olive")
        report = Report(text="路灯不亮", phone=PHONE)
        done = linking.bound(
            call.pk, lambda: register(report, "keep", actor=actor, now=desk.now).moved, actor=actor, now=desk.now
        )
        bound.set()
        return done

    ended, done = at_once(end, link)
    assert ended is None
    kept = Call.objects.get(pk=call.pk)
    assert (kept.state, str(kept.case_id)) == ("ended", str(done.case))


def test_two_who_arrange_the_same_refuse_or_agree_and_never_break(desk):
    row, today = whole_day(desk, "olive")
    dora, now = desk.actor("dora"), desk.now
    keys = [desk.users[name].pk for name in ("olive", "cal", "dora")]
    given = at_once(*(
        lambda key=key: put_on_duty(today + timedelta(days=1), row.pk, [key], key, actor=dora, now=now) for key in keys
    ))  # fmt: skip
    assert given == [None, None, None]
    assert OnDuty.objects.filter(day=today + timedelta(days=1)).count() == 1
    weeks = at_once(*(lambda: copy_week(today, today + timedelta(days=14), actor=dora, now=desk.now) for _ in "ab"))
    assert sorted(one.code if isinstance(one, Refused) else str(one) for one in weeks) == ["2", "week-taken"]
    taken = at_once(*(
        lambda name=name: put_extension(desk.users[name].pk, "8055", actor=dora, now=now) for name in ("cal", "sue")
    ))  # fmt: skip
    assert sorted(one.code if isinstance(one, Refused) else "" for one in taken) == ["", "extension-taken"]
    assert Extension.objects.filter(number="8055").count() == 1


def test_one_handover_of_a_shift_however_many_write_or_take_it(desk):
    row, today = whole_day(desk, "olive", "dora")
    wrote = at_once(*(
        lambda name=name: hand_over(today, row.pk, f"{name}的交接", actor=desk.actor(name), now=timezone.now())
        for name in ("olive", "dora")
    ))  # fmt: skip
    assert [one.code for one in wrote if isinstance(one, Exception)] == ["handover-other"]
    note = Handover.objects.get()
    other = next(name for name in ("olive", "dora") if desk.users[name].pk != note.written_by_id)
    took = at_once(*(lambda: take_over(note.pk, actor=desk.actor(other), now=timezone.now()) for _ in "ab"))
    assert {one.taken_by_id for one in took} == {desk.users[other].pk}
    assert len({one.taken_at for one in took}) == 1
    late = at_once(lambda: hand_over(today, row.pk, "改写", actor=desk.actor("dora"), now=timezone.now()))
    assert [one.code for one in late] == ["handover-taken"]
