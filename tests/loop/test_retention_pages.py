"""Pages and commands of retention: who may see and do what, what they say, in how many statements."""

import json
from argparse import Namespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from privacy_office import lay_privacy, rule, years
from test_retention_story import called, plan, told

from gezhi.kernel.errors import Refused
from gezhi.loop.models import Call, Case, CodeItem, RetentionHold, RetentionItem, RetentionPlan
from gezhi.loop.retention import commands, service
from gezhi.loop.retention.pages import plans
from gezhi.loop.service import case_token
from gezhi.loop.store import content
from gezhi.trust.service import acts

HERE = "/desk/retention/"


@pytest.fixture
def aged(office, settings, monkeypatch):
    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    monkeypatch.setattr(plans, "hurry", lambda: None)  # no worker here
    monkeypatch.setattr("gezhi.loop.pages.common.now", lambda: office.now)
    lay_privacy(office)
    rule("all", "case", "erase", 1)
    rule("guess", "files", "delete", 1, verified=False)
    return office


def client(office, name):
    made = Client()
    made.force_login(office.users[name])
    return made


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def test_one_person_makes_the_list_another_releases_it(aged):
    case = told(aged)
    number = Case.objects.get(pk=case).number
    years(aged, 1)
    sec, sys = client(aged, "sec"), client(aged, "sys")
    assert f"{HERE}new/" in text(sec.get(HERE))
    made = sec.post(f"{HERE}new/")
    row = RetentionPlan.objects.get()
    assert made.headers["Location"] == f"{HERE}{row.pk}/"
    assert f"{HERE}new/" not in text(sys.get(HERE)), "who releases does not propose"
    assert service.work(now=lambda: aged.now) == 0
    page = text(sec.get(f"{HERE}{row.pk}/"))
    assert "decide/" not in page
    assert number in text(sec.get(f"{HERE}{row.pk}/all/"))
    assert "decide/" in text(sys.get(f"{HERE}{row.pk}/"))
    assert client(aged, "aud").get(f"{HERE}{row.pk}/").status_code == 200
    for name, status in (("dora", 403), ("aud", 403)):
        assert client(aged, name).post(f"{HERE}{row.pk}/decide/", {"release": "1"}).status_code == status
    for path in (HERE, f"{HERE}{row.pk}/", f"{HERE}{row.pk}/all/", f"{HERE}rules/", f"{HERE}holds/"):
        assert client(aged, "hugo").get(path).status_code == 403
        assert Client().get(path).status_code in (302, 401)
    assert sec.post(f"{HERE}{row.pk}/decide/", {"release": "1"}, follow=True).status_code == 200
    assert RetentionPlan.objects.get().state == "proposed", "not by who made it"
    assert sys.post(f"{HERE}{row.pk}/decide/", {"release": "1"}).status_code == 302
    assert RetentionPlan.objects.get().state == "released"
    assert service.work(now=lambda: aged.now) == 1
    assert RetentionPlan.objects.get().state == "done"
    lines = sys.get(f"{HERE}{row.pk}/calls.csv").content.decode("utf-8-sig").split()
    assert lines[0] == "call_id,began_at"
    assert lines[1].startswith("c0,")
    Call.objects.update(call_id="=HYPERLINK(1)")  # as another system names it
    assert sys.get(f"{HERE}{row.pk}/calls.csv").content.decode("utf-8-sig").split()[1].startswith("'=HYPERLINK(1),")
    assert sys.get(f"{HERE}{row.pk}/none/").status_code == 404
    assert sys.get(f"{HERE}99999/").status_code == 404


def test_a_list_takes_the_same_statements_for_any_number_of_cases(aged):
    sec = client(aged, "sec")

    def statements(path):
        sec.get(path)
        with CaptureQueriesContext(connection) as captured:
            text(sec.get(path))
        return len(captured)

    told(aged)
    years(aged, 1)
    row = plan(aged)
    few = statements(f"{HERE}{row.pk}/"), statements(f"{HERE}{row.pk}/all/"), statements(HERE)
    for number in range(60):
        RetentionItem.objects.create(
            plan=row, rule="all", what="case", subject=f"{number:08}-0000-0000-0000-000000000000"
        )
    for _ in range(3):
        plan(aged)
    many = statements(f"{HERE}{row.pk}/"), statements(f"{HERE}{row.pk}/all/"), statements(HERE)
    assert many == few
    assert max(few) <= 12


def test_the_dry_run_itself_takes_a_fixed_number_of_statements(aged):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            plan(aged)
        return len(captured)

    told(aged)
    years(aged, 1)
    statements()
    few = statements()
    for _ in range(3):
        told(aged)
    years(aged, 1)
    assert statements() == few


