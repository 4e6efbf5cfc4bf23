"""Bad days of an office, one test each: what happens to the cases, and what the record says of it afterwards."""

import io
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document
from procrastinate.contrib.django.models import ProcrastinateJob

from gezhi.kernel.errors import Refused
from gezhi.loop import tasks
from gezhi.loop.documents import service as documents
from gezhi.loop.models import CalendarDay, Case, CaseClock, CatalogueItem, Step
from gezhi.loop.pages.forms import matter_options
from gezhi.loop.service import replay
from gezhi.loop.service.calendar import set_day
from gezhi.loop.service.contents import edit_matter
from gezhi.loop.service.dissolving import dissolve
from gezhi.loop.service.reading import view
from gezhi.loop.service.recalculating import recalculate, recalculate_for
from gezhi.loop.store import content
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor
from gezhi.trust.service import acts

ROOT = Actor.system("tests")


def faults():
    return [item for item in replay() if not isinstance(item, int)]


def last(case):
    return Step.objects.filter(case=case).latest("no")


def due(case, stage="handle"):
    return CaseClock.objects.get(case=case, stage=stage, finished_at=None).due_at


# ---- a unit is dissolved while cases are open


def leave(office, *names):
    """People give up their posts and go."""
    apps.get_model("trust", "Holding").objects.filter(user__username__in=names).update(valid_to=office.now)


def test_a_unit_is_dissolved_with_open_cases(office):
    led, closed = office.to("handling"), office.to("closed")
    helped = office.to("handling", lead="housing")
    office.move(helped, "task", "hana", unit=office.units["urban"].pk, ask="请协助")
    before = {case: due(case) for case in (led, helped)}
    given = {"actor": ROOT, "now": office.later(hours=1)}
    with pytest.raises(Refused, match="unit-in-use"):
        dissolve("urban", "housing", **given)
    leave(office, "hugo", "lena")
    given["now"] = office.later(minutes=1)
    with pytest.raises(Refused) as caught:
        trust.close_unit("urban", **given)
    assert (caught.value.code, caught.value.facts["work"]) == ("unit-has-work", 2)
    for unfit in ("urban", "nowhere"):
        with pytest.raises(Refused, match="successor-unfit"):
            dissolve("urban", unfit, **given)
    with pytest.raises(Refused, match="not-allowed"):
        dissolve("urban", "housing", actor=office.actor("dora"), now=office.now)
    assert last(led).move == "sign"

    done = dissolve("urban", "housing", **given)
    housing = office.units["housing"].pk
    assert (done.led, done.assisted, done.desk) == (1, 1, 0)
    assert done.catalogue == CatalogueItem.objects.filter(edition__in_force=True).count()
    assert not apps.get_model("trust", "Unit").objects.get(code="urban").active
    assert (last(led).move, last(led).facts["parts"], last(helped).facts["parts"]) == ("succeed", ["lead"], ["task"])
    moved = Case.objects.get(pk=led)
    assert (moved.lead_id, moved.first_unit_id, moved.owner_id) == (housing, office.units["urban"].pk, None)
    assert {case: due(case) for case in (led, helped)} == before  # limits run on
    assert Case.objects.get(pk=closed).lead.code == "urban"  # what is over stays as it was
    assert not CaseClock.objects.filter(stage="task", finished_at=None).exists()  # the successor leads that case itself
    office.move(led, "reply", "hana", outcome="solved", reply="已修好。")
    assert "succeed" in [entry.move for entry in view(led, actor=office.actor("liam"), now=office.now).entries]
    assert apps.get_model("trust", "LedgerRecord").objects.filter(act="unit.close").count() == 1
    assert faults() == []


def test_the_desk_of_a_dissolved_centre_goes_to_another(office):
    case = office.receive(matter="0101")
    leave(office, "olive", "dora", "cal")
    done = dissolve("centre", "city", actor=ROOT, now=office.later(minutes=1))
    assert (done.desk, Case.objects.get(pk=case).desk.code, last(case).facts["parts"]) == (1, "city", ["desk"])
    assert faults() == []


# ---- a holiday is declared after limits were set


