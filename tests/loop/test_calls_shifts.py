"""Figures of calls per shift and agent, the roster and the handover, over HTTP."""

from datetime import timedelta

import pytest
from calls_helpers import PHONE, browser, tell, whole_day, with_telephones
from django.apps import apps
from django.utils import timezone

from gezhi.loop.calls import use
from gezhi.loop.calls.service.rostering import due_handovers, hand_over
from gezhi.loop.models import CodeItem, Handover, OnDuty, Shift
from gezhi.loop.store import content


@pytest.fixture
def desk(office):
    yield with_telephones(office)
    use.look_again()


@pytest.fixture
def site(desk):
    return lambda name: browser(desk, name)


# ---- figures


def a_day(desk):
    row, today = whole_day(desk, "olive")
    start = desk.now - timedelta(minutes=30)
    desk.now, kept = start, desk.now
    for number, (agent, wait, talk) in enumerate(
        (("8001", 5, 60), ("8001", 15, 120), ("8001", 16, 30), ("8002", 3, 90))
    ):
        tell(desk, "answered", call=f"f{number}", agent=agent, queue_s=wait, caller=f"1380000000{number}")
        tell(desk, "ended", call=f"f{number}", agent=agent, after=talk, talk_s=talk, caller=f"1380000000{number}")
    tell(desk, "missed", call="f8", agent="", caller="13900000008")
    tell(desk, "answered", call="f9", agent="8099", queue_s=1, caller="13900000009")
    tell(desk, "answered", call="out", direction="out", called="13900000010")
    desk.now = kept
    return row, today


def test_figures_count_each_call_once_and_open_their_calls(desk, site):
    a_day(desk)
    client = site("dora")
    first, last = (timezone.localtime(desk.now - timedelta(days=1)).date(), timezone.localtime(desk.now).date())
    page = client.get(f"/desk/calls/figures/?from={first}&to={last}")
    rows = {row["who"]: row for row in page.context["rows"]}
    assert {name: (r["offered"], r["answered"], r["fast"], r["missed"], r["mean"]) for name, r in rows.items()} == {
        "Olive": (3, 3, 2, 0, 70),
        "Dora": (1, 1, 1, 0, 90),
        "nobody": (1, 0, 0, 1, None),
        "8099": (1, 1, 1, 0, None),
    }
    total = page.context["total"]
    assert (total["offered"], total["answered"], total["fast"], total["missed"]) == (6, 5, 4, 1)
    for row in rows.values():
        for name in ("offered", "answered", "fast", "missed"):
            assert len(client.get(row["links"][name]).context["rows"]) == row[name], (row["who"], name)
    for name, link in page.context["all"].items():
        assert len(client.get(link).context["rows"]) == total[name]


def test_how_fast_is_a_row_of_the_packs(desk, site):
    a_day(desk)
    CodeItem.objects.create(
        list="call_center", code="answer_within", name_zh="x", pack="local", extra={"seconds": "20"}
    )
    content.forget()
    page = site("dora").get(f"/desk/calls/figures/?from={timezone.localtime(desk.now - timedelta(days=1)).date()}")
    assert page.context["within"] == 20
    first = timezone.localtime(desk.now - timedelta(days=1)).date()
    both = site("dora").get(f"/desk/calls/figures/?from={first}&to={timezone.localtime(desk.now).date()}")
    assert both.context["total"]["fast"] == 5


def test_figures_leave_as_a_sheet(desk, site):
    a_day(desk)
    first, last = (timezone.localtime(desk.now - timedelta(days=1)).date(), timezone.localtime(desk.now).date())
    answer = site("dora").get(f"/desk/calls/figures.csv?from={first}&to={last}")
    lines = answer.content.decode("utf-8-sig").strip().splitlines()
    assert lines[0].startswith("Day,Shift,Agent,Offered,Answered,Answered within 15 s")
    assert len(lines) == 5
    assert sum(int(line.split(",")[3]) for line in lines[1:]) == 6


# ---- shifts and handover