def test_a_rule_is_changed_for_this_office_alone(aged):
    sec = client(aged, "sec")
    assert "guess" in text(sec.get(f"{HERE}rules/"))
    form = {"name_zh": "附件", "what": "files", "do": "delete", "after": "2", "unit": "year", "verified": "1"}
    assert "has-error" in text(sec.post(f"{HERE}rules/guess/", form), 422), "who says that it was checked?"
    assert sec.post(f"{HERE}rules/guess/", {**form, "source": "市档案局2026年第3号批复"}).status_code == 302
    kept = {one.code: one for one in service.rules_in_force()}
    assert (kept["guess"].after, kept["guess"].verified) == (2, True)
    assert CodeItem.objects.get(list="retention", code="guess", pack="test").extra["after"] == 1
    for change in (
        {"after": "10", "unit": "day"},
        {"do": "redact"},
        {"after": "0"},
        {"matters": "0909"},
        {"name_zh": ""},
    ):
        assert text(sec.post(f"{HERE}rules/guess/", {**form, "source": "x", **change}), 422)
    new = {**form, "code": "reports", "source": "x", "kinds": ["report"], "matters": "0101, 0102", "do": "keep"}
    assert sec.post(f"{HERE}rules/new/", new).status_code == 302
    kept = {one.code: one for one in service.rules_in_force()}
    assert (kept["reports"].kinds, kept["reports"].matters, kept["reports"].do) == (
        ("report",),
        ("0101", "0102"),
        "keep",
    )
    assert "has-error" in text(sec.post(f"{HERE}rules/new/", new), 422), "there is one of that code"
    assert client(aged, "sys").get(f"{HERE}rules/guess/").status_code == 403
    assert sec.get(f"{HERE}rules/none/").status_code == 404


def test_a_broken_row_of_a_pack_destroys_nothing(aged):
    rule("short", "case", "erase", 1, "day")
    told(aged)
    aged.later(days=20)
    assert "short" not in {one.code for one in service.rules_in_force()}
    assert "is-late" in text(client(aged, "sec").get(f"{HERE}rules/")) or "late" in text(
        client(aged, "sec").get(f"{HERE}rules/")
    )
    assert [item.rule for item in RetentionItem.objects.filter(plan=plan(aged))] == []


def test_a_case_is_kept_for_a_lawsuit_by_a_named_person(aged):
    case = told(aged)
    number = Case.objects.get(pk=case).number
    sue = client(aged, "sue")
    form = {"number": number, "reason": "lawsuit", "words": "（2026）赣01行初3号"}
    assert "has-error" in text(sue.post(f"{HERE}holds/", {**form, "until": "2020-01-01"}), 422)
    assert "has-error" in text(sue.post(f"{HERE}holds/", {**form, "number": "nothing"}), 422)
    assert sue.post(f"{HERE}holds/", form).status_code == 302
    assert "赣01行初3号" in text(sue.get(f"{HERE}holds/"))
    page = text(client(aged, "sec").get(f"{HERE}holds/"))
    assert number in page
    assert "赣01行初3号" not in page, "whose post reads no cases reads no words of one"
    assert client(aged, "sec").post(f"{HERE}holds/", form).status_code == 403
    row = RetentionHold.objects.get()
    years(aged, 1)
    assert service.described(plan(aged))[0]["held"] == {"hold": 1}
    assert sue.post(f"{HERE}holds/{row.pk}/lift/").status_code == 302
    assert sue.post(f"{HERE}holds/{row.pk}/lift/").status_code == 409
    assert service.described(plan(aged))[0]["due"] == 1


def test_the_command_prints_each_number_and_releases_nothing(aged, capsys, monkeypatch):
    monkeypatch.setattr(commands, "now", lambda: aged.now)
    number = Case.objects.get(pk=told(aged)).number
    called(aged)
    years(aged, 1)
    commands.plan(Namespace(show=0, numbers=True, json=False))
    out = capsys.readouterr().out
    assert number in out
    assert "all: erase case after 1 year: 1 due" in out
    assert "NOT VERIFIED" in out
    commands.plan(Namespace(show=0, numbers=True, json=True))
    said = json.loads(capsys.readouterr().out)
    assert [one["numbers"] for one in said["rules"] if one["rule"] == "all"] == [[number]]
    with pytest.raises(Refused, match="retention-state"):
        commands.run(Namespace(plan=said["plan"]))
    service.decide_plan(said["plan"], release=True, actor=aged.actor("sys"), now=aged.now)
    commands.run(Namespace(plan=said["plan"]))
    assert "all: 1 done" in capsys.readouterr().out
    commands.listing(Namespace())
    assert "done" in capsys.readouterr().out
    content.forget()


def test_a_rule_that_reaches_too_far_back_is_told_on_the_page_and_stops_nothing(aged):
    rule("far", "files", "delete", 3000)
    rule("odd", "files", "delete", 2, "week")
    sec = client(aged, "sec")
    assert sec.get(f"{HERE}rules/").content.decode().count("无法执行") == 2
    case = told(aged)
    assert plan(aged).state == "proposed"
    assert sec.post(f"{HERE}rules/far/", {"name_zh": "远", "what": "files", "do": "delete", "after": "3000",
                                          "unit": "year"}).status_code == 422  # fmt: skip
    assert Client().get(f"/f/{case_token(case)}/mine/").status_code == 200
