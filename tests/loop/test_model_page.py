"""The model page: figures from what was said and what was chosen, recomputed apart; rights, statements, rollback."""

import ast
import json
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from privacy_office import lay_privacy
from triage_stories import NOW

from gezhi.loop.models import Case, CodeItem, Suggested, TriageDesk, TriageModel
from gezhi.loop.store import content
from gezhi.loop.triage import commands, service, store
from gezhi.loop.triage.rules.judging import Rate
from gezhi.trust.rules import Actor
from gezhi.trust.service import acts
from gezhi.trust.service.roles import grant_post

CONTRACT = Path(__file__).parents[1] / "contract"
sys.path.append(str(CONTRACT))
HERE = "/desk/model/"
SYSTEM = Actor.system("tests")


@pytest.fixture
def judged(office, settings, monkeypatch):
    """Ten decided cases in two months: what was said first, and what they ended with."""
    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    monkeypatch.setattr("gezhi.loop.pages.common.now", lambda: office.now)
    lay_privacy(office)
    for code, least in (("calm", 0), ("watch", 0.1), ("act", 0.25)):
        CodeItem.objects.create(
            list="drift_band",
            code=code,
            name_zh=code,
            name_en=code,
            pack="test",
            extra={"least": least},
            verified=False,
        )
    content.forget()
    office.users["eva"] = type(office.users["dora"]).objects.create(
        username="eva", display_name="Eva", unit=office.units["city"]
    )
    grant_post("eva", "evaluator", "city", actor=SYSTEM, now=office.now)
    first = [("0101", "0101", True), ("0101", "0101", True), ("0101", "0102", True), ("0102", "0102", False)]
    for said, chosen, sure in [*first, ("", "0101", False)]:
        ended(office, said, chosen, sure=sure)
    office.later(days=31)
    for said, chosen in (("0102", "0101"), ("0102", "0101"), ("0101", "0101"), ("0102", "0102"), ("02", "0102")):
        ended(office, said, chosen, sure=True)
    office.receive(matter="0101", kind="complaint")  # open: nobody has decided yet
    service.refresh()
    return office


def ended(office, said, chosen, *, sure):
    case = office.receive("路灯不亮", matter=chosen, kind="complaint")
    matters = [[said, 0.9 if sure else 0.4], ["02", 0.05], ["0102", 0.02]] if said else []
    Suggested.objects.create(
        case_id=case, made_at=office.now, origin="keywords", sure=sure, matters=matters, units=[["urban", 0.7]]
    )
    return office.to("closed", case)


def client(office, name):
    made = Client()
    made.force_login(office.users[name])
    return made


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def found(office, target="matter"):
    return service.judged(target, actor=office.actor("eva"), now=office.now)


def test_the_figures_are_what_one_counts_by_hand(judged):
    one = found(judged)
    assert [(m.decided, m.accuracy.right, m.filled.right, m.filled_right.right, m.spoke.right) for m in one.months] == [
        (5, 3, 3, 2, 4), (5, 2, 5, 2, 5),
    ]  # fmt: skip
    labels = {label.code: label for label in one.labels}
    assert (labels["0101"].chosen, labels["0101"].said, labels["0101"].right) == (6, 4, 3)
    assert labels["0101"].precision == Rate(3, 4)
    assert labels["0101"].recall == Rate(3, 6)
    assert labels["02"].recall.share is None
    assert one.confusions == [("0102", "0101", 2), ("0101", "0102", 1), ("02", "0102", 1)]
    assert one.months[0].drift == 0, "the first month is what the others are held against"
    assert one.months[1].band in ("calm", "watch", "act")
    assert [m.among.right for m in one.months] == [4, 3]
    units = found(judged, "unit")
    assert units.whole.accuracy == Rate(10, 10)


def test_a_script_that_shares_nothing_finds_the_same(judged, capsys):
    import recompute_model_page

    connection.ensure_connection()
    for target in ("matter", "unit"):
        commands.quality(Namespace(target=target, json=True))
        said = json.loads(capsys.readouterr().out)
        assert recompute_model_page.faults(connection.connection, said) == []
        said["months"][0]["right"] += 1
        said["labels"][0]["recall"] = 0.123
        assert len(recompute_model_page.faults(connection.connection, said)) == 2, "and it would see a wrong figure"
    tree = ast.parse((CONTRACT / "recompute_model_page.py").read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} - sys.stdlib_module_names <= {"psycopg"}
    commands.quality(Namespace(target="matter", json=False))
    assert "5 decided  first right 3" in capsys.readouterr().out


