"""Templates of an office: known names are filled, everything else is refused at its place, nothing in them runs."""

import io
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from gezhi.kernel.errors import Refused
from gezhi.kit.documents import check, fill

KNOWN = {"case.number", "case.title", "case.due", "office", "steps[].at", "steps[].words", "steps[].n"}
VALUES = {
    "case": {"number": "LJ-1", "title": "<b>路灯</b> & {{ office }}", "due": None}, "office": "洛江区",
    "steps": [{"at": "3月2日", "words": "=1+1", "n": 2}, {"at": "3月3日", "words": "第一行\n第二行", "n": 5}],
}  # fmt: skip


def docx(*paragraphs, rows=(), header=""):
    document = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for y, row in enumerate(rows):
            for x, words in enumerate(row):
                table.cell(y, x).text = words
    if header:
        document.sections[0].header.paragraphs[0].text = header
    return saved(document)


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(what):
    out = io.BytesIO()
    what.save(out)
    return out.getvalue()


def with_part(data, name, content):
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


W = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def refusal(data, known=KNOWN):
    with pytest.raises(Refused) as caught:
        check(data, known)
    assert caught.value.status == 422
    return caught.value


def words_of(data):
    document = Document(io.BytesIO(data))
    return [p.text for p in document.paragraphs], [[c.text for c in r.cells] for t in document.tables for r in t.rows]


def test_word_is_filled_with_text_and_never_with_markup():
    made = docx("编号 {{ case.number }}", "{{ case.title }}", "{% if case.due %}限 {{ case.due }}{% endif %}")
    checked = check(made, KNOWN)
    assert (checked.format, [one.name for one in checked.found][:2]) == ("docx", ["case.number", "case.title"])
    paragraphs, _ = words_of(fill(made, VALUES))
    assert paragraphs == ["编号 LJ-1", "<b>路灯</b> & {{ office }}", ""]


def test_a_tag_that_word_has_cut_into_runs_is_one_tag():
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ case", ".num", "ber }", "}号"):
        paragraph.add_run(piece).bold = True
    made = saved(document)
    assert [one.name for one in check(made, KNOWN).found] == ["case.number"]
    assert words_of(fill(made, VALUES))[0] == ["LJ-1号"]


def test_a_marked_row_of_a_word_table_is_repeated():
    rows = [["序号", "时间", "内容"],
            ["{% for s in steps %}{{ loop.index }}", "{{ s.at }}", "{{ s.words }}{% endfor %}"],
            ["完", "", ""]]  # fmt: skip
    made = docx(rows=rows)
    check(made, KNOWN)
    assert words_of(fill(made, VALUES))[1] == [
        ["序号", "时间", "内容"], ["1", "3月2日", "=1+1"], ["2", "3月3日", "第一行\n第二行"], ["完", "", ""],
    ]  # fmt: skip
    assert words_of(fill(made, {**VALUES, "steps": []}))[1] == [["序号", "时间", "内容"], ["完", "", ""]]


def test_headers_are_filled_too():
    made = docx("x", header="{{ office }}")
    check(made, KNOWN)
    assert Document(io.BytesIO(fill(made, VALUES))).sections[0].header.paragraphs[0].text == "洛江区"


@pytest.mark.parametrize(
    ("made", "placeholder", "place"),
    [
        (docx("一", "致 {{ case.phone }}"), "case.phone", "¶2: 致 {{ case.phone }}"),
        (docx(rows=[["a", "b"], ["c", "{{ nobody }}"]]), "nobody", "第 1 个表第 2 行第 2 格: {{ nobody }}"),
        (docx("x", header="{{ who }}"), "who", "header ¶1: {{ who }}"),
        (docx("{% for s in steps %}{{ s.phone }}{% endfor %}"), "s.phone", "¶1"),
        (docx("{% for s in people %}{% endfor %}"), "people", "¶1"),
        (docx("{{ loop.index }}"), "loop.index", "¶1"),
        (docx("{{ steps }}"), "steps", "¶1"),
        (xlsx(["a"], ["b", "{{ case.phone }}"]), "case.phone", "Sheet!B2"),
        (xlsx(["{% for s in steps %}{{ s.at }}", "{{ s.who }}{% endfor %}"]), "s.who", "Sheet!B1"),
        (xlsx(["{% for s in steps %}{{ s.at }}", "{% endfor %}"], ["{{ s.at }}"]), "s.at", "Sheet!A2"),
    ],
)
def test_an_unknown_placeholder_is_refused_with_its_place(made, placeholder, place):
    refused = refusal(made)
    assert refused.code == "document-placeholder-unknown"
    assert refused.facts["placeholder"] == placeholder
    assert refused.facts["place"].startswith(place)


CODE = [
    "{{ case.number", "case }}", "{{ }}", "{{ case. }}", "{% if case.due %}", "{% endif %}", "{% endfor %}",
    "{% for s in steps %}", "{% for s in steps %}{% for t in steps %}{% endfor %}{% endfor %}", "{# x #}",
    "{{ case.number.__class__() }}", "{{ case['number'] }}", "{{ office|upper }}", "{{ 'a' * 999999999 }}",
    "{{ range(9) }}", "{% set x = 1 %}", "{% include 'x' %}", "{% import 'os' as o %}", "{{ 1 + 1 }}", "{% raw %}",
    "{% macro m() %}{% endmacro %}", "{% for s in range(9) %}{% endfor %}", "{% colspan 3 %}", "{{ self }}",
    "{% if 1 is odd %}{% endif %}",
    "{{ [case] }}", "{{ {'a': case} }}", "{{ case if office else case }}", "{% else %}",
]  # fmt: skip


