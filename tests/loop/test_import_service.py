"""Imports on a real database: what is written, what a second run finds, what can be taken back."""

import io
import json
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.kit.sheet_files import MESSAGES, REPOSITORY

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import read_tables
from gezhi.loop.importing import mappings, service, store
from gezhi.loop.importing.columns import recognise, remapped
from gezhi.loop.importing.rejected import opened, tables, write_rejects
from gezhi.loop.importing.rules import Reject
from gezhi.loop.importing.running import Options
from gezhi.loop.importing.undoing import undo_batch
from gezhi.loop.models import Batch, Case, CaseClock, CaseText, Step, StepText
from gezhi.loop.service import replay
from gezhi.loop.service.reading import view
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, open_text

SHEET = (
    "工单编号,工单类型,一级分类,二级分类,标题,主要内容,来电人,来电人电话,来电时间,"
    "办结时间,回复内容,是否解决,是否满意,承办单位,标签\n"
    "R1,投诉,城乡建设,路灯,路灯不亮,门口路灯不亮,李明,13800138000,2026/1/5 9:12:44,"
    "2026/1/9 10:00,已修好,已解决,基本满意,urban,每月一题\n"
    "R2,求助,城乡建设,施工噪声,夜里施工,夜里还在施工,,,2026/1/6 20:00,,,,,housing,\n"
    "R3,咨询,天文,,,几点日出,匿名,,2026/1/7,,,,,,\n"
    "R4,咨询,,,,,匿名,,2026/1/7,,,,,,\n"
)


@pytest.fixture
def bring(office, tmp_path):
    """Import a text as a file; gives the outcome."""

    def run(csv, *, by="olive", name="工单.csv", try_only=False, **options):
        path = tmp_path / name
        path.write_text(csv, encoding="utf-8")
        given = {"options": Options(**options), "actor": office.actor(by), "now": office.now}
        return service.try_file(path, **given) if try_only else service.import_file(path, name=name, **given)

    return run


def counts(outcome):
    return outcome.read, outcome.created, outcome.already, outcome.updated, outcome.rejected


def case(number):
    return Case.objects.select_related("requester", "lead").get(external_number=number)


def faults():
    return [item for item in replay() if not isinstance(item, int)]


def records():
    return list(apps.get_model("trust", "LedgerRecord").objects.values_list("act", flat=True))


def test_open_and_closed_old_cases(bring, office):
    outcome = bring(SHEET)
    assert counts(outcome) == (4, 3, 0, 0, 1)
    assert [(reject.row, reject.code) for reject in outcome.rejects] == [(5, "import-text-empty")]

    closed = case("R1")
    assert (closed.state, closed.matter, closed.kind, closed.outcome) == ("closed", "0101", "complaint", "solved")
    assert (closed.satisfaction, closed.solved, closed.lead.code) == ("basic", "solved", "urban")
    assert closed.received_at == datetime(2026, 1, 5, 1, 12, 44, tzinfo=UTC)
    assert closed.closed_at == datetime(2026, 1, 9, 2, 0, tzinfo=UTC)
    assert identity_of(closed.requester) == {"name": "李明", "phone": "13800138000"}
    story = open_text(closed.requester, closed.story)
    assert (story["title"], story["text"]) == ("路灯不亮", "门口路灯不亮")
    assert story["answers"]["标签"] == "每月一题"
    steps = list(Step.objects.filter(case=closed).order_by("no"))
    assert [(step.move, step.target, step.acted_at) for step in steps] == [
        ("receive", "received", closed.received_at),
        ("history", "closed", closed.closed_at),
    ]
    assert all(step.facts["imported"] for step in steps)
    assert open_text(closed.requester, StepText.objects.get(step=steps[1]).sealed) == {"reply": "已修好"}
    assert [entry.move for entry in view(closed.pk, actor=office.actor("hugo"), now=office.now).entries] == [
        "receive",
        "history",
    ]

    waiting = case("R2")
    assert (waiting.state, waiting.dormant, waiting.matter, waiting.lead) == ("received", True, "0102", None)
    assert open_text(waiting.requester, waiting.story)["answers"]["承办单位"] == "housing"
    unknown = case("R3")
    assert (unknown.matter, unknown.anonymous) == ("", True)
    assert open_text(unknown.requester, unknown.story)["answers"]["一级分类"] == "天文"
    assert not CaseClock.objects.exists()
    assert CaseText.objects.count() == 3
    assert records().count("case.receive") == 3
    assert {"import.begun", "import.done", "case.history"} <= set(records())
    assert faults() == []


