"""Workbooks: what openpyxl and people write is read cell by cell, row numbers as in the file."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.kit.sheet_files import BODY, HEADER, HERE, MESSAGES, at, known, repacked, xlsx

from gezhi.kernel.errors import Refused
from gezhi.kit.sheets import Limits, read_tables


def read(file, **options):
    return [(sheet, list(sheet.rows)) for sheet in read_tables(file, known=known, **options)]


def refusal(file, **options):
    with pytest.raises(Refused) as caught:
        read(file, **options)
    assert caught.value.status == 422
    return caught.value


def test_plain_sheet():
    [(sheet, rows)] = read(xlsx([HEADER, *BODY]))
    assert (sheet.kind, sheet.name, sheet.header, sheet.header_row) == ("xlsx", "表1", tuple(HEADER), 1)
    assert [row.number for row in rows] == [2, 3]
    assert [list(row.cells) for row in rows] == BODY


def test_titles_above_empty_rows_and_totals():
    table = [
        ["2026年1月热线工单台账"],
        ["填报单位：12345 中心", None, None, "单位：件"],
        [],
        HEADER,
        BODY[0],
        [],
        ["合计", None, 2],
        HEADER,
        BODY[1],
        ["制表人：李明", None, "审核：王芳"],
    ]
    [(sheet, rows)] = read(xlsx(table, merges=["A1:D1"]))
    assert sheet.header_row == 4
    assert [row.number for row in rows] == [5, 9]
    assert dict(sheet.skipped) == {"total": 1, "header": 1, "note": 1}


def test_a_text_that_starts_with_a_total_word_stays():
    [(_, rows)] = read(
        xlsx([HEADER, ["A1", "2026/1/1", "合计费用不对", "物价局"], ["小计算机店", "2026/1/1", "噪声", "x"]])
    )
    assert len(rows) == 2


def test_two_row_header_is_joined():
    table = [
        ["工单编号", "诉求内容", "处置", None],
        [None, None, "时间", "单位"],
        ["A1", "路灯不亮", at("2026-01-02 00:00:00"), "城管局"],
    ]
    [(sheet, rows)] = read(xlsx(table, merges=["A1:A2", "B1:B2", "C1:D1"]))
    assert sheet.header == ("工单编号", "诉求内容", "处置/时间", "处置/单位")
    assert sheet.header_row == 2
    assert [row.number for row in rows] == [3]


def test_first_data_row_of_texts_is_not_taken_for_a_second_header():
    table = [["工单编号", "诉求内容", "承办单位"], ["甲", "路灯不亮", "城管局", "急"], ["乙", "井盖", "市政"]]
    [(sheet, rows)] = read(xlsx(table))
    assert sheet.header == ("工单编号", "诉求内容", "承办单位")
    assert len(rows) == 2
    assert rows[0].cells[3] == "急"


def test_vertically_merged_cells_are_filled_and_section_headings_left_out():
    table = [HEADER, ["一月份"], ["A1", "2026/1/1", "路灯", "城管局"], ["A2", "2026/1/2", "井盖", None]]
    [(sheet, rows)] = read(xlsx(table, merges=["A2:D2", "D3:D4"]))
    assert [row.cells[3] for row in rows] == ["城管局", "城管局"]
    assert sheet.skipped["banner"] == 1


def test_merges_beyond_what_can_be_kept_are_refused_instead_of_losing_the_words_of_their_rows():
    table = [HEADER, *([f"A{n}", "2026/1/1", "路灯", "城管局" if n % 2 else None] for n in range(1, 9))]
    merges = [f"D{row}:D{row + 1}" for row in range(2, 10, 2)]
    [(_, rows)] = read(xlsx(table, merges=merges), limits=Limits(merges=4))
    assert [row.cells[3] for row in rows] == ["城管局"] * 8
    assert refusal(xlsx(table, merges=merges), limits=Limits(merges=3)).facts["what"] == "merges"
    beside = [f"A{row}:B{row}" for row in range(2, 10)]  # tell the reader nothing, and are not counted
    [(_, rows)] = read(xlsx(table, merges=[*merges, *beside]), limits=Limits(merges=4))
    assert [row.cells[3] for row in rows] == ["城管局"] * 8


def test_several_sheets_in_order_hidden_and_empty_ones_left_out():
    file = xlsx([HEADER, BODY[0]], [], [HEADER, BODY[1]], [HEADER, BODY[0]], names=["一月", "空", "二月", "旧"])
    book = load_workbook(file)
    book["旧"].sheet_state = "hidden"
    changed = io.BytesIO()
    book.save(changed)
    assert [(sheet.name, len(rows)) for sheet, rows in read(changed)] == [("一月", 1), ("二月", 1)]


def test_numbers_dates_and_texts_keep_their_kind():
    values = [["number", "text", "c", "d", "e", "f"], [24, 24.5, True, at("2020-01-06 12:09:38"), "=1+1", "0012"]]
    file = xlsx(values)
    book = load_workbook(file)
    book.active["E2"].data_type = "s"
    changed = io.BytesIO()
    book.save(changed)
    [(_, rows)] = read(changed)
    assert list(rows[0].cells) == [24, 24.5, True, at("2020-01-06 12:09:38"), "=1+1", "0012"]
    assert isinstance(rows[0].cells[0], int)


def test_loose_xml_of_other_programs():
    sheet = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>留言编号</x:t></x:is></x:c><x:c t="str"><x:v>内容</x:v></x:c></x:row>'
        '<x:row r="9"><x:c r="A9"><x:v>7</x:v></x:c><x:c r="B9" t="inlineStr"><x:is><x:r><x:t>路</x:t></x:r>'
        "<x:r><x:t>灯_x000D_</x:t></x:r><x:rPh><x:t>deng</x:t></x:rPh></x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )
    file = repacked(
        xlsx([HEADER]),
        xl___worksheets___sheet1__xml=sheet.encode(),
        xl___styles__xml=b"<broken",
        docProps___app__xml=None,
    )
    [(found, rows)] = read(file)
    assert found.header == ("留言编号", "内容")
    assert [(row.number, row.cells) for row in rows] == [(9, (7, "路灯\r"))]


def test_old_workbook_with_merged_header_dates_and_totals():
    [(sheet, rows)] = read(HERE / "data" / "merged.xls")
    assert sheet.kind == "xls"
    assert sheet.header == ("工单编号", "诉求内容", "处置/时间", "处置/单位", "来电时间")
    assert [row.number for row in rows] == [4, 5, 6]
    assert rows[0].cells == (1001, "路灯不亮", at("2026-01-02 08:30:00"), "城管局", at("2026-01-01 09:12:44"))
    assert [row.cells[3] for row in rows] == ["城管局", "市政所", "市政所"]
    assert rows[2].cells[1] == "=1+1 不是公式"
    assert rows[2].cells[4] == 46025.5
    assert dict(sheet.skipped) == {"total": 1}


def test_cut_bomb_and_false_names(tmp_path):
    good = xlsx([HEADER, *BODY]).getvalue()
    assert refusal(io.BytesIO(good[: len(good) // 2])).code == "sheet-broken"
    pdf = tmp_path / "工单.xlsx"
    pdf.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3")
    assert (refusal(pdf).code, refusal(pdf).facts) == ("sheet-not-a-table", {"found": "PDF"})
    bomb = repacked(xlsx([HEADER]), xl___worksheets___sheet1__xml=b"<worksheet>" + b" " * (40 * 2**20))
    assert refusal(bomb).code == "sheet-bomb"
    assert refusal(xlsx([HEADER, *BODY]), limits=Limits(unpacked=1000)).facts["what"] == "unpacked"
    assert refusal(xlsx([HEADER, *BODY]), limits=Limits(rows=2)).facts["what"] == "rows"
    assert refusal(xlsx([HEADER, *BODY]), limits=Limits(columns=3)).facts["what"] == "columns"
    assert refusal(io.BytesIO(b"")).code == "sheet-empty"
    assert refusal(xlsx([])).code == "sheet-empty"


def test_other_archives_are_named():
    def archive(**parts):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            for name, content in parts.items():
                new.writestr(name.replace("___", "/").replace("__", "."), content)
        return out

    assert refusal(archive(word___document__xml=b"")).facts == {"found": "Word"}
    assert refusal(archive(xl___workbook__bin=b"")).facts == {"found": "XLSB"}
    assert refusal(archive(mimetype=b"", content__xml=b"")).facts == {"found": "ODS"}
    assert refusal(archive(a__csv=b"", b__csv=b"")).facts == {"found": "ZIP"}


def test_entity_bomb_is_refused():
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><worksheet><sheetData>&c;</sheetData></worksheet>'
    assert refusal(repacked(xlsx([HEADER]), xl___worksheets___sheet1__xml=bomb)).code == "sheet-broken"


def test_locked_files():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert refusal(io.BytesIO(ole)).code == "sheet-locked"


plain = st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=["Cs"]), max_size=20)
cells = st.one_of(st.none(), plain, st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6).map(lambda x: round(x, 4)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, min_size=1, max_size=6), max_size=12))
def test_cells_agree_with_openpyxl(table):
    file = xlsx([HEADER, *table])
    file.seek(0)
    expected = {}
    for row in load_workbook(file).active.iter_rows(min_row=2):
        for cell in row:
            if cell.data_type != "f" and str(cell.value or "").strip(" \t\r\n\0\u3000\xa0\ufeff"):
                expected[cell.coordinate] = cell.value
    found = {}
    raw = [(row.number, row.cells) for _, rows in read(file) for row in rows]
    for number, row in raw:
        for index, value in enumerate(row):
            if value is not None and f"{'ABCDEF'[index]}{number}" in expected:
                found[f"{'ABCDEF'[index]}{number}"] = value
    numbers = {number for number, _ in raw}
    assert found == {place: value for place, value in expected.items() if int(place[1:]) in numbers}


WHOLE = {"xlsx": xlsx([HEADER, *BODY]).getvalue(), "xls": (HERE / "data" / "merged.xls").read_bytes()}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_workbooks_are_refused_or_read(data):
    name = data.draw(st.sampled_from(["xlsx", "xls"]))
    whole = WHOLE[name]
    content = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 8))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(io.BytesIO(bytes(content)))
    except Refused as refused:
        assert refused.code.startswith("sheet-")  # noqa: PT017 - either answer is right, a traceback is not


@pytest.mark.skipif(not MESSAGES.exists(), reason="the messages are not on this machine")
def test_real_messages():
    [(sheet, rows)] = read(MESSAGES / "messages_dev.xlsx")
    assert len(rows) == 495
    assert sheet.header == ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类")
    assert [row.number for row in rows if row.cells[0] == 37042] == [100, 312]
    [(sheet, rows)] = read(MESSAGES / "fj3_messages.csv.gz")
    assert (len(rows), rows[-1].number, sheet.encoding) == (4311, 4312, "utf-8")
