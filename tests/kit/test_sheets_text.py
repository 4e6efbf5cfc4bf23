"""Text files: every encoding and delimiter that offices send, and what is no table at all."""

import gc
import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.sheet_files import known, text

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Limits, read_tables, write_csv, write_xlsx

CSV = (
    "工单编号,来电时间,诉求内容,承办单位\n"
    'A1,2026/1/1 9:12:44,"路灯不亮，\n夜里黑",城管局\n\n'
    'A2,2026/1/3,"说""急""",市政所\n'
)


def read(file, **options):
    [sheet] = [(sheet, list(sheet.rows)) for sheet in read_tables(file, known=known, **options)]
    return sheet


def refusal(file, **options):
    with pytest.raises(Refused) as caught:
        read(file, **options)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(encoding, found, delimiter):
    sheet, rows = read(text(CSV.replace(",", delimiter), encoding))
    assert sheet.encoding == found
    assert sheet.kind == ("tsv" if delimiter == "\t" else "csv")
    assert [(row.number, row.cells[0], row.cells[2]) for row in rows] == [
        (2, "A1", "路灯不亮，\n夜里黑"),
        (4, "A2", '说"急"'),
    ]


def test_compressed_and_cut():
    packed = gzip.compress(CSV.encode())
    assert len(read(io.BytesIO(packed))[1]) == 2
    assert refusal(io.BytesIO(packed[:-12])).code == "sheet-broken"
    assert refusal(io.BytesIO(gzip.compress(packed))).facts == {"found": "gzip"}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("__MACOSX/._a.csv", b"\0\5")
        target.writestr("a.csv", CSV)
    [inside] = read_tables(archive)
    assert len(list(inside.rows)) == 2
    bomb = io.BytesIO(gzip.compress(b"a" * (40 * 2**20)))
    assert refusal(bomb).code == "sheet-bomb"
    assert refusal(io.BytesIO(packed), limits=Limits(unpacked=20)).facts["what"] == "unpacked"


def test_delimiter_told_in_the_first_line():
    sheet, rows = read(text("sep=|\n工单编号|诉求内容\nA1|路灯, 井盖, 树\n"))
    assert sheet.header == ("工单编号", "诉求内容")
    assert rows[0].cells == ("A1", "路灯, 井盖, 树")
    assert rows[0].number == 3


def test_commas_in_texts_do_not_outvote_known_names():
    body = "".join(f"A{n}\t路灯,井盖,树,车\n" for n in range(30))
    assert read(text(f"工单编号\t诉求内容\n{body}"))[1][0].cells == ("A0", "路灯,井盖,树,车")


def test_nul_bytes_are_no_obstacle():
    _, rows = read(text("工单编号,诉求内容\nA1,路\0灯\0不亮\nA2,井盖\n"))
    assert [row.cells[1] for row in rows] == ["路\0灯\0不亮", "井盖"]


def test_a_cut_file_marks_only_its_last_row():
    whole = CSV.encode()
    _, rows = read(io.BytesIO(whole[: whole.index("急".encode()) + 2]))
    assert [row.problem for row in rows] == ["", "cut"]
    _, rows = read(text(CSV[: CSV.index("急")]))
    assert [row.problem for row in rows] == ["", "cut"]
    assert [row.problem for row in read(text(CSV))[1]] == ["", ""]


def test_a_quote_that_swallows_rows_is_told():
    _, rows = read(text('工单编号,诉求内容\nA1,"路灯\nA2,"井盖" 松动\nA3,树\n'))
    assert [(row.number, row.problem) for row in rows] == [(2, "quote"), (3, "")]
    endless = '工单编号,诉求内容\nA1,路灯\nA2,"' + "树\n" * 3000
    assert refusal(text(endless), limits=Limits(cell=1000)).facts["what"] == "cell"
    refused = refusal(text(endless + "树\n" * 1_000_000))
    assert (refused.code, refused.facts) == ("sheet-quote-open", {"line": 3})
    assert [row.problem for row in read(text(endless))[1]] == ["", "cut"]


def test_few_broken_bytes_cost_only_their_row():
    body = "".join(f"A{n},路灯不亮请尽快维修{n}\n" for n in range(900)).encode()
    body = body.replace("A5,路灯".encode(), b"A5,\xff\xfe\xe8", 1)
    _, rows = read(io.BytesIO("工单编号,诉求内容\n".encode() + body))
    assert len(rows) == 900
    assert [row.cells[0] for row in rows if row.problem == "unreadable"] == ["A5"]


def test_western_office_files():
    sheet, rows = read(text("number;text\n1;Müll am Straßenrand, größer\n2;Lärm\n", "cp1252"))
    assert sheet.encoding == "cp1252"
    assert rows[0].cells[1] == "Müll am Straßenrand, größer"


def test_no_encoding_fits():
    mixed = "工单编号,诉求内容\n".encode() + "A1,路灯不亮\n".encode() * 3 + "A2,井盖松动很久\n".encode("gb18030") * 3
    refused = refusal(io.BytesIO(mixed))
    assert (refused.code, refused.facts["line"]) == ("sheet-encoding", 5)