def test_old_cases_leave_todays_numbers_to_todays_callers(bring, office):
    live = Case.objects.get(pk=office.receive()).number
    assert live == "LJ-20260302-0001"
    bring(SHEET + "R5,咨询,,,今天,今天的事,匿名,,2026/3/2 8:00,,,,,,\n")
    assert case("R1").number == "LJ-20260105-9999"
    assert {case("R3").number, case("R5").number} == {"LJ-20260107-9999", "LJ-20260302-9999"}
    bring("工单编号,来电时间,标题\nX1,2026/1/5,甲\nX2,2026/1/5,乙\n")
    assert (case("X1").number, case("X2").number) == ("LJ-20260105-9998", "LJ-20260105-9997")
    assert Case.objects.get(pk=office.receive()).number == "LJ-20260302-0002"
    apps.get_model("loop", "Serial").objects.filter(scope__contains="20260105").update(base=4_999)
    with pytest.raises(Refused, match="number-full"):
        bring("工单编号,来电时间,标题\nY1,2026/1/5,甲\n")
    assert not Case.objects.filter(external_number="Y1").exists()


def test_the_ledger_and_outbox_hold_no_words(bring):
    bring(SHEET)
    outbox = apps.get_model("trust", "OutboxEvent") if "outboxevent" in apps.all_models["trust"] else None
    bodies = json.dumps(list(apps.get_model("trust", "LedgerRecord").objects.values_list("body", flat=True)))
    facts = json.dumps(list(Step.objects.values_list("facts", flat=True)), ensure_ascii=False)
    if outbox is not None:
        facts += json.dumps(list(outbox.objects.values_list("payload", flat=True)), ensure_ascii=False)
    for word in ("李明", "13800138000", "路灯", "已修好", "R1", "每月一题"):
        assert word not in bodies + facts


def test_a_second_run_finds_all_there(bring):
    bring(SHEET)
    before = Case.objects.count()
    assert counts(bring(SHEET)) == (4, 0, 3, 0, 1)
    assert Case.objects.count() == before
    other = SHEET.replace("R2,求助", "R2,投诉")
    outcome = bring(other)
    assert counts(outcome) == (4, 0, 2, 0, 2)
    assert {reject.code for reject in outcome.rejects} == {"import-text-empty", "import-number-known"}
    assert counts(bring(other, mode="skip")) == (4, 0, 3, 0, 1)
    assert counts(bring(other, source="12319")) == (4, 3, 0, 0, 1)


def test_trying_writes_nothing(bring):
    outcome = bring(SHEET, try_only=True)
    assert counts(outcome) == (4, 3, 0, 0, 1)
    assert not Case.objects.exists()
    assert not Batch.objects.exists()
    assert not {act for act in records() if act.startswith(("case", "import"))}


