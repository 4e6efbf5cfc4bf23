"""Letters of appraisal: the published run on the first sheet, the engine's deductions on the second, one by one."""

import io
from decimal import Decimal

import pytest
from docx import Document
from openpyxl import load_workbook
from scores_office import lay_scores, month_end, published, run, told

from gezhi.kernel.errors import Refused
from gezhi.loop.documents import service
from gezhi.loop.scores.service import deduction_rows
from gezhi.trust.models import LedgerRecord
from gezhi.trust.service import acts


@pytest.fixture
def scored(office, settings):
    settings.GEZHI_SEAL_LIMIT = 10**9
    acts.look_again()
    lay_scores(office)
    told(office)
    told(office, contacted=False, late=True, satisfaction="basic", solved="partly")
    told(office, lead="housing", satisfaction="dissatisfied", solved="unsolved")
    return month_end(office)


def letter(office, period, wanted, by="eva", **more):
    return service.make_appraisal(period, wanted, actor=office.actor(by), now=office.now, **more)


def test_the_workbook_is_the_run_and_its_deductions(scored):
    row = published(scored)
    made = letter(scored, "2026-03", "xlsx")
    scores, lost, how = load_workbook(io.BytesIO(made.data)).worksheets
    table = [[cell.value for cell in line] for line in scores.iter_rows(min_row=4)]
    stored = {one.unit.code: one for one in row.rows.filter(indicator="", unit__isnull=False).select_related("unit")}
    by_name = {one.unit.name_zh: one for one in stored.values()}
    assert {line[0] for line in table} == set(by_name)
    for line in table:
        value = by_name[line[0]].value
        if value:
            exact = Decimal(str(eval(value.replace("/", "*1.0/"))))
            assert abs(Decimal(str(line[2])) - exact) < Decimal("1e-9")
            assert abs(Decimal(str(line[2])) + Decimal(str(line[4])) - Decimal(str(line[3]))) < Decimal("0.00005")
        else:
            assert line[7] in ("本期无应办", "应办不足，不计分")
    assert [cell.value for cell in scores[3]][8:] == ["response", "solution", "satisfaction"]
    rows = [tuple(cell.value for cell in line) for line in lost.iter_rows(min_row=4)]
    engine = [(o.unit, o.code, o.indicator, o.number or None, float(o.points)) for o in deduction_rows(row)]
    assert rows == engine
    assert len(rows) >= 4
    assert [cell.value for cell in how[4]][:2] == ["response", "contact_in_time / contact_due"]
    record = LedgerRecord.objects.filter(act="score.export").get()
    assert f'"deductions":{len(rows)}' in record.body.replace(" ", "")


def test_the_letter_as_a_text_and_as_pdf(scored):
    row = published(scored)
    words = Document(io.BytesIO(letter(scored, f"#{row.pk}", "docx").data))
    cells = [[cell.text for cell in line.cells] for line in words.tables[2].rows]
    assert len(cells) == 1 + len(deduction_rows(row))
    assert letter(scored, "", "pdf", language="en").data.startswith(b"%PDF")


def test_a_unit_reads_its_own_part_only(scored):
    published(scored)
    _, lost, _ = load_workbook(io.BytesIO(letter(scored, "", "xlsx", by="lena").data)).worksheets
    assert {line[0].value for line in lost.iter_rows(min_row=4) if line[0].value} == {"urban"}
    with pytest.raises(Refused, match="not-allowed"):
        letter(scored, "", "xlsx", by="hugo")


def test_only_what_is_published_is_told(scored):
    draft = run(scored)
    for period in ("", "2026-03"):
        with pytest.raises(Refused, match="appraisal-none"):
            letter(scored, period, "xlsx")
    with pytest.raises(Refused, match="appraisal-not-published"):
        letter(scored, f"#{draft.pk}", "xlsx")
    with pytest.raises(Refused, match="report-period"):
        letter(scored, "2026-03-01..x", "xlsx")
