"""Visits and patrols: the list out of a sheet, three results, problems that become cases, the month of a worker."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from field_office import here, incoming, key, nowhere, photo, staffed

from gezhi.kernel.errors import Refused
from gezhi.loop.field import events, store
from gezhi.loop.field.pages.plans import tables
from gezhi.loop.field.service import finding, lists, months, visiting
from gezhi.loop.field.service.finding import Found
from gezhi.loop.field.service.visiting import Visit
from gezhi.loop.models import Attachment, Case, CodeItem, FieldAct, FieldPlace, Step
from gezhi.loop.service.reading import view
from gezhi.loop.store import content
from gezhi.trust.service import Event, erase, find_by_phone, identity_of

HEAD = "姓名,地址,电话,类别,走访周期,下次走访,网格员"
SHEET = f"""{HEAD}
张三,南湖路8号,13800001234,独居老人,30,2026-03-01,gina
李四,南湖路9号,,沿街商铺,90,,
"""


@pytest.fixture
def town(office, settings, tmp_path):
    settings.GEZHI_FILES = tmp_path
    return staffed(office)


def bring(town, text=SHEET, by="stella", unit="street"):
    return lists.bring(io.BytesIO(text.encode()), town.units[unit].pk, actor=town.actor(by), now=town.now)


def place(town, address="南湖路8号"):
    return next(row for row in FieldPlace.objects.select_related("requester")
                if identity_of(row.requester)["address"] == address)  # fmt: skip


def visit(town, row, result="fine", by="gina", own="", files=(), **said):
    said = {"where": here(), **said}
    return visiting.visit(row.pk, Visit(result, **said), files, actor=town.actor(by), now=town.now, key=own or key())


# ---- the list


def test_a_sheet_becomes_a_list_and_is_read_again_without_doubling(town):
    done = bring(town)
    assert (done.new, done.changed, done.same, list(done.faults)) == (2, 0, 0, [])
    row = place(town)
    assert (row.kind, row.every, row.due_on, row.user) == ("独居老人", 30, date(2026, 3, 1), town.users["gina"])
    assert place(town, "南湖路9号").due_on == date(2026, 3, 2), "due today where no day is given"
    again = bring(town)
    assert (again.new, again.changed, again.same, FieldPlace.objects.count()) == (0, 0, 2, 2)
    changed = bring(town, SHEET.replace("独居老人,30", "独居老人,15").replace("13800001234", "13900005678"))
    assert (changed.changed, changed.same, place(town).every) == (1, 1, 15)
    assert identity_of(place(town).requester)["phone"] == "13900005678"


def test_names_and_numbers_lie_sealed(town):
    bring(town)
    with_phone = find_by_phone("13800001234")
    assert [row.pk for row in [place(town).requester]] == with_phone
    table = apps.get_model("loop", "FieldPlace")
    text = repr(list(table.objects.values()))
    assert not [word for word in ("张三", "南湖路", "13800001234") if word in text]


def test_rows_that_do_not_fit_are_left_out_and_named(town):
    text = f"""{HEAD}
