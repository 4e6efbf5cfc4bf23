"""Who is told of what, once, without a word of anybody; read, unwanted, pruned; and a slip taken back is forgotten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Case, Notice
from gezhi.loop.notices import service, store
from gezhi.loop.service.undoing import undo
from gezhi.trust import service as trust


@pytest.fixture(autouse=True)
def caught_up(office, django_capture_on_commit_callbacks):
    """What was published before is delivered before a test begins."""
    deliver(office)


def deliver(office):
    """As the worker does."""
    trust.deliver_pending(office.now + timedelta(days=3650))


def told(office, name, kind=None):
    rows = Notice.objects.filter(user=office.users[name], **({"kind": kind} if kind else {}))
    return list(rows.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def site(office):
    def browser(name):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = "en"
        return client

    return browser


def test_each_step_is_told_to_whom_it_asks_for_something(office):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["urban"].pk, assisting=[office.units["housing"].pk])
    deliver(office)
    assert (told(office, "hugo"), told(office, "lena")) == (["dispatched"], ["dispatched"])
    assert (told(office, "hana"), told(office, "tom"), told(office, "dora")) == (["task"], [], [])
    office.move(case, "return", "hugo", cause="not_ours", basis="x")
    deliver(office)
    assert told(office, "dora") == ["returned"]
    assert told(office, "hugo") == ["dispatched"]  # one's own act is no news
    office.move(case, "adjudicate", "dora", ruling="reject", basis="y")
    deliver(office)
    office.move(case, "sign", "hugo")
    office.move(case, "supervise", "sue", reason="r")
    office.move(case, "transfer", "lena", user=office.users["hugo"].pk)
    office.move(case, "note", "lena", note="请@Hugo 和＠hana 看一下，抄送@tom @nobody")
    deliver(office)
    assert told(office, "hugo") == ["dispatched", "dispatched", "supervised", "handed", "mention"]
    assert told(office, "hana") == ["task", "mention"]
    assert told(office, "tom") == []  # tom's unit has nothing to do with the case
    office.move(case, "task_done", "hana", note="好")
    office.move(case, "supervise_answer", "hugo", note="在办")
    office.move(case, "reply", "hugo", outcome="solved", reply="好了")
    deliver(office)
    assert "replied" in told(office, "lena")
    office.move(case, "review_pass", "lena")
    office.move(case, "callback", "cal", contacted=True, satisfaction="dissatisfied", solved="unsolved",
                for_unit="仍不亮")  # fmt: skip
    deliver(office)
    assert told(office, "hugo", "redo") == ["redo"]
    words = " ".join(str(vars(row)) for row in Notice.objects.all())
    assert not {"抄送", "王小明", "路灯", "13800001234"} & {part for part in ("抄送", "王小明", "路灯", "13800001234")
                                                     if part in words}  # fmt: skip


def test_a_second_delivery_tells_nothing_twice(office):
    case = office.to("dispatched")
    deliver(office)
    before = Notice.objects.count()
    assert before
    from django.apps import apps

    for row in apps.get_model("trust", "Outbox").objects.filter(topic="case.moved", subject_id=case):
        event = trust.Event(row.pk, row.topic, row.version, row.subject_kind, row.subject_id, row.payload,
                            row.published_at)  # fmt: skip
        service.tell(event)
    assert Notice.objects.count() == before


def test_what_has_gone_on_meanwhile_asks_nobody(office):
    office.to("handling")  # dispatched and signed before the worker came
    deliver(office)
    assert told(office, "hugo") == []


def test_what_was_done_meanwhile_is_asked_of_nobody(office):
    case, unit = office.to("handling"), office.units["housing"].pk
    deliver(office)
    Notice.objects.all().delete()
    office.move(case, "supervise", "sue", reason="r")
    office.move(case, "task", "hugo", unit=unit, ask="请核实产权。")
    office.move(case, "task_done", "hana", unit=unit, note="已核实。")
    office.move(case, "supervise_answer", "hugo", note="在办")
    deliver(office)  # the worker comes late
    assert (told(office, "hana"), told(office, "hugo")) == ([], [])


def test_the_light_of_a_task_that_was_asked_again_is_told_to_its_unit(office):
    case, unit = office.to("handling"), office.units["housing"].pk
    office.move(case, "task", "hugo", unit=unit, ask="请核实产权。")
    office.move(case, "task_refuse", "hana", unit=unit, reason="不属我局")
    office.move(case, "task", "hugo", unit=unit, ask="请再核实。")
    deliver(office)
    assert set(told(office, "hana")) == {"task"}
    office.later(minutes=30)
    due = office.now - timedelta(minutes=1)
    Case.objects.filter(pk=case).update(due_stage="task", due_at=due, soon_at=due)
    service.look_at_lights(office.now)
    assert told(office, "hana", "late") == ["late"]


def test_a_light_is_told_once_for_each_turn(office):
    case = office.to("handling")
    row = Case.objects.get(pk=case)
    service.look_at_lights(office.now)
    assert told(office, "hugo") == []
    for moment, expected in (
        (row.soon_at + timedelta(seconds=1), ["soon"]), (row.soon_at + timedelta(minutes=2), ["soon"]),
        (row.due_at + timedelta(seconds=1), ["soon", "late"]), (row.due_at + timedelta(days=1), ["soon", "late"]),
    ):  # fmt: skip
        service.look_at_lights(moment)
        assert told(office, "hugo") == expected
    assert told(office, "lena") == []  # hugo has it
    store.NoticeMark.objects.update(at=office.now)  # the worker looks at the same hours again
    service.look_at_lights(row.due_at + timedelta(days=1))
    assert sorted(told(office, "hugo")) == ["late", "soon"]


def test_however_many_lights_turn_none_is_passed_over(office, monkeypatch):
    """After a night without a worker thousands turn at once: the next look would not see them any more."""
    monkeypatch.setattr(store, "LIGHTS", 2)
    cases = [office.to("handling") for _ in range(5)]
    service.look_at_lights(office.now)
    late = max(Case.objects.values_list("due_at", flat=True)) + timedelta(minutes=1)
    assert service.look_at_lights(late) == len(cases)
    assert told(office, "hugo").count("late") == len(cases)


def test_what_one_does_not_want_is_not_told_and_old_ones_go(office):
    service.keep_wish(["dispatched"], "off", "", actor=office.actor("hugo"), now=office.now)
    office.to("dispatched")
    deliver(office)
    assert (told(office, "hugo"), told(office, "lena")) == ([], ["dispatched"])
    Notice.objects.update(at=office.now - timedelta(days=31))
    assert service.prune(office.now - timedelta(days=30)) == 1
    assert Notice.objects.count() == 0


def test_a_slip_taken_back_is_forgotten_and_one_that_was_read_stands(office, site):
    case = office.to("accepted")
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    deliver(office)
    undo(case, actor=office.actor("dora"), now=office.now)
    deliver(office)
    assert told(office, "hugo") == []
    office.move(case, "dispatch", unit=office.units["urban"].pk)
    deliver(office)
    assert site("hugo").get(f"/desk/{case}/").status_code == 200  # he reads it
    with pytest.raises(Refused, match=r"^undo-read"):
        undo(case, actor=office.actor("dora"), now=office.now)


def test_the_page_the_count_and_reading(office, site):
    cases = [office.to("dispatched") for _ in range(3)]
    deliver(office)
    client = site("hugo")
    client.get("/desk/notices/count/")
    with CaptureQueriesContext(connection) as captured:
        count = client.get("/desk/notices/count/").content.decode()
    assert ">3<" in count
    assert sum("loop_notice" in query["sql"] for query in captured) == 1
    assert len(captured) <= 3  # session, user with grants, count
    page = client.get("/desk/notices/")
    assert [row["unread"] for row in page.context["rows"]] == [True] * 3
    assert "路灯不亮" in page.content.decode()
    with CaptureQueriesContext(connection) as three:
        client.get("/desk/notices/")
    client.get(f"/desk/{cases[0]}/")
    client.post("/desk/notices/read/", {"notice": page.context["rows"][0]["id"]})
    assert store.unread(office.users["hugo"].pk) == 1
    other = Notice.objects.filter(user=office.users["lena"]).first()
    client.post("/desk/notices/read/", {"notice": other.pk})
    assert store.unread(office.users["lena"].pk) == 3  # nobody reads for others
    client.post("/desk/notices/read/", {"all": "1"})
    assert client.get("/desk/notices/?only=unread").context["rows"] == []
    office.to("dispatched")
    deliver(office)
    with CaptureQueriesContext(connection) as four:
        client.get("/desk/notices/")
    assert len(four) == len(three)
    assert Client().get("/desk/notices/count/").status_code == 302


def test_a_case_that_may_no_longer_be_read_is_not_named(office, site):
    case = office.to("dispatched")
    deliver(office)
    Notice.objects.filter(user=office.users["hugo"]).update(user=office.users["hana"])
    page = site("hana").get("/desk/notices/").content.decode()
    assert "no longer open" in page
    assert Case.objects.get(pk=case).number not in page
