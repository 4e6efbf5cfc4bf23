"""Workbooks that we write: real dates, widths, texts as texts, made piece by piece."""

import io
from datetime import date, datetime

from gezhi.kit.sheets import read_tables


def test_a_written_workbook_holds_real_dates_widths_and_is_made_piece_by_piece():
    from openpyxl import load_workbook

    from gezhi.kit.sheets import xlsx_pieces

    moment, midnight = datetime.fromisoformat("2026-03-02T09:12"), datetime.fromisoformat("2026-03-02")
    made = []

    def rows(count):
        for number in range(count):
            made.append(number)
            yield [f"路灯 {number} _x0041_", moment, date(2026, 3, 2), number, 1.5, True, None]

    pieces, before_the_end = [], 0
    for piece in xlsx_pieces(("列表", ["内容", "收到", "到期", "n", "x", "b", ""], rows(9000)), ("空", ["a"], [])):
        pieces.append(piece)
        before_the_end += len(made) < 9000
    assert before_the_end > 2  # bytes go out while rows are still read
    file = io.BytesIO(b"".join(pieces))
    book = load_workbook(file)
    sheet = book["列表"]
    second = [cell.value for cell in sheet[2]]
    assert second[1:] == [moment, midnight, 0, 1.5, True]
    assert sheet["B2"].number_format.startswith("yyyy")
    assert (sheet["A1"].font.b, sheet.freeze_panes) == (True, "A2")
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["D"].width == 8
    assert (sheet.max_row, book["空"]["A1"].value) == (9001, "a")
    file.seek(0)
    first = next(iter(read_tables(file, known=lambda name: name == "内容")))
    assert list(list(first.rows)[1].cells[:4]) == ["路灯 1 _x0041_", moment, midnight, 1]
