"""Every published figure is what a script that shares nothing with the product works out from the raw steps."""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction

HERE = Path(__file__).parent
sys.path.append(str(HERE))
sys.path.append(str(HERE.parent / "loop"))
pytestmark = pytest.mark.slow

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SETS = ("three_rates", "grid", "good_bad", "dispatch", "points")


def faults(keys=()):
    import recompute_scores

    connection.ensure_connection()
    return recompute_scores.faults(connection.connection, keys)


def person(code, role):
    """Somebody who evaluates a whole city."""
    from gezhi.trust import service as trust
    from gezhi.trust.rules import Actor
    from gezhi.trust.service.roles import grant_post

    unit = apps.get_model("trust", "Unit").objects.filter(parent=None).first()
    row = apps.get_model("trust", "User").objects.create(username=code, display_name=code, unit=unit)
    grant_post(code, role, unit.code, actor=Actor.system("tests"), now=NOW - timedelta(days=1))
    return trust.actor_for(row, NOW)


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    from gezhi.loop.store import content, numbers
    from gezhi.packs.demo import install_demo
    from gezhi.trust.service import acts

    def forget():
        acts.look_again()
        content.forget()
        numbers.forget()

    with django_db_blocker.unblock(), transaction.atomic():
        forget()
        yield install_demo(AS_OF, "zh-hans", 240, now=NOW)
        transaction.set_rollback(True)
    forget()


def test_every_figure_of_the_demo_city_is_worked_out_again(demo):
    from gezhi.loop.scores import service

    eva, vic = person("eva_x", "evaluator"), person("vic_x", "supervisor")
    runs = []
    for code in SETS:
        for first, last, cutoff in (
            (date(2025, 12, 1), date(2026, 11, 15), "24:00"), (date(2026, 5, 1), date(2026, 5, 31), "17:00"),
        ):  # fmt: skip
            run = service.run_scores(service.Wish(code, first, last, cutoff=cutoff, moved="before"), actor=eva, now=NOW)
            runs.append(service.publish_run(run.pk, actor=eva, now=NOW))
    case = runs[0].scored.filter(kind="contact").first().case_id
    asked = service.ask_exclusion(case, "legacy", "挂账审批在案", actor=eva, now=NOW)
    service.decide_exclusion(asked.pk, approve=True, actor=vic, now=NOW)
    runs.append(service.revise(runs[0].pk, actor=eva, now=NOW))
    assert runs[-1].rows.filter(indicator="", unit__isnull=False, excluded=1).count() == 1
    found, seen = faults()
    assert found == []
    assert seen > 1500
    assert sum(run.events for run in runs) > 1000
    assert runs[0].rows.filter(indicator="", unit__isnull=False).exclude(value="").count() >= 5
    assert all(list(service.recompute(run)) == [] for run in runs)


def test_a_figure_that_the_steps_do_not_give_is_found(demo):
    from gezhi.loop.scores import service

    eva = person("eva_y", "evaluator")
    wish = service.Wish("three_rates", date(2025, 12, 1), date(2026, 11, 15))
    run = service.run_scores(wish, actor=eva, now=NOW)
    row = run.rows.filter(indicator="response", unit__isnull=False).exclude(value="").first()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE loop_scorerow SET value = '7/9' WHERE id = %s", [row.pk])
        found, _ = faults([run.pk])
        assert [fault for fault in found if "7/9 is not" in fault]
        transaction.set_rollback(True)


def test_every_figure_of_an_imported_set_is_worked_out_again(db, tmp_path):
    """Old rows that were taken over count from then on; those that came in closed stand outside, with their number."""
    from loop_office import build_office
    from scores_office import lay_scores, wish

    from gezhi.loop.importing.running import Options
    from gezhi.loop.importing.service import import_file
    from gezhi.loop.scores import service
    from gezhi.loop.store import content, numbers

    content.forget()
    numbers.forget()
    office = lay_scores(build_office())
    lines = ["工单编号,诉求内容,受理时间,办结时间,回复内容"]
    for number in range(20):
        closed = "2026-03-01 10:00,已办理" if number % 4 == 0 else ","
        lines.append(f"A{number:03},第{number}盏路灯不亮，请修理。,2026-02-{number % 9 + 10} 09:00,{closed}")
    file = tmp_path / "old.csv"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    options = Options({}, "reject", True, "old")
    import_file(file, name="old.csv", options=options, actor=office.actor("dora"), now=office.now)
    cases = apps.get_model("loop", "Case").objects
    for place, case in enumerate(cases.filter(state="received").order_by("number")):
        office.move(str(case.pk), "correct", "dora", matter="0101", kind="help", reason="导入")
        office.to(("handling", "verifying", "closed")[place % 3], str(case.pk))
    office.now = office.now.replace(month=4, day=2)
    runs = [
        service.run_scores(wish(code), actor=office.actor("eva"), now=office.now) for code in ("rates", "grid", "desk")
    ]
    found, seen = faults()
    assert found == []
    assert seen > 60
    assert runs[0].outside["imported"] == 5
    assert runs[0].cases == 15