@pytest.mark.parametrize("words", CODE)
@pytest.mark.parametrize("make", [docx, lambda words: xlsx([words])])
def test_broken_syntax_and_code_are_refused_with_their_place(make, words):
    refused = refusal(make(words))
    assert refused.code == "document-template-syntax"
    assert refused.facts["place"].startswith(("¶1", "Sheet!A1"))


@pytest.mark.parametrize("words", ["{{ case.__class__ }}", "{{ office.__len__ }}", "{{ case.items }}"])
def test_names_of_python_are_unknown(words):
    assert refusal(docx(words)).code == "document-placeholder-unknown"
    with pytest.raises(Refused):
        fill(docx(words), VALUES)


def test_an_old_doc_with_a_new_name_is_refused():
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).code == "document-kind"
    assert refusal(b"%PDF-1.7").code == "document-kind"
    assert refusal(docx("x")[:900]).code == "document-broken"


def test_a_zip_bomb_and_a_huge_file_are_refused_unopened():
    assert refusal(with_part(docx("x"), "word/media/a.bin", bytes(5 * 2**20))).code == "document-bomb"
    assert refusal(bytes(11 * 2**20)).code == "document-too-large"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/vbaProject.bin", b"x"),
        ("word/embeddings/ole.bin", b"x"),
        ("word/extra.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'),
        ("word/extra.xml", b"<!--" + b"x" * 5000 + b"-->" + b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'),
        ("word/_rels/settings.xml.rels", b'<a><Relationship TargetMode="External" Type="http://x/attachedTemplate"/></a>'),
        ("word/_rels/a.xml.rels", b'<a><Relationship Target="//x/hyperlink" TargetMode="External" Type="/image"/></a>'),
        ("word/_rels/b.xml.rels", b'<p:a xmlns:p="urn:p"><p:Relationship TargetMode="External" Type="/image"/></p:a>'),
        ("word/_rels/c.xml.rels", b'<a><Relationship TargetMode="&#69;xternal" Type="/image"/></a>'),
        ("word/_rels/d.xml.rels", b'<a><Relationship Target="media/a.html" Type="http://x/aFChunk"/></a>'),
        ("word/footnotes.xml", b'<w:p xmlns:w="%s"><w:instrText> DDEAUTO c cmd </w:instrText></w:p>' % W),
    ],
)  # fmt: skip
def test_what_runs_or_loads_by_itself_is_refused(name, content):
    assert refusal(with_part(docx("x"), name, content)).code == "document-unsafe"


def test_a_link_that_waits_for_a_click_is_no_danger():
    link = b'<a><Relationship Target="http://x/" TargetMode="External" Type="http://x/relationships/hyperlink"/></a>'
    assert check(with_part(docx("x"), "word/_rels/e.xml.rels", link), KNOWN).format == "docx"


def test_a_field_that_fetches_is_refused():
    document = Document()
    field = document.add_paragraph("x")._p.makeelement(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}fldSimple"
    )
    field.set("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instr", " INCLUDETEXT /etc/passwd ")
    document.paragraphs[0]._p.append(field)
    assert refusal(saved(document)).code == "document-unsafe"


def test_a_chart_that_would_be_lost_is_refused():
    assert refusal(with_part(xlsx(["x"]), "xl/charts/chart1.xml", b"<c/>")).code == "document-unsupported"


def test_rows_of_a_sheet_are_repeated_and_totals_follow():
    book = Workbook()
    sheet = book.active
    for row in (["{{ office }}"], ["时间", "件数", "办理", "双倍"],
                ["{% for s in steps %}{{ s.at }}", "{{ s.n }}", "{{ s.words }}{% endfor %}", "=B3*2"],
                ["合计", "=SUM(B3:B3)", None, "=D3"], ["完", "=B4"]):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A5:A6")
    sheet["A3"].number_format = "@"
    made = saved(book)
    assert check(made, KNOWN).format == "xlsx"
    done = load_workbook(io.BytesIO(fill(made, VALUES))).active
    assert [[cell.value for cell in row[:4]] for row in done.iter_rows(max_row=6)] == [
        ["洛江区", None, None, None], ["时间", "件数", "办理", "双倍"], ["3月2日", 2, "=1+1", "=B3*2"],
        ["3月3日", 5, "第一行\n第二行", "=B4*2"], ["合计", "=SUM(B3:B4)", None, "=D3"], ["完", "=B5", None, None],
    ]  # fmt: skip
    assert [one.coord for one in done.merged_cells.ranges] == ["A6:A7"]
    assert done["A4"].number_format == "@"
    empty = load_workbook(io.BytesIO(fill(made, {**VALUES, "steps": []}))).active
    assert [empty["A3"].value, empty["A4"].value, empty["B4"].value] == [None, "合计", "=SUM(B3:B3)"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1"])
def test_a_text_never_becomes_a_formula(text):
    made = xlsx(["{{ office }}", "{{ office }}{{ case.due }}", "x {{ office }}"])
    row = load_workbook(io.BytesIO(fill(made, {**VALUES, "office": text}))).active[1]
    assert [cell.data_type for cell in row] == ["s", "s", "s"]
    assert [cell.quotePrefix for cell in row] == [True, True, False]


def test_a_placeholder_within_a_formula_is_refused():
    refused = refusal(xlsx(['="{{ office }}"']))
    assert (refused.code, refused.facts["what"]) == ("document-unsafe", "Sheet!A1")