def test_a_week_is_entered_copied_and_changed(desk, site):
    row, today = whole_day(desk, "olive", leader="dora")
    assert sorted(OnDuty.objects.values_list("user__username", "leader")) == [("dora", True), ("olive", False)]
    dora = site("dora")
    page = dora.get("/desk/shifts/")
    assert page.context["table"][0]["shift"]["name"] == "All day"
    then = today + timedelta(days=7)
    for _ in range(2):  # the second time the week is taken: nothing is doubled
        dora.post("/desk/shifts/copy/", {"week": today.isoformat(), "to": then.isoformat()})
    assert OnDuty.objects.filter(day=then).count() == 2
    assert OnDuty.objects.count() == 4
    dora.post("/desk/shifts/entry/", {"day": then, "shift": row.pk, "people": [desk.users["cal"].pk], "leader": ""})
    assert list(OnDuty.objects.filter(day=then).values_list("user__username", "leader")) == [("cal", False)]
    assert site("olive").post("/desk/shifts/entry/", {"day": then, "shift": row.pk}).status_code == 403


def test_a_telephone_belongs_to_one_person(desk, site):
    dora = site("dora")
    dora.post("/desk/shifts/telephone/", {"user": desk.users["cal"].pk, "extension": "8001"})
    assert not apps.get_model("loop", "Extension").objects.filter(user=desk.users["cal"].pk).exists()
    dora.post("/desk/shifts/telephone/", {"user": desk.users["olive"].pk, "extension": ""})
    dora.post("/desk/shifts/telephone/", {"user": desk.users["cal"].pk, "extension": "8001"})
    assert apps.get_model("loop", "Extension").objects.get(number="8001").user_id == desk.users["cal"].pk


def test_a_handover_lists_what_is_open_and_is_taken_over_by_another(desk, site):
    row, today = whole_day(desk, "olive", leader="dora")
    desk.receive("煤气味很重", urgency=4, matter="0101", phone="13700000000")
    desk.receive("普通的事", matter="0101")
    tell(desk, "missed", call="m1")
    olive = site("olive")
    form = {"day": today, "shift": row.pk, "words": "三中队今晚值班，电话 13812346207"}
    refused = olive.post("/desk/shifts/handover/", form)
    assert refused.status_code == 422
    assert "13812346207" in refused.content.decode(), "what was typed is kept in the form"
    for _ in range(2):
        assert olive.post("/desk/shifts/handover/", {**form, "words": "三中队今晚值班"}).status_code == 302
    note = Handover.objects.get()
    assert (len(note.open["urgent"]), len(note.open["missed"]), note.open["waiting"]) == (1, 1, 0)
    shown = site("dora").get(f"/desk/shifts/handover/{note.pk}/")
    assert (len(shown.context["cases"]), len(shown.context["missed"])) == (1, 1)
    assert PHONE not in shown.content.decode()
    olive.post(f"/desk/shifts/handover/{note.pk}/take/")
    assert Handover.objects.get().taken_by is None, "nobody takes over from himself"
    site("dora").post(f"/desk/shifts/handover/{note.pk}/take/")
    site("cal").post(f"/desk/shifts/handover/{note.pk}/take/")
    assert Handover.objects.get().taken_by_id == desk.users["dora"].pk
    assert olive.post("/desk/shifts/handover/", {**form, "words": "noch etwas"}).status_code == 409


def test_a_late_and_an_untaken_handover_are_shown(desk, site):
    row, today = whole_day(desk, "olive")
    tomorrow = timezone.localtime(desk.now).replace(hour=1, minute=0) + timedelta(days=1)
    assert [one["state"] for one in due_handovers(tomorrow)] == ["late"]
    hand_over(today, row.pk, "alles ruhig", actor=desk.actor("olive"), now=desk.now)
    assert [one["state"] for one in due_handovers(tomorrow)] == ["untaken"]
    assert [one["state"] for one in due_handovers(tomorrow + timedelta(days=20))] == []


def test_a_shift_can_be_made_in_the_page(desk, site):
    dora = site("dora")
    dora.post("/desk/shifts/shift/", {"name_zh": "夜班", "starts": "22:00", "ends": "06:00", "active": "1"})
    dora.post("/desk/shifts/shift/", {"name_zh": "坏", "starts": "25:00", "ends": "06:00", "active": "1"})
    assert [(row.name_zh, row.ends.hour) for row in Shift.objects.all()] == [("夜班", 6)]
