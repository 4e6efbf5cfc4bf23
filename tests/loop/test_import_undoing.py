"""Taking a batch back: who waited for one of its cases, whose batch it is, and a worker that went away meanwhile."""

import os

import pytest
from django.apps import apps

from gezhi.kernel.errors import Refused
from gezhi.loop import tasks
from gezhi.loop.importing import access, background, service
from gezhi.loop.importing.running import Options
from gezhi.loop.importing.undoing import undo_batch
from gezhi.loop.models import Batch, Case, CaseClock, Step
from gezhi.loop.service import replay
from gezhi.trust.rules import Actor
from gezhi.trust.service.roles import grant_post

SHEET = "工单编号,来电时间,诉求内容\nR1,2026/1/1 9:12,路灯不亮\nR2,2026/1/2,夜里施工\n"


@pytest.fixture
def bring(office, tmp_path):
    """Import a text as a file; gives the number of the batch."""

    def run(csv=SHEET, *, by="olive", **options):
        path = tmp_path / "工单.csv"
        path.write_text(csv, encoding="utf-8")
        given = {"options": Options(**options), "actor": office.actor(by), "now": office.now}
        return service.import_file(path, name=path.name, **given).batch

    return run


def imported(number):
    return Case.objects.get(external_number=number)


def faults():
    return [item for item in replay() if not isinstance(item, int)]


def test_who_waited_for_an_imported_case_is_handled_by_itself_again(bring, office):
    batch = bring(start_clocks=True)
    main = imported("R1")
    inside = str(imported("R2").pk)
    waiting = [office.receive(f"路灯也不亮 {n}", name="赵六", phone="13700000000") for n in range(2)]
    for case in (*waiting, inside):
        office.move(case, "merge", main=str(main.pk))
    done = undo_batch(batch, actor=office.actor("dora"), now=office.later(hours=1))
    assert (done.undone, done.kept, done.numbers) == (1, 1, [imported("R2").number])
    assert imported("R1").state == "void"
    for case in (*waiting, inside):
        row = Case.objects.get(pk=case)
        assert (row.state, row.main_id, row.due_stage) == ("accepted", None, "dispatch")
        last = Step.objects.filter(case=case).order_by("-no").first()
        assert (last.move, last.actor_kind) == ("split", "system")
        assert CaseClock.objects.filter(case=case, finished_at=None).count() == 1
    acts = apps.get_model("trust", "LedgerRecord").objects.filter(act="case.split")
    assert {row.subject_id for row in acts} == {*waiting, inside}
    assert faults() == []


@pytest.fixture
def stan(office):
    """The dispatcher of the street."""
    user = apps.get_model("trust", "User").objects.create(
        username="stan", display_name="Stan", unit=office.units["street"]
    )
    office.users["stan"] = user
    grant_post("stan", "dispatcher", "street", actor=Actor.system("tests"), now=office.now)
    return "stan"


def listed(actor):
    return set(Batch.objects.filter(access.seen_by(actor)).values_list("pk", flat=True))


def test_a_batch_is_taken_back_by_those_of_its_desk_alone(bring, office, stan):
    centre, street = bring(by="olive"), bring(SHEET.replace("R", "S"), by=stan)
    with pytest.raises(Refused, match="batch-unknown"):
        undo_batch(centre, actor=office.actor(stan), now=office.now)
    with pytest.raises(Refused, match="not-allowed"):
        undo_batch(centre, actor=office.actor("olive"), now=office.now)  # her own, but she may take none back
    assert not Case.objects.filter(state="void").exists()
    assert listed(office.actor(stan)) == {street}
    assert listed(office.actor("dora")) == {centre, street}
    assert listed(office.actor("olive")) == {centre}
    assert listed(office.actor("hugo")) == set()
    assert listed(Actor.system("tests")) == {centre, street}
    for name, known in ((stan, {street}), ("dora", {centre, street}), ("olive", {centre})):
        actor = office.actor(name)
        assert {pk for pk in (centre, street) if access.sees(actor, Batch.objects.get(pk=pk))} == known
    assert undo_batch(street, actor=office.actor(stan), now=office.now).undone == 2
    assert undo_batch(centre, actor=office.actor("dora"), now=office.now).undone == 2


