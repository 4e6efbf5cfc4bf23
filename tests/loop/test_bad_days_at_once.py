"""A bad day: two dispatchers at once, in threads that really commit."""

import pytest
from at_once import at_once, refused
from loop_office import build_office

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, CaseClock, Step
from gezhi.loop.service import replay
from gezhi.loop.service.moving import move
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
