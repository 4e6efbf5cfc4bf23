"""Taking a batch back: who waited for one of its cases, whose batch it is, and a worker that went away meanwhile."""

import pytest
from django.apps import apps

from gezhi.loop.importing import service
from gezhi.loop.importing.running import Options
from gezhi.loop.importing.undoing import undo_batch
from gezhi.loop.models import Case, CaseClock, Step
from gezhi.loop.service import replay

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