张三,南湖路8号,,,30,,gina
,南湖路9号,,,30,,
王五,南湖路10号,,,每月,,
赵六,南湖路11号,,,30,,hugo
张三,南湖路8号,,,60,,
"""
    done = bring(town, text)
    assert done.new == 1
    assert [(row, code) for row, code, _ in done.faults] == [
        (3, "visit-nameless"), (4, "visit-every"), (5, "visit-worker"), (6, "visit-twice"),
    ]  # fmt: skip


def test_a_sheet_of_something_else_is_refused(town):
    with pytest.raises(Refused, match="visit-columns"):
        bring(town, "编号,标题\n1,路灯\n")
    with pytest.raises(Refused, match="not-allowed"):
        bring(town, unit="housing")
    with pytest.raises(Refused, match="not-allowed"):
        bring(town, by="gina")
    assert not FieldPlace.objects.exists()


# ---- visits


def test_three_results_and_when_one_goes_again(town):
    bring(town)
    row = place(town)
    assert visit(town, row).due == "2026-04-01"
    assert visit(town, row, "nobody").due == "2026-03-05"
    row.refresh_from_db()
    assert (row.last_result, row.due_on, row.last_at) == ("nobody", date(2026, 3, 5), town.now)


def test_a_visit_that_arrives_after_a_later_one_changes_no_date(town):
    bring(town)
    row = place(town)
    earlier = town.now - timedelta(days=2)
    visit(town, row)
    late = visit(town, row, "nobody", where=here(made=earlier, sent=town.now))
    row.refresh_from_db()
    assert (late.due, row.due_on, row.last_result) == ("2026-04-01", date(2026, 4, 1), "fine")
    assert FieldAct.objects.filter(place=row).count() == 2, "it counts all the same"


def test_the_same_visit_twice_is_one(town):
    bring(town)
    own = key()
    first, again = (visit(town, place(town), own=own) for _ in range(2))
    assert (first.repeated, again.repeated, FieldAct.objects.count()) == (False, True, 1)
    with pytest.raises(Refused, match="key-reused"):
        visit(town, place(town), "nobody", own=own)


def test_somebody_elses_household_is_as_if_it_were_not_there(town):
    bring(town)
    for by in ("greg", "gus"):
        with pytest.raises(Refused, match="field-place-not-found"):
            visit(town, place(town), by=by)
    visit(town, place(town, "南湖路9号"), by="greg")  # nobody's in particular
    assert [identity_of(row.requester)["address"] for row in visiting.due_by(town.actor("gus"), date(2027, 1, 1))] == []


def test_a_good_fix_teaches_where_a_household_lies(town):
    bring(town)
    row = place(town)
    visit(town, row, "nobody")
    row.refresh_from_db()
    assert row.lon is None, "whoever met nobody may have stood elsewhere"
    visit(town, row)
    row.refresh_from_db()
    assert (row.lon, row.lat) == (116.391, 39.907)
    visit(town, row)
    assert list(FieldAct.objects.exclude(metres=None).values_list("metres", flat=True)) == [0]


def test_a_problem_becomes_a_case_at_the_address_without_who_lives_there(town):
    bring(town)
    row = place(town)
    with pytest.raises(Refused, match="field-no-photo"):
        visit(town, row, "problem", note="煤气灶漏气")
    with pytest.raises(Refused, match="field-missing"):
        visit(town, row, "problem", files=incoming())
    done = visit(town, row, "problem", note="楼道堆放杂物", files=incoming(), matter="0101", urgency=2)
    shown = view(done.case, actor=town.actor("dora"), now=town.now)
    assert (shown.story["text"], shown.story["place"], shown.case.channel) == ("楼道堆放杂物", "南湖路8号", "grid")
    assert (shown.case.urgency, shown.case.desk, shown.case.lon) == (2, town.units["centre"], 116.391)
    assert (shown.case.anonymous, shown.requester, len(shown.files)) == (True, "", 1)
    assert "张三" not in repr(shown.story)
    row.refresh_from_db()
    assert row.last_result == "problem"


def test_the_number_of_a_household_is_looked_up_on_record(town):
    bring(town)
    row = place(town)
    assert visiting.phone_of(row.pk, actor=town.actor("gina"), now=town.now) == "13800001234"
    look = apps.get_model("trust", "Reveal").objects.get(requester=row.requester)
    assert (look.fields, look.actor_id) == ("phone", str(town.users["gina"].pk))
    for by, code in (("greg", "field-place-not-found"), ("dora", "not-allowed")):
        with pytest.raises(Refused, match=code):
            visiting.phone_of(row.pk, actor=town.actor(by), now=town.now)


def test_a_place_is_closed_and_comes_back_with_the_sheet(town):
    bring(town)
    row = place(town)
    with pytest.raises(Refused, match="field-place-not-found"):
        lists.close(row.pk, actor=town.actor("liam"), now=town.now)
    lists.close(row.pk, actor=town.actor("stella"), now=town.now)
    with pytest.raises(Refused, match="field-place-not-found"):
        visit(town, row)
    assert bring(town).changed == 1
    visit(town, row)


def test_an_erased_household_is_visited_no_more(town):
    bring(town)
    row = place(town)
    visit(town, row)
    erase(row.requester_id, actor=town.actor("system"), now=town.now)
    event = Event(1, "requester.erased", 1, "requester", str(row.requester_id), {}, town.now)
    for _ in range(2):
        events.on_erased(event)
    row.refresh_from_db()
    assert (row.active, row.lon, row.kind, bytes(row.mark)) == (False, None, "", row.pk.bytes)


# ---- patrols


def report(town, own="", by="gina", files=None, **said):
    said = {"words": "井盖缺失", "place": "南湖路口", "matter": "0101", "where": here(), **said}
    files = incoming() if files is None else files
    return finding.report(Found(**said), files, actor=town.actor(by), now=town.now, key=own or key())


def test_a_finding_is_a_case_at_the_centre_once(town):
    own = key()
    done, again = report(town, own), report(town, own)
    assert (again.repeated, again.number, Case.objects.count()) == (True, done.number, 1)
    case = Case.objects.get()
    assert (case.channel, case.desk, case.matter, case.lon, case.kind) == (
        "grid", town.units["centre"], "0101", 116.391, "report",
    )  # fmt: skip
    step = Step.objects.get(case=case)
    assert (step.move, step.actor) == ("receive", str(town.users["gina"].pk))
    assert (Attachment.objects.get().step, Attachment.objects.get().public) == (None, False)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"words": ""}, "text-missing"), ({"place": " "}, "field-missing"), ({"files": []}, "field-no-photo"),
        ({"matter": "99"}, "matter-unknown"), ({"urgency": 9}, "field-invalid"),
        ({"where": nowhere("")}, "field-no-place"),
        ({"place": "x" * 501}, "text-too-long"), ({"by": "dora"}, "not-allowed"),
    ],
)  # fmt: skip
def test_a_finding_that_says_too_little_leaves_nothing(town, wrong, code):
    with pytest.raises(Refused, match=code):
        report(town, **wrong)
    assert not Case.objects.exists()


def test_a_finding_takes_its_place_from_the_photo(town):
    report(town, files=incoming(photo(116.4, 39.9)), where=nowhere())
    assert (round(Case.objects.get().lon, 3), FieldAct.objects.get().source) == (116.4, "photo")


def test_the_right_to_open_a_case_is_lent_for_this_alone(town):
    from gezhi.loop.service import Report, receive

    with pytest.raises(Refused, match="not-allowed"):
        receive(Report(text="路灯不亮"), actor=town.actor("gina"), now=town.now)


def test_the_short_list_is_the_packs_own(town):
    assert list(finding.short_list(content.content())) == ["01", "02"], "the first level where the packs name none"
    for code, matter in (("light", "0101"), ("gone", "9999")):
        CodeItem.objects.create(
            list="patrol_matter", code=code, name_zh=code, name_en=code, pack="test", extra={"matter": matter}
        )
    content.forget()
    assert list(finding.short_list(content.content())) == ["0101"], "what is no matter in use is not offered"


# ---- months


def test_a_month_counts_what_was_done_in_it(town):
    town.now = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai, the last day of March
    bring(town)
    visit(town, place(town))
    visit(town, place(town), "nobody", where=nowhere())
    report(town)
    town.later(hours=1)
    visit(town, place(town))
    first = timezone.localdate(town.now).replace(day=1)
    april = months.month(town.users["gina"].pk, first, actor=town.actor("gina"), now=town.now)
    march = months.month(town.users["gina"].pk, date(2026, 3, 1), actor=town.actor("stella"), now=town.now)
    assert (first, april.counts["fine"], sum(april.counts.values())) == (date(2026, 4, 1), 1, 1)
    assert {name: n for name, n in march.counts.items() if n} == {"fine": 1, "nobody": 1, "patrol": 1}
    assert (march.places, march.unplaced, march.late) == (1, 1, 0)
    counts, acts = tables(march)
    assert len(acts[2]) == sum(march.counts.values())
    assert counts[2][0][:2] == ["Gina", "2026-03"]
    assert not [cell for row in acts[2] for cell in row if "张三" in str(cell)]


def test_whose_month_one_may_read(town):
    gina = town.users["gina"].pk
    for by in ("greg", "liam"):
        with pytest.raises(Refused, match="field-worker-not-found"):
            months.month(gina, date(2026, 3, 1), actor=town.actor(by), now=town.now)
    assert months.month(gina, date(2026, 3, 1), actor=town.actor("stella"), now=town.now).acts == []


def test_every_key_of_a_fresh_list_is_its_own(town):
    bring(town)
    assert len({bytes(row.mark) for row in FieldPlace.objects.all()}) == 2
    assert store.due_places(town.actor("gina"), date(2026, 3, 1)) == [place(town)]