def test_a_holiday_declared_after_limits_were_set(office):
    running, resting, ended = office.to("handling"), office.to("handling"), office.to("closed")
    office.move(resting, "ask", "hugo", ask="请补充照片")
    far = office.receive(matter="0101")  # its limit of two hours does not reach that day
    before, friday = due(running), date(2026, 3, 6)
    assert before.date() == date(2026, 3, 9)
    given = {"actor": office.actor("sue"), "now": office.later(minutes=5)}
    with pytest.raises(Refused, match="not-allowed"):
        recalculate(friday, actor=office.actor("hugo"), now=office.now)
    set_day(friday, "holiday", name_zh="台风停工", actor=ROOT, now=office.now)
    given["actor"] = ROOT
    done = recalculate(friday, **given)
    assert done.moved == 1
    assert due(running) == before + timedelta(days=1)
    assert Case.objects.get(pk=running).due_at <= due(running)
    step = last(running)
    [op] = [op for op in step.facts["clocks"] if op["clock"].startswith("handle")]
    assert (step.move, step.facts["day"], op["was"]) == ("recalculate", "2026-03-06", before.isoformat())
    record = apps.get_model("trust", "LedgerRecord").objects.get(act="calendar.recalculate")
    assert record.subject == "2026-03-06" if hasattr(record, "subject") else True
    for untouched in (far, ended, resting):
        assert last(untouched).move != "recalculate"
    assert recalculate(friday, **given).moved == 0  # once is enough
    office.move(resting, "supply", "hugo", words="有了")
    assert due(resting) >= before + timedelta(days=1)  # worked out when it went on
    set_day(friday, "", actor=ROOT, now=office.now)
    assert recalculate(friday, **given).moved == 2
    assert due(running) == before
    assert faults() == []


def test_the_worker_works_with_the_day_that_was_just_set(office):
    """Content is kept for some seconds in each process: the worker's must not be that of before the decree."""
    case, friday = office.to("handling"), date(2026, 3, 6)
    before = due(case)
    content.content()
    CalendarDay.objects.create(day=friday, kind="holiday", source="local")  # as another process writes it
    recalculate_for(friday.isoformat(), None, now=office.now)
    assert due(case) > before


def test_a_decree_whose_worker_was_killed_goes_on(office):
    """Half of the cases would keep the old limit otherwise, and nobody would be told."""
    day = date(2026, 3, 6)
    key = tasks.recalculate_day.defer(day=day.isoformat(), user=None)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        [worker] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, key])
    tasks.resume(int(now.timestamp()))
    assert ProcrastinateJob.objects.get(pk=key).status == "doing", "its worker lives"
    tasks.resume(int((now + timedelta(minutes=2)).timestamp()))
    job = ProcrastinateJob.objects.get(pk=key)
    assert (job.status, job.args) == ("todo", {"day": "2026-03-06", "user": None})


def test_no_limit_becomes_overdue_by_a_decree(office):
    case = office.to("handling")
    set_day(date(2026, 3, 6), "holiday", actor=ROOT, now=office.now)
    recalculate(date(2026, 3, 6), actor=ROOT, now=office.now)
    promised = due(case)
    office.now = promised - timedelta(hours=1)
    set_day(date(2026, 3, 6), "", actor=ROOT, now=office.now)
    assert recalculate(date(2026, 3, 6), actor=ROOT, now=office.now).moved == 0
    assert due(case) == promised


def test_many_limits_are_worked_out_in_a_fixed_number_of_statements(office):
    used = []
    for day, more in ((date(2026, 3, 5), 2), (date(2026, 3, 6), 6)):
        for _ in range(more):
            office.to("dispatched")
        set_day(day, "holiday", actor=ROOT, now=office.now)
        content.content()
        with CaptureQueriesContext(connection) as seen:
            assert recalculate(day, actor=ROOT, now=office.now).moved >= more
        used.append(len(seen))
    assert used[1] == used[0]


# ---- a matter is retired