def test_update_turns_changes_into_steps(bring):
    bring(SHEET)
    changed = SHEET.replace("R2,求助", "R2,投诉").replace("夜里还在施工", "天天夜里还在施工")
    changed = changed.replace("日出,匿名,,2026/1/7,,", "日出,王芳,13900139000,2026/1/7,2026/2/1,六点")
    assert counts(bring(changed, mode="update")) == (4, 0, 1, 2, 1)
    second, third = case("R2"), case("R3")
    assert (second.kind, second.state) == ("complaint", "received")
    assert [step.move for step in Step.objects.filter(case=second).order_by("no")] == ["receive", "refresh"]
    added = StepText.objects.get(step__case=second, step__move="refresh")
    assert added.step.facts["fields"] == ["工单类型", "主要内容"]
    assert open_text(second.requester, added.sealed)["words"] == "主要内容: 天天夜里还在施工"
    assert open_text(second.requester, second.story)["text"] == "夜里还在施工"
    assert (third.state, third.closed_at) == ("closed", datetime(2026, 1, 31, 16, 0, tzinfo=UTC))
    assert identity_of(third.requester) == {"name": "王芳", "phone": "13900139000"}
    assert counts(bring(changed, mode="update")) == (4, 0, 3, 0, 1)
    outcome = bring(changed.replace("已修好", "又修好"), mode="update")
    assert [reject.code for reject in outcome.rejects] == [
        "import-update-ended",
        "import-text-empty",
    ]  # in the order of the rows
    assert faults() == []


def test_each_alteration_names_what_is_new_since_the_last(bring, office):
    bring(SHEET)
    first = SHEET.replace("夜里还在施工", "天天夜里还在施工")
    assert counts(bring(first, mode="update"))[3] == 1
    second = first.replace("2026/1/6 20:00", "2026/1/6 21:30").replace(",housing,", ",urban,")
    assert counts(bring(second, mode="update"))[3] == 1
    last = Step.objects.filter(case=case("R2")).latest("no")
    assert (last.no, last.facts["fields"]) == (3, ["承办单位", "来电时间"])
    assert counts(bring(first, mode="update"))[3] == 1  # back as it was: that is a change too
    assert Step.objects.filter(case=case("R2")).latest("no").facts["fields"] == ["承办单位", "来电时间"]
    blanks = first.replace("天天夜里还在施工", "天天 夜里还在 施工").replace("投诉,城乡建设", "投诉*,城乡建设")
    assert counts(bring(blanks, mode="update")) == (4, 0, 3, 0, 1)
    assert Step.objects.filter(case=case("R2")).latest("no").no == 4
    assert faults() == []


def test_what_was_worked_on_here_is_shown_and_not_overwritten(bring, office):
    bring(SHEET)
    office.move(str(case("R2").pk), "adopt")
    changed = (
        SHEET.replace("R2,求助", "R2,投诉").replace("夜里还在施工", "天天夜里还在施工").replace("几点日出", "几点日落")
    )
    outcome = bring(changed, mode="update")
    assert counts(outcome) == (4, 0, 1, 1, 2)
    conflict = outcome.rejects[0]
    assert (conflict.row, conflict.code) == (3, "import-update-worked-on")
    assert conflict.facts == {"number": "R2", "case": case("R2").number, "fields": "工单类型、主要内容"}
    assert case("R2").kind == "help"
    assert Step.objects.filter(case=case("R2")).count() == 2
    again = bring(changed, mode="update")
    assert (counts(again), again.rejects[0].facts) == ((4, 0, 2, 0, 2), conflict.facts)
    assert counts(bring(SHEET, mode="update")) == (4, 0, 2, 1, 1)  # as it was when it came: no conflict, but R3 is back
    assert faults() == []


def test_a_chunk_is_updated_in_a_fixed_number_of_statements(bring):
    def sheet(rows, words, closed=""):
        head = "工单编号,来电时间,标题,诉求内容,办结时间\n"
        return head + "".join(f"S{n},2026/1/5 9:12,路灯,{words}{n},{closed}\n" for n in range(rows))

    bring(sheet(40, "灯不亮"))
    used = {}
    for rows, words in ((5, "灯还不亮"), (40, "灯全灭了")):
        with CaptureQueriesContext(connection) as seen:
            assert bring(sheet(rows, words), mode="update").updated == rows
        used[rows] = len(seen)
    assert used[40] == used[5]
    with CaptureQueriesContext(connection) as seen:
        assert bring(sheet(40, "灯全灭了"), mode="update").already == 40
    assert not [
        query for query in seen.captured_queries if '"loop_case" SET' in query["sql"] or "loop_step" in query["sql"]
    ]
    assert bring(sheet(40, "灯全灭了", "2026/2/1"), mode="update").updated == 40
    assert set(Case.objects.values_list("state", "last")) == {("closed", 3), ("closed", 4)}
    assert faults() == []


