"""Bad days with two at once, in threads that really commit: two dispatchers; a decree while somebody works."""

import threading
from datetime import date, timedelta

import pytest
from at_once import at_once, refused
from django.apps import apps
from django.db import connection
from django.db.transaction import atomic
from loop_office import build_office

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, StandardReply, Step
from gezhi.loop.replies.service.editing import put_text
from gezhi.loop.service import replay
from gezhi.loop.service.calendar import set_day
from gezhi.loop.service.dissolving import dissolve
from gezhi.loop.service.moving import move
from gezhi.loop.service.recalculating import recalculate
from gezhi.loop.store import content, numbers
from gezhi.trust.rules import Actor
from gezhi.trust.service import acts


def faults():
    return [item for item in replay() if not isinstance(item, int)]


@pytest.fixture
def really(committing_db):
    acts.look_again()
    content.forget()
    numbers.forget()
    yield build_office()
    content.forget()
    numbers.forget()


def test_two_dispatchers_at_once(really):
    office = really
    case = office.to("accepted")
    seen, dora, root = Case.objects.get(pk=case).last, office.actor("dora"), Actor.system("loop")

    def send(actor, unit):
        data = {"unit": office.units[unit].pk}
        return lambda: move(case, "dispatch", data, actor=actor, now=office.now, seen=seen)

    given = at_once(send(dora, "urban"), send(root, "housing"), send(dora, "street"))
    assert refused(given) == ["case-moved", "case-moved"]
    assert Step.objects.filter(case=case, move="dispatch").count() == 1
    assert CaseClock.objects.filter(case=case, stage="handle").count() == 1
    [won] = [one for one in given if not isinstance(one, Exception)]
    assert (won.state, won.last) == ("dispatched", seen + 1)
    blind = at_once(*(lambda: move(case, "sign", {}, actor=office.actor("hugo"), now=office.now) for _ in range(2)))
    assert len([one for one in blind if isinstance(one, Refused)]) in (1, 2)  # 2 where another unit had won
    assert faults() == []


def meanwhile(held, act):
    """What an act does that waits for a case on which somebody is just making a move; both have committed then."""
    given = []

    def run():
        try:
            given.append(act())
        finally:
            connection.close()

    with atomic():
        held()
        other = threading.Thread(target=run)
        other.start()
        other.join(1)  # it waits for the row by now
        assert other.is_alive()
    other.join(30)
    return given[0]


def test_a_holiday_is_worked_out_while_somebody_signs(really):
    """The clock that ended while the decree waited stays ended, and the one that began meanwhile runs over the day."""
    office = really
    case, friday = office.to("dispatched"), date(2026, 3, 6)
    root, hugo = Actor.system("tests"), office.actor("hugo")
    day = office.now.date()
    set_day(day, "holiday", actor=root, now=office.now)
    office.later(minutes=10)
    done = meanwhile(
        lambda: move(case, "sign", {}, actor=hugo, now=office.now),
        lambda: recalculate(day, actor=root, now=office.now),
    )
    assert done.looked == 1
    assert CaseClock.objects.get(case=case, stage="sign").finished_at == office.now
    assert faults() == []
    set_day(friday, "holiday", actor=root, now=office.now)
    before = CaseClock.objects.get(case=case, stage="handle").due_at
    assert recalculate(friday, actor=root, now=office.now).moved == 1
    assert CaseClock.objects.get(case=case, stage="handle").due_at > before


def test_a_unit_is_dissolved_while_its_answer_is_reviewed(really):
    office = really
    case = office.to("replied")
    apps.get_model("trust", "Holding").objects.filter(user__username__in=("hugo",)).update(valid_to=office.now)
    lena = office.actor("lena")
    apps.get_model("trust", "Holding").objects.filter(user__username="lena").update(valid_to=office.now)
    office.now += timedelta(minutes=5)
    meanwhile(
        lambda: move(case, "review_pass", {}, actor=lena, now=office.now),
        lambda: dissolve("urban", "housing", actor=Actor.system("tests"), now=office.now),
    )
    ended = CaseClock.objects.filter(case=case, stage__in=("reply", "handle")).values_list("finished_at", flat=True)
    assert all(ended)
    assert faults() == []


def test_of_a_ready_text_that_two_save_at_once_one_version_is_in_force(really):
    given = {"title_zh": "夜间施工", "text_zh": "22 点后不得施工。", "owner": "urban", "review_on": "2027-01-01"}
    dora, now = really.actor("dora"), really.now
    put_text("night", given, actor=dora, now=now)

    def save(words):
        return lambda: put_text("night", {**given, "text_zh": words}, actor=dora, now=now).version

    assert meanwhile(save("甲的话。"), save("乙的话。")) == "3"
    rows = StandardReply.objects.filter(code="night").order_by("pk").values_list("version", "active", "text_zh")
    assert list(rows)[1:] == [("2", False, "甲的话。"), ("3", True, "乙的话。")]