def test_the_pages_and_the_api_show_no_rows_of_another_desk(bring, office, stan, client):
    from django.utils import timezone

    from gezhi.trust.service import create_token

    office.now = timezone.now()
    batch = bring(SHEET.replace("2026/1/2", "2026/2/30"), by="dora")
    client.force_login(office.users[stan], backend="gezhi.trust.backend.PeopleBackend")
    for way in ("", "rejects.xlsx", "undo/"):
        assert client.get(f"/desk/import/{batch}/{way}").status_code == 404
    for way in ("undo/", "start/", "map/", "save/"):
        assert client.post(f"/desk/import/{batch}/{way}").status_code == 404
    assert f"/desk/import/{batch}/" not in client.get("/desk/import/").content.decode()
    bearer = create_token(stan, "t", actor=Actor.system("tests"), now=office.now)
    head = {"Authorization": f"Bearer {bearer}"}
    client.logout()
    assert client.get(f"/api/v1/loop/imports/{batch}", headers=head).status_code == 404
    assert client.post(f"/api/v1/loop/imports/{batch}/undo", headers=head).status_code == 404
    assert Batch.objects.get(pk=batch).state == "done"


def jobs():
    rows = apps.get_model("procrastinate", "ProcrastinateJob").objects.filter(task_name="loop.import").order_by("id")
    return [row.args for row in rows]


def test_a_way_back_whose_process_was_killed_goes_on_by_itself(bring, office, tmp_path, monkeypatch):
    monkeypatch.setattr(background, "folder", lambda: tmp_path)
    batch = background.undo(bring(), actor=office.actor("dora"))
    mark = tmp_path / f"undo-{batch.pk}.upload"
    moment = int(mark.stat().st_mtime)
    tasks.resume(moment + 60)
    assert jobs() == []  # it made progress a moment ago
    tasks.resume(moment + background.STALLED + 60)
    assert jobs() == [{"batch": batch.pk, "what": "undo", "user": office.users["dora"].pk}]
    os.utime(mark, (moment - 600, moment - 600))
    background.work(batch.pk, "undo", office.users["dora"].pk, now=office.now)
    assert Batch.objects.get(pk=batch.pk).state == "undone"
    assert set(Case.objects.values_list("state", flat=True)) == {"void"}
    assert not mark.exists()
    records = apps.get_model("trust", "LedgerRecord").objects.filter(act="import.undone")
    background.work(batch.pk, "undo", office.users["dora"].pk, now=office.now)  # a job that comes twice
    assert records.count() == 1


def test_a_way_back_that_is_refused_says_so(bring, office, tmp_path, monkeypatch):
    monkeypatch.setattr(background, "folder", lambda: tmp_path)
    batch = background.undo(bring(), actor=office.actor("dora"))
    background.work(batch.pk, "undo", office.users["olive"].pk, now=office.now)
    batch.refresh_from_db()
    assert (batch.state, batch.error) == ("done", "not-allowed")
    office.users["dora"].is_active = False
    office.users["dora"].save()
    Batch.objects.update(state="undoing", error="")
    background.work(batch.pk, "undo", office.users["dora"].pk, now=office.now)
    batch.refresh_from_db()
    assert (batch.state, batch.error) == ("done", "sign-in-needed")


def test_a_batch_that_still_runs_is_not_taken_back(bring, office):
    batch = bring()
    for state in ("waiting", "running"):
        Batch.objects.update(state=state)
        with pytest.raises(Refused, match="batch-running"):
            background.undo(batch, actor=office.actor("dora"))
