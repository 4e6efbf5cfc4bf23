"""PDF of filled documents: words stay words, tables keep their shape, what cannot be shown is refused at its place."""

import io
import re
import zlib

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from openpyxl import Workbook

from gezhi.kernel.errors import Refused
from gezhi.kit.documents.pdf import sheets, text, to_pages, to_pdf, typesetting


def saved(made):
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def count(pdf):
    """How many pages a PDF has; the objects may lie in compressed streams."""
    parts = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompressobj().decompress(match[1]))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type\s*/Page\b(?!s)", part)) for part in parts)


def test_words_of_people_are_never_markup():
    made = Document()
    made.add_paragraph('#import "@preview/x:1.0.0" $x$ *粗* _斜_ <标> @引 \\ "引号" `x` ]) } #{panic("x")}')
    made.add_table(1, 1).cell(0, 0).text = '")) #read("/etc/passwd") ("'
    source = text.source(saved(made))
    assert '\\"@preview/x:1.0.0\\"' in source
    assert to_pdf(saved(made)).startswith(b"%PDF")


def test_the_shape_of_a_paper_is_kept():
    made = Document()
    run = made.add_paragraph().add_run("红头")
    run.bold, run.font.color.rgb = True, RGBColor.from_string("C00000")
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "黑体")
    table = made.add_table(3, 3, style="Table Grid")
    table.cell(0, 0).merge(table.cell(0, 2)).text = "横跨"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "竖跨"
    head = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), " PAGE ")
    made.sections[0].footer.paragraphs[0]._p.append(field)
    made.add_page_break()
    made.add_paragraph("第二页")
    data = saved(made)
    source = text.source(data)
    assert 'weight: "bold"' in source
    assert 'fill: rgb("C00000")' in source
    assert "table.header(table.cell(colspan: 3, rowspan: 1" in source
    assert "table.cell(colspan: 1, rowspan: 2" in source
    assert "counter(page).display()" in source
    assert count(to_pdf(data)) == 2
    assert len(to_pages(data, 1)) == 1
    assert to_pages(data)[0].startswith(b"\x89PNG")


def test_a_sheet_keeps_formats_merged_cells_and_repeated_heads():
    book = Workbook()
    sheet = book.active
    sheet.append(["标题", None])
    sheet.merge_cells("A1:B1")
    sheet.append([0.875, "=不是公式"])
    sheet["A2"].number_format = "0.0%"
    sheet["B2"].data_type = "s"
    for number in range(120):
        sheet.append([number, "行"])
    sheet.print_title_rows = "1:1"
    source = sheets.source(saved(book))
    assert '"87.5%"' in source
    assert "table.header(table.cell(colspan: 2" in source
    assert count(to_pdf(saved(book))) >= 2


def test_a_formula_is_refused_with_its_cell():
    book = Workbook()
    book.active.append([1, "=SUM(A1:A1)"])
    with pytest.raises(Refused) as refused:
        to_pdf(saved(book))
    assert (refused.value.code, refused.value.facts["place"]) == ("document-pdf-formula", "Sheet!B1")


def test_without_a_chinese_font_it_says_what_to_install(monkeypatch):
    class Bare:
        def families(self):
            return ["DejaVu Sans"]

    typesetting.known.cache_clear()
    typesetting.family.cache_clear()
    monkeypatch.setattr(typesetting, "fonts", Bare)
    with pytest.raises(Refused, match="document-font-missing"):
        typesetting.family()
    monkeypatch.undo()
    typesetting.known.cache_clear()


def test_what_is_no_document_is_refused():
    with pytest.raises(Refused, match="document-kind"):
        to_pdf(b"%PDF-1.7")
