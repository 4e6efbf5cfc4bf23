"""Triage in an office: keywords first, then its own closed cases; suggestions on the desk, over HTTP, by the worker."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from triage_stories import stories

from gezhi.kernel.errors import Refused
from gezhi.kit.checkup import LOOKS
from gezhi.kit.commands import Nouns
from gezhi.loop import tasks
from gezhi.loop.models import Case, Keyword, Suggested, TriageModel
from gezhi.loop.store import content
from gezhi.loop.triage import commands, service, store
from gezhi.loop.triage.service import advising, learning
from gezhi.trust import service as trust
from gezhi.trust.rules import Actor

LABELS = {"路灯": "0101", "噪声": "0102", "学校": "02"}
ROOT = Actor.system("loop")


@pytest.fixture
def desk(office, tmp_path, settings):
    settings.GEZHI_FILES = tmp_path
    rows = [
        ("0101", "路灯", 2.0),
        ("0101", "灯不亮", 2.0),
        ("0102", "噪声", 2.0),
        ("0102", "打桩", 2.0),
        ("02", "学校", 2.0),
    ]
    for matter, word, weight in rows:
        Keyword.objects.create(pack="test", matter_code=matter, keyword=word, weight=weight)
    service.forget()
    yield office
    service.forget()


@pytest.fixture
def sheet(tmp_path):
    """A file of decided requests as an office would export it."""
    file = tmp_path / "decided.csv"
    lines = ["标题,内容,事项", *(f"{row.fields[0]},{row.fields[1]},{LABELS[row.label]}" for row in stories(20))]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def trained(sheet, now, **kwargs):
    return service.train_file(sheet, texts=["标题", "内容"], label="事项", actor=ROOT, now=now, **kwargs)


def close_all(office, rows):
    """Closed cases, each with the matter of its label; the columns are set at once, as an import would."""
    for at, row in enumerate(rows):
        key = office.receive(f"{row.fields[1]}", title=row.fields[0])
        lead = office.units["housing" if row.label == "噪声" else "urban"]
        Case.objects.filter(pk=key).update(
            state="closed", matter=LABELS[row.label], lead=lead, received_at=office.now + timedelta(minutes=at)
        )


# ---- the desk


def test_before_any_model_keywords_speak_and_the_catalogue_names_the_unit(desk):
    advice = service.advise(["门口路灯", "路灯坏了，灯不亮"])
    assert advice.matter[0].label == "0101"
    assert set(advice.matter[0].words) == {"路灯", "灯不亮"}
    assert advice.origin == "keywords"
    assert advice.unit[0].code == "urban"
    assert advice.unit[0].duty.no == 1


def test_nothing_is_filled_in_while_unsure(desk):
    found = service.panel(["深夜打桩"], language="zh-hans")
    assert [m["code"] for m in found["matters"]] == ["0102"]
    assert found["sure"] is None
    assert found["matters"][0]["path"] == "城乡建设"
    assert found["matters"][0]["unit"] == desk.units["housing"].pk
    blank = service.panel(["完全无关的话"], language="en")
    assert (blank["matters"], blank["abstained"], blank["duty"]) == ([], True, None)
    assert service.panel([" "], language="en")["abstained"] is False


def test_the_panel_fits_the_page(desk):
    from django.template.loader import render_to_string

    html = render_to_string("loop/parts/suggest.html", service.panel(["路灯", "路灯灯不亮，路灯"], language="en"))
    assert "Street lights" in html
    assert "路灯" in html


@pytest.mark.slow
def test_a_trained_model_speaks_only_after_it_is_put_on_the_desk(desk, sheet):
    row = trained(sheet, desk.now)
    assert not row.in_use
    assert row.quality["n"] == 60
    assert service.advise(["深夜", "机器轰鸣"]).matter == ()
    service.use(row.pk, actor=ROOT, now=desk.now)
    advice = service.advise(["深夜", "机器轰鸣，喇叭扰民，噪音太大"])
    assert advice.matter[0].label == "0102"
    assert advice.digest == row.digest
    assert set(advice.matter[0].words) & {"轰鸣", "机器", "喇叭", "扰民", "噪音"}
    service.use(None, actor=ROOT, now=desk.now)
    assert service.advise(["深夜", "机器轰鸣"]).matter == ()
    acts = list(trust_records("triage"))
    assert [act for act, _ in acts] == ["triage.train", "triage.use", "triage.use"]
    assert acts[1][1]["digest"] == row.digest


def trust_records(kind):
    from django.apps import apps

    rows = apps.get_model("trust", "LedgerRecord").objects.filter(subject_kind=kind).order_by("pk")
    return ((row.act, json.loads(row.body) if isinstance(row.body, str) else row.body) for row in rows)


def test_only_one_model_is_on_the_desk(desk, sheet):
    first, second = trained(sheet, desk.now), trained(sheet, desk.now + timedelta(seconds=1))
    for row in (first, second):
        service.use(row.pk, actor=ROOT, now=desk.now)
    assert list(TriageModel.objects.filter(in_use=True)) == [second]
    assert service.use(second.pk, actor=ROOT, now=desk.now) == second


def test_training_and_using_are_rights(desk, sheet):
    hugo, dora = desk.actor("hugo"), desk.actor("dora")
    with pytest.raises(Refused, match="not-allowed"):
        service.train_file(sheet, texts=["内容"], label="事项", actor=hugo, now=desk.now)
    row = service.train_file(sheet, texts=["内容"], label="事项", actor=dora, now=desk.now)
    assert row.created_by == desk.users["dora"]
    with pytest.raises(Refused, match="not-allowed"):
        service.use(row.pk, actor=hugo, now=desk.now)
    assert service.use(row.pk, actor=dora, now=desk.now).pk == row.pk


def test_a_model_of_foreign_labels_stays_off_the_desk(desk, tmp_path):
    file = tmp_path / "foreign.csv"
    file.write_text("t,l\n" + "\n".join(f"{r.fields[1]},{r.label}" for r in stories(10)), encoding="utf-8")
    row = service.train_file(file, texts=["t"], label="l", actor=ROOT, now=desk.now)
    with pytest.raises(Refused, match="triage-labels-unknown") as refused:
        service.use(row.pk, actor=ROOT, now=desk.now)
    assert refused.value.facts["count"] == 2  # 路灯 is a matter here, 噪声 and 学校 are not
    with pytest.raises(Refused, match="triage-model-unknown"):
        service.use(9999, actor=ROOT, now=desk.now)


def test_names_of_matters_serve_as_labels(desk):
    assert advising.codes_of(["路灯", "城乡建设", "0102", "别的"], content.content()) == {
        "路灯": "0101", "城乡建设": "01", "0102": "0102",
    }  # fmt: skip


def test_without_its_file_the_desk_goes_on_with_keywords(desk, sheet, caplog):
    row = trained(sheet, desk.now)
    service.use(row.pk, actor=ROOT, now=desk.now)
    assert list(LOOKS["triage"](desk.now)) == []
    store.file_of(row.digest).write_bytes(b"nothing")
    service.forget()
    assert service.advise(["路灯"]).origin == "keywords"
    assert row.digest in caplog.text
    (found,) = LOOKS["triage"](desk.now)
    assert found.facts["model"] == row.pk
    assert "files/triage" in found.mend
    with pytest.raises(Refused, match="triage-model-broken"):
        service.load_model(row)


# ---- learning from the office


def test_the_office_teaches_by_how_its_cases_ended(desk):
    close_all(desk, stories(12))
    desk.receive("这一件还没有办结")
    wrong = desk.receive("路灯不亮灯杆倾斜路灯损坏")
    Case.objects.filter(pk=wrong).update(state="closed", matter="9999")
    matter, unit = service.train_own(actor=ROOT, now=desk.now)
    assert (matter.target, matter.rows, matter.classes) == ("matter", 36, 3)
    assert (unit.target, unit.rows, unit.classes) == ("unit", 36, 2)
    for row in (matter, unit):
        service.use(row.pk, actor=ROOT, now=desk.now)
    found = service.suggest(["西街深夜打桩", "机器轰鸣，噪音太大"])
    assert found["matter"][0]["code"] == "0102"
    assert found["unit"][0]["code"] == "housing"
    assert found["unit"][0]["words"]


def test_a_new_model_is_made_only_when_enough_was_decided(desk, monkeypatch):
    close_all(desk, stories(12))
    assert service.learn_again(actor=ROOT, now=desk.now) == []
    monkeypatch.setattr(learning, "ENOUGH_NEW", 36)
    later = max(Case.objects.values_list("created_at", flat=True)) + timedelta(days=7)
    assert len(service.learn_again(actor=ROOT, now=later)) == 2
    assert not store.in_use()  # a person puts it on the desk
    assert service.learn_again(actor=ROOT, now=later) == []


@pytest.mark.slow
def test_the_weekly_lesson_is_a_process_of_its_own(monkeypatch, caplog, tmp_path, settings):
    """Run for real against no installation: its refusal reaches the log, and the worker goes on."""
    settings.GEZHI_DATA = tmp_path / "none"
    monkeypatch.delenv("GEZHI_DATABASE_URL", raising=False)
    tasks.learn(0)
    assert "no new model" in caplog.text


def test_when_due_trains_nothing_before(desk, capsys):
    close_all(desk, stories(12))
    assert run(capsys, "train", "--when-due").out == ""
    assert not TriageModel.objects.exists()


def test_erased_requesters_teach_nothing(desk):
    close_all(desk, stories(12))
    key = Case.objects.filter(state="closed").values_list("requester", flat=True).first()
    trust.erase(key, actor=ROOT, now=desk.now)
    assert sum(1 for _ in store.decided(1000)) == 35


def test_the_newest_cases_teach_when_there_are_too_many(desk):
    close_all(desk, stories(4))
    newest = list(Case.objects.order_by("-received_at").values_list("pk", flat=True)[:5])
    assert [case.pk for case in store.decided(5)] == newest[::-1]


# ---- the worker


def test_a_new_case_is_classified_by_the_worker(desk):
    key = desk.receive("人民路路灯坏了，灯不亮，路灯", title="路灯灯不亮")
    assert not Suggested.objects.exists()
    trust.deliver_pending(desk.now)
    kept = Suggested.objects.get(case=key)
    assert kept.matters[0][0] == "0101"
    assert kept.units[0][0] == "urban"
    assert Case.objects.get(pk=key).matter == ""  # a person decides
    assert "路灯" not in json.dumps([kept.matters, kept.units], ensure_ascii=False)
    trust.deliver_pending(desk.now)
    assert Suggested.objects.count() == 1


def test_cases_that_came_closed_get_no_advice(desk):
    key = desk.receive("路灯不亮")
    Case.objects.filter(pk=key).update(state="closed")
    trust.deliver_pending(desk.now)
    assert not Suggested.objects.exists()


def test_the_desk_knows_how_often_it_was_right(desk):
    for text, matter in (("路灯灯不亮", "0101"), ("深夜打桩噪声", "0102"), ("学校收费", "0101")):
        key = desk.receive(text)
        trust.deliver_pending(desk.now)
        Suggested.objects.filter(case=key).update(digest="d" * 64)
        Case.objects.filter(pk=key).update(state="closed", matter=matter)
    assert store.hits("d" * 64) == {"n": 3, "first": 2, "filled": 2, "filled_right": 2}


# ---- over HTTP


@pytest.fixture
def olive(desk):
    from gezhi.trust.service.users import create_token

    token = create_token("olive", "test", actor=Actor.system("tests"), now=desk.now)
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_suggestions_over_http(olive):
    found = olive.get("/api/v1/loop/triage/suggest", {"text": "路灯坏了"}).json()
    assert found["matter"][0]["code"] == "0101"
    assert found["matter"][0]["words"] == ["路灯"]
    assert found["unit"][0]["code"] == "urban"
    assert found["sure"] is False
    long = {"text": "路灯坏了。" * 1500, "title": "灯不亮"}
    assert olive.post("/api/v1/loop/triage/suggest", long, content_type="application/json").json()["matter"]
    assert olive.get("/api/v1/loop/triage/suggest", {"text": "路灯\x00"}).status_code == 422
    assert olive.get("/api/v1/loop/triage/suggest", {"text": "路" * 2001}).status_code == 422
    assert Client().get("/api/v1/loop/triage/suggest", {"text": "路灯"}).status_code in (401, 403)


def test_a_suggestion_costs_no_query_of_its_own(desk):
    service.advise(["路灯不亮"])
    with CaptureQueriesContext(connection) as seen:
        service.advise(["深夜打桩"])
    assert len(seen) == 0


# ---- commands


def run(capsys, verb, *words):
    """One command as a person types it: its exit code and what it printed."""
    nouns = Nouns()
    commands.add_commands(nouns)
    command = nouns.commands["loop", f"triage {verb}"]
    parser = ArgumentParser()
    command.arguments(parser)
    code = command.run(parser.parse_args(list(words)))
    return SimpleNamespace(code=code, out=capsys.readouterr().out)


def test_train_score_use_and_list_by_command(desk, sheet, capsys):
    columns = ("--text", "标题", "--text", "内容", "--label", "事项")
    made = run(capsys, "train", str(sheet), *columns)
    assert made.code == 0
    row = TriageModel.objects.get()
    assert f"triage use {row.pk}" in made.out
    said = json.loads(run(capsys, "score", str(sheet), *columns, "--json").out)
    assert set(said) == {"n", "accuracy", "macro_f1", "abstained", "per_class"}
    assert said["n"] == 60
    assert said["macro_f1"] > 0.95
    assert set(said["per_class"]["0101"]) == {"precision", "recall", "f1", "n"}
    by_file = run(capsys, "score", str(sheet), *columns, "--json", "--model", str(store.file_of(row.digest)))
    assert json.loads(by_file.out) == said
    assert "on the desk" in run(capsys, "use", str(row.pk)).out
    assert run(capsys, "list").out.startswith("* model")
    assert json.loads(run(capsys, "list", "--json").out)[0]["in_use"] is True
    run(capsys, "use", "none")
    assert not TriageModel.objects.filter(in_use=True).exists()


def test_the_model_trained_last_is_scored(desk, sheet, tmp_path, capsys):
    columns = ("--text", "内容", "--label", "事项")
    run(capsys, "train", str(sheet), *columns)
    other = tmp_path / "other.csv"
    other.write_text(sheet.read_text(encoding="utf-8").replace(",0101", ",0102"), encoding="utf-8")
    run(capsys, "train", str(other), *columns)
    said = json.loads(run(capsys, "score", str(other), *columns, "--json").out)
    assert set(said["per_class"]) == {"0102", "02"}


@pytest.mark.parametrize("suffix", [".csv.gz", ".xlsx", ".gb.csv"])
def test_any_kind_of_table_is_read(desk, sheet, tmp_path, suffix):
    import gzip

    from openpyxl import Workbook

    file = tmp_path / f"decided{suffix}"
    text = sheet.read_text(encoding="utf-8")
    if suffix == ".csv.gz":
        file.write_bytes(gzip.compress(text.encode()))
    elif suffix == ".gb.csv":
        file.write_bytes(text.encode("gb18030"))
    else:
        book = Workbook()
        for line in text.splitlines():
            book.active.append(line.split(","))
        book.save(file)
    rows = list(service.examples_in(file, ["标题", "内容"], "事项"))
    assert rows == list(service.examples_in(sheet, ["标题", "内容"], "事项"))
    assert len(rows) == 60


def test_a_missing_column_is_named(desk, sheet):
    with pytest.raises(Refused) as refused:
        list(service.examples_in(sheet, ["标题", "正文"], "事项"))
    assert refused.value.code == "triage-no-column"
    assert refused.value.facts == {"column": "正文", "found": "标题、内容、事项"}


def test_scoring_without_a_model_or_rows_is_refused(desk, sheet, tmp_path):
    with pytest.raises(Refused, match="triage-no-model"):
        service.score_file(sheet, texts=["内容"], label="事项")
    with pytest.raises(Refused, match="triage-model-broken"):
        service.score_file(sheet, texts=["内容"], label="事项", model=str(tmp_path / "no-such-file"))
    trained(sheet, desk.now)
    empty = tmp_path / "empty.csv"
    empty.write_text("标题,内容,事项\n路灯,不亮,\n灯,坏了,\n", encoding="utf-8")
    with pytest.raises(Refused, match="triage-nothing-to-score"):
        service.score_file(empty, texts=["内容"], label="事项")