def test_html_saved_as_xls():
    page = (
        '<html><head><meta charset="gbk"><style>td{mso-number-format:"\\@"}</style></head><body><table border=1>'
        "<tr><td colspan=4>热线台账<tr><th>工单编号<th>诉求内容<th colspan=2>处置</tr><tr><th><th><th>时间<th>单位</tr>"
        "<tr><td>A1<td>路灯&nbsp;不亮<br>很黑<td>2026/1/1<td rowspan=2>城管局</tr><tr><td>A2<td>井盖&amp;树<td></tr>"
        "<tr><td>合计<td>2</tr></table><table><tr><td>说明</td></tr></table></body></html>"
    )
    sheets = [(sheet, list(sheet.rows)) for sheet in read_tables(text(page, "gb18030"), known=known)]
    sheet, rows = sheets[0]
    assert (sheet.kind, sheet.encoding) == ("html", "gb18030")
    assert sheet.header == ("工单编号", "诉求内容", "处置/时间", "处置/单位")
    assert [(row.number, row.cells) for row in rows] == [
        (4, ("A1", "路灯\xa0不亮\n很黑", "2026/1/1", "城管局")),
        (5, ("A2", "井盖&树", "", "城管局")),
    ]


def test_a_cut_page_marks_its_last_row():
    _, rows = read(text("<table><tr><td>工单编号<td>诉求内容<tr><td>A1<td>路灯<tr><td>A2<td>井"))
    assert [row.problem for row in rows] == ["", "cut"]


def test_xml_spreadsheet_2003():
    page = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="一月"><Table><Row><Cell><Data ss:Type="String">工单编号</Data></Cell>'
        '<Cell><Data ss:Type="String">诉求内容</Data></Cell><Cell><Data ss:Type="String">来电时间</Data></Cell></Row>'
        '<Row ss:Index="5"><Cell><Data ss:Type="Number">7</Data></Cell><Cell ss:Index="3">'
        '<Data ss:Type="DateTime">2026-01-01T09:12:44.000</Data></Cell></Row></Table></Worksheet>'
        '<Worksheet ss:Name="二月"><Table><Row><Cell><Data ss:Type="String">诉求内容</Data></Cell></Row>'
        '<Row><Cell><Data ss:Type="String">树</Data></Cell></Row></Table></Worksheet></Workbook>'
    )
    sheets = [(sheet, list(sheet.rows)) for sheet in read_tables(text(page))]
    assert [(sheet.name, sheet.kind, len(rows)) for sheet, rows in sheets] == [
        ("一月", "xml2003", 1),
        ("二月", "xml2003", 1),
    ]
    row = sheets[0][1][0]
    assert (row.number, row.cells[0], row.cells[1], str(row.cells[2])) == (5, 7, None, "2026-01-01 09:12:44")
    assert refusal(text(page[:-200])).code == "sheet-broken"


@pytest.mark.parametrize(
    "head", [b"%PDF-1.4", b"Rar!\x1a", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"{\\rtf1", b"MIME-Version: 1.0"]
)
def test_files_that_are_no_tables(head):
    assert refusal(io.BytesIO(head + b"rest of it" * 20)).code == "sheet-not-a-table"


HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1+1", "plain", "a\x00b\x0bc", "7" * 40_000]


def test_written_files_hold_no_formula_and_read_back():
    file = io.BytesIO()
    write_xlsx(file, ("需要[修改]的行", ["内容", "原因"], [[value, "=x"] for value in HOSTILE]))
    from openpyxl import load_workbook

    sheet = load_workbook(file).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s"}
    _, rows = read(file)
    assert [row.cells[0] for row in rows[:5]] == HOSTILE[:5]
    assert rows[7].cells[0] == "abc"
    assert len(rows[8].cells[0]) == 32_767

    plain = io.BytesIO()
    write_csv(plain, ["内容"], [[value] for value in HOSTILE[:6]])
    assert plain.getvalue().startswith(b"\xef\xbb\xbf")
    assert all(row.cells[0].startswith("'") for row in read(plain)[1])


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=3000),
    st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"\x1f\x8b\x08",
            b"<table>",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"\x09\x08\x10\x00",
            "编号,内容\n".encode("gb18030"),
        ]
    ),
)
def test_random_bytes_are_refused_or_read(content, head):
    try:
        for sheet in read_tables(io.BytesIO(head + content)):
            list(sheet.rows)
    except Refused as refused:
        assert refused.code.startswith("sheet-")  # noqa: PT017 - either answer is right, a traceback is not


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=400),
    st.sampled_from(
        ["<table><tr><td>", "", "a,b\n", "<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>"]
    ),
)
def test_random_texts_are_refused_or_read(content, head):
    try:
        for sheet in read_tables(io.BytesIO((head + content).encode("utf-8", "surrogatepass"))):
            list(sheet.rows)
    except Refused as refused:
        assert refused.code.startswith("sheet-")  # noqa: PT017 - either answer is right, a traceback is not


def test_a_sheet_left_unfinished_leaves_no_trace(tmp_path):
    for name, content in (
        ("a.csv", CSV),
        ("b.xls", "<table><tr><td>工单编号<td>诉求内容<tr><td>1<td>路灯<tr><td>2<td>树</table>"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        sheets = read_tables(tmp_path / name, known=known)
        sheet = next(sheets)
        assert next(sheet.rows).number == 2
        sheets.close()
        del sheet, sheets
    gc.collect()  # an error in a generator's end would be raised as a warning here
