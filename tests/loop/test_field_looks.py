"""Looks at the place of a case: asked by the desk, answered from a phone, twice, late, from somebody else's phone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from field_office import asked, here, incoming, key, nowhere, photo, staffed

from gezhi.kernel.errors import Refused
from gezhi.loop.field import store
from gezhi.loop.field.service import asking, looking
from gezhi.loop.field.service.looking import Answer
from gezhi.loop.models import Attachment, Case, FieldAct, FieldTask, Notice, Step
from gezhi.loop.service import move
from gezhi.loop.service.citizens import citizen_view
from gezhi.loop.service.reading import view
from gezhi.loop.service.replaying import Difference, replay
from gezhi.trust.service import deliver_pending, erase, open_text


@pytest.fixture
def town(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    return staffed(office)


@pytest.fixture
def case(town):
    return town.receive(
        "路灯不亮，王小明家门口，电话13800001234。", matter="0101", name="王小明", phone="13800001234",
        place="南湖路8号", lon=116.3912, lat=39.9071,
    )  # fmt: skip


def answer(town, task, by="gina", *, own="", files=None, **said):
    said = {"result": "there", "where": here(), "seen": Case.objects.get(pk=task.case_id).last, **said}
    files = incoming() if files is None else files
    return looking.answer(task.pk, Answer(**said), files, actor=town.actor(by), now=town.now, key=own or key())


def last(case):
    return Step.objects.filter(case=case).order_by("-no").first()


def test_a_look_is_asked_for_and_answered_as_a_step_of_the_case(town, case):
    task = asked(town, case)
    ask = last(case)
    assert (ask.move, ask.source, ask.target) == ("field_ask", "received", "received")
    assert ask.facts["unit"] == town.units["street"].pk
    done = answer(town, task, note="灯杆上没有电")
    step = last(case)
    assert (done.clash, done.last, step.no, step.move) == ("", step.no, step.no, "field_find")
    assert step.actor == str(town.users["gina"].pk), "the finding is the worker's own"
    assert (step.facts["found"], step.facts["accuracy"], step.facts["place_by"]) == ("there", 12, "phone")
    assert 0 < step.facts["metres"] < 40
    assert "lon" not in step.facts, "the position itself is sealed"
    shown = view(case, actor=town.actor("dora"), now=town.now)
    entry = next(one for one in shown.entries if one.move == "field_find")
    assert entry.texts["note"] == "灯杆上没有电"
    assert [file.kind for file in entry.files] == ["image"]
    assert FieldTask.objects.get(pk=task.pk).state == "done"
    act = FieldAct.objects.get()
    requester = Case.objects.select_related("requester").get(pk=case).requester
    assert open_text(requester, act.sealed) == {"note": "灯杆上没有电", "lon": 116.391, "lat": 39.907}
    assert [found for found in replay() if isinstance(found, Difference)] == []


def test_the_worker_reads_the_ask_without_numbers_and_without_the_name(town, case):
    task = asked(town, case, words="请到王小明家看看，电话13800001234", place="南湖路8号王小明家")
    told = asking.told(store.my_tasks(town.actor("gina")).get(pk=task.pk))
    assert told == {"ask": "请到***家看看，电话***", "place": "南湖路8号***家"}
    with pytest.raises(Refused, match="case-not-found"):
        view(case, actor=town.actor("gina"), now=town.now)


def test_of_a_confidential_case_no_door_is_told(town):
    case = town.receive("邻居扰民", matter="0101", name="王小明", phone="13800001234", confidential=True)
    task = asked(town, case, place="丽江新城6栋2单元301")
    assert asking.told(store.my_tasks(town.actor("gina")).get(pk=task.pk))["place"] == "丽江新城****"


def test_the_same_key_twice_is_one_finding(town, case):
    task, own = asked(town, case), key()
    first = answer(town, task, own=own, seen=2)
    before = (Step.objects.count(), Attachment.objects.count(), FieldAct.objects.count())
    again = answer(town, task, own=own, seen=2)
    assert (again.repeated, again.last, again.clash) == (True, first.last, "")
    assert (Step.objects.count(), Attachment.objects.count(), FieldAct.objects.count()) == before
    with pytest.raises(Refused, match="key-reused"):
        answer(town, task, own=own, result="not_there")
    assert FieldAct.objects.get().result == "there"


def test_a_key_that_somebody_else_used_is_not_taken(town, case):
    task, own = asked(town, case, who="street"), key()
    answer(town, task, own=own)
    with pytest.raises(Refused, match="key-reused"):
        answer(town, task, by="greg", own=own)


def test_somebody_elses_look_is_as_if_it_were_not_there(town, case):
    task = asked(town, case)
    for by in ("greg", "gus"):
        with pytest.raises(Refused, match="field-task-not-found") as refused:
            answer(town, task, by=by)
        assert refused.value.status == 404
    with pytest.raises(Refused, match="not-allowed"):
        answer(town, task, by="hugo")
    assert not FieldAct.objects.exists()


def test_a_look_asked_of_a_unit_goes_to_whoever_is_there_first(town, case):
    task = asked(town, case, who="street")
    assert [row.pk for row in store.open_tasks(town.actor("greg"))] == [task.pk]
    assert store.open_tasks(town.actor("gus")) == []
    answer(town, task, by="greg")
    late = answer(town, task, by="gina", result="not_there")
    assert late.clash == "answered"
    moves = list(
        Step.objects.filter(case=case, move="field_find").order_by("no").values_list("facts__clash", flat=True)
    )
    assert moves == [None, "answered"], "both findings stand on the case, the second as what it is"
    assert FieldTask.objects.get(pk=task.pk).state == "done"


def test_when_the_case_moved_on_meanwhile_the_finding_is_kept_and_says_so(town, case):
    task = asked(town, case, shown=True)
    seen = Case.objects.get(pk=case).last
    move(case, "withdraw", {}, actor=town.citizen(case), now=town.now)
    done = answer(town, task, seen=seen)
    assert (done.clash, done.state) == ("moved", "withdrawn")
    step = last(case)
    assert (step.move, step.facts["clash"], step.facts.get("shown")) == ("field_find", "moved", None)
    assert not Attachment.objects.get(step=step).public, "what came too late is not shown to the citizen"
    assert [found for found in replay() if isinstance(found, Difference)] == []


def test_a_step_that_leaves_the_state_as_it_is_is_no_clash(town):
    case = town.to("handling")
    task = asked(town, case, "after")
    seen = Case.objects.get(pk=case).last
    town.move(case, "note", "hugo", note="已联系供电所")
    assert answer(town, task, result="mended", seen=seen).clash == ""


def test_what_was_taken_back_is_kept_as_a_note(town, case):
    task = asked(town, case)
    asking.cancel(task.pk, actor=town.actor("dora"), now=town.now)
    assert last(case).move == "field_cancel"
    assert store.open_tasks(town.actor("gina")) == []
    assert answer(town, task).clash == "cancelled"
    assert FieldTask.objects.get(pk=task.pk).state == "cancelled"
    with pytest.raises(Refused, match="field-task-over"):
        asking.cancel(task.pk, actor=town.actor("dora"), now=town.now)


def test_the_place_of_a_photo_counts_where_the_phone_knows_none(town, case):
    task = asked(town, case)
    data = photo(116.3912, 39.9071, "2026:03:02 08:30:00")
    answer(town, task, files=incoming(data), where=nowhere("denied"))
    facts = last(case).facts
    assert (facts["place_by"], facts["metres"] <= 2, "no_place" in facts) == ("photo", True, False)
    assert datetime.fromisoformat(facts["taken"]) == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    row = Attachment.objects.get()
    assert (round(row.lon, 3), round(row.lat, 3)) == (116.391, 39.907)


def test_without_any_position_a_reason_is_given_or_it_is_refused(town, case):
    task = asked(town, case)
    with pytest.raises(Refused, match="field-no-place"):
        answer(town, task, where=nowhere(""))
    assert Step.objects.filter(case=case).count() == 2, "a refusal leaves nothing behind"
    answer(town, task, where=nowhere("indoors"))
    facts = last(case).facts
    assert (facts["no_place"], "metres" in facts, "accuracy" in facts) == ("indoors", False, False)


def test_a_finding_is_dated_when_it_was_made(town, case):
    task = asked(town, case)
    made = town.now + timedelta(days=400)  # a phone whose clock is far off
    where = here(made=made, sent=made + timedelta(minutes=50))
    answer(town, task, where=where)
    assert datetime.fromisoformat(last(case).facts["made"]) == town.now - timedelta(minutes=50)
    assert last(case).acted_at == town.now, "the step is of the moment in which it arrived"


def test_the_citizen_reads_a_finding_only_where_the_desk_says_so(town, case):
    answer(town, asked(town, case), note="内部说明")
    actor = town.citizen(case)
    row = Case.objects.select_related("requester").get(pk=case)
    assert "field_find" not in [entry.move for entry in citizen_view(row, actor=actor).entries]
    answer(town, asked(town, case, shown=True), note="已看过现场")
    row.refresh_from_db()
    found = [entry for entry in citizen_view(row, actor=actor).entries if entry.move == "field_find"]
    assert [entry.texts for entry in found] == [{"note": "已看过现场"}]
    assert len(citizen_view(row, actor=actor).files) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"check": "maybe"}, "field-invalid"), ({"words": " "}, "field-missing"), ({"place": ""}, "field-missing"),
        ({"place": "x" * 301}, "text-too-long"), ({"due": None}, "field-missing"), ({"who": "hugo"}, "field-no-worker"),
        ({"due": datetime(2026, 3, 1, tzinfo=UTC)}, "field-due-past"), ({"who": "urban"}, "field-no-worker"),
        ({"area": "nowhere"}, "area-unknown"),
    ],
)  # fmt: skip
def test_an_ask_that_says_too_little_is_refused(town, case, wrong, code):
    with pytest.raises(Refused, match=code):
        asked(town, case, **wrong)
    assert Step.objects.filter(case=case).count() == 1


def test_who_may_ask(town, case):
    wish = asking.Wish("before", "看看", "南湖路", town.now + timedelta(days=1), unit=town.units["street"].pk)
    with pytest.raises(Refused, match="case-not-found"):
        asking.ask(case, wish, actor=town.actor("gina"), now=town.now)
    handled = town.to("handling")
    with pytest.raises(Refused, match="not-allowed"):
        asking.ask(handled, wish, actor=town.actor("hugo"), now=town.now)
    asking.ask(handled, wish, actor=town.actor("lena"), now=town.now)
    closed = town.to("closed")
    with pytest.raises(Refused, match="move-not-from-here"):
        asking.ask(closed, wish, actor=town.actor("dora"), now=town.now)
    for name in ("field_ask", "field_find", "field_cancel"):
        with pytest.raises(Refused, match="move-reserved"):
            move(handled, name, {}, actor=town.actor("dora"), now=town.now)


def test_an_ask_sent_twice_is_one_task(town, case):
    wish = asking.Wish("before", "看看", "南湖路", town.now + timedelta(days=1), unit=town.units["street"].pk)
    one, two = (asking.ask(case, wish, actor=town.actor("dora"), now=town.now, key="k") for _ in range(2))
    assert one.pk == two.pk
    assert FieldTask.objects.count() == 1


def test_who_asked_hears_of_the_finding(town, case):
    answer(town, asked(town, case))
    deliver_pending(town.now)
    assert list(Notice.objects.filter(kind="field").values_list("user", flat=True)) == [town.users["dora"].pk]


def test_of_an_erased_person_neither_words_nor_position_are_left(town, case):
    task = asked(town, case)
    answer(town, task, note="敲门无人")
    requester = Case.objects.get(pk=case).requester_id
    erase(requester, actor=town.actor("system"), now=town.now)
    row = apps.get_model("trust", "Requester").objects.get(pk=requester)
    act = FieldAct.objects.get()
    assert open_text(row, act.sealed) == {}
    assert asking.told(store.my_tasks(town.actor("gina")).get(pk=task.pk)) == {"ask": "", "place": ""}
    assert [found for found in replay() if isinstance(found, Difference)] == []


def test_a_disabled_worker_is_asked_no_more(town, case):
    town.users["gina"].is_active = False
    town.users["gina"].save()
    with pytest.raises(Refused, match="field-no-worker"):
        asked(town, case)