def test_the_page_is_for_who_judges_and_opens_the_cases_of_a_correction(judged):
    eva = client(judged, "eva")
    page = text(eva.get(HERE))
    assert "50.0 %" in page
    link = f"{HERE}cases/?target=matter&amp;said=0102&amp;chosen=0101"
    assert link in page
    cases = text(eva.get(link.replace("&amp;", "&")))
    wrong = [s.case for s in Suggested.objects.filter(case__matter="0101") if s.matters and s.matters[0][0] == "0102"]
    assert len(wrong) == 2
    assert all(case.number in cases for case in wrong)
    assert Case.objects.get(suggested__matters=[]).number not in cases
    assert link not in text(client(judged, "sys").get(HERE)), "who reads no cases gets no link to them"
    for name in ("hugo", "lena", "olive"):
        assert client(judged, name).get(HERE).status_code == 403
    assert client(judged, "sys").get(f"{HERE}cases/?target=matter&said=0102&chosen=0101").status_code == 200
    assert wrong[0].number not in text(client(judged, "sys").get(f"{HERE}cases/?target=matter&said=0102&chosen=0101"))
    assert text(eva.get(f"{HERE}?target=unit"))
    assert text(eva.get(f"{HERE}?target=none&first=x&last=2026-13"))
    empty = text(eva.get(f"{HERE}?first=2020-01&last=2020-02"))
    assert "50.0 %" not in empty


def test_the_page_takes_the_same_statements_for_any_number_of_cases(judged):
    eva = client(judged, "eva")

    def statements():
        eva.get(HERE)
        with CaptureQueriesContext(connection) as captured:
            text(eva.get(HERE))
        return len(captured)

    few = statements()
    for _ in range(6):
        ended(judged, "0102", "02", sure=False)
    with CaptureQueriesContext(connection) as captured:
        service.refresh()
    assert len(captured) <= 9
    assert statements() == few <= 17


def test_what_is_erased_or_reopened_is_counted_as_it_stands(judged):
    case = Suggested.objects.filter(case__matter="0102").first().case
    judged.move(str(case.pk), "reopen", "sue", reason="没有解决")
    assert found(judged).whole.decided == 10, "as of the last night"
    eva = client(judged, "eva")
    assert eva.post(f"{HERE}refresh/").status_code == 302
    assert found(judged).whole.decided == 9
    assert client(judged, "hugo").post(f"{HERE}refresh/").status_code == 403


def test_an_earlier_model_is_put_back_and_who_did_what_stays_known(judged, monkeypatch):
    monkeypatch.setattr("gezhi.loop.triage.service.learning.load_model", lambda row: row)
    monkeypatch.setattr("gezhi.loop.triage.service.learning._check_labels", lambda model, target: None)
    quality = {"macro_f1": 0.8, "accuracy": 0.8, "top3": 0.9, "per_class": {"0101": {"n": 30}, "0102": {"n": 30}}}
    old, new = (
        store.insert_model(
            created_at=NOW, target="matter", digest=f"{n}" * 64, rows=60, classes=2, columns=["text"], quality=quality
        )
        for n in (1, 2)
    )
    eva = client(judged, "eva")
    for row in (old, new, old):
        assert eva.post(f"{HERE}use/", {"model": row.pk, "target": "matter"}).status_code == 302
        assert TriageModel.objects.get(in_use=True).pk == row.pk
    assert eva.post(f"{HERE}use/", {"model": "none", "target": "matter"}).status_code == 302
    assert [(row.model_id, row.put_by.username) for row in TriageDesk.objects.order_by("pk")] == [
        (old.pk, "eva"), (new.pk, "eva"), (old.pk, "eva"), (None, "eva"),
    ]  # fmt: skip
    page = text(eva.get(HERE))
    assert page.count("Eva") >= 4
    assert eva.post(f"{HERE}use/", {"model": "x", "target": "matter"}).status_code == 404
    assert client(judged, "sys").post(f"{HERE}use/", {"model": old.pk, "target": "matter"}).status_code == 403
    service.use(old.pk, actor=judged.actor("eva"), now=judged.now)
    one = found(judged)
    assert one.baseline == "training"
    assert round(one.months[0].drift, 4) == round(one.months[1].drift, 4), "three of five against half, twice"
    with pytest.raises(DatabaseError), transaction.atomic():
        TriageDesk.objects.all().delete()