def test_open_cases_that_a_whole_file_lacks_are_told_and_left(bring):
    bring(SHEET)
    outcome = bring(SHEET.replace("R2,", "R9,"), whole=True)
    assert (outcome.created, outcome.gone, outcome.gone_numbers) == (1, 1, ["R2"])
    assert (case("R2").state, case("R2").last) == ("received", 1)
    assert bring(SHEET).gone == 0


def test_clocks_start_only_when_asked(bring):
    bring(SHEET, start_clocks=True)
    waiting = case("R2")
    assert (waiting.dormant, waiting.state) == (False, "received")
    assert {clock.case_id for clock in CaseClock.objects.all()} == {waiting.pk, case("R3").pk}
    assert CaseClock.objects.filter(case=case("R1")).count() == 0
    assert waiting.due_at is not None
    assert waiting.due_at > waiting.received_at
    assert faults() == []


def test_undoing_a_batch(bring, office):
    batch = bring(SHEET).batch
    office.move(str(case("R2").pk), "adopt")
    with pytest.raises(Refused, match="not-allowed"):
        undo_batch(batch, actor=office.actor("hugo"), now=office.now)
    done = undo_batch(batch, actor=office.actor("dora"), now=office.later(hours=1))
    assert (done.undone, done.kept, done.numbers) == (2, 1, [case("R2").number])
    assert sorted(Case.objects.values_list("external_number", "state")) == [
        ("R1", "void"),
        ("R2", "received"),
        ("R3", "void"),
    ]
    assert Batch.objects.get(pk=batch).state == "undone"
    assert faults() == []
    assert counts(bring(SHEET)) == (4, 2, 1, 0, 1)
    with pytest.raises(Refused, match="batch-undone"):
        undo_batch(batch, actor=office.actor("dora"), now=office.now)


def test_undoing_stops_clocks(bring, office):
    batch = bring(SHEET, start_clocks=True).batch
    done = undo_batch(batch, actor=office.actor("dora"), now=office.later(hours=1))
    assert (done.undone, done.kept) == (3, 0)
    assert not CaseClock.objects.filter(finished_at=None).exists()
    assert faults() == []


def test_a_run_that_was_broken_off_makes_nothing_twice(bring, office, tmp_path, monkeypatch):
    path = tmp_path / "viele.csv"
    rows = "".join(f"{n},路灯{n}\n" for n in range(25)) + "3,路灯3\n"
    path.write_text(f"编号,内容\n{rows}", encoding="utf-8")
    monkeypatch.setattr(store, "CHUNK", 10)
    given = {"actor": office.actor("olive"), "now": office.now}
    batch = service.open_batch(path, name="viele.csv", options=Options(), **given)
    writes = []

    def break_off(plan, total):
        writes.append((plan.read, total))
        if len(writes) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.run_batch(batch.pk, path, progress=break_off, **given)
    assert Case.objects.count() == 20
    assert Batch.objects.get().state == "running"
    outcome = service.run_batch(batch.pk, path, **given)
    assert counts(outcome) == (26, 25, 1, 0, 0)
    assert Case.objects.count() == 25
    assert writes == [(10, 26), (20, 26)]
    with pytest.raises(Refused, match="batch-not-waiting"):
        service.run_batch(batch.pk, path, **given)


