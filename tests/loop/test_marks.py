"""A nuisance mark on a number: two persons, an end, an appeal; it lowers a place in the queue and bars nobody."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone, translation

from gezhi.kernel.errors import Refused
from gezhi.loop.marks import service, store
from gezhi.loop.models import Case, CodeItem, NuisanceMark
from gezhi.loop.pages.call import past_of
from gezhi.loop.person.slots import marks_of as shown_on_own_page
from gezhi.loop.service import Report, case_token, receive
from gezhi.loop.service.erasing import on_erased
from gezhi.loop.store import content, worklist
from gezhi.loop.store.worklist import Wish
from gezhi.trust.rules import Actor
from gezhi.trust.service import Event, citizen_actor, erase

PHONE, WHY = "13800001234", "一上午打了四十个电话，都不说话。"


@pytest.fixture
def town(office):
    CodeItem.objects.create(list="nuisance_reason", code="silent", name_zh="不说话", name_en="Silent", pack="test")
    CodeItem.objects.create(
        list="nuisance", code="days", name_zh="天数", name_en="Days", pack="test", extra={"amount": 30}
    )
    content.forget()
    return office


def propose(town, case, by="olive"):
    return service.propose(case, "silent", WHY, actor=town.actor(by), now=town.now)


def confirmed(town, case):
    mark = propose(town, case)
    return service.confirm(mark.pk, True, actor=town.actor("dora"), now=town.now)


def called(town, **more):
    return town.receive(matter="0101", phone=PHONE, name="王小明", **more)


def queue(town, now=None):
    rows = worklist.page(town.actor("olive"), Wish(tab="to_accept"), now or town.now).rows
    return [str(row.pk) for row in rows]


def test_a_second_person_confirms_and_it_ends_by_itself(town):
    case = called(town)
    mark = propose(town, case)
    assert service.holding([mark.requester_id], town.now) is None, "nobody has confirmed it"
    with pytest.raises(Refused, match="mark-exists"):
        propose(town, called(town), "dora")
    with pytest.raises(Refused, match="not-allowed"):
        service.confirm(mark.pk, True, actor=town.actor("hugo"), now=town.now)
    own = propose(town, town.receive(matter="0101", phone="13900005678"), "dora")
    with pytest.raises(Refused, match="own-request"):
        service.confirm(own.pk, True, actor=town.actor("dora"), now=town.now)
    service.confirm(mark.pk, True, actor=town.actor("dora"), now=town.now)
    assert service.holding([mark.requester_id], town.now + timedelta(days=29))
    assert service.holding([mark.requester_id], town.now + timedelta(days=30)) is None
    with pytest.raises(Refused, match="mark-no-number"):
        propose(town, town.receive(matter="0101"))


def test_it_lowers_ordinary_requests_and_bars_nobody(town, client):
    confirmed(town, called(town))
    town.later(minutes=1)
    plain = called(town)
    urgent = called(town, urgency=3)
    other = town.receive("井盖松动，车子压过很响。", matter="0101", phone="13900005678")
    order = queue(town)
    assert order.index(plain) > order.index(other), "an unmarked number that came later goes first"
    assert order.index(urgent) < order.index(other), "what is urgent is not lowered"
    late = town.now + timedelta(hours=3)
    assert queue(town, late).index(plain) < queue(town, late).index(other), "what has used up its limit is not lowered"
    NuisanceMark.objects.update(expires_at=timezone.now() + timedelta(days=3))  # pages read the clock
    with translation.override("zh-hans"):
        found = past_of(town.actor("olive"), PHONE)
    assert found["mark"]["cause"] == "不说话"
    before = Case.objects.count()
    sent = client.post("/report/", {
        "text": "南湖菜市场门口垃圾两天没清。", "place": "南湖菜市场", "who": "phone", "phone": PHONE, "key": "k1",
    })  # fmt: skip
    assert sent.status_code == 302
    assert Case.objects.count() == before + 1


def test_the_person_reads_why_and_a_third_person_decides(town, client):
    case = called(town)
    mark = confirmed(town, case)
    NuisanceMark.objects.filter(pk=mark.pk).update(
        expires_at=timezone.now() + timedelta(days=3)
    )  # pages read the clock
    again = called(town)  # another case of the same number has another requester
    url = f"/f/{case_token(again)}/mark/"
    assert url in client.get(f"/f/{case_token(again)}/").content.decode()
    page = client.get(url).content.decode()
    assert WHY in page
    stranger = town.receive(matter="0101", phone="13900005678")
    assert client.get(f"/f/{case_token(stranger)}/mark/").status_code == 404
    assert f"/f/{case_token(stranger)}/mark/" not in client.get(f"/f/{case_token(stranger)}/").content.decode()
    assert client.post(url, {"words": "线路有杂音，我说话你们听不见。"}).status_code == 302
    with pytest.raises(Refused, match="mark-appealed"):
        service.appeal(mark.pk, "再说", actor=town.citizen(again), now=timezone.now())
    for who, code in (("dora", "not-allowed"), ("olive", "not-allowed")):
        with pytest.raises(Refused, match=code):
            service.decide(mark.pk, True, "成立", actor=town.actor(who), now=town.now)
    service.decide(mark.pk, True, "经查线路故障，标记撤销。", actor=town.actor("sue"), now=town.now)
    assert "经查线路故障" in client.get(url).content.decode()
    assert service.holding([mark.requester_id], town.now) is None
    told = shown_on_own_page([mark.requester_id])
    assert [one.kind for one in told] == ["nuisance"]


def test_words_and_the_one_appeal_are_for_the_person_marked_and_for_nobody_else_on_the_number(town, client):
    mark = confirmed(town, called(town))
    NuisanceMark.objects.update(expires_at=timezone.now() + timedelta(days=3))  # pages read the clock
    wife = town.receive(matter="0101", phone=PHONE, name="陈小丽")
    web = citizen_actor("web", kind="link")
    forged = receive(Report(text="试探", name="王小明", phone=PHONE), actor=web, now=town.now).moved.case
    for case in (wife, forged):
        url = f"/f/{case_token(case)}/mark/"
        page = client.get(url).content.decode()
        assert "不说话" in page, "that the number is marked, and why in one word"
        assert WHY not in page
        assert "<form" not in page.partition("<section")[2], "the objection is not theirs"
        assert client.post(url, {"words": "不是我"}).status_code == 404
        with translation.override("zh-hans"):
            (shown,) = shown_on_own_page([Case.objects.get(pk=case).requester_id])
        assert (shown.words, shown.appeal_url) == ("不说话", "")
    assert NuisanceMark.objects.get(pk=mark.pk).appeal == ""


def test_who_set_or_confirmed_it_does_not_decide(town):
    mark = propose(town, called(town))
    service.confirm(mark.pk, True, actor=town.actor("sue"), now=town.now)
    service.appeal(mark.pk, "不对", actor=town.actor("olive"), now=town.now)
    with pytest.raises(Refused, match="own-request"):
        service.decide(mark.pk, False, "维持", actor=town.actor("sue"), now=town.now)


def test_the_ledger_and_the_row_hold_no_number_and_erasure_takes_the_mark_along(town):
    mark = confirmed(town, called(town))
    rows = apps.get_model("trust", "LedgerRecord").objects.filter(subject_kind="mark")
    assert rows.count() == 2
    assert not [row for row in rows if PHONE in str(row.body) or WHY in str(row.body)]
    assert WHY.encode() not in bytes(NuisanceMark.objects.get(pk=mark.pk).words)
    erase(mark.requester_id, actor=Actor.system("tests"), now=town.now)
    event = Event(1, "requester.erased", 1, "requester", str(mark.requester_id), {}, town.now)
    on_erased(event, now=town.now)
    assert not NuisanceMark.objects.filter(pk=mark.pk).exists()


def test_the_list_is_for_who_works_with_marks_and_takes_a_fixed_number_of_statements(
    town, client, django_assert_max_num_queries
):
    mark = propose(town, called(town))
    for name, status in (("hugo", 403), ("dora", 200)):
        client.force_login(town.users[name])
        assert client.get("/desk/marks/?tab=proposed").status_code == status
    page = client.get("/desk/marks/?tab=proposed").content.decode()
    assert WHY in page
    assert f"/desk/marks/{mark.pk}/confirm/" in page
    with django_assert_max_num_queries(20) as first:
        client.get("/desk/marks/?tab=proposed")
    propose(town, town.receive(matter="0101", phone="13900005678"))
    with django_assert_max_num_queries(len(first)):
        client.get("/desk/marks/?tab=proposed")
    assert client.post(f"/desk/marks/{mark.pk}/confirm/", {"yes": "1"}).status_code == 302
    assert store.marked([mark.case_id], timezone.now()) == {mark.case_id}
