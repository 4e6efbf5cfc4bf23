"""Every number of the daily and the monthly report is what a script that shares nothing with the product works out."""

import json
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


def faults(made):
    import recompute_reports

    connection.ensure_connection()
    return recompute_reports.faults(connection.connection, json.loads(made.data))


def made(kind, period, now=NOW):
    from gezhi.loop.documents import service
    from gezhi.trust.rules import Actor

    return service.make_report(kind, period, "json", actor=Actor.system("loop"), now=now)


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


@pytest.mark.parametrize("cutoff", ["24:00", "17:00"])
def test_every_number_of_the_demo_city_is_worked_out_again(demo, cutoff):
    from gezhi.loop.documents import service
    from gezhi.trust.rules import Actor
    from gezhi.trust.service import set_office

    assert service.rule().cutoff == "24:00"  # the setting is the reports' own
    call_in(datetime(2026, 10, 12, 2, tzinfo=UTC))
    set_office("report_cutoff", cutoff, actor=Actor.system("tests"), now=NOW)
    seen = received = 0
    wanted = {"2026-10": "monthly", "2026-05": "monthly", "2026-11-20": "daily", "2026-10-15": "daily",
              "2026-W42": "weekly"}  # fmt: skip
    for period, kind in wanted.items():
        paper = made(kind, period)
        found, numbers = faults(paper)
        assert found[:20] == [], period
        seen += numbers
        received += json.loads(paper.data)["received"]["n"]
    assert seen > 2000
    assert received > 10


def call_in(at):
    """Some calls, so that the telephone has figures."""
    person = apps.get_model("trust", "Requester").objects.first()
    call = apps.get_model("loop", "Call").objects
    for n, (state, wait) in enumerate((("ended", 5), ("ended", 40), ("missed", 9), ("talking", 15))):
        call.create(call_id=f"{at}-{n}-{call.count()}", requester=person, direction="in", state=state, wait_s=wait,
                    began_at=at + timedelta(minutes=n))  # fmt: skip


def test_a_number_that_the_steps_do_not_give_is_found(demo):
    paper = made("monthly", "2026-10")
    told = json.loads(paper.data)
    told["closed"]["n"] += 1
    told["units"][0]["received"] += 1
    told["top"].reverse()
    import recompute_reports

    found, _ = recompute_reports.faults(connection.connection, told)
    assert {fault.partition(":")[0].split(".")[0] for fault in found} >= {"closed", "top"}
    assert any(fault.startswith("unit ") for fault in found)


def test_every_number_of_an_imported_set_is_worked_out_again(db, tmp_path, settings):
    """Old rows that came in closed count as received and closed, apart; those taken over count in everything."""
    from loop_office import build_office

    from gezhi.loop.importing.running import Options
    from gezhi.loop.importing.service import import_file
    from gezhi.loop.store import content, numbers

    settings.GEZHI_SEAL_LIMIT = 10**9
    content.forget()
    numbers.forget()
    office = build_office()
    lines = ["工单编号,诉求内容,受理时间,办结时间,回复内容"]
    for number in range(40):
        closed = "2026-03-01 10:00,已办理" if number % 4 == 0 else ","
        lines.append(f"A{number:03},第{number}盏路灯不亮，请修理。,2026-02-{number % 9 + 10} 09:00,{closed}")
    lines.append("A900,去年的路灯。,2025-01-03 09:00,2025-02-11 10:00,已办理")
    lines.append("A901,去年的路灯。,2025-02-10 09:00,2025-02-11 10:00,已办理")
    import_file(_file(tmp_path, lines), name="old.csv",
                options=Options({}, "reject", True, "old"), actor=office.actor("dora"), now=office.now)  # fmt: skip
    cases = apps.get_model("loop", "Case").objects
    for place, case in enumerate(cases.filter(state="received").order_by("number")[:12]):
        office.move(str(case.pk), "correct", "dora", matter="0101", kind="help", reason="导入")
        office.to(("handling", "verifying", "closed")[place % 3], str(case.pk))
    now = office.now.replace(month=4, day=2)
    february, march = made("monthly", "2026-02", now), made("monthly", "2026-03", now)
    for paper in (february, march, made("daily", "2026-02-10", now), made("daily", "2026-03-02", now)):
        found, seen = faults(paper)
        assert found == []
        assert seen > 250
    told = json.loads(february.data)
    assert (told["received"]["n"], told["received_imported"]["n"], told["received"]["last_year"]) == (40, 40, 1)
    assert (told["closed"]["last_year"], told["closed_imported"]["last_year"]) == (2, 2)
    told = json.loads(march.data)
    assert (told["closed"]["n"], told["closed_imported"]["n"]) == (14, 10)


def _file(folder, lines):
    file = folder / "old.csv"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    return file
