"""Reports of a period: cut-offs, comparisons that are honest, figures equal to those of scores and worklist."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document
from openpyxl import Workbook, load_workbook
from scores_office import lay_scores, told

from gezhi.kernel.errors import Refused
from gezhi.loop.documents import service
from gezhi.loop.documents.rules import KINDS, periods
from gezhi.loop.documents.rules.figures import FIGURES
from gezhi.loop.models import Call, ScoreEvent
from gezhi.loop.scores import service as scores
from gezhi.loop.store import worklist
from gezhi.loop.store.content import content
from gezhi.trust.service import acts, set_office

SHANGHAI = ZoneInfo("Asia/Shanghai")
SAME = {"closed", "handle_due", "handle_in_time", "redos", "returns", "asked_solved", "solved", "asked_satisfied",
        "satisfied", "basic", "attempts", "postponed"}  # fmt: skip


def rule(cutoff="24:00", week=1):
    return periods.Rule(cutoff, week, SHANGHAI)


def span(kind, name, law):
    found = periods.named(kind, name, law)
    return [f"{one:%m-%d %H:%M}" for one in (found.since, found.until)]


def test_periods_run_from_cut_off_to_cut_off():
    five = rule("17:00", 7)
    assert span("daily", "2026-03-02", five) == ["03-01 17:00", "03-02 17:00"]
    assert span("monthly", "2026-03", five) == ["02-28 17:00", "03-31 17:00"]
    assert span("weekly", "2026-03-04", five) == ["02-28 17:00", "03-07 17:00"]
    assert span("weekly", "2026-W10", rule()) == ["03-02 00:00", "03-09 00:00"]
    march = periods.named("monthly", "2026-03", five)
    assert periods.before("monthly", march, five).until == march.since
    assert periods.year_before("monthly", march, five).first == date(2025, 3, 1)
    at_five = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert periods.last_ended("daily", at_five, five).last == date(2026, 3, 2)
    assert periods.last_ended("daily", at_five - timedelta(seconds=1), five).last == date(2026, 3, 1)
    for kind, name in (("daily", "2026-03"), ("monthly", "2026-13"), ("weekly", "2026-W60"), ("daily", "0001-01-01")):
        with pytest.raises(Refused, match="report-period"):
            periods.named(kind, name, five)


@pytest.fixture
def world(office, settings):
    """Three weeks: cases closed in and out of time, one unhappy, one returned, one open and late."""
    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    lay_scores(office)
    told(office)
    told(office, contacted=False, late=True, satisfaction="dissatisfied", solved="unsolved")
    back = office.to("handling")
    office.move(back, "return", "hugo", cause="not_ours", basis="不归我们")
    office.move(back, "adjudicate", "sue", ruling="reject", basis="归你们")
    office.move(back, "supervise", "sue", reason="快")
    office.now = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    return office


def made(office, kind="monthly", period="2026-03", by="eva", **more):
    return service.report(kind, period, actor=office.actor(by), now=office.now, **more)


def test_figures_equal_those_of_scores_and_of_the_worklist(world):
    values = made(world).values
    run = scores.run_scores(
        scores.Wish("rates", date(2026, 3, 1), date(2026, 3, 31)), actor=world.actor("eva"), now=world.now
    )
    by_engine = dict.fromkeys(SAME, 0)
    for name in ("rates", "grid"):
        run = scores.run_scores(
            scores.Wish(name, date(2026, 3, 1), date(2026, 3, 31)), actor=world.actor("eva"), now=world.now
        )
        events = ScoreEvent.objects.filter(run=run, outside="").values_list("kind", "facts")
        mine = {kind for kind, _ in events}
        for code in SAME:
            if FIGURES[code].event in mine:
                by_engine[code] = sum(FIGURES[code].counts(kind, facts.split()) for kind, facts in events)
    assert {code: values[code]["n"] for code in SAME if by_engine[code]} == {c: n for c, n in by_engine.items() if n}
    assert sum(bool(n) for n in by_engine.values()) >= 7
    late = worklist.count(world.actor("dora"), worklist.Wish(light="late"), world.now, verb=worklist.READ, most=1000)
    here = worklist.count(world.actor("dora"), worklist.Wish(), world.now, verb=worklist.READ, most=1000)
    assert (values["overdue"]["n"], values["open"]["n"]) == (late, here)
    assert late >= 1


def test_what_a_month_holds(world):
    values = made(world).values
    n = {code: values[code]["n"] for code in FIGURES}
    assert (n["received"], n["closed"], n["returns"], n["returns_rejected"], n["redos"]) == (3, 1, 1, 1, 1)
    assert (n["supervised"], n["asked_solved"], n["solved"], n["unsolved"], n["dissatisfied"]) == (1, 2, 1, 1, 1)
    assert str(values["solved_rate"]["rate"]) == "50.00%"
    assert (values["solved_rate"]["top"], values["solved_rate"]["of"]) == (1, 2)
    assert [(row["name"], row["n"]) for row in values["matters"]] == [("城乡建设", 3)]
    assert [(row["no"], row["name"], row["n"]) for row in values["top"]] == [(1, "城乡建设 › 路灯", 3)]
    assert [(row["name"], row["n"]) for row in values["kinds"]] == [("投诉", 3)]
    urban = next(row for row in values["units"] if row["code"] == "urban")
    assert (urban["received"], urban["closed"], urban["returns"], str(urban["solved_rate"])) == (3, 1, 1, "50.00%")
    for name in ("before", "change", "last_year", "year_change"):
        assert values["received"][name] == "无可比"
        assert values["calls_offered"]["n"] == "—"


def test_the_day_is_cut_where_the_office_says(world):
    acts_at = world.now
    world.now = datetime(2026, 3, 30, 9, 30, tzinfo=UTC)  # 17:30 here
    world.receive(matter="0101", kind="help")
    world.now = acts_at
    assert made(world, "daily", "2026-03-30").values["received"]["n"] == 1
    set_office("report_cutoff", "17:00", actor=world.actor("system"), now=world.now)
    day = made(world, "daily", "2026-03-31").values
    assert (day["received"]["n"], day["received"]["before"], day["received"]["change"]) == (1, 0, "无可比")
    assert made(world, "daily", "2026-03-30").values["received"]["n"] == 0
    with pytest.raises(Refused, match="report-not-ended"):
        made(world, "daily", "2026-04-01")
    with pytest.raises(Refused, match="setting-choice"):
        set_office("report_cutoff", "25:00", actor=world.actor("system"), now=world.now)


def test_growth_is_counted_against_the_period_before(world):
    world.now = datetime(2026, 4, 15, 2, 0, tzinfo=UTC)
    for _ in range(4):
        world.receive(matter="0102", kind="help")
    world.now = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
    april = made(world, period="2026-04").values
    assert (april["received"]["before"], str(april["received"]["change"])) == ("无可比", "无可比")  # March began late
    world.now = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
    for _ in range(6):
        world.receive(matter="0102", kind="help")
    world.now = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
    june = made(world, period="2026-06").values
    assert (june["received"]["n"], june["received"]["before"], june["received"]["change"]) == (6, 0, "无可比")
    may = made(world, period="2026-05", language="en").values
    assert (str(may["received"]["change"]), may["received"]["before"]) == ("-100.0%", 4)
    assert may["received"]["last_year"] == "no comparison"


def test_a_slip_that_was_taken_back_never_was(world):
    before = made(world).values
    case = world.to("dispatched", world.receive(matter="0101", kind="help"))
    world.move(case, "undo", "dora")
    world.now = datetime(2026, 5, 1, tzinfo=UTC)
    april = made(world, period="2026-04").values
    assert (april["received"]["n"], april["handle_due"]["n"]) == (1, 0)  # no limit of a unit ever ran
    mine = next(row for row in april["units"] if row["received"])
    assert mine["code"] == "centre"  # it never went to a unit
    assert {k: before[k]["n"] for k in FIGURES} == {k: made(world).values[k]["n"] for k in FIGURES}


def test_void_cases_count_for_nothing_and_later_steps_change_no_past_month(world):
    before = made(world).values
    case = world.receive(matter="0101", kind="help")
    world.now += timedelta(days=2)
    world.move(case, "void_ask", "dora", cause="test", reason="误")
    world.move(case, "void_decide", "sue", approve=True)
    world.now += timedelta(days=30)
    after = made(world).values
    assert {k: before[k] for k in FIGURES} == {k: after[k] for k in FIGURES}
    april = made(world, period="2026-04").values
    assert april["received"]["n"] == 0


def test_calls_are_those_of_the_page_of_calls(world):
    person = apps.get_model("trust", "Requester").objects.first()
    for n, (state, wait) in enumerate((("ended", 5), ("ended", 40), ("missed", 9), ("talking", 15))):
        Call.objects.create(call_id=f"c{n}", requester=person, direction="in", state=state, wait_s=wait,
                            began_at=datetime(2026, 3, 30, 3, n, tzinfo=UTC))  # fmt: skip
    values = made(world).values
    assert [values[f"calls_{name}"]["n"] for name in ("offered", "answered", "fast", "abandoned")] == [4, 3, 2, 1]
    assert str(values["answered_rate"]["rate"]) == "75.00%"


def test_a_report_takes_the_same_statements_for_any_number_of_cases(world):
    content()

    def statements():
        with CaptureQueriesContext(connection) as caught:
            made(world)
        return len(caught)

    few = statements()
    world.now -= timedelta(days=3)
    for number in range(6):
        world.to(("handling", "closed")[number % 2])
    world.now += timedelta(days=3)
    assert statements() == few
    assert few <= 12


def xlsx(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.active.column_dimensions["A"].width = 33
    book.active["B1"].number_format = "0"
    book.active.merge_cells("A2:B2")
    book.save(out)
    return io.BytesIO(out.getvalue())


def test_the_office_s_own_workbook_keeps_its_look_and_the_paper_beside_it_holds(world):
    dora, now = world.actor("dora"), world.now
    wb = xlsx(
        ["受理", "{{ received.n }}"],
        ["{{ period.name }}"],
        ["{% for k in kinds %}{{ k.name }}", "{{ k.share }}{% endfor %}"],
    )
    assert service.put_template("monthly", "月报.xlsx", wb, actor=dora, now=now).format == "xlsx"
    told_ = service.make_report("monthly", "2026-03", "xlsx", actor=dora, now=now)
    sheet = load_workbook(io.BytesIO(told_.data)).active
    assert (told_.version, sheet["B1"].value, sheet["A2"].value, sheet["A3"].value) == (1, 3, "2026-03", "投诉")
    assert (sheet["B3"].value, sheet["B3"].number_format, sheet.column_dimensions["A"].width) == (1.0, "0.00%", 33)
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A2:B2"]
    paper = service.make_report("monthly", "2026-03", "docx", actor=dora, now=now)
    assert paper.version == 0  # that of the product: the paper is chosen apart from the workbook
    words = "\n".join(cell.text for table in Document(io.BytesIO(paper.data)).tables for cell in table._cells)
    assert "城乡建设" in words
    assert "{" not in words
    service.choose_template("monthly", 0, actor=dora, now=now, form="xlsx")
    assert service.make_report("monthly", "2026-03", "xlsx", actor=dora, now=now).version == 0
    with pytest.raises(Refused) as refused:
        service.put_template("monthly", "x.xlsx", xlsx(["{{ received.phone }}"]), actor=dora, now=now)
    assert (refused.value.facts["placeholder"], refused.value.facts["place"]) == ("received.phone", "Sheet!A1")
    for wanted, begins in (("pdf", b"%PDF"), ("json", b"{")):
        assert service.make_report("weekly", "2026-W10", wanted, actor=dora, now=now, language="en").data.startswith(
            begins
        )
    with pytest.raises(Refused, match="report-format"):
        service.make_report("weekly", "2026-W10", "exe", actor=dora, now=now)


def test_who_may_and_what_the_ledger_knows(world):
    from gezhi.trust.models import LedgerRecord

    for name in ("hugo", "lena", "olive"):
        with pytest.raises(Refused, match="not-allowed"):
            made(world, by=name)
    service.make_report("daily", "2026-03-02", "docx", actor=world.actor("sue"), now=world.now)
    record = LedgerRecord.objects.filter(act="report.make").get()
    assert json.loads(record.body)["period"] == "2026-03-02"


def client(office, name):
    browser = Client()
    browser.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
    return browser


def test_pages_of_reports(world, monkeypatch):
    monkeypatch.setattr("gezhi.loop.pages.common.now", lambda: world.now)
    eva = client(world, "eva")
    assert 'value="2026-03"' in eva.get("/desk/documents/reports/").content.decode()
    page = eva.get("/desk/documents/reports/monthly/?period=2026-03").content.decode()
    for words in ("城乡建设", "50.00%", "1 / 2", "无可比", "period=2026-02"):
        assert words in page
    sent = eva.post("/desk/documents/reports/monthly/file/", {"period": "2026-03", "format": "pdf", "language": "en"})
    assert (sent.status_code, sent.content[:4], sent.headers["Cache-Control"]) == (200, b"%PDF", "private, no-store")
    assert client(world, "hugo").get("/desk/documents/reports/").status_code == 403
    assert client(world, "lena").get("/desk/documents/reports/monthly/?period=2026-03").status_code == 403
    assert client(world, "hugo").post("/desk/documents/reports/monthly/file/", {"period": "2026-03"}).status_code == 403
    assert eva.get("/desk/documents/reports/monthly/?period=2026-99").status_code == 422


@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if kind.about != "case"])
@pytest.mark.parametrize("form", ["docx", "xlsx"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_comes_with_the_product_asks_only_for_what_is_listed(kind, form, language):
    from gezhi.kit.documents import check
    from gezhi.loop.documents.builtin import built_in

    found = check(built_in(kind, form, language), service.known(kind))
    assert found.format == form
    assert len(found.found) > 25
