"""The list as a file: the same filter, real dates, no formula, both languages, streamed, in the ledger."""

import io
from datetime import datetime

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from gezhi.loop.models import Case
from gezhi.loop.pages import exporting


@pytest.fixture
def site(office):
    def browser(name, language="en"):
        client = Client()
        client.force_login(office.users[name], backend="gezhi.trust.backend.PeopleBackend")
        client.cookies["gezhi_language"] = language
        return client

    return browser


def body(answer):
    return b"".join(answer.streaming_content)


def table(answer):
    sheet = load_workbook(io.BytesIO(body(answer))).active
    return sheet, [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_workbook_of_the_filter_with_real_dates(office, site):
    office.receive("=HYPERLINK(1)", matter="0102", kind="complaint")
    office.receive("路灯不亮", matter="0101", kind="help", confidential=True, phone="13800001234")
    answer = site("dora").get("/desk/export.xlsx?tab=open&order=oldest")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    sheet, rows = table(answer)
    head = dict(zip(rows[0], rows[1], strict=True))
    assert head["Title"] == "=HYPERLINK(1)"
    assert sheet["B2"].data_type == "s"
    received = timezone.localtime(office.now).replace(tzinfo=None, second=0, microsecond=0)
    assert head["Received"] == received
    assert isinstance(head["Due"], datetime)
    assert sheet.column_dimensions["B"].width > 10
    chinese = table(site("dora", "zh-hans").get("/desk/export.xlsx?tab=open&order=oldest"))[1]
    assert chinese[0][:3] == ["编号", "标题", "状态"]
    assert chinese[1][2] == "待受理"
    narrow = table(site("dora").get("/desk/export.xlsx?tab=open&matter=0101"))[1]
    assert len(narrow) == 2
    assert "13800001234" not in str(narrow)
    bodies = apps.get_model("trust", "LedgerRecord").objects.filter(act="case.export").values_list("body", flat=True)
    assert sorted(bodies) == ['{"rows":1}', '{"rows":2}', '{"rows":2}']


def test_a_file_that_leaves_the_house_holds_no_number_of_a_person(office, site):
    """Titles are the caller's first words: what is cut from a letter is cut from a file too."""
    office.receive("找王先生13812346207反映路灯不亮", matter="0101", place="滨河路8号，电话13900000002")
    for kind in ("csv", "xlsx"):
        answer = site("dora").get(f"/desk/export.{kind}?tab=open")
        told = body(answer).decode() if kind == "csv" else str(table(answer)[1])
        assert "路灯不亮" in told
        assert "滨河路8号" in told
        assert "13812346207" not in told
        assert "13900000002" not in told


def test_a_piece_at_a_time_in_a_fixed_number_of_statements_each(office, site, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 4)
    for n in range(10):
        office.receive(f"路灯 {n}", matter="0101")
    asked = []
    real = exporting.names_of

    def watched(piece, areas):
        asked.append(len(piece))
        return real(piece, areas)

    monkeypatch.setattr(exporting, "names_of", watched)
    client = site("dora")
    client.get("/desk/export.csv?tab=open")
    answer = client.get("/desk/export.csv?tab=open")
    assert asked == []  # nothing is read before somebody takes it
    with CaptureQueriesContext(connection) as captured:
        lines = body(answer).decode("utf-8-sig").splitlines()
    assert len(lines) == 11
    assert asked == [4, 4, 2]
    assert len(captured) <= 1 + 2 * len(asked)


def test_who_may_not_export_gets_no_file_and_no_other_format_exists(office, site):
    case = office.to("handling")
    assert site("olive").get("/desk/export.xlsx").status_code == 403
    assert site("dora").get("/desk/export.pdf").status_code == 404
    assert "export.xlsx" not in site("hugo").get("/desk/?tab=handling").content.decode()
    assert "export.xlsx" in site("lena").get("/desk/?tab=handling").content.decode()
    number = Case.objects.get(pk=case).number
    rows = table(site("lena").get(f"/desk/export.xlsx?tab=to_accept&q={number}"))[1]
    assert [row[0] for row in rows[1:]] == [number]  # a typed number is found in every tab