def test_a_matter_is_retired(office, client):
    case, accepted = office.to("dispatched"), office.to("accepted")
    given = {"name_zh": "路灯", "parent": "01", "hidden": True, "actor": ROOT, "now": office.later(minutes=1)}
    for unfit in ("0101", "9999"):
        with pytest.raises(Refused, match="matter-successor"):
            edit_matter("0101", successor=unfit, **given)
    edit_matter("0101", successor="0102", **given)
    with pytest.raises(Refused) as caught:
        office.receive(matter="0101")
    assert (caught.value.code, caught.value.facts["successor"]) == ("matter-retired", "0102 施工噪声")
    other = office.receive(matter="0102")
    with pytest.raises(Refused, match="matter-retired"):
        office.move(other, "accept", matter="0101")
    office.move(accepted, "dispatch", unit=office.units["urban"].pk)  # open cases keep it and go on
    office.move(case, "sign", "hugo")
    assert Case.objects.get(pk=case).matter == "0101"
    assert view(case, actor=office.actor("hugo"), now=office.now).matter.name_zh == "路灯"
    kept = content.content()
    assert kept.limits_for("handle", matter="0101", area="", kind="", urgency=1)
    assert "0101" not in [option["value"] for option in matter_options(kept, "")]
    assert "0101" in [option["value"] for option in matter_options(kept, "0101")]
    CatalogueItem.objects.create(edition=CatalogueItem.objects.first().edition, no=9, matter="0101", lead="urban")
    client.force_login(office.users["dora"], backend="gezhi.trust.backend.PeopleBackend")
    client.cookies["gezhi_language"] = "zh-hans"
    assert "路灯（已停用，现为施工噪声）" in client.get("/desk/matters/").content.decode()
    assert "路灯（已停用）" in client.get("/desk/catalogue/").content.decode()
    edit_matter("0101", **{**given, "hidden": False})
    assert Case.objects.get(pk=office.receive(matter="0101")).matter == "0101"
    assert faults() == []


# ---- the server's clock is put back


def test_a_clock_put_back_gives_no_negative_time(office):
    office.later(days=1)
    case = office.to("dispatched")
    recorded = last(case).acted_at
    office.now = recorded - timedelta(hours=3)
    office.move(case, "sign", "hugo")
    step = last(case)
    assert (step.acted_at, step.facts["behind"]) == (recorded, 3 * 3600)
    office.later(minutes=1)
    office.move(case, "note", "hugo", note="现场看过")
    assert last(case).acted_at == recorded
    office.now = recorded + timedelta(minutes=5)
    office.move(case, "reply", "hugo", outcome="solved", reply="已修好。")
    assert "behind" not in last(case).facts
    for clock in CaseClock.objects.filter(case=case):
        assert clock.finished_at is None or clock.finished_at >= clock.started_at
        assert all(until is None or until >= since for since, until, _ in clock.pauses)
    shown = view(case, actor=office.actor("hugo"), now=recorded - timedelta(hours=3))
    assert all(clock.share >= 0 for clock in shown.clocks)
    times = list(Step.objects.filter(case=case).order_by("no").values_list("acted_at", flat=True))
    assert times == sorted(times)
    assert faults() == []


def test_the_ledger_holds_when_the_clock_is_put_back(office):
    office.later(days=3)
    case = office.to("dispatched")
    trust.seal_pending(now=office.now)
    office.now -= timedelta(days=2)
    office.move(case, "sign", "hugo")
    trust.seal_pending(now=office.now)
    acts.look_again()
    acts.refuse_stale()  # a clock behind makes nothing look old
    assert trust.verify_ledger(now=office.now).whole


# ---- a template with a broken placeholder


def test_a_template_with_a_broken_placeholder(office):
    def sheet(*lines):
        made, out = Document(), io.BytesIO()
        for line in lines:
            made.add_paragraph(line)
        made.save(out)
        return io.BytesIO(out.getvalue())

    given = {"actor": office.actor("dora"), "now": office.now}
    documents.put_template("referral", "好的.docx", sheet("{{ case.number }}"), **given)
    for wrong in ("{{ case.nummer }}", "{{ case.number", "{% for one in %}"):
        with pytest.raises(Refused) as caught:
            documents.put_template("referral", "坏的.docx", sheet("转办单", wrong), **given)
        assert caught.value.status == 422
        assert caught.value.code.startswith("document-")
        assert str(caught.value.facts["place"]).startswith("¶2")
    assert apps.get_model("loop", "DocumentTemplate").objects.count() == 1  # the good one stays in force