def test_rejected_rows_come_back_to_mend(bring, office):
    batch = Batch.objects.get(pk=bring(SHEET.replace("2026/1/6 20:00", "2026/2/30")).batch)
    assert [(reject.row, reject.code) for reject in opened(batch)] == [
        (3, "import-time-impossible"),
        (5, "import-text-empty"),
    ]
    file = io.BytesIO()
    write_rejects(batch, file)
    [sheet] = read_tables(file)
    rows = list(sheet.rows)
    assert sheet.header[:2] == ("工单编号", "工单类型")
    assert sheet.header[-1] == "未导入原因"
    assert "2026/2/30" in rows[0].cells[-1]
    assert "未导入原因" not in dict(recognise(sheet.header).extras()).values()
    stored = bytes(apps.get_model("loop", "BatchReject").objects.first().sealed)
    assert "施工".encode() not in stored


def test_saved_mappings_are_used_again(bring, office):
    odd = "甲,乙,丙\nR9,2026/1/1,路灯\n"
    with pytest.raises(Refused, match="import-no-known-column"):
        bring(odd)
    mapping = remapped(recognise(["甲", "乙", "丙"]), {"number": "甲", "received_at": "乙", "text": "丙"})
    saved = mappings.Saved("老系统", mapping.saved(), header=mapping.header)
    mappings.keep(saved, actor=office.actor("olive"), now=office.now)
    assert counts(bring(odd)) == (1, 1, 0, 0, 0)
    assert case("R9").received_at == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    assert counts(bring("甲,乙,丙\nR10,2026/1/1,路灯\n", wishes={"title": "乙", "received_at": ""}))[1] == 1
    assert open_text(case("R10").requester, case("R10").story)["title"] == "2026/1/1"


def test_only_those_who_may_import(bring):
    for by in ("hugo", "cal"):
        with pytest.raises(Refused, match="not-allowed"):
            bring(SHEET, by=by)
        with pytest.raises(Refused, match="not-allowed"):
            bring(SHEET, by=by, try_only=True)
    assert not Batch.objects.exists()


def test_a_file_that_breaks_halfway_writes_nothing(office, tmp_path):
    path = tmp_path / "halb.csv"
    path.write_text("编号,内容\n" + "1,路灯\n" * 600 + '2,"' + "树\n" * 1_100_000, encoding="utf-8")
    with pytest.raises(Refused, match="sheet-quote-open"):
        service.import_file(path, name="halb.csv", options=Options(), actor=office.actor("olive"), now=office.now)
    assert not Batch.objects.exists()


@pytest.mark.slow
@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages are not on this machine")
def test_the_real_files_twice(office):
    given = {"options": Options(), "actor": Actor.system("loop"), "now": datetime(2026, 11, 21, tzinfo=UTC)}
    for name, first, second in (
        ("messages_dev.xlsx", (495, 494, 0, 0, 1), (495, 0, 494, 0, 1)),
        ("fj3_messages.csv.gz", (4311, 4311, 0, 0, 0), (4311, 0, 4311, 0, 0)),
    ):
        assert counts(service.import_file(MESSAGES / name, name=name, **given)) == first
        assert counts(service.try_file(MESSAGES / name, **given)) == second
    again = service.import_file(MESSAGES / "messages_dev.xlsx", name="again", **given)
    assert counts(again) == (495, 0, 494, 0, 1)
    assert [(reject.row, reject.code) for reject in again.rejects] == [(312, "import-number-twice")]
    assert faults() == []


def test_this_repository_keeps_no_foreign_data():
    assert not (REPOSITORY / "shared").exists()


def test_a_mended_sheet_brings_no_reason_of_ours(bring, office):
    batch = Batch.objects.get(pk=bring(SHEET.replace("2026/1/6 20:00", "2026/2/30")).batch)
    file = io.BytesIO()
    write_rejects(batch, file)
    [sheet] = read_tables(file)
    [again] = tables({"S": sheet.header}, [Reject(2, "S", "import-text-empty", {}, row.cells) for row in sheet.rows])
    assert list(again[1]).count("未导入原因") == 1
    assert all(len(row) == len(again[1]) and "2026/2/30" not in str(row[-1]) for row in again[2])
    assert recognise(sheet.header).signature == recognise(sheet.header[:-1]).signature
    assert recognise(["内容", "Why not imported"]).extras() == ()
